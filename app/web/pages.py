"""The pages that this server writes itself: home, GraphiQL or its plain stand-in, documentation."""

import json
import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from app.settings import Settings
from app.web.assets import FOLDER, Assets, load_assets

ENDPOINT = "/graphql"  # GraphiQL's page says it, too: app/web/frontend/index.html

_ROOT = FOLDER.parents[1]
_EXAMPLES = ("universities", "posts", "questionnaires")
_JOURNEYS = ("account", "content", "payments", "catalog", "assessment", "projects")
_STEP = re.compile(r"^# \d+\. ", re.MULTILINE)
_HEADERS = json.dumps({"Authorization": "Bearer "}, indent=2)

_REDEEM = """mutation {
  redeemMagicLink(token: "sb_ml_...") { accessToken refreshToken errors { message } }
}"""
_RESET = """mutation {
  resetPassword(token: "sb_ml_...", password: "...") { errors { message } }
}"""
# Where links in mails lead, which is the front end's place; in development there may be none.
_LINKS = {"/log-in": _REDEEM, "/verify-email": _REDEEM, "/reset-password": _RESET}

# A page may change with the next version of the server, so a browser asks each time.
_FRESH = {"Cache-Control": "no-cache"}


@dataclass(frozen=True, slots=True)
class Example:
    """A query of the home page: its file's first line is its title, as a comment."""

    name: str
    title: str
    query: str

    @property
    def body(self) -> str:
        """The query without the line that is its title."""
        return self.query.partition("\n")[2].rstrip()

    @property
    def link(self) -> str:
        """GraphiQL with this query in its editor; after `#`, so that it is not sent anywhere."""
        return f"/graphiql#query={quote(self.query, safe='')}"


@dataclass(frozen=True, slots=True)
class Journey:
    """Operations to run one after another, with the variables that all of them share.

    The first line of the file is the title; a comment before each operation says what to do.
    """

    name: str
    title: str
    document: str
    variables: str

    @property
    def steps(self) -> int:
        """How many operations there are."""
        return len(_STEP.findall(self.document))

    @property
    def link(self) -> str:
        """GraphiQL with all of it, and a header that waits for a token."""
        parts = {"query": self.document, "variables": self.variables, "headers": _HEADERS}
        return "/graphiql#" + urlencode(parts, quote_via=quote, safe="")


@dataclass(frozen=True, slots=True)
class Document:
    """A Markdown file of the documentation, served as the text that it is."""

    url: str
    title: str
    text: str


def load_examples(folder: Path = FOLDER / "examples") -> tuple[Example, ...]:
    """The example queries in the order of the home page."""
    texts = {name: (folder / f"{name}.graphql").read_text("utf-8") for name in _EXAMPLES}
    return tuple(Example(name, _title(text), text) for name, text in texts.items())


def load_journeys(folder: Path = FOLDER / "examples" / "journeys") -> tuple[Journey, ...]:
    """A way through each system, in the order of the home page."""
    return tuple(_journey(folder / name) for name in _JOURNEYS)


def load_documents(root: Path = _ROOT) -> tuple[Document, ...]:
    """README.md and docs/*.md, as far as they are there."""
    return tuple(_documents(root))


def routes(settings: Settings, assets: Assets | None = None) -> list[BaseRoute]:
    """`/`, `/graphiql`, `/docs/...`, `/assets/...` and the icon; where mails lead, in development.

    Everything is read and rendered here, once: a page that cannot be made stops the start, and a
    request costs no work. GraphiQL that is built later is seen after a restart.
    """
    assets = assets or load_assets()
    examples = load_examples()
    documents = load_documents()
    home = render(
        "home.html",
        assets,
        examples=examples,
        journeys=load_journeys(),
        docs=documents,
        endpoint=ENDPOINT,
        curl=_curl(settings),
    )
    graphiql = (
        assets.graphiql.decode()
        if assets.graphiql is not None
        else render("plain.html", assets, endpoint=ENDPOINT, query=examples[0].query)
    )
    return [
        Route("/", _page(home)),
        Route("/graphiql", _page(graphiql)),
        *(Route(document.url, _text(document.text)) for document in documents),
        *(_links(assets) if settings.environment != "production" else ()),
        *assets.routes(),
    ]


def _links(assets: Assets) -> Iterator[Route]:
    for path, mutation in _LINKS.items():
        link = f"/graphiql#query={quote(mutation, safe='')}"
        yield Route(path, _page(render("link.html", assets, mutation=mutation, link=link)))


def _documents(root: Path) -> Iterator[Document]:
    for path in (root / "README.md", *sorted((root / "docs").glob("*.md"))):
        if path.is_file():
            text = path.read_text("utf-8")
            yield Document(f"/docs/{path.name}", _title(text) or path.name, text)


def _journey(path: Path) -> Journey:
    document = path.with_suffix(".graphql").read_text("utf-8")
    variables = path.with_suffix(".json").read_text("utf-8").rstrip()
    return Journey(path.name, _title(document), document, variables)


def _title(text: str) -> str:
    """What the first line says; it begins with a hash, in Markdown as in GraphQL."""
    return text.partition("\n")[0].removeprefix("#").strip()


def render(template: str, assets: Assets, **values: object) -> str:
    """A page from its template; every value is escaped."""
    environment = Environment(
        loader=FileSystemLoader(FOLDER / "templates"), autoescape=True, undefined=StrictUndefined
    )
    return environment.get_template(template).render(url=assets.urls.__getitem__, **values)


def _curl(settings: Settings) -> str:
    return (
        f"curl {settings.public_url}{ENDPOINT} \\\n"
        "  -H 'Content-Type: application/json' \\\n"
        """  -d '{"query": "{ __typename }"}'"""
    )


def _page(html: str) -> Callable[[Request], Awaitable[Response]]:
    async def page(_: Request) -> Response:
        return HTMLResponse(html, headers=_FRESH)

    return page


def _text(text: str) -> Callable[[Request], Awaitable[Response]]:
    async def document(_: Request) -> Response:
        return PlainTextResponse(text, headers=_FRESH)

    return document
