"""In a real browser: the admin shows its pages, changes rows, and lets people in and out."""

import pytest
from playwright.async_api import Browser, Dialog, Page, expect

from app.database import SeedbedEngine
from app.tables.catalog import Course, University
from app.tables.identity import User
from app.tables.operations import AuditLog
from seeds import identity
from tests.web.browsing import Window, needs_chromium, window

pytestmark = needs_chromium


async def enter(opened: Window, email: str) -> Page:
    """Log in at the admin, by its form."""
    page = opened.page
    # Before the login, Piccolo Admin asks who is there, and logs that nobody is.
    opened.refusal = "401"
    await page.goto("/admin/")
    await expect(page.locator("form")).to_contain_text("Email")
    await page.locator("input[name=username]").fill(email)
    await page.wait_for_load_state("networkidle")
    await page.locator("input[type=password]").fill(identity.DEMO_PASSWORD)
    await page.get_by_role("button", name="Login").click()
    await expect(page.locator("body")).to_contain_text("universities")
    opened.refusal = ""
    return page


async def test_an_administrator_reads_every_table(browser: Browser, site: str) -> None:
    async with window(browser, site) as opened:
        page = await enter(opened, identity.ADMIN)
        await page.get_by_role("link", name="users", exact=True).click()
        await page.locator("table").get_by_role("link", name=identity.STAFF).click()
        await expect(page.locator("input[name=email]")).to_have_value(identity.STAFF)
        await expect(page.locator("input[name=password_hash]")).to_have_value("")
        for table in ("payment_reports", "system_configs", "audit_logs", "courses", "posts"):
            await page.goto(f"/admin/#/{table}")
            await expect(page.locator("table").get_by_role("row").nth(1)).to_be_visible()


async def test_only_what_can_be_done_is_offered(browser: Browser, site: str) -> None:
    async with window(browser, site) as opened:
        page = await enter(opened, identity.ADMIN)
        add, save = (
            page.get_by_role("link", name="Add Row"),
            page.get_by_role("button", name="Save"),
        )
        for table, link in (("payment_reports", identity.VENDOR), ("audit_logs", "")):
            await page.get_by_role("link", name=table.replace("_", " "), exact=True).click()
            row = page.locator("table").get_by_role("link", name=link).first
            await expect(row).to_be_visible()
            await expect(page.locator("[data-uitest=csv_button]")).to_be_visible()
            await expect(add).to_be_hidden()
            await row.click()
            await expect(page.locator("[data-uitest=save_button]")).to_be_attached()
            await expect(save).to_be_hidden()
            await page.locator("[data-uitest=drop_down_button]").click()
            await expect(page.locator("[data-uitest=delete_row_button]")).to_be_hidden()
            await page.goto("/admin/")
        # An address with a filter is of the same table.
        await page.goto("/admin/#/audit_logs?__page=1")
        await expect(page.locator("[data-uitest=csv_button]")).to_be_visible()
        await expect(page.locator("html")).to_have_attribute("data-table", "audit_logs")
        await page.get_by_role("link", name="courses", exact=True).click()
        await expect(add).to_be_visible()
        await page.locator("table").get_by_role("link").first.click()
        await expect(save).to_be_visible()


async def test_a_change_is_in_the_api_and_in_the_audit_log(
    browser: Browser, site: str, committed: SeedbedEngine
) -> None:
    course = await Course.select(Course.id, Course.name).where(Course.is_active.eq(True)).first()
    assert course is not None
    async with window(browser, site) as opened:
        page = await enter(opened, identity.ADMIN)
        await page.goto(f"/admin/#/courses?name={course['name']}")
        await page.locator("table").get_by_role("link", name=course["name"]).first.click()
        name = page.locator("input[name=name]")
        await expect(name).to_have_value(course["name"])
        await name.fill("Seen in the browser")
        await page.get_by_role("button", name="Save").click()
        await expect(page.locator("body")).to_contain_text("Successfully saved row")
        key = page.url.rstrip("/").rsplit("/", 1)[-1]
        answer = await page.request.post(
            "/graphql",
            data={
                "query": '{ courses(where: {name: {eq: "Seen in the browser"}})'
                " { nodes { name } } }"
            },
        )
        assert await answer.json() == {
            "data": {"courses": {"nodes": [{"name": "Seen in the browser"}]}}
        }
        await page.goto("/admin/#/audit_logs")
        row = page.locator("table").get_by_role("row").filter(has_text="admin.update")
        await expect(row.first).to_contain_text("Course")
        [entry] = await AuditLog.select().where(AuditLog.action == "admin.update")
        assert entry["resource_id"] == key
        user = await User.select(User.email).where(User.id == entry["user"]).first()
        assert user == {"email": identity.ADMIN}
        opened.refusal = "401"
        await leave(page)
        await page.goto("/admin/#/courses")
        await expect(page.locator("input[type=password]")).to_be_visible()
        await page.wait_for_load_state("networkidle")


async def leave(page: Page) -> None:
    """Log out, by the menu."""
    await page.get_by_text("admin@seedbed.ex...").click()
    await expect(page.get_by_text("MFA Setup")).to_be_hidden()
    await expect(page.get_by_text("Change Password")).to_be_hidden()
    page.once("dialog", _accept)
    await page.locator("[data-uitest=logout_button]").click()
    await expect(page.locator("input[type=password]")).to_be_visible()
    await page.wait_for_load_state("networkidle")


async def test_what_is_not_changed_here_is_told(
    browser: Browser, site: str, committed: SeedbedEngine
) -> None:
    user = await User.select(User.id).where(User.email == identity.STAFF).first()
    assert user is not None
    async with window(browser, site) as opened:
        page = await enter(opened, identity.ADMIN)
        await page.goto(f"/admin/#/users/{user['id']}")
        await page.locator("input[name=email]").fill("another@seedbed.example")
        opened.refusal = "422"
        await page.get_by_role("button", name="Save").click()
        await expect(page.locator(".errors")).to_contain_text("email field - this cannot be set")
    assert await User.exists().where(User.email == identity.STAFF)


async def test_rows_are_added_and_deleted(
    browser: Browser, site: str, committed: SeedbedEngine
) -> None:
    async with window(browser, site) as opened:
        page = await enter(opened, identity.ADMIN)
        page.on("dialog", _accept)
        await page.goto("/admin/#/users")
        await page.get_by_role("link", name="Add Row").click()
        await page.locator("input[name=email]").fill("added@seedbed.example")
        await page.locator("input[name=name]").fill("Added")
        await page.locator("[data-uitest=create_button]").click()
        await expect(page.locator("body")).to_contain_text("Successfully added row")
        await page.goto("/admin/#/users")
        link = page.locator("table").get_by_role("link", name="added@seedbed.example")
        await link.click()
        await page.locator("[data-uitest=drop_down_button]").click()
        await page.locator("[data-uitest=delete_row_button]").click()
        await expect(page).to_have_url(f"{site}/admin/#/users/")
        actions = await AuditLog.select(AuditLog.action).where(AuditLog.resource_type == "User")
    assert [row["action"] for row in actions][-2:] == ["admin.create", "admin.delete"]


async def _accept(dialog: Dialog) -> None:
    await dialog.accept()


async def test_what_fails_is_queued_again_from_the_menu(browser: Browser, site: str) -> None:
    async with window(browser, site) as opened:
        page = await enter(opened, identity.ADMIN)
        await page.goto("/admin/#/forms/queue-again")
        await page.locator("[data-uitest=submit_custom_form_button]").click()
        await expect(page.locator("#success_message, body").first).to_contain_text("Queued again")
        await page.goto("/admin/#/forms/seed")
        await page.reload()
        await expect(page.locator("body")).to_contain_text("Writes the demo data")
        await page.locator("[data-uitest=submit_custom_form_button]").click()
        await expect(page.locator("body")).to_contain_text("0 rows were created")


async def test_staff_see_their_university_alone(
    browser: Browser, site: str, committed: SeedbedEngine
) -> None:
    async with window(browser, site) as opened:
        page = await enter(opened, identity.STAFF)
        await expect(page.locator("body")).not_to_contain_text("users")
        await page.goto("/admin/#/universities")
        await expect(page.locator("table").get_by_role("row")).to_have_count(2)
        # Their university is only read, courses are theirs.
        add = page.get_by_role("link", name="Add Row")
        await expect(page.locator("[data-uitest=csv_button]")).to_be_visible()
        await expect(add).to_be_hidden()
        await page.locator("table").get_by_role("link").first.click()
        await expect(page.locator("[data-uitest=save_button]")).to_be_attached()
        await expect(page.locator("[data-uitest=save_button]")).to_be_hidden()
        await page.goto("/admin/#/courses")
        await expect(page.locator("table").get_by_role("row").nth(1)).to_be_visible()
        await expect(add).to_be_visible()
    assert await University.count() > 1


@pytest.mark.parametrize("path", ["/admin/#/users", "/admin/#/courses"])
async def test_without_a_login_there_is_the_login(browser: Browser, site: str, path: str) -> None:
    async with window(browser, site) as opened:
        opened.refusal = "401"
        await opened.page.goto(path)
        await expect(opened.page.locator("input[type=password]")).to_be_visible()
        await opened.page.wait_for_load_state("networkidle")
