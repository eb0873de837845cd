"""Payloads are unreadable without the key, and for any kind but their own."""

import pytest

from app.jobs import JobUnreadable
from app.jobs.payload import seal, unseal

KEY = "kN3vTq8zR1xWm5LpYc7Hd2Gs9Jf4Bu6A"


def test_what_is_sealed_is_unsealed() -> None:
    sealed = seal(b"secret", "mail", KEY)
    assert b"secret" not in sealed
    assert seal(b"secret", "mail", KEY) != sealed, "equal payloads look different"
    assert unseal(sealed, "mail", KEY) == b"secret"


@pytest.mark.parametrize(
    ("change", "kind", "key"),
    [
        (lambda sealed: sealed, "mail", KEY[::-1]),
        (lambda sealed: sealed, "other", KEY),
        (lambda sealed: sealed[:-1] + bytes([sealed[-1] ^ 1]), "mail", KEY),
        (lambda sealed: sealed[:10], "mail", KEY),
        (lambda sealed: b"\x02" + sealed[1:], "mail", KEY),
        (lambda _: b"", "mail", KEY),
        (lambda _: None, "mail", KEY),
    ],
)
def test_another_key_kind_or_byte_is_refused(change: object, kind: str, key: str) -> None:
    assert callable(change)
    with pytest.raises(JobUnreadable, match="cannot be decrypted"):
        unseal(change(seal(b"secret", "mail", KEY)), kind, key)
