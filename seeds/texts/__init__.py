"""The longer texts of the seed data, kept apart from the code that makes rows of them."""
