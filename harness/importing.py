"""Importing: scores that lm-evaluation-harness made, as runs that ours can be compared with.

Takes its results file with the samples beside it; writes a run for each benchmark in it, read and scored as ours are,
and marked as not measured here. What cannot be imported keeps nothing else from it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from harness.dataset import load_questions
from harness.errors import EndpointError, HarnessError, UsageError
from harness.finished import Run
from harness.imported_plan import Benchmark, our_plan, their_plan
from harness.imported_run import write_run
from harness.lm_eval_files import Results, Sample, no_samples, read_results, read_samples, shortened
from harness.lm_eval_matching import Asked, as_ours, as_theirs
from harness.lm_eval_tasks import FORMS, Form, form_named
from harness.plan import Plan
from harness.task import find_task, load_task, name_for_later

Say = Callable[[str], None]
_Ready = tuple[Plan, tuple[Asked, ...]]
_Part = tuple[Benchmark, tuple[Asked, ...]]


def import_results(
    path: Path | str,
    *,
    task: str | None = None,
    data: Path | None = None,
    tasks: Path | None = None,
    results: Path = Path("results"),
    say: Say | None = None,
) -> tuple[Run, ...]:
    """Make runs of what lm-evaluation-harness measured.

    Args:
        path: its results_….json, or the folder that holds it.
        task: the task of ours whose questions are wanted; known by itself for its own MMLU and MMLU-Pro.
        data: a folder laid out like the hub, for our task's questions.
        tasks: a folder with task files of the user's own.
        results: the folder that runs are written into.
        say: told where the hub is asked, and which benchmarks of the file could not be imported and why.

    Raises:
        UsageError: nothing can be imported: it is no such file, or of each benchmark the samples are missing or
            damaged, or of no multiple-choice task, or it is imported already.
        EndpointError: likewise, since our task's questions are neither in `data` nor given by the hub.
    """
    found = read_results(Path(path))
    say = say or (lambda _: None)
    refused: list[HarnessError] = []
    if task is None:
        later, ready = None, _each(found, data, say, refused)
    else:
        later, ready = name_for_later(task, tasks), _of_task(found, task, data, tasks, say, refused)
    runs = []
    for plan, answers in ready:  # all of them were read before the first is written
        try:
            runs.append(
                write_run(found, plan, answers, results=results, task=later or plan.task.name, data=data)
            )
        except UsageError as error:
            refused.append(error)
    for reason in refused if runs else refused[1:]:
        say(f"Not imported: {reason}")
    if not runs:
        raise refused[0]
    return tuple(runs)


def _benchmarks(found: Results) -> tuple[Benchmark, ...]:
    subjects = {
        name: frozenset(
            subject.replace(" ", "_")
            for members in load_task(find_task(name)).groups.values()
            for subject in members
        )
        for name in {form.task for form in FORMS}
    }
    sorted_: dict[tuple[str, Form | None, str], list[str]] = {}
    for name in found.named:
        form = form_named(name, subjects)
        kind = str(found.config(name).get("output_type"))
        sorted_.setdefault((form.task if form else found.root(name), form, kind), []).append(name)
    return tuple(
        Benchmark(
            name,
            tuple(one for one in names if one in found.tasks),
            tuple(one for one in names if one not in found.tasks),
            form,
            kind,
        )
        for (name, form, kind), names in sorted_.items()
    )


def _each(found: Results, data: Path | None, say: Say, refused: list[HarnessError]) -> list[_Ready]:
    """Every benchmark in the file."""
    ready = []
    for benchmark in _benchmarks(found):
        try:
            ready.append(_read(found, benchmark, data, say))
        except (UsageError, EndpointError) as error:
            refused.append(error)
    return ready


def _read(found: Results, benchmark: Benchmark, data: Path | None, say: Say) -> _Ready:
    samples = _samples(found, benchmark)
    if benchmark.form is None:
        asked = as_theirs(samples)
        return their_plan(found, benchmark, asked), asked
    task = load_task(find_task(benchmark.form.task), say)
    held = load_questions(task, data, say)
    asked, rest = as_ours(samples, held.questions, benchmark.form)
    if asked:
        notes = _of_left_out(rest, len(samples), task.name)
        return our_plan(found, benchmark, asked, task, held, notes=notes), asked
    if samples[0].text is not None:
        raise _none_of(found, len(samples), task.name)
    asked = as_theirs(samples)
    return their_plan(found, benchmark, asked), asked


def _of_task(
    found: Results, name: str, data: Path | None, tasks: Path | None, say: Say, refused: list[HarnessError]
) -> list[_Ready]:
    """What asks a task's questions: one run, or one for each way in which the file has them asked."""
    task = load_task(find_task(name, tasks), say)
    held = load_questions(task, data, say)
    parts: list[_Part] = []
    rest: list[Sample] = []
    read = 0
    for benchmark in _benchmarks(found):
        form = benchmark.form if benchmark.form and benchmark.form.task == name else None
        try:
            samples = _samples(found, benchmark)
            asked, others = as_ours(samples, held.questions, form)
        except UsageError as error:
            refused.append(error)
            continue
        read += len(samples)
        rest += others
        if asked:
            parts = _joined(found, parts, (replace(benchmark, form=form), asked))
    if not parts and not refused:
        refused.append(_none_of(found, read, name))
    notes = tuple(_of_left_out(rest, read, task.name))
    return [(our_plan(found, benchmark, asked, task, held, notes=notes), asked) for benchmark, asked in parts]


def _joined(found: Results, parts: Sequence[_Part], new: _Part) -> list[_Part]:
    """The parts with a new one, which becomes one with another that asks other questions in the same way.

    Subjects that lm-evaluation-harness knows no group of are benchmarks of their own there, and one task here.
    """
    joined = list(parts)
    for place, old in enumerate(parts):
        if _how(found, old) == _how(found, new) and _ids(old).isdisjoint(_ids(new)):
            (before, asked), (after, more) = old, new
            whole = replace(
                before, tasks=(*before.tasks, *after.tasks), missing=(*before.missing, *after.missing)
            )
            joined[place] = whole, (*asked, *more)
            return joined
    return [*joined, new]


def _how(found: Results, part: _Part) -> tuple[Form | None, str, int]:
    benchmark, asked = part
    return benchmark.form, benchmark.kind, found.shots(asked[0].sample.task)


def _ids(part: _Part) -> frozenset[str]:
    return frozenset(one.question.id for one in part[1])


def _samples(found: Results, benchmark: Benchmark) -> list[Sample]:
    if not benchmark.tasks:
        raise no_samples(found.path, [found.named[name].name for name in benchmark.missing])
    samples = [sample for name in benchmark.tasks for sample in read_samples(found, name)]
    if not samples:
        raise UsageError(f"{found.path} holds no answer of {benchmark.name}.")
    return samples


def _none_of(found: Results, samples: int, task: str) -> UsageError:
    return UsageError(f"none of the {samples:,} samples beside {found.path} asks a question of task {task}.")


def _of_left_out(rest: Sequence[Sample], samples: int, task: str) -> Iterable[str]:
    if rest:
        yield (
            f"Left out: {len(rest):,} of {samples:,} samples ({shortened(one.task for one in rest)}), which ask no "
            f"question of task {task}, or one a second time."
        )
