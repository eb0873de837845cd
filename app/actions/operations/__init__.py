"""What administrators do to keep the server running."""
