"""A scripted HTTP server on loopback, so that clients are tested over real sockets.

    with Loopback(chat("Answer: B")) as server:
        ...  # ask server.url
        assert server.requests[0].json["model"] == "m"

Answers are given one after another, the last one to all further requests; a function of the request may
stand in for any of them. Faults are answers too: see Answer.end.
"""

import asyncio
import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

End = Literal["keep", "close", "reset", "hang", "trickle", "flood"]


@dataclass(frozen=True, slots=True)
class Request:
    """What a client sent."""

    method: str
    path: str
    headers: dict[str, str]  # names in lower case
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the server does with one request.

    Attributes:
        raw: sent instead of a whole reply, byte for byte.
        length: Content-Length where it should differ from the truth.
        end: what follows: keep the connection, close it, reset it, say no more ("hang"), go on with a
            space a second ("trickle") or with spaces for ever ("flood").
        delay_s: before the first byte.
    """

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    length: int | None = None
    end: End = "keep"
    delay_s: float = 0.0

    def wire(self) -> bytes:
        if self.raw is not None:
            return self.raw
        length = len(self.body) if self.length is None else self.length
        headers = {"Content-Type": "application/json", "Content-Length": str(length)} | dict(self.headers)
        lines = [f"HTTP/1.1 {self.status} Scripted", *(f"{name}: {text}" for name, text in headers.items())]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + self.body


Step = Answer | Callable[[Request], Answer]


class Loopback:
    """The server; a context manager that runs it in a thread of its own."""

    def __init__(self, *script: Step, host: str = "127.0.0.1", tls: bool = False) -> None:
        self.requests: list[Request] = []
        self.connections = 0
        self.most_at_once = 0
        self._at_once = 0
        self._script = list(script)
        self._host = host
        self._tls = tls  # with a certificate that nobody has signed but itself
        self._ready = threading.Event()
        self._arrived = threading.Condition()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    @property
    def root(self) -> str:
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http{'s' * self._tls}://{host}:{self.port}"

    @property
    def url(self) -> str:
        """The base URL of the API."""
        return f"{self.root}/v1"

    def wait_for(self, requests: int) -> None:
        """Blocks until so many requests have come."""
        with self._arrived:
            assert self._arrived.wait_for(lambda: len(self.requests) >= requests, timeout=30)

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._done.set)
        self._thread.join()

    async def _serve(self) -> None:
        self._loop, self._done = asyncio.get_running_loop(), asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        context = None
        if self._tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(Path(__file__).with_name("self_signed.pem"))
        listener = await asyncio.start_server(self._accept, self._host, 0, backlog=512, ssl=context)
        self.port: int = listener.sockets[0].getsockname()[1]
        self._ready.set()
        await self._done.wait()
        listener.close()
        await asyncio.sleep(0.01)  # who was let in just now gets a task, which closes its connection
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            while await self._serve_one(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        except asyncio.CancelledError:
            pass  # the test is over
        finally:
            self._tasks.discard(task)
            writer.transport.abort()

    async def _serve_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        start = await reader.readexactly(1)
        if start == b"\x16":  # a TLS greeting; answered as nginx answers it
            writer.write(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
            return await self._end("close", writer)
        first, *lines = (start + await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {
            name.lower(): text.strip()
            for name, colon, text in (line.partition(":") for line in lines)
            if colon
        }
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        method, path, _ = first.split(" ")
        request = Request(method, path, headers, body)
        with self._arrived:
            self.requests.append(request)
            self._arrived.notify_all()
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            step = self._script.pop(0) if len(self._script) > 1 else self._script[0]
            answer = step if isinstance(step, Answer) else step(request)
            await asyncio.sleep(answer.delay_s)
        finally:
            self._at_once -= 1
        writer.write(answer.wire())
        return await self._end(answer.end, writer)

    async def _end(self, end: End, writer: asyncio.StreamWriter) -> bool:
        await writer.drain()
        if end == "hang":
            await self._done.wait()
        while end in ("trickle", "flood"):
            writer.write(b" " if end == "trickle" else b" " * 2**20)
            await writer.drain()
            await asyncio.sleep(1 if end == "trickle" else 0)
        if end == "reset":
            writer.get_extra_info("socket").setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
            )
        if end == "close":
            writer.close()
            await writer.wait_closed()
        return end == "keep"  # else the connection is dropped


def reply(document: object, status: int = 200, **headers: str) -> Answer:
    """A JSON reply; `retry_after` and the like become headers."""
    names = {name.replace("_", "-"): text for name, text in headers.items()}
    return Answer(status=status, body=json.dumps(document).encode(), headers=names)


def error(status: int, message: str = "scripted", *, code: object = None, **headers: str) -> Answer:
    """An error as OpenAI words it."""
    return reply({"error": {"message": message, "type": "error", "code": code}}, status, **headers)


USAGE = {"prompt_tokens": 10, "completion_tokens": 3, "total_tokens": 13}


def chat(content: object, *, finish_reason: str = "stop", usage: object = USAGE, **message: object) -> Answer:
    """A chat's reply."""
    said = {"role": "assistant", "content": content} | message
    choice = {"index": 0, "finish_reason": finish_reason, "message": said}
    return reply({"id": "1", "model": "served", "choices": [choice], "usage": usage})


def completion(text: str, *, finish_reason: str = "stop", logprobs: object = None) -> Answer:
    """A completion's reply."""
    choice = {"index": 0, "finish_reason": finish_reason, "text": text, "logprobs": logprobs}
    return reply({"id": "1", "model": "served", "choices": [choice], "usage": USAGE})


def chat_logprobs(candidates: Mapping[str, float]) -> dict[str, object]:
    """Candidates for the first token, as chats and llama.cpp give them."""
    top = [{"token": token, "logprob": number, "bytes": None} for token, number in candidates.items()]
    first = top[0] if top else {"token": "", "logprob": 0.0}
    return {"content": [first | {"top_logprobs": top}]}


def completion_logprobs(candidates: Mapping[str, float]) -> dict[str, object]:
    """The same as OpenAI's completions and vLLM give them."""
    token, number = next(iter(candidates.items()))
    return {
        "tokens": [token],
        "token_logprobs": [number],
        "text_offset": [0],
        "top_logprobs": [dict(candidates)],
    }
