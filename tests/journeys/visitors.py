"""Visitors who run the ready-made operations of the home page, as somebody in GraphiQL does."""

import re
from dataclasses import dataclass
from typing import Any

import httpx

from app.web.pages import Journey, load_journeys
from seeds.identity import DEMO_PASSWORD
from tests.worker.smtp import Mailbox
from tests.worker.toys import until

JOURNEYS = {journey.name: journey for journey in load_journeys()}


@dataclass
class Visitor:
    """Somebody with an API client, and the token they were given last."""

    client: httpx.AsyncClient
    token: str | None = None

    async def does(self, journey: Journey, operation: str, **variables: Any) -> Any:
        """What one operation of a journey answers, by its only root field; it must not fail."""
        body = {
            "query": journey.document,
            "operationName": operation,
            "variables": variables,
        }
        sent = await self.client.post("/graphql", json=body, headers=self._headers())
        answer = sent.json()
        assert "errors" not in answer, answer
        (found,) = answer["data"].values()
        if isinstance(found, dict) and "errors" in found:
            assert found.pop("errors") == [], (operation, found)
        return found

    async def downloads(self, path: str) -> httpx.Response:
        """What a path of the server answers."""
        return await self.client.get(path, headers=self._headers())

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}


@dataclass
class Town:
    """The server and its mail."""

    client: httpx.AsyncClient
    mailbox: Mailbox

    def visitor(self) -> Visitor:
        """Somebody who is not logged in."""
        return Visitor(self.client)

    async def newcomer(self, name: str) -> Visitor:
        """Somebody who registers, reads the mail and follows its link."""
        account, visitor = JOURNEYS["account"], self.visitor()
        email = f"{name.lower()}@new.example"
        wanted = {"email": email, "name": name, "password": "a long enough password"}
        await visitor.does(account, "Register", account=wanted)
        link = await self.link_sent_to(email)
        told = await visitor.does(account, "FollowLink", token=link)
        assert told["user"] == {"email": email, "emailVerified": True}
        visitor.token = told["accessToken"]
        return visitor

    async def demo(self, email: str) -> Visitor:
        """A person of the demo data, logged in by their password."""
        visitor = self.visitor()
        told = await visitor.does(JOURNEYS["content"], "LogIn", email=email, password=DEMO_PASSWORD)
        visitor.token = told["accessToken"]
        return visitor

    async def link_sent_to(self, email: str) -> str:
        """The token in the next mail to an address; the mail is taken out of the box."""

        def arrived() -> bool:
            return any(mail["To"] == email for mail in self.mailbox.mails)

        await until(arrived)
        (mail,) = [mail for mail in self.mailbox.mails if mail["To"] == email]
        self.mailbox.mails.remove(mail)
        plain = mail.get_body(("plain",))
        assert plain is not None
        token = re.search(r"#token=(\S+)", plain.get_content())
        assert token is not None
        return token[1]
