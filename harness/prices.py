"""Prices: what an endpoint asks for, a token or an hour, and what a run therefore costs.

Takes counts of tokens or seconds, gives US dollars. Where a model's own prices stand is harness/models.yaml;
`read_prices` reads a file of the user's. Knows nothing of endpoints or runs.
"""

from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, RootModel

from harness.yaml_file import read_yaml

Dollars = Annotated[float, Field(ge=0, allow_inf_nan=False)]
_MILLION = 1e6
_HOUR_S = 3600.0


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Prices(_Record):
    """US dollars for a million tokens."""

    input: Dollars
    cached_input: Dollars
    output: Dollars
    as_of: str
    source: str

    def cost_usd(self, prompt_tokens: int, cached_tokens: int, completion_tokens: int) -> float:
        """What so many tokens cost; the cached ones are among those of the prompts."""
        cached = min(cached_tokens, prompt_tokens)
        return (
            (prompt_tokens - cached) * self.input
            + cached * self.cached_input
            + completion_tokens * self.output
        ) / _MILLION

    def most_usd(self, prompt_tokens: int, completion_tokens: int) -> float:
        """What so many tokens cost where no cache hits."""
        dearest = max(self.input, self.cached_input)
        return (prompt_tokens * dearest + completion_tokens * self.output) / _MILLION


class GpuHours(_Record):
    """A server that one pays for by the hour, busy or idle.

    Attributes:
        gpu_hour_usd: for one GPU.
    """

    gpu_hour_usd: float
    gpus: int
    source: str = "given by the user"

    def cost_usd(self, worked_s: float) -> float:
        """What so many seconds cost."""
        return worked_s * self.gpu_hour_usd * self.gpus / _HOUR_S

    def seconds_for(self, usd: float) -> float:
        """How long one may work for that."""
        return usd * _HOUR_S / (self.gpu_hour_usd * self.gpus)


Pricing = Prices | GpuHours | str
"""By the token, by the hour, or a sentence that says why there is no price."""


class _Given(_Record):
    """An entry of a user's file."""

    input: Dollars
    cached_input: Dollars | None = None
    output: Dollars
    as_of: str
    source: str | None = None

    def prices(self, path: Path) -> Prices:
        given: dict[str, Any] = self.model_dump()
        given["source"] = self.source or str(path)
        if self.cached_input is None:
            given["cached_input"] = self.input
        return Prices(**given)


class _PricesFile(RootModel[dict[str, _Given]]):
    pass


def read_prices(path: Path) -> dict[str, Prices]:
    """Read a file of prices: YAML or JSON, a model's name or id to `{input, output, as_of}`.

    `cached_input` is the price of input unless given, `source` the file's name.

    Raises:
        UsageError: it cannot be read or does not fit; naming line and field.
    """
    return {name: given.prices(path) for name, given in read_yaml(path, _PricesFile).root.items()}
