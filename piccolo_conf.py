"""What Piccolo's tools and the server start from: the engine and the apps."""

import sys

# Piccolo's command line answers these two errors from this file by leaving commands out and exiting
# with 0: a step of a deployment would be green without having done anything.
try:
    from piccolo.conf.apps import AppRegistry

    from app.database.configuration import engine_from_environment

    DB = engine_from_environment()
    APP_REGISTRY = AppRegistry(apps=["app.piccolo_app", "app.commands.piccolo_app"])
except (ImportError, AttributeError) as error:
    told = f"An import failed: {error}; are all requirements installed?"
    if "piccolo" in sys.argv[0] and "--trace" not in sys.argv:
        sys.exit(told)
    raise RuntimeError(told) from error
