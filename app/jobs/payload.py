"""Payloads are encrypted: a copy of the database opens no magic link.

AES-256-GCM (NIST SP 800-38D); the key is derived from the secret key by HKDF (RFC 5869) and good
for nothing else. A payload is bound to its kind, so that no other handler can be made to read it.
"""

import functools
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.jobs.kinds import JobUnreadable

_VERSION = b"\x01"
_NONCE = 12  # bytes, as the standard recommends


def seal(text: bytes, kind: str, secret_key: str) -> bytes:
    """The encrypted form of a payload."""
    nonce = os.urandom(_NONCE)
    return _VERSION + nonce + _cipher(secret_key).encrypt(nonce, text, kind.encode())


def unseal(sealed: bytes | None, kind: str, secret_key: str) -> bytes:
    """What `seal` was given; raises JobUnreadable when the key is another one now."""
    if sealed is not None and sealed[:1] == _VERSION:
        nonce, rest = sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :]
        try:
            return _cipher(secret_key).decrypt(nonce, rest, kind.encode())
        except (InvalidTag, ValueError):
            pass  # told below: a wrong key and a damaged payload look alike
    raise JobUnreadable(
        f"The payload of this {kind} job cannot be decrypted: was it enqueued with another"
        " SEEDBED_SECRET_KEY?"
    )


@functools.lru_cache(maxsize=4)
def _cipher(secret_key: str) -> AESGCM:
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"seedbed: payloads of jobs")
    return AESGCM(derive.derive(secret_key.encode()))
