"""Rows as JSON Lines: how they are written, what they are kept with, and how they are loaded."""
