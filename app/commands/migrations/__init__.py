"""No migrations: this app has commands and no tables, but Piccolo reads a folder of every app."""
