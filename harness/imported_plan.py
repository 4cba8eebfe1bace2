"""Imported plans: what lm-evaluation-harness asked, as a plan of ours that can be scored.

Takes its Results and what was Asked; gives a Plan, with the comparison key of our own where questions, right answers
and prompts are ours. Reads and writes no file.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from harness.answers import Outcome
from harness.errors import UsageError
from harness.examples import Examples
from harness.imported_run import reply_of
from harness.lm_eval_files import Results, Sample, shortened
from harness.lm_eval_matching import Asked, protocol_as_asked
from harness.lm_eval_tasks import Form
from harness.lm_eval_unfinished import lacking, unfinished_in
from harness.mapping import DatasetSource
from harness.plan import Plan, keys_of
from harness.prompts import Generate, Prompt, ScoreChoices, ScoreLetters
from harness.protocols import PROTOCOLS, Protocol
from harness.questions import Question, QuestionSet, fingerprint
from harness.readers import READERS
from harness.selection import ALL, Selection, choice_of
from harness.task import Task


@dataclass(frozen=True, slots=True)
class Benchmark:
    """Tasks of lm-evaluation-harness that are one together, and ask for replies of one kind.

    Attributes:
        name: of our task where they have a form of ours, else of their outermost group.
        tasks: those whose samples are there.
        missing: those whose samples are not.
        form: in which they ask our task, None where there is none.
        kind: of reply, as their files call it.
    """

    name: str
    tasks: tuple[str, ...]
    missing: tuple[str, ...]
    form: Form | None
    kind: str


def our_plan(
    found: Results,
    benchmark: Benchmark,
    asked: Sequence[Asked],
    task: Task,
    held: QuestionSet,
    *,
    notes: Iterable[str],
) -> Plan:
    """What was asked, where the questions are ours; and the protocol too, where all prompts are."""
    shots = found.shots(asked[0].sample.task)
    same = protocol_as_asked(asked, task, held, benchmark.form, shots)
    protocol = same or _protocol(found, benchmark, asked[0].sample)
    prompts = [(one.question, one.sample.prompt_sha256) for one in asked]
    prompts += [(question, one.prompt_sha256) for question, one in lacking(found, held.questions)]
    ids = [question.id for question, _ in prompts]
    return _plan(
        task,
        protocol,
        shots=shots,
        prompts=prompts,
        selection=choice_of(ids, held.questions, task) or ALL,
        available=len(held.questions),
        whole=held.fingerprint,
        notes=(*notes, *_of_missing(benchmark), *_counted_otherwise(asked, protocol)),
    )


def their_plan(found: Results, benchmark: Benchmark, asked: Sequence[Asked]) -> Plan:
    """What was asked, where we know nothing of the questions: it can be compared with others of the same task.

    Raises:
        UsageError: it is of a run of ours that was not finished, whose questions without a reply have our ids.
    """
    if unfinished := unfinished_in(found):
        raise UsageError(
            f"{found.path} is of a run of {benchmark.name} that is {unfinished.status}: name the task of ours that it "
            "asked with --task, which has the questions without a reply."
        )
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
    protocol = _protocol(found, benchmark, asked[0].sample)
    held = [found.held(name) for name in (*benchmark.tasks, *benchmark.missing)]
    return _plan(
        task,
        protocol,
        shots=found.shots(asked[0].sample.task),
        prompts=[(one.question, one.sample.prompt_sha256) for one in asked],
        selection=ALL,
        available=sum(count for count in held if count is not None) or len(asked),
        whole=fingerprint(one.question for one in asked),
        notes=(*_of_missing(benchmark), *_counted_otherwise(asked, protocol)),
    )


def _plan(
    task: Task,
    protocol: Protocol,
    *,
    shots: int,
    prompts: Sequence[tuple[Question, str]],
    selection: Selection,
    available: int,
    whole: str,
    notes: tuple[str, ...],
) -> Plan:
    reader = READERS[protocol.readers[0]]
    questions = tuple(question for question, _ in prompts)
    hashes = {question.id: sha256 for question, sha256 in prompts}
    prompt_hash, key = keys_of(questions, hashes, reader.name)
    return Plan(
        task=task,
        selection=selection,
        protocol=protocol,
        as_published=False,
        shots=shots,
        reader=reader,
        questions=questions,
        examples=Examples({}, {}),
        available=available,
        fingerprint=whole,
        prompt_hash=prompt_hash,
        comparison_key=key,
        notes=notes,
    )


def _protocol(found: Results, benchmark: Benchmark, sample: Sample) -> Protocol:
    """A stand-in for one that we do not have: how the replies are read is known, what was sent is not."""
    root = found.root(sample.task)
    version = found.version_of(root) or found.version_of(sample.task)
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


def _of_missing(benchmark: Benchmark) -> Iterable[str]:
    if benchmark.missing:
        yield f"Left out: {shortened(benchmark.missing)}, of which no samples are beside the results."


def _counted_otherwise(asked: Sequence[Asked], protocol: Protocol) -> Iterable[str]:
    reader = READERS[protocol.readers[0]]
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
