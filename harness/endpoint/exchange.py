"""Exchanges: all the requests that one prompt takes, repeats included, and what they add up to.

Takes bodies and functions that read replies; gives what was read, or the FailedAttempt that was final.
Knows what is the same in every reply (an error in the body, usage, who served it), not what is asked.
"""

import json
from collections.abc import Callable
from json import JSONEncoder
from typing import Any, TypeVar

from harness.endpoint.failures import MANY, TWICE, FailedAttempt, Judge
from harness.endpoint.fields import Fields
from harness.endpoint.reply import Failure, Usage
from harness.endpoint.retry import retrying
from harness.endpoint.transport import Response, Transport

T = TypeVar("T")
Document = dict[str, Any]  # a JSON object as it came: nothing in it may be relied on
Reading = Callable[[Document], T | FailedAttempt]
_NO_COUNT = 2**53  # so many tokens nobody counts, and arithmetic could not hold much larger numbers
_to_json = JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Exchange:
    """The requests of one prompt. Not for two: it counts.

    Attributes:
        attempts, retries, latency_s, usage: as in Reply.
        served_model, system_fingerprint: of the last reply that named them.
    """

    def __init__(
        self,
        transport: Transport,
        judge: Judge,
        fields: Fields,
        *,
        timeout_s: float,
        max_wait_s: float,
        tries: int = MANY,
        repeating: Callable[[FailedAttempt], None] | None = None,
    ) -> None:
        """
        Args:
            transport: sends.
            judge: says what went wrong.
            fields: says what a body carries.
            timeout_s: for one request.
            max_wait_s: how long, after the first failure, it is tried again.
            tries: the most attempts.
            repeating: told of a failure after which the request is tried again, once for each request.
        """
        self._transport = transport
        self._judge = judge
        self._fields = fields
        self._timeout_s = timeout_s
        self._max_wait_s = max_wait_s
        self._tries = tries
        self._repeating = repeating
        self.attempts = 0
        self.retries = 0
        self.latency_s = 0.0
        self.usage: Usage | None = None
        self.served_model: str | None = None
        self.system_fingerprint: str | None = None

    async def post(self, route: str, fields: Document, read: Reading[T]) -> T | FailedAttempt:
        """Sends one body until it is answered or given up; again without a field that the endpoint will not have.

        Args:
            fields: what is wanted of the endpoint.
            read: what to take from a reply; a FailedAttempt where it has not what it should.
        """
        refused: dict[str, FailedAttempt] = {}
        while True:
            body = self._fields.fit(route, fields, refused)
            outcome = await self._persist("POST", route, _to_json(body).encode(), read)
            for name, failed in refused.items():
                if outcome != failed:  # else it was not the field, but the prompt
                    self._fields.leave_out(route, name, failed)
            if not isinstance(outcome, FailedAttempt):
                return outcome
            at_fault = self._fields.at_fault(route, outcome, body, refused)
            if at_fault is None:
                return outcome
            refused[at_fault] = outcome

    async def get(self, route: str, read: Reading[T]) -> T | FailedAttempt:
        """The same for a GET."""
        return await self._persist("GET", route, None, read)

    def failure(self, failed: FailedAttempt) -> Failure:
        """What to report of this prompt."""
        failure = failed.failure
        return Failure(
            kind=failure.kind,
            message=f"{failure.message}.",
            status=failure.status,
            usage=self.usage,
            attempts=self.attempts,
            retries=self.retries,
        )

    async def _persist(
        self, method: str, route: str, body: bytes | None, read: Reading[T]
    ) -> T | FailedAttempt:
        outcome = await self._attempt(method, route, body, read)
        if not isinstance(outcome, FailedAttempt):
            return outcome  # not through tenacity, which takes a fifth of a request's CPU even if all is well
        if self._repeating and outcome.tries > TWICE:
            self._repeating(outcome)
        before, seen = self.attempts, [outcome]

        async def next_outcome() -> T | FailedAttempt:
            return seen.pop() if seen else await self._attempt(method, route, body, read)

        policy = retrying(self._max_wait_s, self._tries, self._transport.pace.pause, self._transport.outage)
        final: T | FailedAttempt = await policy(next_outcome)
        if not (
            isinstance(final, FailedAttempt) and final.tries == TWICE
        ):  # that one shows what it does not have
            self.retries += self.attempts - before
        return final

    async def _attempt(
        self, method: str, route: str, body: bytes | None, read: Reading[T]
    ) -> T | FailedAttempt:
        self.attempts += 1
        response = await self._transport.send(method, route, body, timeout_s=self._timeout_s)
        outcome = response if isinstance(response, FailedAttempt) else self._reading_of(response, read)
        if isinstance(outcome, FailedAttempt):
            self._transport.outage.failed(outcome)
        elif method == "POST":  # a list of models is no answer yet
            self._transport.outage.answered()
        return outcome

    def _reading_of(self, response: Response, read: Reading[T]) -> T | FailedAttempt:
        document = self._document(response)
        if isinstance(document, FailedAttempt):
            return document
        self._count(document)
        outcome = read(document)
        if not isinstance(outcome, FailedAttempt):
            self.latency_s += response.latency_s
        return outcome

    def _document(self, response: Response) -> Document | FailedAttempt:
        body = self._judge.redacted(response.body)
        if response.status != 200:
            return self._judge.response(response.status, response.headers, body)
        try:
            # DeepSeek sends blank lines before the body while it is busy; JSON allows them.
            document = json.loads(body)
        except (ValueError, RecursionError):
            if body.lstrip()[:1] == b"<":
                return self._judge.web_page(body)
            return self._judge.bad_reply("is not whole JSON", body)
        if isinstance(document, list):  # Together lists its models so
            document = {"data": document}
        if not isinstance(document, dict):
            return self._judge.bad_reply("is not a JSON object", body)
        # OpenRouter says so with status 200, in the choice where its provider failed half-way.
        error = document.get("error") or (first_choice(document) or {}).get("error")
        if error:
            words = json.dumps({"error": error}).encode()
            return self._judge.response(_status_said(error), response.headers, words)
        return document

    def _count(self, document: Document) -> None:
        usage = usage_of(document)
        if usage is not None:
            self._transport.pace.used(usage.prompt_tokens + usage.completion_tokens)
            self.usage = usage if self.usage is None else self.usage + usage
        self.served_model = name_of(document.get("model")) or self.served_model
        self.system_fingerprint = name_of(document.get("system_fingerprint")) or self.system_fingerprint


def usage_of(document: Document) -> Usage | None:
    """What the endpoint counted, or None where it did not.

    Gemini and xAI leave reasoning out of the completion's tokens, though they charge for it as such: the total tells.
    """
    usage = document.get("usage")
    if not isinstance(usage, dict):
        return _native_usage(document)
    details = _object(usage.get("prompt_tokens_details"))
    prompt, completion = _number(usage.get("prompt_tokens")), _number(usage.get("completion_tokens"))
    left_out = max(_number(usage.get("total_tokens")) - prompt - completion, 0) if prompt else 0
    reasoning = _number(_object(usage.get("completion_tokens_details")).get("reasoning_tokens"))
    return Usage(
        prompt_tokens=prompt,
        cached_tokens=_number(details.get("cached_tokens")) or _number(usage.get("prompt_cache_hit_tokens")),
        completion_tokens=completion + left_out,
        reasoning_tokens=max(reasoning, left_out),
    )


def _native_usage(document: Document) -> Usage | None:
    """The counts of llama.cpp's own /completion, which stand beside the text."""
    if "tokens_evaluated" not in document:
        return None
    return Usage(
        prompt_tokens=_number(document["tokens_evaluated"]),
        cached_tokens=_number(_object(document.get("timings")).get("cache_n")),
        completion_tokens=_number(document.get("tokens_predicted")),
    )


def text_of(value: object) -> str | None:
    """A string that can be written as UTF-8, or None: JSON may hold half a surrogate pair."""
    if not isinstance(value, str):
        return None
    return value if value.isascii() else value.encode("utf-8", "replace").decode()


def name_of(value: object) -> str | None:
    """A name that a server gives, a string that can be shown to people: nothing in it steers their terminal."""
    name = text_of(value)
    if name is None or name.isprintable():
        return name
    return "".join(char if char.isprintable() else " " for char in name)


def first_choice(document: Document) -> Document | None:
    """The reply's first choice, or None where there is none."""
    choices = document.get("choices")
    if isinstance(choices, list) and choices and isinstance(choices[0], dict):
        return choices[0]
    return None


def _object(value: object) -> Document:
    return value if isinstance(value, dict) else {}


def _number(value: object) -> int:
    return value if isinstance(value, int) and 0 < value < _NO_COUNT else 0


def _status_said(error: object) -> int:
    code = error.get("code") if isinstance(error, dict) else None
    return code if isinstance(code, int) and 400 <= code < 600 else 200
