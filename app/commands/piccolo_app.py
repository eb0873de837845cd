"""Piccolo's view of the commands: `piccolo db <command>`."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from app.commands.frontend import install
from app.commands.import_universities import import_universities
from app.commands.jobs import jobs
from app.commands.retention import retention
from app.commands.seed import seed
from app.commands.slow import slow
from app.commands.stats import stats

install()

APP_CONFIG = AppConfig(
    app_name="db",
    # This app has commands and no tables. Piccolo asks every app for a folder of migrations; with
    # this one, which holds none, `migrations forwards all` finds nothing to do here.
    migrations_folder_path=Path(__file__).parent / "migrations",
    table_classes=[],
    commands=[import_universities, jobs, seed, retention, slow, stats],
)
