"""Abilities: one method for each thing that an endpoint may be able to do, tried by a few short requests.

Takes what sends; keeps a Finding of each. Sends what a run would send, by the same parts, and nothing that the model's
entry says is not accepted. Does not know in which order it is called (probe.py), nor what the findings are good for.
"""

import math
import re
from collections.abc import Collection, Sequence
from dataclasses import replace

from harness.endpoint.candidates import letter_logprobs
from harness.endpoint.choice_routes import ECHO, ChoiceRoute, GrammarRoute, choice_routes
from harness.endpoint.exchange import Document, first_choice, text_of, usage_of
from harness.endpoint.failures import FailedAttempt, Judge
from harness.endpoint.fields import CHAT, COMPLETIONS, Fields
from harness.endpoint.findings import Finding
from harness.endpoint.forcing import FORCES, SCHEMA, STRUCTURED, letter_written
from harness.endpoint.generate import Generated, Generator
from harness.endpoint.letters import LetterScorer
from harness.endpoint.reasoning import split_reasoning
from harness.endpoint.reply import UNWELL, FailureKind
from harness.endpoint.settings import EndpointSettings
from harness.endpoint.watched import Noting, Watched
from harness.prompts import Generate, Message

# Those of a run but 100, which hardly any server has for a limit.
_ASKED_CANDIDATES = (1000, 20, 5)
_USUAL_CANDIDATES = 20

_HELLO = (Message("user", "What is 17 + 25? Answer briefly."),)
_START = "The capital of France is"
_LETTERS = "ABCD"
_QUESTION = "What colour is the sky on a clear day?\nA. Red\nB. Blue\nC. Green\nD. Black\nAnswer:"
_CONTEXT, _CONTINUATION = "Question: What colour is the sky on a clear day?\nAnswer:", " Blue"
_RANDOM = (Message("user", "Write ten random words, the stranger the better."),)
# Cut in the middle of a number: a reply that is begun anew does not begin with the rest of its digits.
_BEGUN = (
    Message("user", "Write 31415926 four times, and then ten random words, the stranger the better."),
    Message("assistant", "Here they are: 31415926, 31415926, 31415926, 3141"),
)
_REST = "5926"
_SHORT = Generate(16)
_SEED = 7
_UNLIKELY = "D"

# 64 by 64 grey pixels: some models refuse images below 28 by 28.
_IMAGE = (
    "data:image/png;base64,"
    "iVBORw0KGgoAAAANSUhEUgAAAEAAAABACAAAAACPAi4CAAAAKUlEQVR42u3MQREAAA"
    "wCIKMb3RD77SAA6VEEAoFAIBAIBAKBQCAQfA8G320AeXC6efoAAAAASUVORK5CYII="
)

_IMAGE_INPUT = "image"

LLAMA_CPP, VLLM = "llamacpp", "vllm"
"""What these servers call themselves, as owners of the models that they list."""

_BY_ENTRY = "its entry says so"
_UNKNOWN = UNWELL | {FailureKind.EMPTY}

# OpenAI's newer models refuse a request when their reasoning alone needs more than the limit.
_NO_ROOM = re.compile(r"max_tokens or model output limit was reached", re.IGNORECASE)
# llama.cpp says so of images with status 500.
_WILL_NOT = re.compile(r"not supported|unsupported|does not support", re.IGNORECASE)


class Abilities:
    """What one endpoint can do, as far as it was tried.

    Attributes:
        found: what was found, by the names of Findings.
        failed: the failure that each negative finding comes from.
        reasoning: as in Findings.
        exchanges: all that there were.
        fields: says what bodies carry, and has learned what the endpoint refuses.
    """

    def __init__(
        self,
        settings: EndpointSettings,
        transport: Watched,
        judge: Judge,
        *,
        timeout_s: float,
        pause_s: float,
    ) -> None:
        """
        Args:
            settings: what may be sent.
            transport: sends.
            judge: says what went wrong.
            timeout_s: for one request.
            pause_s: how long, after a failure, what matters most is tried again.
        """
        self._settings = replace(settings, max_tokens=None)  # a reply of a few words will do
        self._transport = transport
        self._judge = judge
        self._timeout_s = timeout_s
        self._pause_s = pause_s
        self.fields = Fields(self._settings, judge, lambda _: None)
        self._generator = Generator(self._settings, judge, self.fields)
        self._scorer = LetterScorer(self._settings, judge, self.fields, lambda _: None)
        self._candidates: dict[str, dict[str, float]] = {}  # by route
        self._most_candidates = _ASKED_CANDIDATES[0]
        self.found: dict[str, Finding] = {}
        self.failed: dict[str, FailedAttempt] = {}
        self.reasoning: str | None = None
        self.exchanges: list[Noting] = []

    def exchange(self, *, tries: int = 1) -> Noting:
        """For the requests of one thing that is tried."""
        exchange = Noting(
            self._transport,
            self._judge,
            self.fields,
            timeout_s=self._timeout_s,
            max_wait_s=self._pause_s,
            tries=tries,
        )
        self.exchanges.append(exchange)
        return exchange

    async def chat(self) -> None:
        """Whether messages are answered, and where their reasoning comes."""
        exchange = self.exchange(tries=2)
        outcome = await self._generator.ask(exchange, _HELLO, _SHORT)
        self.found["chat"] = self._judged("chat", outcome)
        if isinstance(outcome, Generated):
            self.reasoning = _reasoning_in(exchange.document)

    async def completions(self) -> None:
        """Whether texts are continued, and with candidates: one request tells both where both are there."""
        if self._omits("logprobs"):
            self.found["completion_logprobs"] = Finding(False, _BY_ENTRY)
        else:
            numbers = [
                number for number in _ASKED_CANDIDATES if number <= (self._settings.candidates or number)
            ]
            found = await self._look_for_candidates(COMPLETIONS, numbers, tries=2)
            if not isinstance(found, FailedAttempt) or (
                found.declined and found.failure.kind is FailureKind.BAD_REPLY  # all but logprobs
            ):
                self.found["completions"] = Finding(True, "")
                return
            if found.failure.kind is not FailureKind.BAD_REQUEST:
                self.found["completions"] = self._judged("completions", found)
                return
        outcome = await self._generator.ask(self.exchange(), _START, _SHORT)
        self.found["completions"] = self._judged("completions", outcome)

    async def chat_logprobs(self) -> None:
        """Candidates in chats; after `chat` and `completions`."""
        if not self.found["chat"].works:
            self.found["chat_logprobs"] = Finding(self.found["chat"].works, "no chat")
        elif self._omits("logprobs", "top_logprobs"):
            self.found["chat_logprobs"] = Finding(False, _BY_ENTRY)
        else:
            # Servers have one limit for both routes, or a lower one for completions (OpenAI). Those that only chat have
            # the usual one.
            known = self._most_candidates if COMPLETIONS in self._candidates else _USUAL_CANDIDATES
            most = max(known, _USUAL_CANDIDATES)
            await self._look_for_candidates(CHAT, [number for number in _ASKED_CANDIDATES if number <= most])

    async def given_texts(self, served_by: str) -> None:
        """Whether a text that the model did not choose can be scored; after `completions`.

        Args:
            served_by: what the server calls itself; llama.cpp's own way goes first there, as the others would cost
                two requests.
        """
        routes = choice_routes(self._settings, self._judge)
        first = GrammarRoute if served_by == LLAMA_CPP else ()
        routes_in_turn = sorted(routes, key=lambda route: not isinstance(route, first))
        self.found["given_texts"] = await self._given_texts(routes_in_turn)

    async def echo(self) -> None:
        """Whether a prompt comes back with its logprobs, where `given_texts` had no need to find out; after it."""
        if "echo" in self.found:
            return
        works = self.found["completions"].works
        if not works:
            self.found["echo"] = Finding(works, "no completions")
        elif self._omits("logprobs"):
            self.found["echo"] = Finding(False, _BY_ENTRY)
        else:
            routes = choice_routes(self._settings, self._judge)
            await self._scored(next(route for route in routes if route.name == ECHO))

    async def forced_letters(self, served_by: str) -> None:
        """Whether the model can be held to a letter; after `completions` and `chat_logprobs`.

        Args:
            served_by: what the server calls itself; vLLM's own way goes first there.
        """
        self.found["forced_letters"] = await self._forced_letters(served_by)

    async def structured_output(self) -> None:
        """Whether a chat's reply can be held to a JSON schema; after `chat` and `forced_letters`."""
        self.found["structured_output"] = await self._structured_output()

    async def images(self, inputs: Collection[str], *, by_entry: bool | None) -> None:
        """Whether a message may hold an image; after `chat`.

        Args:
            inputs: what the model reads, as the endpoint lists it; none where it does not.
            by_entry: whether it sees images, by its entry; None where that does not say.
        """
        if not self.found["chat"].works:
            self.found["images"] = Finding(self.found["chat"].works, "no chat")
            return
        if inputs and _IMAGE_INPUT not in inputs:
            self.found["images"] = Finding(False, f"listed as reading {', '.join(sorted(inputs))} only")
            return
        if by_entry is False:
            self.found["images"] = Finding(False, _BY_ENTRY)
            return
        parts = [
            {"type": "text", "text": "What colour is this? One word."},
            {"type": "image_url", "image_url": {"url": _IMAGE}},
        ]
        more = {"messages": [{"role": "user", "content": parts}]}
        outcome = await self._generator.ask(self.exchange(), _HELLO, _SHORT, more)
        judged = self._judged("images", outcome)
        self.found["images"] = Finding(True, "accepted, seen or not") if judged.works else judged

    async def begun_reply_and_seed(self) -> None:
        """Whether a begun reply is gone on with, and whether a seed makes two replies the same; after `chat`.

        Two requests tell both, where none is refused.
        """
        generator = Generator(replace(self._settings, temperature=1.0), self._judge, self.fields)
        first: Generated | FailedAttempt | None = None
        if self.found["chat"].works:
            first = await generator.ask(self.exchange(), _BEGUN, _SHORT, self._seed_field())
            self.found["begun_reply"] = self._gone_on_with(first)
        else:
            self.found["begun_reply"] = Finding(self.found["chat"].works, "no chat")
        self.found["seed"] = await self._seed(generator, first if isinstance(first, Generated) else None)

    async def _look_for_candidates(
        self, route: str, numbers: Sequence[int], *, tries: int = 1
    ) -> dict[str, float] | FailedAttempt:
        """Ask for fewer until they are not refused."""
        name = "chat_logprobs" if route == CHAT else "completion_logprobs"
        for asked in numbers:
            found = await self._scorer.candidates(self.exchange(tries=tries), route, asked, content=_QUESTION)
            if not isinstance(found, FailedAttempt):
                number = min(asked, len(found))  # the token that was taken may come on top
                self.found[name] = Finding(bool(found), f"{number:,} candidates for a token", number)
                self._candidates[route] = found
                self._most_candidates = asked
                break
            self.found[name] = self._judged(name, found)
            if found.failure.kind is not FailureKind.BAD_REQUEST:
                break
        return found

    async def _given_texts(self, routes: Sequence[ChoiceRoute]) -> Finding:
        if not self.found["completions"].works:
            return Finding(self.found["completions"].works, "no completions")
        if self._omits("logprobs"):
            return Finding(False, _BY_ENTRY)
        for route in routes:
            outcome = await self._scored(route)
            if not isinstance(outcome, FailedAttempt):
                if math.isfinite(outcome[0]):
                    return Finding(True, f"by {route.name}", route.name)
            elif self._ends(outcome):
                return self._judged("given_texts", outcome)
        return Finding(False, f"tried {', '.join(route.name for route in routes)}")

    async def _scored(self, route: ChoiceRoute) -> list[float] | FailedAttempt:
        outcome = await route.score(self.exchange(), _CONTEXT, [_CONTINUATION])
        if route.name == ECHO:
            found = self._judged("echo", outcome)
            lost = found.works and isinstance(outcome, list) and not math.isfinite(outcome[0])
            self.found["echo"] = Finding(False, "without the prompt's logprobs") if lost else found
        return outcome

    async def _forced_letters(self, served_by: str) -> Finding:
        """The least probable letter: a server that ignores what it does not know would write another."""
        if not self._candidates:
            return Finding(None, "not tried: there are no logprobs to begin with")
        route, found = next(iter(self._candidates.items()))
        there = letter_logprobs(found, _LETTERS, spaced_first=route == COMPLETIONS)
        least = min(_LETTERS, key=lambda letter: there.get(letter, -math.inf))
        forces = [force for force in FORCES[route] if not self._omits(*force.fields([least]))]
        if served_by == VLLM:
            forces.sort(key=lambda force: force is not STRUCTURED)
        for force in forces:
            held = await self._scorer.held(self.exchange(), route, force, content=_QUESTION, letters=least)
            if not isinstance(held, FailedAttempt):
                if held.logprobs:
                    return Finding(True, f"by {force.name}", force.name)
            elif self._ends(held):
                return self._judged("forced_letters", held)
        return Finding(False, f"tried {', '.join(force.name for force in forces)}")

    async def _structured_output(self) -> Finding:
        """An unlikely letter: a server that ignores what it does not know would write another."""
        if not self.found["chat"].works:
            return Finding(self.found["chat"].works, "no chat")
        if self._omits("response_format"):
            return Finding(False, _BY_ENTRY)
        if self.found["forced_letters"].value == SCHEMA.name:
            return Finding(True, "as a letter was forced")
        want = Generate(SCHEMA.tokens, letters=_UNLIKELY)
        exchange = self.exchange()
        outcome = await self._generator.ask(exchange, (Message("user", _QUESTION),), want)
        if not isinstance(outcome, Generated):
            return self._judged("structured_output", outcome)
        kept = letter_written(first_choice(exchange.document) or {}) == _UNLIKELY
        return _seen(outcome, kept, "accepted, but not kept to")

    def _gone_on_with(self, outcome: Generated | FailedAttempt) -> Finding:
        if not isinstance(outcome, Generated):
            return self._judged("begun_reply", outcome)
        return _seen(outcome, outcome.text.startswith(_REST), "another reply is begun")

    async def _seed(self, generator: Generator, first: Generated | None) -> Finding:
        """The same twice, at a temperature at which it would hardly come twice by itself.

        Args:
            generator: asks at that temperature.
            first: the reply to a begun one with the seed, where there is any.
        """
        if self._omits("seed"):
            return Finding(False, _BY_ENTRY)
        content = _BEGUN if first else _RANDOM if self.found["chat"].works else _START
        outcomes: list[Generated] = [first] if first else []
        while "seed" not in self.fields.refused and len(outcomes) < 2:
            outcome = await generator.ask(self.exchange(), content, _SHORT, self._seed_field())
            if isinstance(outcome, FailedAttempt):
                return self._judged("seed", outcome)
            outcomes.append(outcome)
        if "seed" in self.fields.refused:  # and was left out
            return Finding(False, "refused")
        said = [(outcome.text, outcome.reasoning) for outcome in outcomes]
        if said[0] != said[1]:
            return Finding(False, "accepted, but two replies differ")
        if said[0] == ("", None):
            return Finding(None, "accepted; the replies hold no text to compare")
        return Finding(True, "two replies were the same")

    def _seed_field(self) -> Document:
        return {} if self._omits("seed") else {"seed": _SEED}

    def _judged(self, name: str, outcome: object) -> Finding:
        """What an outcome says of the thing that was tried."""
        if not isinstance(outcome, FailedAttempt):
            return Finding(True, "")
        failure = outcome.failure
        if _NO_ROOM.search(failure.message):
            return Finding(True, f"needs more than {_SHORT.max_tokens} tokens to say anything")
        self.failed[name] = outcome
        unknown = failure.kind in _UNKNOWN and not _WILL_NOT.search(failure.message)
        works = None if unknown or self._transport.refused(outcome) else False
        where = self._judge.where
        return Finding(
            works, failure.message.removeprefix(f"The reply of {where} ").removeprefix(f"{where} ")
        )

    def _ends(self, failed: FailedAttempt) -> bool:
        """Whether no other way need be tried."""
        return not failed.declined or self._transport.refused(failed)

    def _omits(self, *fields: str) -> bool:
        return not self._settings.omit.isdisjoint(fields)


def _seen(outcome: Generated, as_wanted: bool, otherwise: str) -> Finding:
    if not outcome.text.strip():
        return Finding(None, "the reply holds no text to tell by")
    return Finding(as_wanted, "" if as_wanted else otherwise)


def _reasoning_in(document: Document) -> str:
    """Where a chat's reply has its reasoning."""
    message = (first_choice(document) or {}).get("message")
    message = message if isinstance(message, dict) else {}
    for field in ("reasoning_content", "reasoning"):
        if text_of(message.get(field)):
            return field
    content = message.get("content")
    if isinstance(content, list) and any(isinstance(part, dict) and "thinking" in part for part in content):
        return "thinking parts of content"
    if split_reasoning(text_of(content) or "")[1] is not None:
        return "<think> tags"
    usage = usage_of(document)
    return "only counted" if usage and usage.reasoning_tokens else "none"
