"""Which function runs which kind of job: a kind without an entry is left in the queue."""

from app.jobs import SendEmail
from app.worker.attempts import Handlers
from app.worker.mail import send_email

HANDLERS: Handlers = {SendEmail: send_email}
