"""Around each request: its id, its line in the log, and an answer whatever happens."""

import asyncio
import logging
import re
import time
import uuid

from fastapi import Request
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from syncproof.api import failures
from syncproof.telemetry.logs import request_id

_LOG = logging.getLogger(__name__)
_GIVEN = re.compile(r"[0-9a-f]{32}")
_DRAINED_BYTES = 64 << 20
_DRAINED_SECONDS = 10


class Marking:
    """Gives each request an id (the caller's own, where it has the form of ours) that is in the
    answer's X-Request-Id and in each line of the log."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Request(scope).headers.get("x-request-id", "")
        identity = given if _GIVEN.fullmatch(given) else uuid.uuid4().hex
        marked = request_id.set(identity)
        try:
            await _Exchange(scope, receive, send, identity).carried_by(self._app)
        finally:
            request_id.reset(marked)


class _Exchange:
    """One request and its answer."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, identity: str) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._identity = identity
        self._status = 0
        self._whole = False
        self._began = time.monotonic()

    async def carried_by(self, app: ASGIApp) -> None:
        try:
            await app(self._scope, self.receive, self.send)
        except ClientDisconnect:
            _LOG.info("the caller went away")
        except Exception as error:
            if self._status:
                raise  # half an answer is gone: only the connection can tell the caller
            answer = failures.unexpected(Request(self._scope), error)
            await answer(self._scope, self.receive, self.send)
        finally:
            took = 1000 * (time.monotonic() - self._began)
            method, path = self._scope["method"], self._scope["path"]
            _LOG.info("%s %s %s %.0f ms", method, path, self._status or "-", took)

    async def receive(self) -> Message:
        """The next part of the request."""
        message = await self._receive()
        self._whole = message["type"] != "http.request" or not message.get("more_body", False)
        return message

    async def send(self, message: Message) -> None:
        """The next part of the answer, with the id in its head."""
        if message["type"] == "http.response.start":
            self._status = message["status"]
            await self._drain()
            headers = [(b"x-request-id", self._identity.encode()), *message.get("headers", ())]
            message = {**message, "headers": headers}
        await self._send(message)

    async def _drain(self) -> None:
        """Take in what is left of a body that was refused: a caller that is still sending would
        see its connection reset instead of the answer."""
        left = _DRAINED_BYTES
        try:
            async with asyncio.timeout(_DRAINED_SECONDS):
                while not self._whole and left > 0:
                    left -= len((await self.receive()).get("body", b""))
        except TimeoutError:
            return
