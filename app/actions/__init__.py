"""What the domains do: plain async functions over the tables."""
