"""Dry runs: what a run would ask of whom and what it would cost; sends nothing, writes nothing, needs no key."""

import os
from collections.abc import Mapping
from dataclasses import replace

from harness.estimate import Estimate, estimate
from harness.models import find_unasked
from harness.observer import Observer, Silent
from harness.plan import Plan
from harness.pricing import pricing_of
from harness.runner import plan_of
from harness.serving import max_tokens_of
from harness.settings import RunSettings


def dry_run(
    settings: RunSettings, observer: Observer | None = None, environment: Mapping[str, str] = os.environ
) -> Estimate:
    """Estimate what `run` with these settings takes.

    Raises:
        UsageError: a setting, a file or a name is wrong.
        EndpointError: the dataset could not be had.
    """
    return plan_and_estimate(settings, observer, environment)[1]


def plan_and_estimate(
    settings: RunSettings, observer: Observer | None = None, environment: Mapping[str, str] = os.environ
) -> tuple[Plan, Estimate]:
    """The same, and the plan that was estimated."""
    model = find_unasked(settings.model, environment, host=settings.host, base_url=settings.base_url)
    pricing = pricing_of(settings, model)
    plan = plan_of(settings, model, observer or Silent())
    limit = max_tokens_of(settings, model, plan)
    made = estimate(
        plan,
        model.name,
        model.profile,
        pricing,
        max_tokens=limit,
        reasoning_tokens=model.reasoning_tokens,
    )
    most = settings.max_cost_usd
    if most is not None and made.cost_usd is not None and made.cost_usd[2] > most:
        ends = "will" if made.cost_usd[0] > most else "may"
        made = replace(
            made,
            warnings=(*made.warnings, f"--max-cost {most:g} {ends} end the run before its last question."),
        )
    return plan, made
