"""Piccolo's view of the commands: `piccolo db <command>`."""

from pathlib import Path

from piccolo.conf.apps import AppConfig, Command

from app.commands.backup import backup
from app.commands.baseline import baseline
from app.commands.create_admin import create_admin
from app.commands.doctor import doctor
from app.commands.drift import drift
from app.commands.export import export
from app.commands.frontend import install
from app.commands.import_ import import_rows
from app.commands.import_universities import import_universities
from app.commands.jobs import jobs
from app.commands.push import push
from app.commands.reset import reset
from app.commands.restore import restore
from app.commands.retention import retention
from app.commands.schema import schema
from app.commands.seed import seed
from app.commands.slow import slow
from app.commands.stats import stats
from app.commands.status import status
from app.commands.truncate import truncate

install()

APP_CONFIG = AppConfig(
    app_name="db",
    # This app has commands and no tables. Piccolo asks every app for a folder of migrations; with
    # this one, which holds none, `migrations forwards all` finds nothing to do here.
    migrations_folder_path=Path(__file__).parent / "migrations",
    table_classes=[],
    commands=[
        *(status, drift, doctor, baseline, seed, import_universities, schema),
        Command(callable=create_admin, command_name="create-admin"),
        *(jobs, retention, slow, stats),
        *(backup, restore, export),
        Command(callable=import_rows, command_name="import"),
        *(push, reset, truncate),
    ],
)
