"""In a real browser: GraphiQL and home work, and nothing is blocked or broken."""

from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.async_api import Browser, Page, Request, expect
from starlette.applications import Starlette
from starlette.routing import Mount

from app.database import SeedbedEngine
from app.live import hub_of
from app.web import pages
from app.web.assets import BUILD, STATIC, load_assets
from seeds import identity, projects
from seeds.upsert import save
from tests.graphql import global_id, sign_in
from tests.web.browsing import needs_chromium, served, window

pytestmark = needs_chromium
needs_build = pytest.mark.skipif(
    not (BUILD / "index.html").is_file(), reason="GraphiQL has not been built: make graphiql"
)


async def run(page: Page) -> None:
    """Press GraphiQL's button, once its editor is there."""
    await page.locator(".graphiql-query-editor .view-line").first.wait_for()
    await page.locator("button.graphiql-execute-button").click()


@needs_build
async def test_graphiql_runs_what_is_typed(browser: Browser, site: str) -> None:
    async with window(browser, site) as opened:
        page = opened.page
        await page.goto("/graphiql")
        await page.locator(".graphiql-query-editor .view-line").first.click()
        await page.keyboard.press("Control+A")
        await page.keyboard.type("query Typed { here: __typename ")  # the editor closes it
        await expect(page.locator(".suggest-widget")).to_contain_text("universities")
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("tab").first).to_contain_text("Typed")  # it was understood
        await page.keyboard.press("Control+Enter")
        result = page.locator(".result-window")
        await expect(result).to_contain_text('"here": "Query"')


@needs_build
async def test_graphiql_knows_the_schema(browser: Browser, site: str) -> None:
    async with window(browser, site) as opened:
        page = opened.page
        await page.goto("/graphiql")
        await page.get_by_role("button", name="Show Documentation Explorer").click()
        await expect(page.locator(".graphiql-plugin")).to_contain_text("University")
        await page.get_by_role("button", name="Show GraphiQL Explorer").click()
        await expect(page.locator(".graphiql-plugin")).to_contain_text("questionnaires")


@needs_build
async def test_graphiql_sends_variables(browser: Browser, site: str) -> None:
    async with window(browser, site) as opened:
        page = opened.page
        query = "query Some($first: Int!) { universities(first: $first) { nodes { name } } }"
        await page.goto("/graphiql#query=" + quote(query))
        await page.locator(".graphiql-query-editor .view-line").first.wait_for()
        await page.get_by_role("button", name="Variables").click()
        await page.locator(".graphiql-editor-tool .view-line:visible").first.click()
        await page.keyboard.type('{"first": 2')  # the editor closes it
        await page.locator("button.graphiql-execute-button").click()
        result = page.locator(".result-window")
        await expect(result).to_contain_text("Aldermoor University")
        await expect(result).not_to_contain_text("errors")
        assert (await result.inner_text()).count('"name"') == 2


@needs_build
async def test_graphiql_documents_a_type_and_its_fields(browser: Browser, site: str) -> None:
    async with window(browser, site) as opened:
        page = opened.page
        await page.goto("/graphiql")
        await page.get_by_role("button", name="Show Documentation Explorer").click()
        panel = page.locator(".graphiql-plugin")
        await panel.get_by_role("link", name="Query", exact=True).first.click()
        await expect(panel).to_contain_text("universities")
        await panel.get_by_role("link", name="University", exact=True).first.click()
        await expect(panel).to_contain_text("The official name.")


@needs_build
async def test_graphiql_sends_the_headers_that_are_typed(browser: Browser, site: str) -> None:
    async with window(browser, site) as opened:
        page = opened.page
        await page.goto("/graphiql")
        await page.locator(".graphiql-query-editor .view-line").first.wait_for()
        await page.get_by_role("button", name="Headers").click()
        await page.locator(".graphiql-editor-tool .view-line:visible").first.click()
        await page.keyboard.type('{"X-Test": "here')
        async with page.expect_request("**/graphql") as sent:
            await page.locator("button.graphiql-execute-button").click()
        assert (await (await sent.value).all_headers())["x-test"] == "here"


async def open_as(page: Page, token: str, operation: str) -> None:
    """Open an operation in GraphiQL, with a login in its headers, and run it."""
    await page.goto(f"/graphiql#query={quote(operation, safe='')}")
    await page.locator(".graphiql-query-editor .view-line").first.wait_for()
    await page.get_by_role("button", name="Headers").click()
    await page.locator(".graphiql-editor-tool .view-line:visible").first.click()
    await page.keyboard.insert_text(f'{{"Authorization": "Bearer {token}"}}')
    await run(page)


@needs_build
async def test_graphiql_follows_in_one_tab_what_is_changed_in_another(
    browser: Browser, site: str, committed: SeedbedEngine
) -> None:
    owner = identity.user()
    project = projects.project(owner=owner)
    await save(owner, project)
    token, key = await sign_in(owner), global_id(project)
    async with window(browser, site) as one, window(browser, site) as other:
        followed = f'subscription {{ messageAdded(projectId: "{key}", after: "") '
        await open_as(one.page, token, followed + "{ message { role content } } }")
        seen = one.page.locator(".result-window")
        await expect(seen).to_contain_text('"message": null')
        said = f'{{ addMessage(input: {{projectId: "{key}", content: "Low tide"}}) '
        await open_as(other.page, token, f"mutation {said} {{ message {{ id }} }} }}")
        await expect(other.page.locator(".result-window")).to_contain_text("Message_")
        await expect(seen).to_contain_text("Low tide")
    await hub_of(committed).stop()


@needs_build
async def test_graphiql_shows_the_statements_of_an_operation(browser: Browser, site: str) -> None:
    async with window(browser, site) as opened:
        page = opened.page
        (posts,) = (example for example in pages.load_examples() if example.name == "posts")
        await page.goto(posts.link)
        await page.get_by_role("button", name="Show Explain").click()
        panel = page.locator(".explain")
        await expect(panel).to_contain_text("Switch it on")
        await page.get_by_role("radio", name="Statements").check()
        await run(page)
        await expect(panel).to_contain_text("1 statement,")
        await expect(panel).to_contain_text("1 row in")
        await expect(panel).to_contain_text('from "content"."comments"')
        await expect(panel.get_by_text("Plan", exact=True)).to_have_count(0)
        result = page.locator(".result-window")
        await expect(result).to_contain_text('"posts": {')
        await expect(result).not_to_contain_text("explain")
        await page.get_by_role("radio", name="Plans").check()
        await run(page)
        await panel.get_by_text("Plan", exact=True).click()
        await expect(panel.locator("details")).to_contain_text("on content.comments")


@needs_build
async def test_graphiql_remembers_whether_it_asks_for_statements(
    browser: Browser, site: str
) -> None:
    async with window(browser, site) as opened:
        page = opened.page

        async def asked(operation: bool = True) -> str | None:
            def wanted(request: Request) -> bool:
                body = request.post_data or ""
                return body != "" and operation != ("__schema" in body)

            async with page.expect_request(wanted) as sent:
                await (run(page) if operation else page.reload())
            return (await (await sent.value).all_headers()).get("x-seedbed-explain")

        await page.goto("/graphiql")
        await page.get_by_role("button", name="Show Explain").click()
        await expect(page.get_by_role("radio", name="Off")).to_be_checked()
        assert await asked() is None
        await page.get_by_role("radio", name="Plans").check()
        assert await asked(operation=False) is None, "the schema is read without explanations"
        assert await asked() == "plans"
        await page.get_by_role("radio", name="Off").check()
        assert await asked() is None


@needs_build
@pytest.mark.parametrize("example", pages.load_examples(), ids=lambda example: example.name)
async def test_an_example_opens_in_graphiql_and_runs_when_told(
    browser: Browser, site: str, example: pages.Example
) -> None:
    async with window(browser, site) as opened:
        page = opened.page
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.post_data or ""))
        await page.goto("/")
        await page.locator("article", has_text=example.title).get_by_role("link").click()
        editor = page.locator(".graphiql-query-editor")
        await expect(editor).to_contain_text(f"query {example.name.capitalize()}")
        await page.wait_for_load_state("networkidle")
        assert not [body for body in asked if example.name in body], "it ran by itself"
        await run(page)
        await expect(page.locator(".result-window")).to_contain_text(f'"{example.name}": {{')


@needs_build
async def test_a_journey_opens_with_its_variables_and_runs_a_step(
    browser: Browser, site: str
) -> None:
    async with window(browser, site) as opened:
        page = opened.page
        await page.goto("/")
        (content,) = (one for one in pages.load_journeys() if one.name == "content")
        await page.get_by_role("link", name=content.title).click()
        await expect(page.locator(".graphiql-editor-tool")).to_contain_text("The first frost")
        await run(page)
        await page.get_by_role("menuitem", name="LogIn").click()
        await expect(page.locator(".result-window")).to_contain_text('"accessToken": "')
        await page.get_by_role("button", name="Headers").click()
        await expect(page.locator(".graphiql-editor-tool:visible")).to_contain_text("Bearer")


async def test_home_leads_to_every_part(browser: Browser, site: str) -> None:
    async with window(browser, site) as opened:
        page = opened.page
        for name, found in [("Health", '"status"'), ("Readiness", '"checks"')]:
            await page.goto("/")
            await page.get_by_role("link", name=name).click()
            await expect(page.locator("body")).to_contain_text(found)


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_home_fits_its_window(browser: Browser, site: str, width: int, scheme: str) -> None:
    async with window(browser, site) as opened:
        page = opened.page
        await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        await page.set_viewport_size({"width": width, "height": 800})
        await page.goto("/")
        assert await page.evaluate("document.documentElement.scrollWidth") <= width


async def test_the_plain_page_runs_a_query(
    browser: Browser, application: Starlette, engine: SeedbedEngine, tmp_path: Path
) -> None:
    routes = pages.routes(engine.settings, load_assets(STATIC, tmp_path))
    plain = Starlette(routes=[*routes, Mount("/", application)])
    async with served(plain) as site, window(browser, site) as opened:
        page = opened.page
        await page.goto("/graphiql#query=query($yes:Boolean!){here:__typename @include(if:$yes)}")
        await page.locator("#variables").fill('{"yes": true')
        await page.get_by_role("button", name="Run").click()
        await expect(page.locator("#result")).to_contain_text("The variables are not JSON")
        await page.locator("#variables").fill('{"yes": true}')
        await page.get_by_role("button", name="Run").click()
        await expect(page.locator("#result")).to_contain_text('"here": "Query"')
