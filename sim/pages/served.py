"""The app behind a web server: strict rules for the browser, shapes of the maps, a health check, a warm start.

`article5 app` serves it; any ASGI server can: `uvicorn sim.pages.served:app`. `streamlit run app.py` serves the same
pages without the rules, the shapes and the warm start.
"""

import base64
import hashlib
import re
import sys
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

import sim
from sim.charts import maps
from sim.pages import warming
from sim.reference import data_dir

HERE = ("localhost", "127.0.0.1", "::1")
"""Names of this machine to itself."""

PERMISSIONS = ("camera", "display-capture", "geolocation", "microphone", "payment", "usb")
"""What a page of ours never asks a browser for."""

DAY = 24 * 3600


def script() -> Path:
    """The app's script: in a checkout beside `sim`, in an installed package inside."""
    inside = Path(sim.__file__).parent
    beside = inside.parent / "app.py"
    return beside if beside.exists() else inside / "_app" / "app.py"


# --- what the browser may do --------------------------------------------------------------------------------------


def bootstrap() -> list[str]:
    """Digests of the scripts that stand inside Streamlit's page: these, and no others, may run there."""
    page = (Path(st.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    inside = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    digests = [hashlib.sha256(text.encode()).digest() for text in inside]
    return [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]


def policy() -> str:
    """The content security policy: everything from this server; no script written into a page, none made from text."""
    rules = {
        "default-src": "'self'",
        "script-src": " ".join(["'self'", *bootstrap()]),
        "style-src": "'self' 'unsafe-inline'",  # Streamlit writes its styles as it goes
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "connect-src": "'self'",
        "worker-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'self'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


AHEAD = ("embed", "ArrowVegaLiteChart", "recordbatch", "serialization", "Metric", "Slider", "moment", "numbro")
"""Streamlit's scripts that the first page needs, and that a browser would only ask for once it draws."""


def ahead() -> str:
    """A header that has the browser load these scripts while it loads the page; a name that is not there is left out.

    Streamlit's names end in a digest, so that they are looked up. Only the address of the first page carries it.
    """
    scripts = Path(st.__file__).parent / "static" / "static" / "js"
    found = [file.name for name in AHEAD for file in sorted(scripts.glob(f"{name}.*.js"))]
    return ", ".join(f"</static/js/{name}>; rel=modulepreload" for name in found)


class Rules:
    """Middleware that sends rules for the browser with every answer."""

    def __init__(self, app: Any) -> None:
        self.app = app
        said = {
            "content-security-policy": policy(),
            "x-content-type-options": "nosniff",
            "referrer-policy": "no-referrer",
            "permissions-policy": ", ".join(f"{name}=()" for name in PERMISSIONS),
            "cross-origin-opener-policy": "same-origin",
        }
        self.headers = [(name.encode(), value.encode()) for name, value in said.items()]
        self.names = {name for name, _ in self.headers}
        self.ahead = ahead().encode()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass a request on; the answer carries the rules, and none that contradict them."""

        async def out(message: Any) -> None:
            if message["type"] == "http.response.start":
                own = [pair for pair in message.get("headers", ()) if pair[0].lower() not in self.names]
                more = [(b"link", self.ahead)] if self.ahead and scope["path"] == "/" else []
                message = {**message, "headers": [*own, *more, *self.headers]}
            await send(message)

        await self.app(scope, receive, out if scope["type"] == "http" else send)


# --- routes -------------------------------------------------------------------------------------------------------


async def health(request: Request) -> Response:
    """Whether the app serves."""
    return JSONResponse({"ok": True, "version": sim.__version__}, headers={"cache-control": "no-store"})


async def shapes(request: Request) -> Response:
    """The shapes of countries for the maps, kept by browsers for a day."""
    file = data_dir() / "europe.topo.json"
    if not file.is_file():
        return Response("The shapes of the maps are not installed.", 404, media_type="text/plain")
    return FileResponse(file, media_type="application/json", headers={"cache-control": f"public, max-age={DAY}"})


ROUTES = [Route("/health", health), Route(maps.SHAPES, shapes)]

app = st.App(script(), lifespan=warming.lifespan, middleware=[Middleware(Rules)], routes=ROUTES)
maps.served()


def serve(host: str, port: int) -> None:
    """Serve the app until it is interrupted."""
    sys.argv = [""]  # else Streamlit puts the folder of the command before all packages
    settings: dict[str, Any] = {"server.port": port, "server.address": host}
    if host in HERE:
        settings["server.allowedHosts"] = list(HERE)
    app.run(config=settings)
