"""Choice routes: the ways in which servers give the logprobs of a text that they did not choose.

Each takes a context and continuations, gives the summed natural logprob of each continuation. Which of
them an endpoint has is found out by harness/endpoint/choices.py.
"""

import math
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any, NamedTuple, Protocol

from harness.endpoint.candidates import as_logprob, whole_number
from harness.endpoint.exchange import Document, Exchange
from harness.endpoint.failures import FEW, FailedAttempt, Judge
from harness.endpoint.fields import COMPLETIONS
from harness.endpoint.prompt_tokens import Token, echoed, prompt_logprobs, sum_after, sum_by_text
from harness.endpoint.reply import FailureKind
from harness.endpoint.settings import EndpointSettings

ECHO = "echo"
"""The name of the route that has a completion give its prompt back."""


class ChoiceRoute(Protocol):
    """One way to score continuations."""

    name: str
    path: str
    fields: Document  # the same in every body

    async def score(
        self, exchange: Exchange, context: str, continuations: Sequence[str]
    ) -> list[float] | FailedAttempt:
        """The summed logprobs, in the order of the continuations, which are all different."""


class PromptRoute:
    """Puts the continuation into the prompt and reads the logprobs of the prompt's own tokens."""

    def __init__(
        self,
        name: str,
        fields: Document,
        read: Callable[[dict[str, Any], str], list[Token] | None],
        *,
        settings: EndpointSettings,
        judge: Judge,
    ) -> None:
        self.name = name
        self.path = COMPLETIONS
        self._read = read
        self._judge = judge
        # Some servers refuse to generate nothing, so one token is asked for and left out.
        temperature = {} if settings.temperature is None else {"temperature": 0}
        self.fields = {"model": settings.model, "max_tokens": 1} | temperature | fields
        self._lists: bool | None = None  # whether one request may hold several prompts; None: not known

    async def score(
        self, exchange: Exchange, context: str, continuations: Sequence[str]
    ) -> list[float] | FailedAttempt:
        """See ChoiceRoute."""
        texts = [context + continuation for continuation in continuations]
        found = await self._tokens(exchange, texts)
        if isinstance(found, FailedAttempt):
            return found
        sums = [sum_by_text(tokens, context, text) for text, tokens in zip(texts, found, strict=True)]
        if None not in sums:
            return [number for number in sums if number is not None]
        # Where characters are cut in two the tokens do not spell the text: the context's own tell the border.
        alone = await self._tokens(exchange, [context])
        if isinstance(alone, FailedAttempt):
            return alone
        return [sum_after(tokens, alone[0]) for tokens in found]

    async def _tokens(self, exchange: Exchange, texts: Sequence[str]) -> list[list[Token]] | FailedAttempt:
        if self._lists is not False and len(texts) > 1:
            outcome = await self._post(exchange, texts, list(texts))
            if not isinstance(outcome, FailedAttempt):
                self._lists = True
                return outcome
            no_lists = outcome.declined and outcome.failure.kind is not FailureKind.WRONG_URL
            if self._lists or not no_lists:
                return outcome
        found: list[list[Token]] = []
        for text in texts:
            outcome = await self._post(exchange, [text], text)
            if isinstance(outcome, FailedAttempt):
                return outcome
            found += outcome
        if len(texts) > 1:
            self._lists = False
        return found

    async def _post(
        self, exchange: Exchange, texts: Sequence[str], prompt: str | list[str]
    ) -> list[list[Token]] | FailedAttempt:
        def read(document: Document) -> list[list[Token]] | FailedAttempt:
            choices = document.get("choices")
            if not isinstance(choices, list) or not all(isinstance(choice, dict) for choice in choices):
                return self._lacking("has no choices")
            choices = sorted(choices, key=lambda choice: whole_number(choice.get("index")))
            found = [self._read(choice, text) for choice, text in zip(choices, texts, strict=False)]
            whole = [tokens for tokens in found if tokens is not None]
            if len(whole) < len(texts):
                return self._lacking("does not give the logprobs of its prompt")
            return whole

        return await exchange.post(self.path, {"prompt": prompt} | self.fields, read)

    def _lacking(self, what: str) -> FailedAttempt:
        if self._lists is None:  # whether it has this route is not known yet
            return self._judge.lacking(what)
        return self._judge.bad_reply(what, tries=FEW)


class _Piece(NamedTuple):
    """A token of llama.cpp's /tokenize; whole: its bytes are whole characters."""

    id: int
    whole: bool


class GrammarRoute:
    """Has llama.cpp write the continuation, held to its tokens by a grammar.

    Its own /completion gives each token's logprob as the model had it, before the grammar. The tokens are
    those of the whole text, from /tokenize: held to the text alone the model takes whatever token is
    likeliest at each place, and so spells " Blue" as " ", "B", "l", "ue", which is far less probable. One
    request after another, so that the context stays in the server's cache.
    """

    name = "llama.cpp grammar"
    path = "/completion"

    def __init__(self, settings: EndpointSettings, judge: Judge) -> None:
        self._judge = judge
        self._base_url = settings.base_url
        self.fields: Document = {
            "model": settings.model,
            "post_sampling_probs": False,
            "temperature": 0,
            "cache_prompt": True,
        }

    async def score(
        self, exchange: Exchange, context: str, continuations: Sequence[str]
    ) -> list[float] | FailedAttempt:
        """See ChoiceRoute."""
        before = await self._tokenize(exchange, context)
        if isinstance(before, FailedAttempt):
            return before
        sums = []
        for continuation in continuations:
            tokens = await self._tokenize(exchange, context + continuation)
            if isinstance(tokens, FailedAttempt):
                return tokens
            outcome = await self._sum(exchange, tokens, begin=_shared(before, tokens))
            if isinstance(outcome, FailedAttempt):
                return outcome
            sums.append(outcome)
        return sums

    async def _tokenize(self, exchange: Exchange, text: str) -> list[_Piece] | FailedAttempt:
        def read(document: Document) -> list[_Piece] | FailedAttempt:
            tokens = document.get("tokens")
            if not isinstance(tokens, list) or not all(isinstance(token, dict) for token in tokens):
                return self._judge.lacking("has no tokens")
            # llama.cpp writes a piece that is not whole UTF-8 as a list of its bytes.
            return [_Piece(token.get("id"), isinstance(token.get("piece"), str)) for token in tokens]

        # A begin-of-text token is added where the model has one, as in /completion.
        fields: Document = {"content": text, "add_special": True, "with_pieces": True}
        return await exchange.post(self._url("/tokenize"), fields, read)

    async def _sum(self, exchange: Exchange, tokens: list[_Piece], *, begin: int) -> float | FailedAttempt:
        if begin == len(tokens):  # nothing of the continuation is there, and nothing is certain
            return math.nan
        total = 0.0
        for whole, run in groupby(range(begin, len(tokens)), key=lambda n: tokens[n].whole):
            # Of several tokens that make up one character llama.cpp shows the last alone.
            for places in [list(run)] if whole else [[n] for n in run]:
                prompt = [token.id for token in tokens[: places[0]]]
                written = [tokens[n].id for n in places]
                step = self._write if whole else self._look_up
                outcome = await step(exchange, prompt, written)
                if isinstance(outcome, FailedAttempt):
                    return outcome
                total += outcome
        return total

    async def _write(self, exchange: Exchange, prompt: list[int], tokens: list[int]) -> float | FailedAttempt:
        """The summed logprob of tokens that are whole characters, in one request."""

        def read(document: Document) -> float | FailedAttempt:
            entries = _entries(document)
            if entries is None:
                return self._judge.lacking("has no completion_probabilities")
            written = [entry.get("id") for entry in entries]
            if written == tokens:
                return sum(as_logprob(entry.get("logprob")) for entry in entries)
            if written == tokens[: len(written)]:  # cut off although it was given room
                return self._judge.too_long()
            return self._judge.bad_reply("has other tokens than those it was held to", tries=FEW)

        grammar = "root ::= " + " ".join(f"<[{token}]>" for token in tokens)
        fields: Document = {"prompt": prompt, "grammar": grammar, "n_predict": len(tokens), "n_probs": 1}
        return await exchange.post(self._url(self.path), fields | self.fields, read)

    async def _look_up(
        self, exchange: Exchange, prompt: list[int], tokens: list[int]
    ) -> float | FailedAttempt:
        """The logprob of one token that is part of a character, among those of the whole vocabulary.

        Some megabytes and a few tenths of a second; of MMLU's choices one in 150 has such tokens.
        """

        def read(document: Document) -> float | FailedAttempt:
            entries = _entries(document)
            if not entries:
                return self._judge.lacking("has no completion_probabilities")
            candidates = entries[0].get("top_logprobs")
            for candidate in candidates if isinstance(candidates, list) else []:
                if isinstance(candidate, dict) and candidate.get("id") == tokens[0]:
                    return as_logprob(candidate.get("logprob"))
            return self._judge.bad_reply(f"has no logprob for token {tokens[0]}", tries=FEW)

        # What is written does not matter, but has to be a whole character.
        fields: Document = {"prompt": prompt, "grammar": 'root ::= "a"', "n_predict": 1, "n_probs": 2**20}
        return await exchange.post(self._url(self.path), fields | self.fields, read)

    def _url(self, path: str) -> str:
        return native_url(self._base_url, path)


def choice_routes(settings: EndpointSettings, judge: Judge) -> tuple[ChoiceRoute, ...]:
    """All of them, the cheapest first."""
    given: dict[str, Any] = {"settings": settings, "judge": judge}
    return (
        PromptRoute(ECHO, {"echo": True, "logprobs": 1}, echoed, **given),
        PromptRoute("prompt_logprobs", {"prompt_logprobs": 1}, prompt_logprobs, **given),
        GrammarRoute(settings, judge),
    )


def native_url(base_url: str, path: str) -> str:
    """Where a server has a route of its own, beside those of OpenAI's API."""
    base, question_mark, query = base_url.partition("?")
    return base.rstrip("/").removesuffix("/v1") + path + question_mark + query


def _shared(some: Sequence[_Piece], others: Sequence[_Piece]) -> int:
    """How many tokens both begin with."""
    pairs = zip(some, others, strict=False)
    return next((n for n, (one, other) in enumerate(pairs) if one != other), min(len(some), len(others)))


def _entries(document: Document) -> list[Document] | None:
    entries = document.get("completion_probabilities")
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        return None
    return entries
