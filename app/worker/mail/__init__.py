"""Mail: what it says, and how it is handed to the SMTP server."""

from app.worker.mail.send import send_email

__all__ = ["send_email"]
