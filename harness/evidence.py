"""Evidence: what a score needs of a run's journal, gathered in one pass over its lines.

Takes Entries one at a time, keeps a small record of each question and no text of a reply, so that the memory of a
run does not grow with what the model says. Knows nothing of files.
"""

import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace

from harness.answers import Outcome, Reader
from harness.endpoint.reply import FailureKind, Reply, Usage
from harness.journal import Entry
from harness.plan import Plan
from harness.questions import Question
from harness.readers import READERS
from harness.readers.logprobs import share_of_right


@dataclass(frozen=True, slots=True)
class Answered:
    """What counts of a question's last line.

    Attributes:
        by_others: the outcomes by the protocol's other readers, in their order.
        right_share: the right choices' share of probability, where the texts of choices were scored and several are
            right.
        latency_s: None where there is no reply.
        failure: why there is none.
        too_long: whether that is that its prompt does not fit into the context.
    """

    outcome: Outcome
    by_others: tuple[Outcome, ...]
    shots_dropped: bool
    letters_missing: bool
    letters_forced: bool
    right_share: float | None
    latency_s: float | None
    served_model: str | None
    system_fingerprint: str | None
    failure: str | None
    too_long: bool


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a journal tells of a plan's questions.

    Attributes:
        answered: id to what counts of it.
        other_readers: the protocol's readers that the run was not read by.
        usage: of all lines: of questions that failed and were asked again, every time counts.
        requests: likewise, repeats included.
        retries: likewise.
        uncounted: replies whose tokens the endpoint did not count.
        worked_s: how long the run had worked at its last line.
    """

    answered: dict[str, Answered]
    other_readers: tuple[str, ...]
    usage: Usage
    requests: int
    retries: int
    uncounted: int
    worked_s: float


def gather(lines: Iterable[Entry], plan: Plan) -> Evidence:
    """Gather the evidence; lines of questions that the plan does not want are passed over."""
    wanted = {question.id: question for question in plan.questions}
    others = tuple(name for name in plan.protocol.readers if name != plan.reader.name)
    readers = [READERS[name] for name in others]
    answered: dict[str, Answered] = {}
    usage, requests, retries, uncounted, worked_s = Usage(), 0, 0, 0, 0.0
    same: dict[
        tuple[Outcome, ...], tuple[Outcome, ...]
    ] = {}  # many questions end alike: each ending is kept once
    for line in lines:
        question = wanted.get(line.id)
        if question is None:
            continue
        by_others = tuple(read_again(line, question, reader).outcome for reader in readers)
        answered[question.id] = _answered(line, question, same.setdefault(by_others, by_others))
        worked_s = max(worked_s, line.elapsed_s)
        if tried := line.reply or line.failure:
            usage += tried.usage or Usage()
            requests += tried.attempts
            retries += tried.retries
        uncounted += line.reply is not None and not _is_counted(line.reply)
    return Evidence(answered, others, usage, requests, retries, uncounted, worked_s)


def read_again(entry: Entry, question: Question, reader: Reader) -> Entry:
    """The entry with its reply read by another reader; a failed one stays failed."""
    if entry.reply is None:
        return entry
    answer = reader.read(entry.reply, question)
    return replace(
        entry,
        answer=answer.letter,
        outcome=answer.outcome(question.gold),
        rule=answer.rule,
        gold=question.gold,
        cluster=question.cluster,
    )


def _answered(line: Entry, question: Question, by_others: tuple[Outcome, ...]) -> Answered:
    reply = line.reply
    return Answered(
        outcome=line.outcome,
        by_others=by_others,
        shots_dropped=line.shots_dropped > 0,
        letters_missing=reply is not None
        and reply.letter_logprobs is not None
        and not reply.letter_forced
        and len(reply.letter_logprobs) < len(question.letters),
        letters_forced=reply is not None and reply.letter_forced,
        right_share=share_of_right(reply, question) if reply and _has_shares(reply, question) else None,
        latency_s=reply.latency_s if reply else None,
        served_model=_once(reply.served_model if reply else None),
        system_fingerprint=_once(reply.system_fingerprint if reply else None),
        failure=_once(line.failure.message if line.failure else None),
        too_long=line.failure is not None and line.failure.kind is FailureKind.TOO_LONG,
    )


def _has_shares(reply: Reply, question: Question) -> bool:
    """Whether there is more to say of it than which choice is the most probable."""
    return bool(reply.choice_logprobs) and len(question.gold) > 1


def _is_counted(reply: Reply) -> bool:
    return reply.usage is not None and reply.usage.prompt_tokens > 0


def _once(name: str | None) -> str | None:
    """The same text in the memory for all lines that hold it."""
    return sys.intern(name) if name else None
