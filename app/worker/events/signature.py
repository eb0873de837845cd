"""The signature of a delivery: HMAC-SHA256 over its time and body, with the agent's secret."""

import hashlib
import hmac

HEADER = "Seedbed-Signature"


def sign(secret: str, body: bytes, at: int) -> str:
    """The header's value, `t=<seconds since 1970>,v1=<hexadecimal>`; signed is `<t>.<body>`.

    The time is that of the attempt: whoever receives refuses what is older than a few minutes, so
    that a delivery that was overheard cannot be played again later.
    """
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256)
    return f"t={at},v1={digest.hexdigest()}"
