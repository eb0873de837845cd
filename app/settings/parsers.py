"""How the text of a variable is read: each parser gives its value, or raises ValueError.

The message of the error follows the variable's name, as in "must be true or false".
"""

import re
from collections.abc import Callable
from email.headerregistry import AddressHeader
from email.policy import default
from ipaddress import ip_network
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

PROJECT = Path(__file__).resolve().parents[2]


def text(value: str) -> str:
    """Any text."""
    return value


def one_of(*names: str) -> Callable[[str], str]:
    """One of these names, in any case."""

    def parse(value: str) -> str:
        for name in names:
            if value.lower() == name.lower():
                return name
        raise ValueError(f"must be one of {', '.join(names)}")

    return parse


def flag(value: str) -> bool:
    """True or false, in the words people use."""
    known = {"1": True, "true": True, "yes": True, "on": True}
    known |= {"0": False, "false": False, "no": False, "off": False}
    if value.lower() not in known:
        raise ValueError("must be true or false")
    return known[value.lower()]


def whole(lowest: int, highest: int) -> Callable[[str], int]:
    """A whole number within these bounds."""

    def parse(value: str) -> int:
        if not re.fullmatch(r"[0-9]{1,12}", value) or not lowest <= int(value) <= highest:
            raise ValueError(f"must be a whole number from {lowest} to {highest}")
        return int(value)

    return parse


def seconds(lowest: float, highest: float) -> Callable[[str], float]:
    """A number of seconds within these bounds."""

    def parse(value: str) -> float:
        plain = re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,6})?", value)
        if not plain or not lowest <= float(value) <= highest:
            raise ValueError(f"must be a number of seconds from {lowest:g} to {highest:g}")
        return float(value)

    return parse


def milliseconds(value: str) -> float:
    """A number of milliseconds."""
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,6})?", value):
        raise ValueError("must be a number of milliseconds, 0 or more")
    return float(value)


def items(value: str) -> tuple[str, ...]:
    """What stands between commas."""
    return tuple(part.strip() for part in value.split(",") if part.strip())


def networks(value: str) -> tuple[str, ...]:
    """Addresses and networks between commas."""
    try:
        return tuple(str(ip_network(part, strict=False)) for part in items(value))
    except ValueError:
        raise ValueError("must be IP addresses or networks such as 10.0.0.0/8") from None


def folder(value: str) -> Path:
    """A folder; a relative one is below the project."""
    path = Path(value).expanduser()
    return path if path.is_absolute() else PROJECT / path


def endpoint(value: str) -> str:
    """An http or https URL that requests are sent to, as it stands."""
    try:
        parts = urlsplit(value)
        named = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:  # no such port, or brackets around what is no address
        named = False
    if not named or parts.query or parts.fragment or re.search(r"\s", value):
        raise ValueError("must be an address such as https://api.example.org")
    return value


def web_address(value: str) -> str:
    """An http or https URL, without a slash at its end."""
    return endpoint(value).rstrip("/")


def mailbox(value: str) -> str:
    """An email address, alone or behind a name: `Seedbed <hello@example.org>`."""
    header = default.header_factory("From", value)
    addresses = cast("AddressHeader", header).addresses
    if header.defects or len(addresses) != 1 or not addresses[0].domain:
        raise ValueError("must be an address such as Seedbed <hello@example.org>")
    return str(addresses[0])
