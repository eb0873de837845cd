"""Files for browsers, named by their content so that they can be cached for good."""

import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route

FOLDER = Path(__file__).resolve().parent
STATIC = FOLDER / "static"
BUILD = FOLDER / "build"

PREFIX = "/assets/"
_FOREVER = "public, max-age=31536000, immutable"
_A_DAY = "public, max-age=86400"

# Said here because Python's table differs between systems.
_MEDIA_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".woff2": "font/woff2",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file, its media type, and its gzip copy when the build has made one."""

    path: Path
    media_type: str
    gzip: Path | None


@dataclass(frozen=True, slots=True)
class Assets:
    """Every file that is served, by name: a request chooses from these and never makes a path."""

    files: Mapping[str, Asset]
    icon: Asset
    urls: Mapping[str, str]  # of our own files, by their names in static/
    graphiql: bytes | None  # the page that loads GraphiQL; None when it has not been built

    def routes(self) -> list[BaseRoute]:
        """The routes of the files and of the icon, which browsers ask for by two fixed names."""
        return [
            Route(PREFIX + "{name}", self._file),
            Route("/favicon.svg", self._icon),
            Route("/favicon.ico", self._icon),
        ]

    async def _file(self, request: Request) -> Response:
        asset = self.files.get(request.path_params["name"])
        if asset is None:
            raise HTTPException(404, "There is no such file.")
        return _answer(request, asset, _FOREVER)

    async def _icon(self, request: Request) -> Response:
        return _answer(request, self.icon, _A_DAY)


def load_assets(static: Path = STATIC, build: Path = BUILD) -> Assets:
    """Find the files of `static` (named by their content here) and of `build` (named by Vite)."""
    files: dict[str, Asset] = {}
    urls: dict[str, str] = {}
    for path in sorted(static.iterdir()):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()[:8]
        name = f"{path.stem}-{digest}{path.suffix}"
        files[name] = _asset(path)
        urls[path.name] = PREFIX + name
    page = build / "index.html"
    graphiql = page.read_bytes() if page.is_file() else None
    if graphiql is not None:
        for path in build.iterdir():
            if path.suffix not in {".html", ".gz"} and not path.name.startswith("."):
                files[path.name] = _asset(path)
    return Assets(files, icon=_asset(static / "favicon.svg"), urls=urls, graphiql=graphiql)


def _asset(path: Path) -> Asset:
    media_type = _MEDIA_TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0]
    copy = path.with_name(path.name + ".gz")
    return Asset(path, media_type or "application/octet-stream", copy if copy.is_file() else None)


def _answer(request: Request, asset: Asset, cache: str) -> Response:
    headers = {"Cache-Control": cache}
    path = asset.path
    if asset.gzip is not None:
        headers["Vary"] = "Accept-Encoding"
        # Ranges of a compressed file would be ranges of something the client did not ask for.
        if _accepts_gzip(request) and "range" not in request.headers:
            headers["Content-Encoding"] = "gzip"
            path = asset.gzip
    return FileResponse(path, headers=headers, media_type=asset.media_type)


def _accepts_gzip(request: Request) -> bool:
    for part in request.headers.get("accept-encoding", "").split(","):
        coding, _, weight = part.partition(";")
        if coding.strip().lower() == "gzip":
            return weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False
