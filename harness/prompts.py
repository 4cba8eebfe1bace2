"""Prompts: exactly what is sent for one question, and what kind of reply is wanted.

Made by a protocol, taken by an endpoint. Knows nothing of tasks, files, models or HTTP.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True, slots=True)
class Message:
    """One chat message."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class Generate:
    """Wanted: text, at most `max_tokens` tokens, ended by any of `stop`.

    Attributes:
        letters: where there are some, the text is to be `{"letter": …}` with one of them, and nothing else.
    """

    max_tokens: int
    stop: tuple[str, ...] = ()
    letters: str = ""


@dataclass(frozen=True, slots=True)
class ScoreLetters:
    """Wanted: the logprob of each letter as the first token after the prompt."""

    letters: str


@dataclass(frozen=True, slots=True)
class ScoreChoices:
    """Wanted: the summed logprob of each continuation of the prompt's text.

    Attributes:
        continuations: letter to continuation, leading space included.
        baseline: a second text after which they are scored too, to tell a probable text from a probable answer.
        beginnings: letter to what stands between the prompt's text and the continuation, and is not scored; none
            where empty. Where it differs by letter, the continuations may be the same.
    """

    continuations: dict[str, str]
    baseline: str | None = None
    beginnings: dict[str, str] = field(default_factory=dict)

    def by_beginning(self) -> dict[str, dict[str, str]]:
        """Each beginning, "" where there is none, to its letters and their continuations."""
        grouped: dict[str, dict[str, str]] = {}
        for letter, continuation in self.continuations.items():
            grouped.setdefault(self.beginnings.get(letter, ""), {})[letter] = continuation
        return grouped


Want = Generate | ScoreLetters | ScoreChoices


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is sent, byte for byte.

    Attributes:
        content: a completion text, or chat messages. A text whose wanted reply is ScoreLetters
            may also be sent as the only user message of a chat. Where the last message is the
            assistant's, the reply is to go on with it.
        want: the kind of reply.
    """

    content: str | tuple[Message, ...]
    want: Want

    @property
    def begun(self) -> str:
        """The beginning of the reply, where the prompt has it: the assistant's message at its end; else ""."""
        return begun_reply(self.content)

    @property
    def may_reason(self) -> bool:
        """Whether the model begins a reply of its own, in a chat, and so may reason before it answers."""
        return not isinstance(self.content, str) and not self.begun

    @property
    def sha256(self) -> str:
        """SHA-256 of the UTF-8 text sent: see `hashed_text`."""
        return hashlib.sha256(hashed_text(self.content).encode()).hexdigest()


def begun_reply(content: str | tuple[Message, ...]) -> str:
    """See `Prompt.begun`."""
    last = None if isinstance(content, str) else content[-1]
    return last.content if last and last.role == "assistant" else ""


def hashed_text(content: str | tuple[Message, ...]) -> str:
    """The text that stands for a prompt in hashes.

    The completion text, or the content of a user message that is the only message; of several
    messages their compact JSON, `[{"role":…,"content":…},…]`, not escaped to ASCII.
    """
    if isinstance(content, str):
        return content
    if len(content) == 1 and content[0].role == "user":
        return content[0].content
    messages = [asdict(message) for message in content]
    return json.dumps(messages, ensure_ascii=False, separators=(",", ":"))
