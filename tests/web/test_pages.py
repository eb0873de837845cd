"""The pages: what they say and link to, how their files are cached, and that nothing is inline."""

import dataclasses
import functools
import gzip
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs, unquote

import httpx
import pytest
from graphql import GraphQLSchema, OperationDefinitionNode, build_schema, parse, validate
from graphql.execution.values import get_variable_values
from starlette.applications import Starlette

from app.settings import load_settings
from app.web import pages
from app.web.assets import BUILD, FOLDER, STATIC, load_assets
from app.worker.mail.texts import TEXTS

FRONTEND = FOLDER / "frontend"
ROOT = FOLDER.parents[1]
GRAPHIQL_PAGE = '<!doctype html><script type="module" src="/assets/index-abc.js"></script>'


class Markup(HTMLParser):
    """What matters in a page: its links, what it loads, and what is written into it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.inline: list[str] = []
        self._script = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "a":
            self.links.append(values.get("href") or "")
        if tag in {"script", "img"}:
            self.loads.append(values.get("src") or "")
        if tag == "link":
            self.loads.append(values.get("href") or "")
        self.inline += [f"{tag} {name}" for name in values if name.startswith("on")]
        if tag == "style" or "style" in values:
            self.inline.append(f"{tag} style")
        self._script = tag == "script"

    def handle_data(self, data: str) -> None:
        if self._script and data.strip():
            self.inline.append(f"script {data.strip()[:40]}")

    def handle_endtag(self, tag: str) -> None:
        self._script = False


@functools.cache
def _schema() -> GraphQLSchema:
    return build_schema((ROOT / "schema.graphql").read_text("utf-8"))


@pytest.fixture
def build(tmp_path: Path) -> Path:
    """A folder such as Vite makes: a page, a script with its gzip copy, and a picture."""
    folder = tmp_path / "build"
    folder.mkdir()
    (folder / "index.html").write_text(GRAPHIQL_PAGE)
    (folder / "index-abc.js").write_text("export {};\n" * 100)
    (folder / "index-abc.js.gz").write_bytes(gzip.compress(b"export {};\n" * 100))
    (folder / "icons-def.ttf").write_bytes(b"font")
    (folder / ".built").touch()
    return folder


def serving(build: Path) -> httpx.AsyncClient:
    """A client of the pages over one build folder."""
    routes = pages.routes(load_settings({}), load_assets(STATIC, build))
    transport = httpx.ASGITransport(Starlette(routes=routes))
    return httpx.AsyncClient(transport=transport, base_url="http://localhost")


async def test_home_links_to_every_part(client: httpx.AsyncClient) -> None:
    page = await client.get("/")
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    links = Markup(page.text).links
    for path in ("/graphiql", "/admin/", "/healthz", "/readyz"):
        assert path in links


async def test_everything_that_home_links_to_and_loads_is_there(client: httpx.AsyncClient) -> None:
    markup = Markup((await client.get("/")).text)
    assert len(markup.links) >= 7
    for url in markup.links + markup.loads:
        assert (await client.get(url)).status_code == 200, url


async def test_home_opens_its_three_queries_in_graphiql(client: httpx.AsyncClient) -> None:
    links = [x for x in Markup((await client.get("/")).text).links if x.startswith("/graphiql#")]
    queries = [unquote(link.removeprefix("/graphiql#query=")) for link in links if "&" not in link]
    files = [
        (FOLDER / "examples" / f"{name}.graphql").read_text()
        for name in ("universities", "posts", "questionnaires")
    ]
    assert queries == files


@pytest.mark.parametrize("example", pages.load_examples(), ids=lambda example: example.name)
async def test_the_example_queries_are_valid(
    client: httpx.AsyncClient, example: pages.Example
) -> None:
    response = await client.post(pages.ENDPOINT, json={"query": example.query})
    assert response.status_code == 200
    assert "errors" not in response.json()
    assert list(response.json()["data"]) == [example.name]


async def test_home_opens_its_journeys_with_variables_and_a_header(
    client: httpx.AsyncClient,
) -> None:
    links = [x for x in Markup((await client.get("/")).text).links if x.startswith("/graphiql#")]
    opened = [parse_qs(link.partition("#")[2]) for link in links if "&" in link]
    assert opened == [
        {
            "query": [journey.document],
            "variables": [journey.variables],
            "headers": ['{\n  "Authorization": "Bearer "\n}'],
        }
        for journey in pages.load_journeys()
    ]


def test_every_journey_is_on_the_home_page() -> None:
    files = {path.stem for path in (FOLDER / "examples" / "journeys").iterdir()}
    assert files == {journey.name for journey in pages.load_journeys()}


@pytest.mark.parametrize("journey", pages.load_journeys(), ids=lambda journey: journey.name)
def test_a_journey_is_valid_and_has_the_variables_it_needs(journey: pages.Journey) -> None:
    document = parse(journey.document)
    assert validate(_schema(), document) == []
    operations = [
        part for part in document.definitions if isinstance(part, OperationDefinitionNode)
    ]
    assert journey.steps == len(operations) == len(document.definitions)
    for operation in operations:
        assert operation.name is not None
        given = json.loads(journey.variables)
        found = get_variable_values(_schema(), operation.variable_definitions or (), given)
        assert not isinstance(found, list), found
    needed = {
        one.variable.name.value for each in operations for one in each.variable_definitions or ()
    }
    assert set(json.loads(journey.variables)) == needed


async def test_text_in_a_page_is_escaped(tmp_path: Path, build: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.md").write_text("# <script>alert(1)</script> & more\n\ntext\n")
    [document] = pages.load_documents(tmp_path)
    assert (document.url, document.title) == ("/docs/a.md", "<script>alert(1)</script> & more")
    html = pages.render(
        "home.html",
        load_assets(STATIC, build),
        examples=(),
        journeys=(),
        docs=[document],
        endpoint="/graphql",
        curl="curl",
    )
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in html
    assert Markup(html).inline == []


async def test_documents_are_served_as_plain_text(client: httpx.AsyncClient) -> None:
    links = [x for x in Markup((await client.get("/")).text).links if x.startswith("/docs/")]
    assert links
    for link in links:
        page = await client.get(link)
        assert page.headers["content-type"] == "text/plain; charset=utf-8"
        assert page.text.startswith("# ")


@pytest.mark.parametrize("path", sorted({text.path for text in TEXTS.values() if text.expiry}))
async def test_where_a_mail_leads_says_what_to_do_with_the_token(
    client: httpx.AsyncClient, path: str
) -> None:
    markup = Markup((await client.get(path)).text)
    (link,) = (x for x in markup.links if x.startswith("/graphiql#"))
    query = parse_qs(link.partition("#")[2])["query"][0]
    assert validate(_schema(), parse(query)) == []
    production = dataclasses.replace(load_settings({}), environment="production")
    routes = [getattr(route, "path", "") for route in pages.routes(production)]
    assert path not in routes


@pytest.mark.parametrize("path", ["/", "/graphiql"])
async def test_pages_are_asked_for_again_each_time(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).headers["cache-control"] == "no-cache"


async def test_no_page_has_a_script_or_style_written_into_it(
    client: httpx.AsyncClient, tmp_path: Path
) -> None:
    texts = [(await client.get("/")).text, (await client.get("/graphiql")).text]
    async with serving(tmp_path / "nothing") as plain:
        texts.append((await plain.get("/graphiql")).text)
    texts.append((FRONTEND / "index.html").read_text())
    for text in texts:
        assert Markup(text).inline == []
        for url in Markup(text).loads:
            assert url.startswith("/"), f"{url} is on another host"
            assert not url.startswith("//"), f"{url} is on another host"


async def test_the_built_graphiql_is_served(build: Path) -> None:
    async with serving(build) as client:
        assert (await client.get("/graphiql")).text == GRAPHIQL_PAGE


async def test_without_a_build_a_plain_page_says_so_and_takes_a_query(tmp_path: Path) -> None:
    async with serving(tmp_path / "nothing") as client:
        page = await client.get("/graphiql")
        [script] = [x for x in Markup(page.text).loads if x.endswith(".js")]
        assert (await client.get(script)).headers["content-type"].startswith("text/javascript")
    assert page.status_code == 200
    assert "This is the plain query page, not GraphiQL." in page.text
    assert "make graphiql" in page.text
    assert "Node.js" in page.text
    # Without JavaScript the form itself asks the endpoint.
    assert re.search(r'<form[^>]* method="get" action="/graphql"', page.text)
    # A token must not end in the address of that request.
    assert 'name="authorization"' not in page.text


async def test_assets_are_kept_for_good_and_sent_compressed(build: Path) -> None:
    async with serving(build) as client:
        response = await client.get("/assets/index-abc.js", headers={"Accept-Encoding": "gzip"})
        plain = await client.get("/assets/index-abc.js", headers={"Accept-Encoding": "gzip;q=0"})
        font = await client.get("/assets/icons-def.ttf")
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert response.headers["content-encoding"] == "gzip"
    assert response.headers["vary"] == "Accept-Encoding"
    assert response.headers["content-type"] == "text/javascript; charset=utf-8"
    assert "content-encoding" not in plain.headers
    assert plain.headers["vary"] == "Accept-Encoding"
    assert plain.content == response.content == b"export {};\n" * 100
    assert font.headers["content-type"] == "font/ttf"
    assert "vary" not in font.headers


async def test_the_name_of_a_static_file_changes_with_its_content(tmp_path: Path) -> None:
    (tmp_path / "site.css").write_text("a {}")
    (tmp_path / "favicon.svg").write_text("<svg/>")
    before = load_assets(tmp_path, tmp_path / "nothing").urls["site.css"]
    (tmp_path / "site.css").write_text("b {}")
    after = load_assets(tmp_path, tmp_path / "nothing").urls["site.css"]
    assert before != after


@pytest.mark.parametrize(
    "name",
    ["index.html", "index-abc.js.gz", ".built", "..%2Findex.html", "%2e%2e/settings.py", "x.js"],
)
async def test_only_the_files_of_the_build_are_served(build: Path, name: str) -> None:
    async with serving(build) as client:
        response = await client.get(f"/assets/{name}")
    assert response.status_code == 404


@pytest.mark.parametrize("path", ["/favicon.svg", "/favicon.ico"])
async def test_the_icon_is_there_under_both_names(client: httpx.AsyncClient, path: str) -> None:
    response = await client.get(path)
    assert (response.status_code, response.headers["content-type"]) == (200, "image/svg+xml")


def test_the_lock_of_the_front_end_has_hashes_and_no_registry() -> None:
    lock = json.loads((FRONTEND / "package-lock.json").read_text())
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert len(packages) > 50
    assert [
        n for n, e in packages.items() if not e.get("integrity", "").startswith("sha512-")
    ] == []
    assert [n for n, e in packages.items() if "resolved" in e] == []
    assert "omit-lockfile-registry-resolved=true" in (FRONTEND / ".npmrc").read_text().split()


def test_direct_dependencies_of_the_front_end_are_exact() -> None:
    package = json.loads((FRONTEND / "package.json").read_text())
    versions = {**package["dependencies"], **package["devDependencies"]}
    assert [v for v in versions.values() if not re.fullmatch(r"\d+\.\d+\.\d+", v)] == []


def test_the_build_names_no_content_network() -> None:
    scripts = [path for path in BUILD.glob("*") if path.suffix in {".js", ".css", ".html"}]
    if not scripts:
        pytest.skip("GraphiQL has not been built: make graphiql")
    networks = re.compile(r"jsdelivr|unpkg\.com|esm\.sh|cdnjs|googleapis|gstatic")
    assert [path.name for path in scripts if networks.search(path.read_text("utf-8"))] == []
