"""Allowances of runs: the limits that the user set, and what a run's earlier parts have used of them.

Takes settings, a plan and a run's folder; gives the Allowance that harness/budget.py keeps.
"""

from collections.abc import Iterable

from harness.budget import Allowance, charged_usd, worst_usd
from harness.demand import Demand, most
from harness.journal import Entry, read_lines
from harness.plan import Plan
from harness.prices import Prices, Pricing
from harness.questions import Question
from harness.run_folder import RunFolder, read_record
from harness.settings import RunSettings


def allowance_of(
    settings: RunSettings, plan: Plan, pricing: Pricing, folder: RunFolder, *, max_tokens: int | None
) -> Allowance:
    """What a run may spend, and what it has.

    Args:
        settings: the limits.
        plan: what is asked.
        pricing: what is paid.
        folder: the run, locked.
        max_tokens: the limit of replies that goes before the protocol's.
    """
    lines = read_lines(folder.answers)
    record = read_record(folder.path)

    def demand(question: Question, shots_dropped: int = 0) -> Demand:
        return most(plan.prompt(question, shots_dropped), max_tokens)

    spent_usd = 0.0
    if settings.max_cost_usd is not None and isinstance(pricing, Prices):
        question_of = {question.id: question for question in plan.questions}
        worst = ((line, demand(question_of[line.id], line.shots_dropped)) for line in lines)
        spent_usd = _charged_usd(worst, pricing)
        spent_usd += sum(session.given_up_usd for session in record.sessions)
    return Allowance(
        prices=None if isinstance(pricing, str) else pricing,
        max_usd=settings.max_cost_usd,
        max_s=settings.max_time_s,
        demand=demand,
        spent_usd=spent_usd,
        worked_s=max((record.worked_s, *(line.elapsed_s for line in lines))),
        longest_s=max((line.reply.latency_s for line in lines if line.reply), default=0.0),
    )


def _charged_usd(lines: Iterable[tuple[Entry, Demand]], prices: Prices) -> float:
    """What the lines of a journal have cost, each with the most that it may have."""
    return sum(
        charged_usd(line.reply or line.failure, worst_usd(demand, prices), prices) for line, demand in lines
    )
