"""A warm start: what the first visitor needs is loaded, and has been drawn once, before the first visitor comes."""

import gc
import importlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
from anyio.to_thread import run_sync
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from sim import jobs, question
from sim.charts import maps
from sim.question import Question

LIBRARIES = ("altair", "pandas", "pyarrow", "streamlit.elements.vega_charts")
"""What Streamlit would load when it first draws."""

LONGEST_START = 60.0
"""Seconds after which the app opens, warm or not."""

SWEEP = 60.0
"""Seconds between two collections of garbage."""

log = logging.getLogger(__name__)


@asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[None]:
    """Around the life of the server: warm up, collect garbage now and then, end the workers."""
    maps.served()
    try:
        with anyio.move_on_after(LONGEST_START):
            await _warm(app)
    except Exception:
        log.exception("The warm start failed; the app opens cold.")
    gc.collect()
    gc.freeze()
    async with anyio.create_task_group() as group:
        group.start_soon(_sweep)
        try:
            yield
        finally:
            group.cancel_scope.cancel()
            jobs.close()


async def _warm(app: Any) -> None:
    async with anyio.create_task_group() as group:
        group.start_soon(run_sync, jobs.warm, question.answer, Question())
        group.start_soon(run_sync, _load)
    await visit(app)


def _load() -> None:
    for name in LIBRARIES:
        importlib.import_module(name)


async def _sweep() -> None:
    while True:
        await anyio.sleep(SWEEP)
        await run_sync(gc.collect)


async def visit(app: Any) -> list[ForwardMsg]:
    """Open the first page as a browser does, without a network; returns what it was sent."""
    ask = BackMsg()
    ask.rerun_script.query_string = ""
    told, finished = [], anyio.Event()
    said = iter([{"type": "websocket.connect"}, {"type": "websocket.receive", "bytes": ask.SerializeToString()}])

    async def receive() -> Any:
        if message := next(said, None):
            return message
        await finished.wait()
        return {"type": "websocket.disconnect", "code": 1000}

    async def send(message: Any) -> None:
        if message["type"] == "websocket.close":
            finished.set()
        if message.get("bytes"):
            told.append(ForwardMsg.FromString(message["bytes"]))
            if told[-1].WhichOneof("type") == "script_finished":
                finished.set()

    await app(_scope(), receive, send)
    return told


def _scope() -> dict[str, Any]:
    """A connection of this machine to itself."""
    return {
        "type": "websocket", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "ws", "query_string": b"",
        "path": "/_stcore/stream", "raw_path": b"/_stcore/stream", "root_path": "", "subprotocols": ["streamlit"],
        "headers": [(b"host", b"localhost")], "client": ("127.0.0.1", 0), "server": ("localhost", 0), "state": {},
    }  # fmt: skip
