"""Piccolo's view of the application: its tables and where their migrations are."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from app.database.migrations import install
from app.tables import TABLES

install()

APP_CONFIG = AppConfig(
    app_name="app",
    migrations_folder_path=Path(__file__).parent / "migrations",
    table_classes=list(TABLES),
)
