"""Fields: what a request's body carries besides its prompt, by the settings and by what the endpoint has refused.

Takes bodies as they are wanted, gives bodies as they are sent; hears of refusals. One for an endpoint, so that
what one request has learned holds for all. Sends nothing.
"""

from collections.abc import Callable
from typing import Any

from harness.endpoint.failures import FailedAttempt, Judge
from harness.endpoint.settings import EndpointSettings

CHAT = "/chat/completions"
COMPLETIONS = "/completions"

Body = dict[str, Any]
_MAY_GO = frozenset({"temperature", "top_p", "seed", "stop"})
_OTHER_NAMES = {"max_tokens": "max_completion_tokens", "max_completion_tokens": "max_tokens"}


class Fields:
    """The fields of one model at one endpoint.

    Attributes:
        refused: fields that are no longer sent, or under another name, because the endpoint would not have them.
    """

    def __init__(self, settings: EndpointSettings, judge: Judge, warn: Callable[[str], None]) -> None:
        self._omit = settings.omit
        self._extra = {name: value for name, value in settings.extra.items() if name not in settings.omit}
        self._model = settings.model
        self._judge = judge
        self._warn = warn
        self.refused: set[str] = set()

    @property
    def extra(self) -> Body:
        """What is sent with every chat and completion besides."""
        return {name: value for name, value in self._extra.items() if name not in self.refused}

    def fit(self, route: str, wanted: Body) -> Body:
        """The body as it is sent."""
        if route not in (CHAT, COMPLETIONS):
            return wanted  # an engine's own interface
        if not (self._omit or self._extra or self.refused):
            return dict(wanted)
        gone = self._omit | self.refused
        sent = {name: value for name, value in (self._extra | wanted).items() if name not in gone}
        for name in self.refused & _OTHER_NAMES.keys() & wanted.keys():
            sent[_OTHER_NAMES[name]] = wanted[name]
        return sent

    def learn(self, failed: FailedAttempt, sent: Body) -> bool:
        """Note which field a refusal is about, and say so once.

        A limit of tokens is given its other name, and is never left out: nothing else ends a reply that goes on for
        ever. What the prompt or its reading depends on (messages, logprobs) is not ours to leave out.

        Returns:
            Whether the request can be sent again without it.
        """
        at_fault = failed.names & sent.keys() - {"model", "messages", "prompt"}
        may_go = {name for name in at_fault if name in _MAY_GO or name in self._extra}
        if not self.refused & _OTHER_NAMES.keys():
            may_go |= at_fault & _OTHER_NAMES.keys()
        for name in sorted(may_go - self.refused):
            self.refused.add(name)
            instead = f"sent as {_OTHER_NAMES[name]}" if name in _OTHER_NAMES else "left out"
            where = self._judge.where
            self._warn(
                f"{where} takes no {name} for {self._model}; it is {instead}. {failed.failure.message}."
            )
        return bool(at_fault & self.refused)  # others may have learned it meanwhile
