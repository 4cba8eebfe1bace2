"""Pricing: what a run pays, by the user's word or by the entries of model and host.

Takes settings and a Model; gives a Pricing.
"""

from harness.errors import UsageError
from harness.models import Model
from harness.prices import GpuHours, Prices, Pricing, read_prices
from harness.settings import RunSettings


def pricing_of(settings: RunSettings, model: Model) -> Pricing:
    """What is paid: by the hour where the user says so, else the user's prices of tokens, else those that are known.

    Raises:
        UsageError: the file of prices is wrong, or a limit on cost cannot be kept to.
    """
    pricing = _pricing(settings, model)
    if settings.max_cost_usd is None:
        return pricing
    sentence = f"--max-cost {settings.max_cost_usd:g} cannot be kept to, because"
    if isinstance(pricing, str):
        raise UsageError(
            f"{sentence} {pricing}: say what tokens cost with --prices FILE, or what the server costs with "
            "--gpu-hour-usd, or limit the time with --max-time."
        )
    if isinstance(pricing, Prices) and model.max_tokens_field in model.omit:
        raise UsageError(
            f"{sentence} nothing limits a reply: {model.name}'s entry omits {model.max_tokens_field}; limit the time "
            "with --max-time."
        )
    return pricing


def _pricing(settings: RunSettings, model: Model) -> Pricing:
    if settings.gpu_hour_usd is not None:
        return GpuHours(gpu_hour_usd=settings.gpu_hour_usd, gpus=settings.gpus or 1)
    given = read_prices(settings.prices) if settings.prices else {}
    named = given.get(model.name) or given.get(model.id)
    if named is not None:
        return named
    if model.weights is not None:
        return "the model runs on this machine"
    if given and model.prices is None:
        return f"{settings.prices} has no price for {model.name}, only for {', '.join(given)}"
    somewhere = settings.host or settings.base_url or model.base_url
    if model.prices is None and not somewhere and model.profile.hosts:
        return f"it depends on who serves the model; name one with --host ({', '.join(model.profile.hosts)})"
    return model.prices or "no price is known for this model"
