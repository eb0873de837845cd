"""Documents as files: the Markdown of one, for whoever may read it."""

import unicodedata
from collections.abc import Mapping
from urllib.parse import quote
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app.actions.assessment.document_life import HAVE_TEXT, find_document
from app.actions.limits import RateLimited
from app.actions.slugs import slugify
from app.audit import Origin
from app.bridge import encode
from app.bridge.cursors import key_of_id
from app.context import ANONYMOUS, NotAuthenticated
from app.database import operation_name
from app.web.deadlines import Deadlines
from app.web.graphql.request import BadRequest
from app.web.graphql.streams import Service, refusal

_NO_STORE = {"Cache-Control": "no-store"}
_LONGEST_NAME = 60  # characters: of four bytes each they still fit every file system
# What file systems and shells take for something else than a letter of a name.
_NOT_IN_NAMES = frozenset('"*/:<>?\\|%')
# What RFC 8187 lets stand unescaped, beside letters and digits.
_PLAIN = "!#$&+-.^_`|~"


def routes(service: Service) -> list[BaseRoute]:
    """`/documents/<id>.md`, with the token and by the policies of the API."""
    deadlines = Deadlines(service.engine.settings.request_timeout)

    async def document(request: Request) -> Response:
        try:
            with deadlines.limit():
                return await _document(service, request)
        except Exception as error:  # noqa: BLE001 - the last line: log it, tell the client nothing
            return _refused(error)

    return [Route("/documents/{id}.md", document)]


async def _document(service: Service, request: Request) -> Response:
    operation_name.set("download")
    viewer = await service.admit(request.headers.get("authorization"))
    address = request.client.host if request.client else None
    context = service.context(viewer, Origin(address, request.headers.get("user-agent")))
    key = key_of_id("Document", request.path_params["id"])
    row = None if key is None else await find_document(context, UUID(key))
    if row is None and viewer is ANONYMOUS:
        raise NotAuthenticated("send the header as: Authorization: Bearer <access token>")
    if row is None:
        raise BadRequest(404, "NOT_FOUND", "there is no Document with this id")
    if row["status"] not in HAVE_TEXT:
        text = f"the document is {row['status']}, and has no text to download"
        raise BadRequest(409, "NOT_GENERATED", text)
    headers = {"Content-Disposition": disposition(row["title"], row["version"]), **_NO_STORE}
    return Response(row["content"], headers=headers, media_type="text/markdown")


def disposition(title: str, version: int) -> str:
    """The header that names the file (RFC 6266): in ASCII, and in the letters of the title."""
    text = unicodedata.normalize("NFC", title)
    # Characters of the class C are control characters and those that turn the direction of text.
    kept = "".join(
        " " if letter in _NOT_IN_NAMES or unicodedata.category(letter)[0] == "C" else letter
        for letter in text
    )
    name = " ".join(kept.split())[:_LONGEST_NAME].strip(" .") or "document"
    ascii_name = f"{slugify(title, _LONGEST_NAME, 'document')}-v{version}.md"
    full_name = quote(f"{name} v{version}.md", safe=_PLAIN)
    return f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{full_name}"


def _refused(error: Exception) -> Response:
    status, told = refusal(error)
    headers: Mapping[str, str] = _NO_STORE
    if status == 401:
        headers = {**headers, "WWW-Authenticate": "Bearer"}
    if isinstance(error, RateLimited):
        headers = {**headers, "Retry-After": str(error.retry_after)}
    return Response(
        encode({"errors": [told]}), status, headers=headers, media_type="application/json"
    )
