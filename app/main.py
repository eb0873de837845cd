"""The application over the database of the settings: `uvicorn app.main:app`."""

from app.application import create_app
from piccolo_conf import DB

app = create_app(DB)
