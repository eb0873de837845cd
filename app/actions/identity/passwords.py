"""Passwords: what is accepted as one, and how they are hashed and checked."""

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher, Type
from argon2.exceptions import VerifyMismatchError

from app.bridge import Problem, Refused
from app.bridge.errors import Path

SHORTEST = 10
LONGEST = 1_024  # characters; nobody types more, and hashing is to cost no more than it has to

# The second recommended option of RFC 9106, section 4: 64 MiB, three passes, four lanes.
_hasher = PasswordHasher(
    time_cost=3, memory_cost=65536, parallelism=4, hash_len=32, salt_len=16, type=Type.ID
)

# Of a random password that nobody kept: verifying against it costs what a real one costs.
_UNKNOWN = (
    "$argon2id$v=19$m=65536,t=3,p=4"
    "$lyKJFFIq7Z/+GgZeMeO5fw"
    "$RuWy1bsKYPLmcatZbGULN8vi8nhVi3pRUlu5gXnVONo"
)

# A pool of its own: each hash takes 64 MiB, and logins in bulk must not occupy the default pool.
_pool = ThreadPoolExecutor(max_workers=max(2, os.cpu_count() or 2), thread_name_prefix="argon2")


def check_password(password: str, path: Path, *, new: bool = False) -> None:
    """Raise Refused for what cannot be a password; `new` ones have a least length, too."""
    problem = None
    if len(password) > LONGEST:
        problem = Problem("TOO_LONG", f"{path[-1]} may have {LONGEST} characters", path)
    elif new and len(password) < SHORTEST:
        problem = Problem("TOO_SHORT", f"{path[-1]} must have {SHORTEST} characters or more", path)
    elif new and len(set(password)) < 4:
        problem = Problem("INVALID", f"{path[-1]} repeats too few different characters", path)
    elif any("\ud800" <= letter <= "\udfff" for letter in password):
        problem = Problem("INVALID", f"{path[-1]} holds half a character", path)
    if problem is not None:
        raise Refused(problem)


async def hash_password(password: str) -> str:
    """The argon2id hash of a password, in PHC string format with its salt and parameters."""
    return await asyncio.get_running_loop().run_in_executor(_pool, _hasher.hash, password)


async def verify_password(password: str, password_hash: str | None) -> bool:
    """True when the password belongs to the hash.

    A person without a password (None) takes as long as a wrong one, so that the time of an answer
    tells nobody whether an account exists. A hash that is not argon2's raises InvalidHashError:
    that is a fault in the data, not a wrong password.
    """
    matches = await asyncio.get_running_loop().run_in_executor(
        _pool, _matches, password, password_hash or _UNKNOWN
    )
    return matches and password_hash is not None


async def renewed_hash(password: str, password_hash: str) -> str | None:
    """Another hash of the password that belongs to this one; None where its parameters are ours."""
    if not _hasher.check_needs_rehash(password_hash):
        return None
    return await hash_password(password)


def _matches(password: str, password_hash: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except VerifyMismatchError:
        return False
