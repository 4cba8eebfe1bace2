"""Replies: what an endpoint gave for one prompt, or the failure that ended the attempt.

Made by harness/endpoint/client.py. A Failure is never turned into an empty text: whoever takes a
`Reply | Failure` has to say what becomes of both.
"""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the endpoint counted them, summed over the requests that one reply took."""

    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    reasoning_tokens: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.cached_tokens + other.cached_tokens,
            self.completion_tokens + other.completion_tokens,
            self.reasoning_tokens + other.reasoning_tokens,
        )


CUT_OFF = frozenset({"length", "max_tokens", "model_length", "MAX_TOKENS"})
"""Finish reasons of a reply that came to its limit of tokens; the first is OpenAI's, others are hosts' own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the model said.

    Attributes:
        text: the generated text without its reasoning; "" where only logprobs were asked for.
        reasoning: what the endpoint set apart as reasoning, or None.
        finish_reason: as the endpoint named it: stop, length, content_filter, …; "refusal" where the
            message has its own field for it.
        letter_logprobs: letter to natural logprob, for ScoreLetters; a letter that is not among
            the endpoint's candidates is absent.
        letter_forced: the model was held to the letters, because none was among the candidates:
            `letter_logprobs` then has the model's choice alone, its rivals' logprobs are unknown, and
            its own is None where the endpoint only gives it among the letters.
        choice_logprobs: letter to the summed natural logprob of its continuation, for ScoreChoices.
        choice_baselines: the same after the prompt's baseline, where it has one.
        usage: None where the endpoint counted nothing.
        latency_s: from the first byte sent to the last received, of the attempts that succeeded; None where nobody
            measured it, as in an imported run.
        attempts: requests sent in all, repeats after a failure included.
        retries: how many of `attempts` were such repeats.
    """

    text: str
    reasoning: str | None = None
    finish_reason: str | None = None
    letter_logprobs: dict[str, float | None] | None = None
    letter_forced: bool = False
    choice_logprobs: dict[str, float] | None = None
    choice_baselines: dict[str, float] | None = None
    usage: Usage | None = None
    latency_s: float | None
    attempts: int = 1
    retries: int = 0
    served_model: str | None = None
    system_fingerprint: str | None = None


class FailureKind(StrEnum):
    """Why there is no reply."""

    UNREACHABLE = "unreachable"  # no connection: refused, unknown host, TLS error, reset
    TIMEOUT = "timeout"  # connected, but no whole reply in time
    RATE_LIMITED = "rate_limited"  # 429, for as long as we were willing to wait
    SERVER_ERROR = "server_error"  # 5xx, 408, 409, 425
    BAD_REPLY = "bad_reply"  # a reply that is not what the API promises: HTML, cut JSON, no choices
    EMPTY = "empty"  # content null or empty without a reason, three times
    KEY = "key"  # 401, 403
    NO_MODEL = "no_model"  # 404 on the model
    QUOTA = "quota"  # 429 insufficient_quota, 402
    WRONG_URL = "wrong_url"  # 404 on the path, a redirect, HTML with status 200
    TOO_LONG = "too_long"  # 400: the prompt does not fit into the context
    UNSUPPORTED = "unsupported"  # the endpoint cannot do what the prompt wants: no logprobs, no completions
    BAD_REQUEST = "bad_request"  # any other 4xx


UNWELL = frozenset(
    {FailureKind.UNREACHABLE, FailureKind.TIMEOUT, FailureKind.SERVER_ERROR, FailureKind.RATE_LIMITED}
)
"""Failures that say how the server is; others may be the question's, and its neighbours' too."""

FATAL = frozenset(
    {FailureKind.KEY, FailureKind.NO_MODEL, FailureKind.QUOTA, FailureKind.WRONG_URL, FailureKind.UNSUPPORTED}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a prompt got no reply.

    Attributes:
        message: one sentence, without secrets.
        status: the HTTP status of the last attempt, where there was one.
        usage: tokens that were counted all the same, in replies that could not be used.
    """

    kind: FailureKind
    message: str
    status: int | None = None
    usage: Usage | None = None
    attempts: int = 1
    retries: int = 0

    @property
    def fatal(self) -> bool:
        """Whether every other question would fail alike, so that the run should stop at once."""
        return self.kind in FATAL
