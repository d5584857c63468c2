"""Files for browsers, shipped with the package; `Files` serves a folder of them."""

import hashlib
import mimetypes
import re
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, HTTPException, Request
from fastapi import Path as InPath
from fastapi.responses import Response

FOLDER = Path(__file__).parent
SERVED = frozenset({".css", ".js", ".woff2", ".svg", ".json"})
TYPES = {".js": "text/javascript", ".woff2": "font/woff2"}
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
ASKED_FOR = re.compile(rb'url\("([^"?]+)"\)')


class Files:
    """A folder's files, read once; each address names the content, so browsers keep it."""

    def __init__(self, folder: Path, at: str) -> None:
        self._at = at
        self._held = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.suffix in SERVED
        }
        self._marks = {name: _mark(content) for name, content in self._held.items()}
        for name, content in self._held.items():
            if name.endswith(".css"):
                self._held[name] = self._with_marks(content)
                self._marks[name] = _mark(self._held[name])

    def url(self, name: str) -> str:
        """Where a page finds a file; a name that is not there is a mistake of the page."""
        return f"{self._at}/{name}?v={self._marks[name]}"

    def _with_marks(self, sheet: bytes) -> bytes:
        """Name the content of what a stylesheet asks for too: browsers then never ask again."""

        def marked(found: re.Match[bytes]) -> bytes:
            mark = self._marks.get(found[1].decode(), "")
            return b'url("%s?v=%s")' % (found[1], mark.encode()) if mark else found[0]

        return ASKED_FOR.sub(marked, sheet)

    def router(self, within: str | None = None) -> APIRouter:
        """Serve them; `within` is their place inside of a mounted application."""
        at = self._at if within is None else within
        router = APIRouter(include_in_schema=False)
        router.add_api_route(f"{at}/{{name:path}}", self._serve, methods=["GET", "HEAD"])
        return router

    def _serve(self, request: Request, name: Annotated[str, InPath()]) -> Response:
        if name not in self._held:
            raise HTTPException(404)
        mark = self._marks[name]
        asked_by_content = request.query_params.get("v") == mark
        headers = {
            "cache-control": FOR_EVER if asked_by_content else ASK_AGAIN,
            "etag": f'"{mark}"',
            "x-content-type-options": "nosniff",
        }
        if request.headers.get("if-none-match") == headers["etag"]:
            return Response(status_code=304, headers=headers)
        return Response(self._held[name], media_type=_type(name), headers=headers)


def _mark(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]


def _type(name: str) -> str:
    suffix = Path(name).suffix
    return TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"


def shared(at: str = "/static") -> Files:
    """What several rooms' pages use: the stylesheet they build on and the font."""
    return Files(FOLDER, at)
