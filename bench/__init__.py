"""How fast the server is, compared with hand-written handlers for the same four queries."""
