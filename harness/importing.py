"""Importing: scores that lm-evaluation-harness made, as runs that ours can be compared with.

Takes its results file with the samples beside it; writes a run for each benchmark in it, read and scored as ours are,
and marked as not measured here. Where questions, right answers and prompts are those of a plan of ours, so is the
comparison key.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.answers import Outcome, Reader
from harness.dataset import load_questions
from harness.errors import UsageError
from harness.examples import Examples
from harness.finished import Run
from harness.imported_run import reply_of, write_run
from harness.lm_eval_files import Results, Sample, read_results, read_samples
from harness.lm_eval_matching import Asked, as_ours, as_theirs, protocol_as_asked
from harness.lm_eval_tasks import FORMS, Form, form_named
from harness.mapping import DatasetSource
from harness.plan import Plan, keys_of
from harness.prompts import Generate, Prompt, ScoreChoices, ScoreLetters
from harness.protocols import PROTOCOLS, Protocol
from harness.questions import Question, QuestionSet, fingerprint
from harness.readers import READERS
from harness.selection import Selection
from harness.task import Task, find_task, load_task, name_for_later

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class _Benchmark:
    """Tasks of lm-evaluation-harness that are one task together.

    Attributes:
        name: of our task where `is_ours`, else of their outermost group.
        is_ours: whether our task is to be looked into for the questions.
        named: whether the user said so.
    """

    name: str
    tasks: tuple[str, ...]
    form: Form | None
    is_ours: bool
    named: bool = False


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
        task: the task of ours whose questions it asked; known by itself for its own MMLU and MMLU-Pro.
        data: a folder laid out like the hub, for our task's questions.
        tasks: a folder with task files of the user's own.
        results: the folder that runs are written into.
        say: told where the hub is asked.

    Raises:
        UsageError: it is no such file, its samples are missing or damaged, they are of no multiple-choice task, or it
            is imported already.
        EndpointError: our task's questions are neither in `data` nor given by the hub.
    """
    found = read_results(Path(path))
    asked = [
        _read(found, benchmark, data, tasks, say) for benchmark in _benchmarks(found, task)
    ]  # all of them before the first is written
    later = None if task is None else name_for_later(task, tasks)
    return tuple(
        write_run(found, plan, answers, results=results, task=later or plan.task.name, data=data)
        for plan, answers in asked
    )


def _benchmarks(found: Results, task: str | None) -> tuple[_Benchmark, ...]:
    subjects = {
        name: frozenset(
            subject.replace(" ", "_")
            for members in load_task(find_task(name)).groups.values()
            for subject in members
        )
        for name in {form.task for form in FORMS}
    }
    if task is not None:
        form = form_named(next(iter(found.tasks)), subjects)
        form = form if form and form.task == task else None
        return (_Benchmark(task, tuple(found.tasks), form, is_ours=True, named=True),)
    sorted_: dict[tuple[str, Form | None], list[str]] = {}
    for name in found.tasks:
        form = form_named(name, subjects)
        sorted_.setdefault((form.task if form else found.root(name), form), []).append(name)
    return tuple(
        _Benchmark(name, tuple(names), form, is_ours=form is not None)
        for (name, form), names in sorted_.items()
    )


def _read(
    found: Results, benchmark: _Benchmark, data: Path | None, tasks: Path | None, say: Say | None
) -> tuple[Plan, tuple[Asked, ...]]:
    samples = [sample for name in benchmark.tasks for sample in read_samples(found, name)]
    if not samples:
        raise UsageError(f"{found.path} holds no answer of {benchmark.name}.")
    if not benchmark.is_ours:
        return _their_plan(found, benchmark, asked := as_theirs(samples)), asked
    task = load_task(find_task(benchmark.name, tasks), say)
    held = load_questions(task, data, say)
    ours, rest = as_ours(samples, held.questions, benchmark.form)
    if not ours and benchmark.named:
        raise UsageError(
            f"none of the {len(samples):,} samples beside {found.path} asks a question of task {benchmark.name}."
        )
    if not ours:
        return _their_plan(found, benchmark, asked := as_theirs(samples)), asked
    asked = (*ours, *as_theirs(rest))
    return _our_plan(found, benchmark, asked, task, held), asked


def _our_plan(
    found: Results, benchmark: _Benchmark, asked: Sequence[Asked], task: Task, held: QuestionSet
) -> Plan:
    """What was asked, where the questions are ours; and the protocol too, where all prompts are."""
    same = protocol_as_asked(asked, task, held, benchmark.form, found.shots(benchmark.tasks[0]))
    protocol = same or _protocol(found, benchmark, asked[0].sample)
    return _plan(
        found, benchmark, asked, task, protocol, available=len(held.questions), whole=held.fingerprint
    )


def _their_plan(found: Results, benchmark: _Benchmark, asked: Sequence[Asked]) -> Plan:
    first = benchmark.tasks[0]
    config = found.config(first)
    dataset = DatasetSource.model_construct(
        path=str(config.get("dataset_path") or benchmark.name),
        name=config.get("dataset_name") if len(benchmark.tasks) == 1 else None,
        split=config.get("test_split") or config.get("validation_split"),
    )
    task = Task.model_construct(  # no file of ours: it could not be asked
        name=benchmark.name.replace("/", "_"),
        version=found.version_of(benchmark.name) or found.version_of(first) or "unknown",
        title=benchmark.name,
        description="a task of lm-evaluation-harness",
        licence="unknown",
        protocols=(),
        protocol="",
        groups={},
        dataset=dataset,
    )
    held = [found.held(name) for name in benchmark.tasks]
    available = sum(count for count in held if count is not None) or len(asked)
    protocol = _protocol(found, benchmark, asked[0].sample)
    whole = fingerprint(one.question for one in asked)
    return _plan(found, benchmark, asked, task, protocol, available=available, whole=whole)


def _plan(
    found: Results,
    benchmark: _Benchmark,
    asked: Sequence[Asked],
    task: Task,
    protocol: Protocol,
    *,
    available: int,
    whole: str,
) -> Plan:
    reader = READERS[protocol.readers[0]]
    questions = tuple(one.question for one in asked)
    prompts = {one.question.id: one.sample.prompt_sha256 for one in asked}
    prompt_hash, key = keys_of(questions, prompts, reader.name)
    return Plan(
        task=task,
        selection=Selection(),
        protocol=protocol,
        as_published=False,
        shots=found.shots(benchmark.tasks[0]),
        reader=reader,
        questions=questions,
        examples=Examples({}, {}),
        available=available,
        fingerprint=whole,
        prompt_hash=prompt_hash,
        comparison_key=key,
        notes=tuple(_notes(benchmark, asked, reader)),
    )


def _protocol(found: Results, benchmark: _Benchmark, sample: Sample) -> Protocol:
    """A stand-in for one that we do not have: how the replies are read is known, what was sent is not."""
    root = found.root(benchmark.tasks[0])
    version = found.version_of(root) or found.version_of(benchmark.tasks[0])
    wants: type[ScoreLetters | ScoreChoices | Generate]
    if sample.text is not None:
        usual = PROTOCOLS[benchmark.form.protocol].readers[0] if benchmark.form else "best"
        wants, reader = Generate, usual
    elif all(len(text.strip()) == 1 for text in sample.continuations):
        wants, reader = ScoreLetters, "letters"
    else:
        wants, reader = ScoreChoices, "choices"
    return Protocol(
        name=f"lm-eval's {root} {version}".strip(),
        summary="as lm-evaluation-harness asked it",
        source=f"lm-evaluation-harness {found.version}",
        build=_cannot_be_asked,
        shots=0,
        wants=wants,
        readers=(reader,),
    )


def _cannot_be_asked(question: Question, shots: Sequence[Question]) -> Prompt:  # noqa: ARG001 - as Build has it
    raise UsageError(
        f"{question.id} was asked by lm-evaluation-harness, in a way that is no protocol of ours."
    )


def _notes(benchmark: _Benchmark, asked: Sequence[Asked], reader: Reader) -> Iterable[str]:
    """What a reader of the score must know, besides where it comes from."""
    theirs = sum(one.question.text == one.sample.prompt_sha256 for one in asked)
    if theirs and benchmark.is_ours:
        yield f"{theirs:,} of {len(asked):,} questions are none of task {benchmark.name}'s."
    compared = [
        (one.sample.right, reader.read(reply_of(one, reader), one.question).outcome(one.question.gold))
        for one in asked
        if one.sample.right is not None
    ]
    otherwise = sum(right != (outcome is Outcome.CORRECT) for right, outcome in compared)
    if otherwise:
        yield (
            f"lm-eval itself counted {otherwise:,} of {len(compared):,} answers otherwise than reader {reader.name} "
            "does."
        )
