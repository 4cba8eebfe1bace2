"""Allowances of runs: the limits that the user set, and what a run's earlier parts have used of them.

Takes settings, a plan and a run's folder; gives the Allowance that harness/budget.py keeps.
"""

from harness.budget import Allowance, charged_usd, worst_usd
from harness.demand import Demand, most
from harness.journal import read_lines
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
    record = read_record(folder.path)
    prices = pricing if isinstance(pricing, Prices) and settings.max_cost_usd is not None else None
    question_of = {question.id: question for question in plan.questions}

    def demand(question: Question, shots_dropped: int = 0) -> Demand:
        return most(plan.prompt(question, shots_dropped), max_tokens)

    spent_usd = longest_s = 0.0
    worked_s = record.worked_s
    for line in read_lines(folder.answers):
        worked_s = max(worked_s, line.elapsed_s)
        longest_s = max(longest_s, (line.reply.latency_s or 0.0) if line.reply else 0.0)
        if prices:
            worst = worst_usd(demand(question_of[line.id], line.shots_dropped), prices)
            spent_usd += charged_usd(line.reply or line.failure, worst, prices)
    if prices:
        spent_usd += sum(session.given_up_usd for session in record.sessions)
    return Allowance(
        prices=None if isinstance(pricing, str) else pricing,
        max_usd=settings.max_cost_usd,
        max_s=settings.max_time_s,
        demand=demand,
        spent_usd=spent_usd,
        worked_s=worked_s,
        longest_s=longest_s,
    )
