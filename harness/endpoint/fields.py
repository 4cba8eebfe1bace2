"""Fields: what a request's body carries besides its prompt, by the settings and by what the endpoint has refused.

Takes bodies as they are wanted, gives bodies as they are sent; hears of refusals. One for an endpoint, so that
what one request has learned holds for all. Sends nothing.
"""

from collections.abc import Callable, Collection
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

    What one route will not have another may want: completions refuse what chats are asked for, `store` for one.
    """

    def __init__(self, settings: EndpointSettings, judge: Judge, warn: Callable[[str], None]) -> None:
        self._omit = settings.omit
        self._extra = {name: value for name, value in settings.extra.items() if name not in settings.omit}
        self._model = settings.model
        self._judge = judge
        self._warn = warn
        self._refused: dict[str, set[str]] = {CHAT: set(), COMPLETIONS: set()}

    @property
    def refused(self) -> frozenset[str]:
        """Fields that some route would not have, and gets no more, or under another name."""
        return frozenset().union(*self._refused.values())

    def sent_besides(self, route: str) -> Body:
        """What is sent on a route whatever is asked."""
        gone = self._refused.get(route, self._extra.keys())
        return {name: value for name, value in self._extra.items() if name not in gone}

    def fit(self, route: str, wanted: Body, without: Collection[str] = ()) -> Body:
        """The body as it is sent.

        Args:
            without: fields that are left out of this one too.
        """
        known = self._refused.get(route)
        if known is None:
            return wanted  # an engine's own interface
        if not (self._omit or self._extra or known or without):
            return dict(wanted)
        refused = known.union(without)
        gone = self._omit | refused
        sent = {name: value for name, value in (self._extra | wanted).items() if name not in gone}
        for name in refused & _OTHER_NAMES.keys() & wanted.keys():
            sent[_OTHER_NAMES[name]] = wanted[name]
        return sent

    def at_fault(self, route: str, failed: FailedAttempt, sent: Body, without: Collection[str]) -> str | None:
        """The field that a refusal is about, where the request may be sent again without it; else None.

        A limit of tokens is given its other name, once, and is never left out: nothing else ends a reply that goes on
        for ever. What the prompt or its reading depends on (messages, logprobs) is not ours to leave out.
        """
        known = self._refused.get(route)
        name = next((name for name in failed.names if name in sent and name != "model"), None)
        if known is None or name is None:
            return None
        if name in _OTHER_NAMES:  # it may be another request that has learned it meanwhile
            return None if name not in known and _OTHER_NAMES[name] in known.union(without) else name
        return name if name in _MAY_GO or name in self._extra else None

    def leave_out(self, route: str, name: str, failed: FailedAttempt) -> None:
        """Send a field no more on this route, for this refusal; said once."""
        if name in self._refused[route]:
            return
        self._refused[route].add(name)
        instead = f"sent as {_OTHER_NAMES[name]}" if name in _OTHER_NAMES else "left out"
        where = self._judge.where
        self._warn(
            f"{where} takes no {name} for {self._model} at {route}; it is {instead}. {failed.failure.message}."
        )
