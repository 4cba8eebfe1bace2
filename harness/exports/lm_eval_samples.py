"""lm-eval's samples: answers as lm-evaluation-harness logs them, with all texts, as it does.

Takes a score, the plan that makes its prompts again, and the journal's lines.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, replace
from typing import Any

from harness.answers import Outcome
from harness.errors import UsageError
from harness.exports.lm_eval_names import Naming
from harness.journal import Entry
from harness.plan import Plan
from harness.prompts import Generate, Prompt, ScoreChoices
from harness.questions import Question
from harness.score_file import ScoreFile

_LEFT_OUT = "-inf"
_NO_LETTER = "[invalid]"


def samples_of(score: ScoreFile, plan: Plan, entries: Iterable[Entry]) -> dict[str, bytes]:
    """Task to its samples, a line for each question that has a reply.

    Raises:
        UsageError: a prompt is not the one that was sent any more.
    """
    naming = Naming(score)
    given = {entry.id: entry for entry in entries if entry.reply is not None}
    lines: dict[str, list[str]] = {}
    place: dict[str, int] = {}
    for question in plan.questions:
        task = naming.task_of(question.subject)
        number = place[task] = place.get(task, -1) + 1
        if (entry := given.get(question.id)) is not None:
            prompt = plan.prompt(question, entry.shots_dropped)
            if prompt.sha256 != entry.prompt_sha256:
                raise UsageError(
                    f"{question.id} was asked with another prompt than {plan.protocol.name} makes today, so it cannot "
                    "be told here; export with the version of the harness that asked it."
                )
            sample = _sample(naming, number, replace(question, gold=entry.gold), prompt, entry)
            lines.setdefault(task, []).append(json.dumps(sample, ensure_ascii=False) + "\n")
    return {task: "".join(held).encode() for task, held in lines.items()}


def task_hash(samples: bytes) -> str:
    """What lm-evaluation-harness calls a task's hash."""
    rows = map(json.loads, samples.decode().split("\n")[:-1])
    return _sha256("".join(row["doc_hash"] + row["prompt_hash"] + row["target_hash"] for row in rows))


def _sample(naming: Naming, number: int, question: Question, prompt: Prompt, entry: Entry) -> dict[str, Any]:
    doc, right = _doc(question), entry.outcome is Outcome.CORRECT
    arguments, replies, filtered = _requests(naming.score, question, prompt, entry)
    places = [question.letters.index(letter) for letter in question.gold]
    target = question.gold if naming.generates else str(places[0] if len(places) == 1 else places)
    first = arguments[0][0]
    return {
        "doc_id": number,
        "doc": doc,
        "target": target,
        "arguments": {
            f"gen_args_{place}": {"arg_0": words[0], "arg_1": words[1]}
            for place, words in enumerate(arguments)
        },
        "resps": [[reply] for reply in replies],
        "filtered_resps": filtered,
        "filter": naming.filter,
        "metrics": [naming.metric],
        "doc_hash": _sha256(json.dumps(doc, indent=2, ensure_ascii=False)),
        "prompt_hash": _sha256(first if isinstance(first, str) else first[0]),
        "target_hash": _sha256(target),
        naming.metric: float(right),
    }


def _doc(question: Question) -> dict[str, Any]:
    """A row that holds the question's parts apart, as datasets do."""
    context = {"context": question.context.strip()} if question.context else {}
    return {
        "id": question.id,
        "subject": question.subject,
        **context,
        "question": question.text.removeprefix(question.context),
        "choices": list(question.choices),
        "answer": question.gold,
    }


def _requests(
    score: ScoreFile, question: Question, prompt: Prompt, entry: Entry
) -> tuple[list[tuple[Any, Any]], list[Any], list[Any]]:
    """What was sent, what came back, and what was read of it; a chat as the JSON of its messages."""
    reply = entry.reply
    assert reply is not None  # noqa: S101 - only those with a reply are samples
    content = prompt.content
    sent: Any = content
    if not isinstance(content, str):
        sent = [json.dumps([asdict(message) for message in content], ensure_ascii=False)]
    if isinstance(prompt.want, Generate):
        limit = score.model.settings.get("max_tokens") or prompt.want.max_tokens
        generation = {"until": list(prompt.want.stop), "max_gen_toks": limit}
        return [(sent, generation)], [reply.text], [entry.answer or _NO_LETTER]
    beginnings: dict[str, str] = {}
    if isinstance(prompt.want, ScoreChoices):
        beginnings = prompt.want.beginnings
        texts, logprobs = prompt.want.continuations, dict[str, float | None](reply.choice_logprobs or {})
    else:
        texts = {letter: f" {letter}" for letter in question.letters}
        logprobs = reply.letter_logprobs or {}
    scored = [
        [_LEFT_OUT if logprobs.get(letter) is None else str(logprobs[letter]), "False"] for letter in texts
    ]  # whether a text is what the model would have said is not known
    before = {letter: sent + beginnings[letter] if beginnings.get(letter) else sent for letter in texts}
    return [(before[letter], text) for letter, text in texts.items()], scored, scored


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
