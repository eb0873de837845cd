"""What the catalog does."""
