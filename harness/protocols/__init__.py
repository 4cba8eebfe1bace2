"""The protocols, by name. A new one is a module of its own beside these and a line here."""

from harness.protocols.base import Average, Protocol
from harness.protocols.cloze import CLOZE
from harness.protocols.hendrycks import HENDRYCKS
from harness.protocols.lm_eval import LM_EVAL
from harness.protocols.simple_evals import SIMPLE_EVALS

PROTOCOLS: dict[str, Protocol] = {
    protocol.name: protocol for protocol in (SIMPLE_EVALS, HENDRYCKS, LM_EVAL, CLOZE)
}

__all__ = ["PROTOCOLS", "Average", "Protocol"]
