"""Imported plans: what lm-evaluation-harness asked, as a plan of ours that can be scored.

Takes its Results and what was Asked; gives a Plan, with the comparison key of our own where questions, right answers
and prompts are ours. Reads and writes no file.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from harness.answers import Outcome, Reader
from harness.errors import UsageError
from harness.examples import Examples
from harness.imported_run import reply_of
from harness.lm_eval_files import Results, Sample, shortened
from harness.lm_eval_matching import Asked, protocol_as_asked
from harness.lm_eval_tasks import Form
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
    return _plan(
        found,
        asked,
        task,
        protocol,
        selection=choice_of([one.question.id for one in asked], held.questions, task) or ALL,
        available=len(held.questions),
        whole=held.fingerprint,
        notes=(*notes, *_of_missing(benchmark)),
    )


def their_plan(found: Results, benchmark: Benchmark, asked: Sequence[Asked]) -> Plan:
    """What was asked, where we know nothing of the questions: it can be compared with others of the same task."""
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
    held = [found.held(name) for name in (*benchmark.tasks, *benchmark.missing)]
    return _plan(
        found,
        asked,
        task,
        _protocol(found, benchmark, asked[0].sample),
        selection=ALL,
        available=sum(count for count in held if count is not None) or len(asked),
        whole=fingerprint(one.question for one in asked),
        notes=_of_missing(benchmark),
    )


def _plan(
    found: Results,
    asked: Sequence[Asked],
    task: Task,
    protocol: Protocol,
    *,
    selection: Selection,
    available: int,
    whole: str,
    notes: Iterable[str],
) -> Plan:
    reader = READERS[protocol.readers[0]]
    questions = tuple(one.question for one in asked)
    prompts = {one.question.id: one.sample.prompt_sha256 for one in asked}
    prompt_hash, key = keys_of(questions, prompts, reader.name)
    return Plan(
        task=task,
        selection=selection,
        protocol=protocol,
        as_published=False,
        shots=found.shots(asked[0].sample.task),
        reader=reader,
        questions=questions,
        examples=Examples({}, {}),
        available=available,
        fingerprint=whole,
        prompt_hash=prompt_hash,
        comparison_key=key,
        notes=(*notes, *_counted_otherwise(asked, reader)),
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


def _counted_otherwise(asked: Sequence[Asked], reader: Reader) -> Iterable[str]:
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
