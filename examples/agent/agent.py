"""An example agent: takes events, checks their signature, and answers through the public API.

It writes a page that repeats the prompt, and shows it under the address that it answers with. Only
Python's standard library is used. `make agent` starts it with a key of its own; by itself it needs

    AGENT_API_URL   the API, such as http://127.0.0.1:8000/graphql
    AGENT_API_KEY   an API key of the scope AGENT
    AGENT_SECRET    what the server has in SEEDBED_AGENT_SECRET
    AGENT_PORT      where to listen on this machine (8020)
"""

import hashlib
import hmac
import html
import json
import os
import sys
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

API_URL = os.environ.get("AGENT_API_URL", "http://127.0.0.1:8000/graphql")
API_KEY = os.environ.get("AGENT_API_KEY", "")
SECRET = os.environ.get("AGENT_SECRET", "")
PORT = int(os.environ.get("AGENT_PORT", "8020"))

OLDEST = 300  # seconds: a delivery that is older was overheard, and is played again
LARGEST = 1_000_000  # bytes of a delivery

ANSWER = """
mutation Answer($input: AnswerEventInput!) {
  answerEvent(input: $input) { message { id } errors { code message path } }
}
"""

# What was made, by event: shown as a sandbox would, until the agent ends.
PAGES: dict[str, str] = {}


def is_genuine(header: str, body: bytes, now: float) -> bool:
    """Whether the server has signed this body, and not long ago."""
    parts = dict(part.partition("=")[::2] for part in header.split(","))
    at = parts.get("t", "")
    if not (at.isascii() and at.isdecimal() and abs(now - int(at)) <= OLDEST):
        return False
    expected = hmac.new(SECRET.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), parts.get("v1", "").encode())


def work(event: dict[str, Any]) -> dict[str, Any]:
    """The answer to an event, made in the same way whenever the event comes again."""
    data = event["data"]
    prompt = html.escape(data["prompt"])
    page = f'<!doctype html>\n<meta charset="utf-8">\n<title>A page</title>\n<h1>{prompt}</h1>\n'
    PAGES[event["id"]] = page
    return {
        "eventId": event["id"],
        "projectId": data["projectId"],
        "content": "Here is a page with what you wrote.",
        "fragment": {
            "sandboxUrl": f"http://127.0.0.1:{PORT}/pages/{event['id']}",
            "title": "A page",
            "files": {"index.html": page},
            "summary": "One heading, which repeats the prompt.",
        },
    }


def send(answer: dict[str, Any]) -> None:
    """Answer through the API; raises OSError or RuntimeError when it was not stored."""
    request = urllib.request.Request(
        API_URL,
        data=json.dumps({"query": ANSWER, "variables": {"input": answer}}).encode(),
        headers={"Content-Type": "application/json", "Authorization": f"Bearer {API_KEY}"},
    )
    with urllib.request.urlopen(request, timeout=30) as response:
        told = json.load(response)
    problems = told.get("errors") or told["data"]["answerEvent"]["errors"]
    if problems:
        raise RuntimeError("; ".join(problem["message"] for problem in problems))


class Handler(BaseHTTPRequestHandler):
    """POST /events takes an event; GET /pages/<event> shows what was made for it."""

    def do_POST(self) -> None:
        """Work, answer, and only then accept: an event that is lost on the way comes again."""
        size = int(self.headers.get("Content-Length") or 0)
        if self.path != "/events" or not 0 < size <= LARGEST:
            return self.end(404)
        body = self.rfile.read(size)
        if not is_genuine(self.headers.get("Seedbed-Signature", ""), body, time.time()):
            print("A delivery with a wrong signature is refused.", flush=True)
            return self.end(401)
        event = json.loads(body)
        try:
            send(work(event))
        except (OSError, RuntimeError) as error:
            print(f"{event['id']} could not be answered at {API_URL}: {error}", flush=True)
            return self.end(502)
        print(f"{event['id']} is answered: {event['data']['prompt'][:60]!r}", flush=True)
        return self.end(204)

    def do_GET(self) -> None:
        """A page, with nothing in it allowed to run."""
        page = PAGES.get(self.path.removeprefix("/pages/"))
        if page is None:
            return self.end(404)
        return self.end(200, page.encode())

    def end(self, status: int, body: bytes = b"") -> None:
        """Answer."""
        self.send_response(status)
        if body:
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", "sandbox; default-src 'none'")
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing: what matters is printed above."""


def main() -> int:
    """Listen until Ctrl-C: the exit code."""
    if not API_KEY or not SECRET:
        print("AGENT_API_KEY and AGENT_SECRET must be set; `make agent` does it.", file=sys.stderr)
        return 2
    try:
        server = ThreadingHTTPServer(("127.0.0.1", PORT), Handler)
    except OSError as error:
        print(f"The agent cannot listen on port {PORT}: {error.strerror}.", file=sys.stderr)
        return 1
    print(f"The agent waits for events on http://127.0.0.1:{PORT}/events", flush=True)
    print(f"It answers them at {API_URL}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
