"""Generated text: the bodies that ask for it in chats and completions, and how the replies are read.

Takes a prompt whose want is Generate, gives the text without its reasoning. A reply that says nothing
and not why is a FailedAttempt, never an empty text.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from harness.endpoint.exchange import Document, Exchange, first_choice, text_of, usage_of
from harness.endpoint.failures import FailedAttempt, Judge
from harness.endpoint.fields import CHAT, COMPLETIONS, Fields
from harness.endpoint.forcing import letter_schema
from harness.endpoint.reasoning import split_reasoning
from harness.endpoint.reply import CUT_OFF
from harness.endpoint.settings import EndpointSettings
from harness.prompts import Generate, Message, begun_reply

BROKEN_OFF = frozenset({"insufficient_system_resource", "error", "abort", "aborted", "cancelled"})
"""Finish reasons of a server that stopped in the middle: DeepSeek, OpenRouter, vLLM and SGLang."""

_CONTINUE = {"continue_final_message": True, "add_generation_prompt": False}
"""How vLLM and SGLang are told to go on with an assistant's message. llama.cpp does so by itself. Others begin a new
one, or refuse the fields; then so be it: left out, the model would be asked something else. A host that goes on by
itself and refuses them can have them in its entry's `omit`."""


@dataclass(frozen=True, slots=True)
class Generated:
    """What the model wrote; fields as in Reply."""

    text: str
    reasoning: str | None
    finish_reason: str | None


class Generator:
    """Asks for text: completion texts on one route, messages on the other."""

    def __init__(self, settings: EndpointSettings, judge: Judge, fields: Fields) -> None:
        self._settings = settings
        self._judge = judge
        self._fields = fields
        self._routes: set[str] = set()
        self._last: Document = {}
        self._last_route = CHAT

    async def ask(
        self,
        exchange: Exchange,
        content: str | tuple[Message, ...],
        want: Generate,
        more: Document | None = None,
    ) -> Generated | FailedAttempt:
        """Generates once.

        Args:
            want: used as it stands but for the settings' own limit.
            more: fields besides, which go before ours.
        """
        route = COMPLETIONS if isinstance(content, str) else CHAT
        self._routes.add(route)
        self._last_route = route
        begun = begun_reply(content)
        thinks = self._settings.reasons_in_text and route == CHAT and not begun and not want.letters

        def read(document: Document) -> Generated | FailedAttempt:
            found = self._read(document, thinks=thinks)
            if isinstance(found, FailedAttempt):
                return found
            # llama.cpp repeats what it went on with, vLLM does not.
            return _ended_at(want.stop, replace(found, text=found.text.removeprefix(begun)))

        return await exchange.post(route, self._body(content, want, more or {}), read)

    def sent(self) -> Document:
        """The settings of the last body, for the score file; empty where nothing was asked."""
        if not self._last:
            return {}
        sent = self._fields.fit(self._last_route, self._last)
        for name in ("model", "messages", "prompt"):
            sent.pop(name, None)
        return {"routes": sorted(self._routes), "temperature": None} | sent

    def _body(self, content: str | tuple[Message, ...], want: Generate, more: Document) -> Document:
        settings = self._settings
        limit = settings.max_tokens or want.max_tokens
        fields: Document = {"model": settings.model}
        if isinstance(content, str):
            fields |= {"prompt": content, "max_tokens": limit}
        else:
            fields |= {"messages": chat_messages(content), settings.max_tokens_field: limit}
            if begun_reply(content):
                fields |= _CONTINUE
        if settings.temperature is not None:
            fields["temperature"] = settings.temperature
        if settings.top_p is not None:
            fields["top_p"] = settings.top_p
        if want.stop:
            fields["stop"] = want.stop
        if want.letters:
            fields |= letter_schema(want.letters)
        self._last = fields | more
        return self._last

    def _read(self, document: Document, *, thinks: bool) -> Generated | FailedAttempt:
        choice = first_choice(document)
        if choice is None:
            if "choices" in document:
                return self._judge.empty(filtered=_safety(document))
            return self._judge.bad_reply("has no choices: the base URL may lack its /v1")
        finish_reason = text_of(choice.get("finish_reason"))
        if finish_reason in BROKEN_OFF:
            return self._judge.bad_reply(f"was broken off by the server (finish_reason {finish_reason})")
        text, reasoning = _said(choice)
        if not text and (refusal := _refusal(choice)):
            return Generated(refusal, reasoning or None, "refusal")
        if not text and finish_reason not in CUT_OFF and not _meant(document, choice):
            return self._judge.empty(filtered=_safety(choice))
        cut = thinks and finish_reason in CUT_OFF and not reasoning
        text, tagged = split_reasoning(text, cut_in_thought=cut)
        thoughts = "\n".join(part for part in (reasoning, tagged) if part)
        return Generated(text, thoughts or None, finish_reason)


def _ended_at(stops: Sequence[str], found: Generated) -> Generated:
    """The same, ended where it should have been: without its `stop` a model goes on to questions of its own."""
    ends = [place for stop in stops if (place := found.text.find(stop)) >= 0]
    if not ends:
        return found
    reason = "stop" if found.finish_reason in CUT_OFF else found.finish_reason
    return replace(found, text=found.text[: min(ends)], finish_reason=reason)


def one_token(route: str, settings: EndpointSettings) -> Document:
    """The shortest request there is, on a route."""
    if route == CHAT:
        message = {"role": "user", "content": "Hi"}
        return {"model": settings.model, "messages": [message], settings.max_tokens_field: 1}
    return {"model": settings.model, "prompt": "Hi", "max_tokens": 1}


def chat_messages(content: tuple[Message, ...]) -> list[Document]:
    """Messages as a chat's body has them."""
    return [{"role": message.role, "content": message.content} for message in content]


def _said(choice: Document) -> tuple[str, str]:
    """Text and reasoning, each "" where there is none."""
    message = choice.get("message")
    if not isinstance(message, dict):
        return text_of(choice.get("text")) or "", ""
    text, thought = _parts(message.get("content"))
    reasoning = text_of(message.get("reasoning_content")) or text_of(message.get("reasoning")) or thought
    return text, reasoning


def _refusal(choice: Document) -> str | None:
    message = choice.get("message")
    return text_of(message.get("refusal")) if isinstance(message, dict) else None


def _parts(content: Any) -> tuple[str, str]:
    """Text and reasoning of a message's content: a string, null, or a list of parts."""
    parts = content if isinstance(content, list) else []
    thought = "".join(_text_in(part.get("thinking")) for part in parts if isinstance(part, dict))
    return _text_in(content), thought


def _text_in(content: Any) -> str:
    if not isinstance(content, list):
        return text_of(content) or ""
    return "".join(text_of(part.get("text")) or "" for part in content if isinstance(part, dict))


def _meant(document: Document, choice: Document) -> bool:
    """Whether an empty text is the model's own: it stopped at once, and the endpoint counted that token."""
    message = choice.get("message")
    text = message.get("content") if isinstance(message, dict) else choice.get("text")
    usage = usage_of(document)
    counted = usage is not None and usage.completion_tokens > usage.reasoning_tokens
    return text == "" and choice.get("finish_reason") == "stop" and counted


def _safety(said: Document) -> bool:
    """Whether a content filter is named as the reason."""
    reasons = [said.get("finish_reason"), said.get("native_finish_reason"), said.get("promptFeedback")]
    words = str(reasons).lower()
    return "content_filter" in words or "safety" in words
