"""The embedded engine: questions a second by slots and cores, and what the questions' order saves.

    python benchmarks/embedded.py --data DIR

DIR is laid out like the hub. Each row is the median of --repeats runs of the harness's own asking, journal and all,
by wall time; the rows' runs take turns, so that whatever else the machine does meets all of them. Where it does a lot,
trust the engine's processor time and the tokens it computed, prompt tokens that were not in its cache: they hardly
depend on it. Linux only.
"""

import argparse
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from harness.budget import Allowance
from harness.course import Ahead
from harness.dataset import load_questions
from harness.demand import Demand
from harness.endpoint.embedded import SLOTS, serve
from harness.endpoint.settings import EndpointSettings
from harness.endpoint.weights import fetch
from harness.journal import Journal, read_journal
from harness.observer import Silent
from harness.plan import Plan, make_plan
from harness.profiles import load_catalog
from harness.selection import Selection
from harness.session import hold
from harness.task import find_task, load_task

ALL_CORES = frozenset(os.sched_getaffinity(0))
SEED = 20261125
LONGEST_REPLY = 64  # tokens; the tiny model's chains of thought end nowhere


@dataclass(frozen=True)
class Case:
    """One row: what is asked, in which order, of how large an engine."""

    asked: str
    plan: Plan
    slots: int = SLOTS
    cores: int = len(ALL_CORES)


@dataclass(frozen=True)
class Measured:
    """One run of a case. Times in seconds; the processor time and memory are the engine's."""

    wall_s: float
    cpu_s: float
    peak_mb: float
    prompt_tokens: int
    cached_tokens: int


def measure(case: Case, gguf: Path) -> Measured:
    """Ask all questions of the case."""
    os.sched_setaffinity(0, sorted(ALL_CORES)[: case.cores])  # the engine inherits it
    try:
        with serve(gguf, slots=case.slots) as engine, tempfile.TemporaryDirectory() as folder:
            answers = Path(folder, "answers.jsonl")
            endpoint = EndpointSettings(
                base_url=engine.base_url, model=gguf.name, connections=engine.slots, max_tokens=LONGEST_REPLY
            )
            began = time.perf_counter()
            with Journal(answers) as journal:
                hold(
                    case.plan,
                    Ahead(case.plan.questions, heard=lambda _: None),
                    journal,
                    endpoint=endpoint,
                    died=engine.died,
                    allowance=Allowance(demand=lambda _: Demand(0, 0)),
                    note=lambda *_: None,
                    observer=Silent(),
                )
            wall_s = time.perf_counter() - began
            cpu_s, peak_mb = process_figures(engine.pid)
            replies = [entry.reply for entry in read_journal(answers)]
    finally:
        os.sched_setaffinity(0, ALL_CORES)
    usages = [reply.usage for reply in replies if reply and reply.usage]
    assert len(usages) == len(replies), "a question failed"
    prompt, cached = sum(u.prompt_tokens for u in usages), sum(u.cached_tokens for u in usages)
    return Measured(wall_s, cpu_s, peak_mb, prompt, cached)


def process_figures(pid: int) -> tuple[float, float]:
    """A process's time on all cores, and the most memory that it ever held, in MB."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    cpu_s = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    return cpu_s, next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM"))


def row(case: Case, runs: Sequence[Measured]) -> str:
    """A row of the table, of medians."""

    def median(figure: Callable[[Measured], float]) -> float:
        return statistics.median(figure(run) for run in runs)

    questions = len(case.plan.questions)
    computed = median(lambda run: run.prompt_tokens - run.cached_tokens)
    return (
        f"| {case.asked} | {questions} | {case.slots} | {case.cores} | {median(lambda run: run.wall_s):.1f} "
        f"| {median(lambda run: questions / run.wall_s):.2f} | {median(lambda run: run.cpu_s):.1f} "
        f"| {median(lambda run: run.prompt_tokens):,.0f} | {computed:,.0f} | {median(lambda run: run.peak_mb):.0f} |"
    )


def shuffled(plan: Plan) -> Plan:
    """The same questions in an order that knows nothing of subjects."""
    questions = list(plan.questions)
    random.Random(SEED).shuffle(questions)
    return replace(plan, questions=tuple(questions))


def cases(data: Path, questions: int) -> list[Case]:
    """All rows."""
    sample, mmlu = (load_task(find_task(name)) for name in ("sample", "mmlu"))
    of_sample, of_mmlu = load_questions(sample), load_questions(mmlu, data)
    subjects = tuple(dict.fromkeys(question.subject for question in of_mmlu.questions))

    def letters(*names: str) -> Plan:
        return make_plan(mmlu, of_mmlu, protocol="hendrycks", shots=5, selection=Selection(questions, names))

    plans = {
        "cloze": make_plan(sample, of_sample, protocol="cloze", selection=Selection(questions)),
        "simple-evals": make_plan(
            sample, of_sample, protocol="simple-evals", selection=Selection(questions // 4)
        ),
        "5-shot, 2 subjects": letters("abstract_algebra", "virology"),
    }
    by_slots = [Case(name, plan, slots) for name, plan in plans.items() for slots in (1, 2, 4, 8)]
    by_cores = [Case(name, plan, cores=1) for name, plan in plans.items()]
    many = letters(*subjects[:20])
    orders = {"5-shot, 20 subjects": many, "5-shot, 20 subjects, shuffled": shuffled(many)}
    by_order = [Case(name, plan, slots) for slots in (1, 4) for name, plan in orders.items()]
    return by_slots + by_cores + by_order


def main() -> None:
    """Prints a table in Markdown."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", required=True, type=Path)
    parser.add_argument("--questions", type=int, default=60)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--only", default="", help="rows whose first column holds this")
    options = parser.parse_args()
    weights = load_catalog(os.environ).models["smollm2-135m"].weights
    assert weights is not None
    gguf = fetch(weights)
    wanted = [case for case in cases(options.data, options.questions) if options.only in case.asked]
    runs = [[measure(case, gguf) for case in wanted] for _ in range(options.repeats)]
    print(
        "| asked | questions | slots | cores | wall s | questions/s | CPU s | prompt tokens | computed | peak MB |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|")
    for case, measured in zip(wanted, zip(*runs, strict=True), strict=True):
        print(row(case, measured))


if __name__ == "__main__":
    main()
