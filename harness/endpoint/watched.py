"""Watched requests: a transport that sends so many and no more, an exchange that keeps what it read.

For whoever looks at an endpoint rather than at a reply: see probe.py.
"""

from harness.endpoint.exchange import Document, Exchange, Reading, T
from harness.endpoint.failures import FailedAttempt, Judge
from harness.endpoint.level import Level
from harness.endpoint.pace import Pace
from harness.endpoint.rate import Rate
from harness.endpoint.settings import EndpointSettings
from harness.endpoint.transport import Response, Transport


class Watched(Transport):
    """A transport that counts.

    Attributes:
        sent: requests.
        answered: whether anything came back, whatever its status.
        latencies_s: of the replies with status 200.
        server: the last header of that name.
    """

    def __init__(self, settings: EndpointSettings, judge: Judge, *, most: int, at_once: int) -> None:
        """
        Args:
            settings: where to send.
            judge: says what went wrong.
            most: requests that are sent; those beyond are refused here.
            at_once: of them.
        """
        pace = Pace(Level(at_once), Rate(per_minute=None, tokens_per_minute=None))
        super().__init__(settings, pace=pace, judge=judge)
        self._most = most
        self._spent = judge.unsupported(f"not tried: a check sends no more than {most} requests")
        self.sent = 0
        self.answered = False
        self.latencies_s: list[float] = []
        self.server: str | None = None

    def refused(self, failed: FailedAttempt) -> bool:
        """Whether it is we who did not send it."""
        return failed is self._spent

    async def send(
        self, method: str, route: str, body: bytes | None, *, timeout_s: float
    ) -> Response | FailedAttempt:
        """As Transport."""
        if self.sent == self._most:
            return self._spent
        self.sent += 1
        outcome = await super().send(method, route, body, timeout_s=timeout_s)
        if isinstance(outcome, Response):
            self.answered = True
            server = self._judge.redacted(outcome.headers.get("Server", "").encode()).decode()
            self.server = server or self.server
            if outcome.status == 200:
                self.latencies_s.append(outcome.latency_s)
        return outcome


class Noting(Exchange):
    """An exchange that keeps the last document: more stands there than is read from it."""

    document: Document

    async def post(self, route: str, fields: Document, read: Reading[T]) -> T | FailedAttempt:
        """As Exchange."""

        def noting(document: Document) -> T | FailedAttempt:
            self.document = document
            return read(document)

        return await super().post(route, fields, noting)
