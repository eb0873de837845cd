"""Hashing of passwords."""

import asyncio

import pytest
from argon2 import extract_parameters
from argon2.exceptions import InvalidHashError

from app.actions.identity import hash_password, passwords, verify_password


async def test_a_password_fits_its_hash_and_no_other_does() -> None:
    stored = await hash_password("Grüße, 世界")
    assert await verify_password("Grüße, 世界", stored)
    assert not await verify_password("Grüsse, 世界", stored)


async def test_two_hashes_of_one_password_differ() -> None:
    assert await hash_password("same") != await hash_password("same")


async def test_hashes_are_argon2id() -> None:
    assert (await hash_password("any")).startswith("$argon2id$v=19$m=65536,t=3,p=4$")


async def test_nobody_without_a_password_gets_in() -> None:
    assert not await verify_password("", None)


async def test_nobody_without_a_password_takes_as_long_as_a_wrong_one() -> None:
    ours = extract_parameters(await hash_password("any"))
    assert extract_parameters(passwords._UNKNOWN) == ours


async def test_a_hash_of_another_kind_is_a_fault_and_not_a_wrong_password() -> None:
    with pytest.raises(InvalidHashError):
        await verify_password("any", "5f4dcc3b5aa765d61d8327deb882cf99")


async def test_the_event_loop_goes_on_while_hashing() -> None:
    hashing = asyncio.ensure_future(hash_password("any"))
    for _ in range(3):
        await asyncio.sleep(0)
    assert not hashing.done()
    await hashing
