"""Transport: one request over HTTP, and what came back or why nothing did.

Takes a route and a body, gives a Response or a FailedAttempt; never an exception of the HTTP client.
Knows no models, no prompts and no repeats. The `openai` package's client object makes the base URL, the
authentication and the headers; aiohttp sends. Through openai 3.57 a request costs 1.5 ms of CPU, through
this package 0.21 ms, its reading included (one core, 64 at once: benchmarks/endpoint_cost.py).
"""

import os
import ssl
import time
from dataclasses import dataclass
from io import BytesIO
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, urlsplit

import aiohttp
from multidict import CIMultiDictProxy
from openai import AsyncAzureOpenAI, AsyncOpenAI, DefaultAsyncHttpxClient
from yarl import URL

from harness.endpoint.addresses import described, first_public
from harness.endpoint.failures import FEW, MANY, FailedAttempt, Judge
from harness.endpoint.outage import Outage
from harness.endpoint.pace import End, Ended, Pace
from harness.endpoint.proxies import proxy_for
from harness.endpoint.reply import FailureKind
from harness.endpoint.resolver import PrivateResolver, PublicAddressError
from harness.endpoint.retry_after import asked_wait_s, nothing_left_s
from harness.endpoint.settings import EndpointSettings
from harness.endpoint.silence import Flights

MAX_BODY_BYTES = 32 * 2**20  # decompressed; the longest honest reply is some hundred kilobytes
CONNECT_S = 10.0
# Of what the openai client would send: not its account of itself and of this machine, since it is not openai that
# sends, and not OPENAI_CUSTOM_HEADERS, whose secrets are meant for one host and would go to all, unknown to us.
_HEADERS = ("Accept", "Content-Type", "User-Agent")
_ACCOUNT = ("OpenAI-Organization", "OpenAI-Project")  # nobody else's business
_BIG_BYTES = 2**20  # aiohttp warns of plain bytes beyond this, and takes a file instead


@dataclass(frozen=True, slots=True)
class Response:
    """A whole reply, whatever its status."""

    status: int
    headers: CIMultiDictProxy[str]
    body: bytes
    latency_s: float


class _TooBigError(Exception):
    pass


class Transport:
    """Keeps the connections to one endpoint; an async context manager.

    Attributes:
        path: what the routes are put behind; Azure's is longer than the base URL's.
        flights: the requests that are on their way.
        outage: what the questions came to; whoever reads replies tells it.
    """

    def __init__(self, settings: EndpointSettings, *, pace: Pace, judge: Judge) -> None:
        self._settings = settings
        self._judge = judge
        # The pool has no limit of its own: a wait for a connection would count as latency.
        self.pace = pace
        self.path = judge.path
        self.flights = Flights()
        self.outage = Outage(lambda: self.flights.oldest_s)
        self._targets: dict[str, URL] = {}
        self._proxy: URL | None = None
        self._wrong = _what_is_wrong(settings.base_url, settings.api_key, judge)
        if self._wrong is None and settings.local_only:
            self._wrong = _public_literal(URL(settings.base_url).host or "", judge)

    async def __aenter__(self) -> Self:
        if self._wrong is None:
            await self._open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._wrong is None:
            await self._session.close()

    async def send(
        self, method: str, route: str, body: bytes | None, *, timeout_s: float
    ) -> Response | FailedAttempt:
        """Sends one request and reads the whole reply.

        Args:
            route: behind the base URL, as "/chat/completions"; or a whole URL on the same host.
            body: JSON, UTF-8.
            timeout_s: from the first byte sent to the last received.
        """
        if self._wrong is not None:
            return self._wrong
        target = self._targets.get(route) or self._target(route)
        epoch = await self.pace.enter()
        ended = Ended(End.FAILED)
        start = time.perf_counter()
        try:
            outcome = await self._fly(method, target, body, timeout_s)
            if isinstance(outcome, Response):
                ended = _ended(outcome)
            return outcome
        finally:
            self.pace.leave(epoch, ended, time.perf_counter() - start)

    async def knock(self, method: str, route: str, body: bytes | None, *, timeout_s: float) -> bool:
        """Whether anything at all is answered; takes no place, and waits for nobody."""
        outcome = await self._exchange(method, self._target(route), body, timeout_s)
        return isinstance(outcome, Response)

    async def _fly(
        self, method: str, target: URL, body: bytes | None, timeout_s: float
    ) -> Response | FailedAttempt:
        """One request, unless all that are on their way are given up."""
        scope = await self.flights.begin()
        outcome: Response | FailedAttempt | None = None
        try:
            async with scope:
                outcome = await self._exchange(method, target, body, timeout_s)
        except TimeoutError:
            outcome = self._judge.given_up()
        finally:
            self.flights.end(scope, _answered_in_s(outcome))
        return outcome

    async def _exchange(
        self, method: str, target: URL, body: bytes | None, timeout_s: float
    ) -> Response | FailedAttempt:
        data = BytesIO(body) if body is not None and len(body) > _BIG_BYTES else body
        start = time.perf_counter()
        try:
            async with self._session.request(
                method,
                target,
                data=data,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=timeout_s, sock_connect=CONNECT_S),
            ) as reply:
                content = await _read(reply)
        except (aiohttp.ClientError, _TooBigError, TimeoutError, OSError, ValueError) as error:
            return self._explain(error, timeout_s)
        except PublicAddressError as error:
            return self._judge.public_address(str(error))
        return Response(reply.status, reply.headers, content, time.perf_counter() - start)

    async def _open(self) -> None:
        if not self._settings.local_only:
            try:
                self._proxy = proxy_for(URL(self._settings.base_url))
            except ValueError:
                self._wrong = self._judge.bad_proxy()
                return
        client = _client(self._settings)
        wanted = _HEADERS + _ACCOUNT * self._settings.account
        headers = {name: value for name, value in client.default_headers.items() if name in wanted}
        if self._settings.api_key is not None:
            headers |= client.auth_headers
        await client.close()
        headers["Accept-Encoding"] = "gzip, deflate"
        self._base = URL(str(client.base_url)).with_query(
            {name: str(value) for name, value in client.default_query.items()}
        )
        self.path = self._base.path.rstrip("/")
        if "Authorization" in headers:
            self._base = self._base.with_user(None)  # aiohttp refuses two credentials in one request
        self._session = aiohttp.ClientSession(
            headers={name: value for name, value in headers.items() if isinstance(value, str)},
            connector=aiohttp.TCPConnector(
                limit=0,
                keepalive_timeout=30,
                resolver=PrivateResolver() if self._settings.local_only else None,
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            proxy=self._proxy,
            trust_env=False,  # it would read .netrc too, and the environment anew for every request
        )

    def _target(self, route: str) -> URL:
        if route.startswith("/"):
            target = self._base.with_path(self.path + route, keep_query=True)
        else:
            target = URL(route).with_user(self._base.user).with_password(self._base.password)
        self._targets[route] = target
        return target

    def _explain(self, error: Exception, timeout_s: float) -> FailedAttempt:
        match error:
            case _TooBigError():
                what = f"is longer than {MAX_BODY_BYTES // 2**20} MiB"
                return self._judge.bad_reply(what, tries=FEW)
            case aiohttp.ClientPayloadError():
                return self._judge.bad_reply("broke off or cannot be unpacked")
            case aiohttp.ClientResponseError() if not isinstance(error, aiohttp.ClientHttpProxyError):
                return self._judge.bad_reply("is not HTTP")
            case TimeoutError() if not isinstance(error, aiohttp.ConnectionTimeoutError):
                return self._judge.timeout(timeout_s)
        proxy = None if self._proxy is None else self._proxy.host
        return self._judge.unreachable(_reason(error), proxy=proxy, tries=MANY if _may_pass(error) else 1)


def _client(settings: EndpointSettings) -> AsyncOpenAI:
    """Makes the URL, the query and the headers, and sends nothing, so that no proxy is its business.

    A key that is None would be taken from the environment, so a stand-in is given, and dropped by whoever asks.
    """
    http = DefaultAsyncHttpxClient(trust_env=False)
    key, url = settings.api_key or "none", urlsplit(settings.base_url)
    plain_url, query = url._replace(query="").geturl(), dict(parse_qsl(url.query))
    if settings.api_version is None:
        return AsyncOpenAI(api_key=key, base_url=plain_url, default_query=query, http_client=http)
    return AsyncAzureOpenAI(
        api_key=key,
        azure_endpoint=plain_url,
        azure_deployment=settings.model,
        api_version=settings.api_version,
        default_query=query,
        http_client=http,
    )


def _ended(response: Response) -> Ended:
    match response.status:
        case 429:
            pause_s = asked_wait_s(response.headers, response.body)
            return Ended(End.REJECTED, pause_s=pause_s)
        case status if status >= 500 or status == 408:
            return Ended(End.FAILED)
        case status if status != 200:
            return Ended(End.REFUSED)
        case _:
            return Ended(End.REPLIED, nothing_left_s=nothing_left_s(response.headers))


def _answered_in_s(outcome: Response | FailedAttempt | None) -> float | None:
    """Seconds; None where nothing was heard of the endpoint."""
    if isinstance(outcome, Response):
        return outcome.latency_s
    silent = outcome is None or outcome.failure.kind is FailureKind.TIMEOUT
    return None if silent else 0.0


async def _read(reply: aiohttp.ClientResponse) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in reply.content.iter_any():
        size += len(part)
        if size > MAX_BODY_BYTES:
            reply.close()
            raise _TooBigError
        parts.append(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _reason(error: Exception) -> str:
    """Why there was no connection, or why it broke."""
    match error:
        case aiohttp.ClientHttpProxyError():
            reason = f"the proxy does not connect ({error.status})"
        case aiohttp.ConnectionTimeoutError():
            reason = f"no connection within {CONNECT_S:g} s"
        case aiohttp.ClientConnectorCertificateError():
            reason = f"its TLS certificate is not valid ({error})"
        case aiohttp.ClientSSLError() | ssl.SSLError():
            reason = f"no TLS connection ({error})"
        case aiohttp.ClientConnectorDNSError():
            reason = "the host name is unknown"
        case aiohttp.ServerDisconnectedError() | aiohttp.ClientConnectionResetError():
            reason = "it closed the connection without a reply"
        case _:
            reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
    return reason or type(error).__name__


def _may_pass(error: Exception) -> bool:
    """Not a certificate, nor a proxy that wants a password or forbids the host."""
    match error:
        case aiohttp.ClientConnectorCertificateError():
            return False
        case aiohttp.ClientHttpProxyError():
            return error.status >= 500
    return True


def _what_is_wrong(base_url: str, api_key: str | None, judge: Judge) -> FailedAttempt | None:
    try:
        url = URL(base_url)
    except ValueError:
        return judge.bad_address("cannot be read")
    if url.scheme not in ("http", "https") or not url.host:
        return judge.bad_address("does not begin with http:// or https:// and a host")
    if api_key is not None and not (api_key.isascii() and api_key.isprintable() and " " not in api_key):
        return judge.bad_key()
    return None


def _public_literal(host: str, judge: Judge) -> FailedAttempt | None:
    """What is wrong where the URL holds an address instead of a name: no resolver sees it."""
    try:
        public = first_public([host])
    except ValueError:
        return None
    return None if public is None else judge.public_address(described(host, public))
