"""Migrations: those that Piccolo wrote, and hand-written ones for what it cannot write."""
