"""The registry that every schema file of the application fills."""

from app.bridge import Registry

registry = Registry()
