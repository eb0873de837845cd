"""What is imported of a record of a university, and under which slug; nothing here does I/O.

The slug of a university is its name and its country code, `university-of-bath-gb`. Where one
country has several of that name, they get the first domain as well:
`highland-community-college-us-highland-edu`.
"""

import re
import unicodedata
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from app.actions.catalog.files import REQUIRED, Record
from app.actions.slugs import slugify

__all__ = [
    "Entry",
    "Intake",
    "Problem",
    "Slugs",
    "assign",
    "candidates",
    "clean",
    "is_domain",
    "sift",
]

Domains = Mapping[str, frozenset[str]]  # the domains of universities, by slug

_LIMITS = {"name": 200, "country": 100, "state-province": 100}
_LONGEST_URL = 2048
_LONGEST_DOMAIN = 253
# Reserved in ISO 3166-1 for these, and used in their place.
_ALIASES = {"UK": "GB", "EL": "GR"}
# Joiners are part of the spelling of Persian, Hindi and others; other format characters are dirt.
_JOINERS = "\u200c\u200d"
# Slugs hold 200 characters: these leave room for hyphens, the country and two hashes.
_LONGEST_NAME_PART = 120
_LONGEST_HOST_PART = 55


@dataclass(frozen=True, slots=True)
class Entry:
    """What a record says of a university, clean; what it does not say is None or empty."""

    name: str
    country: str
    country_code: str
    state_province: str | None = None
    website: str | None = None
    domains: tuple[str, ...] = ()

    def sort_key(self) -> tuple[str | tuple[str, ...], ...]:
        """Any order of entries, always the same."""
        optional = (self.state_province or "", self.website or "")
        return (self.name, self.country_code, self.country, *optional, self.domains)


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a record was refused: its number, counted from 1, and its name as far as it has one."""

    record: int
    name: str
    reason: str


@dataclass(slots=True)
class Intake:
    """What the records of a file hold: each different entry with the number of its record."""

    records: int = 0
    repeated: int = 0
    entries: dict[Entry, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Slugs:
    """The entries to import by their slug, and those that cannot be told apart from others."""

    rows: dict[str, Entry]
    problems: list[Problem]


def sift(records: Iterable[Record]) -> Intake:
    """Divide records into entries and problems; one that says the same as another is repeated."""
    intake = Intake()
    for record in records:
        intake.records += 1
        entry = record.problem or clean(record.fields)
        if isinstance(entry, str):
            intake.problems.append(Problem(record.number, _called(record.fields), entry))
        elif entry in intake.entries:
            intake.repeated += 1
        else:
            intake.entries[entry] = record.number
    return intake


def clean(fields: Mapping[str, object]) -> Entry | str:
    """The entry that the fields of a record describe, or what is wrong with them.

    White space is made single spaces, composed and invisible characters one way of writing, domains
    lower case. The first web page becomes the website, and gets `http://` when it has no scheme.
    """
    problems: list[str] = []
    texts = {name: _text(fields, name, problems) for name in ("name", "country", "state-province")}
    if texts["name"] and not any(map(str.isalnum, texts["name"])):
        problems.append("name has no letter or digit")
    code = (_text(fields, "alpha_two_code", problems) or "").upper()
    if code and not re.fullmatch("[A-Z]{2}", code):
        problems.append(f"alpha_two_code {_quoted(code)} is not two letters as in ISO 3166-1")
    domains = [_domain(each, problems) for each in _list(fields, "domains", problems)]
    pages = [_page(each, problems) for each in _list(fields, "web_pages", problems)]
    if problems:
        return "; ".join(problems)
    return Entry(
        name=texts["name"] or "",
        country=texts["country"] or "",
        country_code=_ALIASES.get(code, code),
        state_province=texts["state-province"],
        website=pages[0] if pages else None,
        domains=tuple(dict.fromkeys(domains)),
    )


def candidates(entries: Iterable[Entry]) -> set[str]:
    """Every slug that `assign` may give to the entries."""
    return {slug for entry in entries for slug in (_plain(entry), _full(entry))}


def assign(entries: Mapping[Entry, int], known: Domains) -> Slugs:
    """Slugs for the entries (each with the number of its record), whatever their order.

    `known` has the domains of the universities in the database whose slug is one of `candidates`.
    They keep their slugs: a university that was alone in its country with its name keeps the short
    one when others appear beside it, recognised by a domain, and a long one stays when they go.
    """
    slugs = Slugs({}, [])
    groups: dict[str, dict[str, Entry]] = {}
    owners: dict[str, Entry] = {}
    for entry in sorted(entries, key=lambda entry: (_plain(entry), entry.sort_key())):
        plain, full = _plain(entry), _full(entry)
        if (rival := groups.get(plain, {}).get(full)) is not None:
            reason = (
                f"record {entries[rival]} has this name and country, and the same first domain or"
                " none, but differs in the rest"
            )
        elif rival := next(_rivals(plain, full, owners), None):
            # Whether it takes that slug or not: the answer must not depend on what is there.
            reason = f"its slug may be that of record {entries[rival]}"
        else:
            groups.setdefault(plain, {})[full] = entry
            owners |= {plain: entry, full: entry}
            continue
        slugs.problems.append(Problem(entries[entry], entry.name, reason))
    for plain, group in groups.items():
        short = _keeps_short(plain, group, known)
        slugs.rows.update({plain if each is short else full: each for full, each in group.items()})
    return slugs


def _rivals(plain: str, full: str, owners: Mapping[str, Entry]) -> Iterator[Entry]:
    """Those of another name whose slug may be one of these: "A EE b" in EE, "A" of b.ee in EE."""
    for slug in (plain, full):
        if slug in owners and _plain(owners[slug]) != plain:
            yield owners[slug]


def _keeps_short(plain: str, group: Mapping[str, Entry], known: Domains) -> Entry | None:
    """Which entry of those with one name and country has the slug without a domain, if any."""
    free = [entry for full, entry in group.items() if full not in known]
    if len(group) == 1:
        return free[0] if free else None
    if plain in group:
        return None  # one has no domain: it is called so
    theirs = known.get(plain, frozenset())
    return next((entry for entry in free if theirs & set(entry.domains)), None)


def _plain(entry: Entry) -> str:
    name = _part(entry.name, _LONGEST_NAME_PART, "university")
    return f"{name}-{entry.country_code.lower()}"


def _full(entry: Entry) -> str:
    host = entry.domains[0] if entry.domains else urlsplit(entry.website or "").hostname
    return f"{_plain(entry)}-{_part(host, _LONGEST_HOST_PART, 'host')}" if host else _plain(entry)


def _part(text: str, limit: int, fallback: str) -> str:
    """A part of a slug; a hash makes up for what is cut off."""
    slug = slugify(text, limit, fallback)
    if slug == slugify(text, limit * 10, fallback):
        return slug
    return f"{slug}-{zlib.crc32(text.encode()):08x}"


def _tidy(text: str) -> str:
    """One way of writing it: composed, single spaces, without control and format characters."""
    kept = (
        " " if category == "Cc" else "" if category == "Cf" and char not in _JOINERS else char
        for char, category in ((char, unicodedata.category(char)) for char in text)
    )
    return " ".join(unicodedata.normalize("NFC", "".join(kept)).split())


def _is_text(value: str) -> bool:
    """Whether UTF-8 can hold it: an escape in JSON may be half of a character."""
    return not any("\ud800" <= char <= "\udfff" for char in value)


def _text(fields: Mapping[str, object], name: str, problems: list[str]) -> str | None:
    value = fields.get(name)
    if value is not None and not (isinstance(value, str) and _is_text(value)):
        problems.append(f"{name} is not a text")
        return None
    text = _tidy(value or "") or None
    limit = _LIMITS.get(name)
    if text is None and name in REQUIRED:
        problems.append(f"{name} is missing")
    elif text and limit and len(text) > limit:
        problems.append(f"{name} is longer than {limit} characters")
    return text


def _list(fields: Mapping[str, object], name: str, problems: list[str]) -> list[str]:
    value = fields.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(
        isinstance(each, str) and _is_text(each) for each in value
    ):
        problems.append(f"{name} is not a list of texts")
        return []
    return [text for text in map(_tidy, value) if text]


def _domain(text: str, problems: list[str]) -> str:
    domain = text.lower().rstrip(".")
    if not is_domain(domain) or len(domain) > _LONGEST_DOMAIN:
        problems.append(f"the domain {_quoted(text)} is not one like example.edu")
    return domain


def is_domain(text: str) -> bool:
    """Whether this could be a domain: labels joined by dots, two at least."""
    return re.fullmatch(r"[\w-]+(\.[\w-]+)+", text) is not None


def _page(text: str, problems: list[str]) -> str:
    url = text if "://" in text else f"http://{text}"
    scheme, _, rest = url.partition("://")
    url = f"{scheme.lower()}://{rest}"
    try:
        parts = urlsplit(url)
        host = parts.hostname if parts.port != 0 else None
    except ValueError:  # brackets that hold no IPv6 address, a port that is no number
        host = None
    usable = scheme.lower() in {"http", "https"} and host and " " not in url
    if not usable or len(url) > _LONGEST_URL:
        problems.append(f"the web page {_quoted(text)} is not one like https://example.edu")
    return url


def _called(fields: Mapping[str, object]) -> str:
    """The name of a bad record, short and fit to be printed."""
    name = fields.get("name")
    return _short(_tidy(name)) if isinstance(name, str) and _is_text(name) else ""


def _quoted(text: str) -> str:
    return f'"{_short(text)}"'


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"
