"""Failures: what it means when an endpoint gives no reply, and whether to ask again.

Takes what came back (a status, headers and body, or a transport's complaint), gives a FailedAttempt.
Knows no HTTP client and sends nothing. No message holds the API key or a URL's credentials.
"""

import json
import re
from collections.abc import Container, Mapping
from dataclasses import dataclass, replace
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

from harness.endpoint.redaction import Redaction
from harness.endpoint.reply import Failure, FailureKind
from harness.endpoint.retry_after import asked_wait_s

QUOTED_CHARS = 200
_READ_CHARS = 20_000  # of an error, which may repeat the whole request
MANY = 25  # attempts that a failure which may pass is given; the time is limited besides
FEW = 3  # attempts where a repeat seldom helps
TWICE = 2  # attempts that show what an endpoint does not have: a single reply may be broken


@dataclass(frozen=True, slots=True)
class FailedAttempt:
    """One request that brought no reply.

    Attributes:
        failure: what to report if nothing better comes.
        tries: how many attempts may end in this kind of failure before it is final; 1: no repeat.
        wait_s: the pause the endpoint asked for, where it did.
        filtered: the endpoint's content filter is the reason.
        will_come: the server says that it is on its way: it loads its model, or names a pause.
        names: words of a refusal that is about a field of the request; the first that was sent is the field's name.
    """

    failure: Failure
    tries: int = MANY
    wait_s: float | None = None
    filtered: bool = False
    will_come: bool = False
    names: tuple[str, ...] = ()

    @property
    def declined(self) -> bool:
        """Whether the endpoint will not do this, whatever is asked, so that another way may be tried."""
        final = self.tries <= TWICE and self.failure.kind in _DECLINED and not self.filtered
        return final or self.failure.status == 501


_DECLINED = frozenset(
    {FailureKind.BAD_REQUEST, FailureKind.BAD_REPLY, FailureKind.WRONG_URL, FailureKind.UNSUPPORTED}
)


class Judge:
    """Says in one sentence what went wrong at one endpoint.

    Attributes:
        where: the base URL without credentials and query.
        path: its path.
    """

    def __init__(self, base_url: str, model: str, api_key: str | None) -> None:
        parts = _split(base_url)
        user, _, host = parts.netloc.rpartition("@")
        self.path = parts.path.rstrip("/")
        self.where = urlunsplit((parts.scheme, host, self.path, "", ""))
        self._model = model
        self._has_key = api_key is not None
        self._redaction = Redaction((api_key or "", *user.split(":"), *unquote(user).split(":")))

    def redacted(self, body: bytes) -> bytes:
        """A reply without the key, should a server repeat it: what it says is written into files."""
        return self._redaction.of_body(body)

    def response(self, status: int, headers: Mapping[str, str], body: bytes) -> FailedAttempt:
        """What a reply with a status other than 200 means, or a 200 with an error in its body."""
        said = _Said.of(body)
        kind = _kind(status, said)
        failure = Failure(kind=kind, status=status, message=self._sentence(kind, status, headers, said))
        filtered = status in (400, 403) and kind in _MAY_BE_FILTERED and bool(_FILTERED.search(said.words))
        about_a_field = kind is FailureKind.BAD_REQUEST and not filtered
        return FailedAttempt(
            failure,
            tries=MANY if kind in _MAY_PASS and status != 501 else 1,
            wait_s=asked_wait_s(headers, body),
            will_come=bool(asked_wait_s(headers, body) or _LOADING.search(said.text)),
            filtered=filtered,
            names=_names_in(said) if about_a_field else (),
        )

    def unreachable(self, reason: str, *, proxy: str | None = None, tries: int = MANY) -> FailedAttempt:
        """No connection, or one that broke before a reply came; `proxy` is the host of the one in between."""
        way_out = (
            "that the server runs there"
            if proxy is None
            else f"the proxy {proxy}, which the environment names"
        )
        message = f"Cannot reach {self.where}: {self._clean(reason)}; check {way_out}"
        return FailedAttempt(Failure(kind=FailureKind.UNREACHABLE, message=message), tries)

    def timeout(self, timeout_s: float) -> FailedAttempt:
        """Connected, but no whole reply in time."""
        message = f"{self.where} gave no whole reply within {timeout_s:g} s"
        return FailedAttempt(Failure(kind=FailureKind.TIMEOUT, message=message))

    def given_up(self) -> FailedAttempt:
        """We ended it, to see whether the endpoint answers anything."""
        message = f"{self.where} answered nothing, so what it was asked was given up, to see whether it lives"
        return FailedAttempt(Failure(kind=FailureKind.TIMEOUT, message=message), MANY)

    def dead(self) -> FailedAttempt:
        """It takes requests and answers none."""
        message = (
            f"{self.where} takes questions and answers none, not even one for a single token with nothing else to do. "
            "If it is loading its model, ask again later, or say with --timeout how many seconds a reply may take"
        )
        return FailedAttempt(Failure(kind=FailureKind.TIMEOUT, message=message), 1)

    def bad_reply(self, what: str, body: bytes = b"", *, tries: int = MANY) -> FailedAttempt:
        """A reply that is not what the API promises; `what` goes on from "The reply"."""
        message = f"The reply of {self.where} {self._clean(what)}{self._quote(_Said.of(body).text)}"
        return FailedAttempt(Failure(kind=FailureKind.BAD_REPLY, message=message, status=200), tries)

    def lacking(self, what: str) -> FailedAttempt:
        """A reply without what was asked for, perhaps because the endpoint does not have it; asked again at once."""
        return replace(self.bad_reply(what, tries=TWICE), wait_s=0.0)

    def web_page(self, body: bytes) -> FailedAttempt:
        """A page for people with status 200: another server, or a login in between."""
        message = (
            f"{self.where} answers with a web page{self._quote(_Said.of(body).text)}; check the base URL, "
            "which often ends in /v1"
        )
        return FailedAttempt(Failure(kind=FailureKind.WRONG_URL, message=message, status=200), FEW)

    def bad_address(self, reason: str) -> FailedAttempt:
        """A base URL to which nothing can be sent."""
        message = f"The base URL {self.where!r} {reason}; write it like http://127.0.0.1:8000/v1"
        return FailedAttempt(Failure(kind=FailureKind.WRONG_URL, message=message), 1)

    def bad_proxy(self) -> FailedAttempt:
        """A proxy through which nothing can be sent."""
        message = (
            f"The proxy that the environment names for {self.where} is no HTTP proxy; write HTTP_PROXY or HTTPS_PROXY "
            "like http://proxy.example:3128, or name the host in NO_PROXY"
        )
        return FailedAttempt(Failure(kind=FailureKind.WRONG_URL, message=message), 1)

    def public_address(self, which: str) -> FailedAttempt:
        """An address beyond the private ones, where no others are allowed; `which` goes on from ":"."""
        message = f"--local-only forbids to ask {self.where}: {which}"
        return FailedAttempt(Failure(kind=FailureKind.WRONG_URL, message=message), 1)

    def bad_key(self) -> FailedAttempt:
        """A key that no header can carry."""
        message = "The API key holds a line break, a space or a character beyond ASCII; set it anew"
        return FailedAttempt(Failure(kind=FailureKind.KEY, message=message), 1)

    def empty(self, *, filtered: bool) -> FailedAttempt:
        """No text and no reason for it, or the content filter as the reason."""
        message = f"{self.where} gave a reply without any text"
        failure = Failure(kind=FailureKind.EMPTY, message=message, status=200)
        return FailedAttempt(failure, FEW, filtered=filtered)

    def unsupported(self, message: str) -> FailedAttempt:
        """The endpoint cannot do what is wanted."""
        return FailedAttempt(Failure(kind=FailureKind.UNSUPPORTED, message=message), 1)

    def too_long(self) -> FailedAttempt:
        """The prompt fits, but leaves no room for what has to follow it."""
        message = f"The prompt and its continuation do not fit into the context of {self._model}"
        return FailedAttempt(Failure(kind=FailureKind.TOO_LONG, message=message), 1)

    def _sentence(self, kind: FailureKind, status: int, headers: Mapping[str, str], said: "_Said") -> str:
        if 300 <= status < 400:
            target = self._clean(_split(headers.get("Location", "")).hostname or "another path")
            return f"{self.where} redirects to {target} ({status}), which is not followed; use the final URL"
        sentence = _SENTENCES.get(kind, "{where} refuses the request{quote}")
        if kind is FailureKind.KEY and not self._has_key:
            sentence = "{where} wants an API key{quote}; name its variable with --api-key-env"
        quote = f" ({status}{self._quote(said.text)})"
        return sentence.format(where=self.where, model=self._model, quote=quote)

    def _quote(self, text: str) -> str:
        text = self._clean(text)
        if len(text) > QUOTED_CHARS:
            text = text[: QUOTED_CHARS - 1] + "…"
        return f': "{text}"' if text else ""

    def _clean(self, text: str) -> str:
        # Before anything is shortened: half a key is still a secret.
        text = self._redaction.of_text(text)
        text = _CREDENTIALS.sub("//", text)
        return " ".join("".join(char if char.isprintable() else " " for char in text).split())


@dataclass(frozen=True, slots=True)
class _Said:
    """An endpoint's own words: the message and the code of its error, wherever they stand."""

    text: str
    code: str
    param: str = ""

    @property
    def words(self) -> str:
        """All of them that tell what is meant."""
        return f"{self.code} {self.text}"

    @classmethod
    def of(cls, body: bytes) -> "_Said":
        try:
            document = json.loads(body)
        except (ValueError, RecursionError):
            return cls(_TAGS.sub(" ", body[:_READ_CHARS].decode("utf-8", "replace")), "")
        if isinstance(document, list) and document:  # Gemini wraps its errors in a list
            document = document[0]
        error = (document.get("error") or document) if isinstance(document, dict) else document
        if not isinstance(error, dict):
            return cls(error[:_READ_CHARS] if isinstance(error, str) else "", "")
        text = error.get("message") or error.get("detail") or error.get("error") or error
        code = " ".join(str(error.get(name, "")) for name in ("code", "type", "status"))
        param = error.get("param")
        words = text if isinstance(text, str) else json.dumps(text)
        param = param if isinstance(param, str) else ""
        return cls(words[:_READ_CHARS], code[:_READ_CHARS], param[:_READ_CHARS])


_SENTENCES = {
    FailureKind.KEY: "{where} refuses the API key{quote}; check the key and what it may use",
    FailureKind.QUOTA: "{where} says that the account has no credit left{quote}",
    FailureKind.NO_MODEL: "{where} does not serve the model {model!r}{quote}; check its name",
    FailureKind.WRONG_URL: "{where} has no such route{quote}; check the base URL, which often ends in /v1",
    FailureKind.TOO_LONG: "The prompt does not fit into the context of {model}{quote}",
    FailureKind.RATE_LIMITED: "{where} limits the rate of requests{quote}; --rpm and --tpm keep below a limit",
    FailureKind.UNSUPPORTED: "{where} does not offer this for {model}{quote}",
    FailureKind.SERVER_ERROR: "{where} failed{quote}",
}
_MAY_PASS = frozenset({FailureKind.RATE_LIMITED, FailureKind.SERVER_ERROR})
_CREDENTIALS = re.compile(r"//[^/\s@]+@")
_TAGS = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]*>", re.DOTALL | re.IGNORECASE)

# OpenAI and vLLM, llama.cpp, SGLang, Ollama, TGI, Gemini, Anthropic, in this order. Not a limit on what may be
# generated: "max_tokens is too large", "the maximum value for `max_tokens` is less than the `context_window`".
_TOO_LONG = re.compile(
    r"""
      context_length_exceeded | string_above_max_length | reduce\ the\ length\ of\ the
    | exceed_context_size | context\ (length|size|window)
    | longer\ than\ the\ (model|maximum\ model)
    | input\ length .{0,60} exceed | exceeds?\ the\ maximum\ allowed\ length
    | `inputs`\ (tokens|must\ have\ less)
    | input\ token\ count .{0,60} exceed
    | prompt\ is\ too\ long
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_NO_MODEL = re.compile(
    r"""
      model_?not_?found | not\ a\ valid\ model | (invalid|unknown|no\ such)\ model\b
    | \bmodels?\b .{0,120} (not\ found | not\ exist | n't\ exist | not\ available | decommissioned)
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_ROUTE = re.compile(r"(?<!\S)\S*/models\b(?!/)\S*")  # "GET /v1/models was not found" is not about a model
_NOT_FOR_MODEL = re.compile(
    r"chat model|not supported in the v1/(chat/)?completions|does not support.{0,20}completions",
    re.IGNORECASE,
)
# OpenAI, Azure, Groq, Cerebras, xAI, Gemini, vLLM and FastAPI, Mistral, Moonshot, Anthropic, LiteLLM, servers in Rust.
_FIELD_REFUSED = re.compile(
    r"""
      unsupported[_ ](parameter|value) | unknown_parameter | extra_forbidden
    | unrecogni[sz]ed\ (request\ )?argument | (unknown|unexpected)\ (name|parameter|field|argument)
    | extra\ (inputs|fields)\ (are\ )?not\ permitted
    | not\ (supported|allowed|permitted) | (does|do)\ not\ support | is\ (unsupported|deprecated)
    | only\ \S+\ is\ allowed
    """,
    re.VERBOSE | re.IGNORECASE,
)
_WORD = re.compile(r"\w+")
# llama.cpp, TGI, Hugging Face; not "model failed to load", which Ollama says and which waiting does not mend.
_LOADING = re.compile(
    r"(?<!error )(?<!failed )\b(loading|starting)\b|\b(being|not yet|not) loaded\b|warming up", re.IGNORECASE
)
# A refusal names its field beside it; what is farther off is a list of other fields, or the question.
_NEAR_CHARS = 80
# Gemini; LiteLLM without a database, where it knows no key but its own.
_BAD_KEY = re.compile(r"API key not valid|API_KEY_INVALID|no_db_connection", re.IGNORECASE)
_NO_CREDIT = re.compile(
    r"insufficient_quota|insufficient.{0,10}(balance|credit|fund)|billing_hard_limit", re.IGNORECASE
)
# About what was asked, not about the account: "your account has been flagged" is a refused key.
_FILTERED = re.compile(
    r"""
      content_filter | content_policy_violation | content\ management\ policy | ResponsibleAIPolicy
    | \b(prompt|input|request|message|content)s?\b [^.]{0,80} \bflagged
    """,
    re.VERBOSE | re.IGNORECASE,
)
_MAY_BE_FILTERED = frozenset({FailureKind.BAD_REQUEST, FailureKind.KEY})


# The first rule that fits: statuses, what has to stand in the error's words or code, what it means.
_RULES: tuple[tuple[Container[int], re.Pattern[str] | None, FailureKind], ...] = (
    ((402,), None, FailureKind.QUOTA),
    ((429,), _NO_CREDIT, FailureKind.QUOTA),
    ((429,), None, FailureKind.RATE_LIMITED),
    ((413,), None, FailureKind.TOO_LONG),
    ((200, *range(400, 600)), _TOO_LONG, FailureKind.TOO_LONG),
    ((401, 403), None, FailureKind.KEY),
    ((400,), _BAD_KEY, FailureKind.KEY),
    ((400, 404, 422), _NOT_FOR_MODEL, FailureKind.UNSUPPORTED),
    ((400, 404, 422), _NO_MODEL, FailureKind.NO_MODEL),
    ((*range(300, 400), 404, 405), None, FailureKind.WRONG_URL),
    ((200, 408, 409, 425, *range(500, 600)), None, FailureKind.SERVER_ERROR),
)


def _kind(status: int, said: _Said) -> FailureKind:
    words = _ROUTE.sub("", said.words)
    for statuses, pattern, kind in _RULES:
        if status in statuses and (pattern is None or pattern.search(words)):
            return kind
    return FailureKind.BAD_REQUEST


def _names_in(said: _Said) -> tuple[str, ...]:
    """OpenAI names the field in `param`, all others in the message alone; what stands nearest to the refusal first."""
    if not _FIELD_REFUSED.search(said.words):
        return ()
    if said.param:
        return tuple(_WORD.findall(said.param))
    refusals = list(_FIELD_REFUSED.finditer(said.text))
    if not refusals:  # it is in the code
        return tuple(_WORD.findall(said.text[:_NEAR_CHARS]))
    near: dict[str, int] = {}
    for refusal in refusals:
        start = max(refusal.start() - _NEAR_CHARS, 0)
        for word in _WORD.finditer(said.text, start, refusal.end() + _NEAR_CHARS):
            distance = max(refusal.start() - word.end(), word.start() - refusal.end())
            near[word[0]] = min(distance, near.get(word[0], distance))
    return tuple(sorted(near, key=near.__getitem__))


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:  # an address in brackets that do not match
        return SplitResult("", "", _CREDENTIALS.sub("//", url), "", "")
