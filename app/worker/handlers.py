"""Which function runs which kind of job: a kind without an entry is left in the queue."""

from app.jobs import GenerateDocument, SendEmail
from app.worker.attempts import Handlers
from app.worker.documents import generate
from app.worker.mail import send_email

HANDLERS: Handlers = {SendEmail: send_email, GenerateDocument: generate}
