"""Showing: prompts, tasks and models, on standard output."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from itertools import islice

from rich.console import Console
from rich.table import Column, Table

from harness.journal import one_line
from harness.models import Profile
from harness.plan import Plan
from harness.prompts import ScoreChoices
from harness.protocols import PROTOCOLS
from harness.task import Task


def prompt_lines(plan: Plan) -> Iterator[bytes]:
    """One JSON line a prompt: id, subject, gold, `messages` or `prompt`, prompt_sha256."""
    for question in plan.questions:
        prompt = plan.prompt(question)
        content: dict[str, object]
        if isinstance(prompt.content, str):
            content = {"prompt": prompt.content}
        else:
            content = {"messages": [asdict(message) for message in prompt.content]}
        if isinstance(prompt.want, ScoreChoices):
            content["continuations"] = prompt.want.continuations
        line = {
            "id": question.id,
            "subject": question.subject,
            "gold": question.gold,
            **content,
            "prompt_sha256": prompt.sha256,
        }
        yield one_line(json.dumps(line, ensure_ascii=False).encode())


def print_prompts(plan: Plan, count: int) -> None:
    """The first prompts as they are sent, each under a line that names it."""
    console = _console()  # for the lines between; what is sent is printed without it, which would expand tabs
    for question in islice(plan.questions, count):
        prompt = plan.prompt(question)
        console.rule(f"{question.id} · {plan.protocol.name}, {plan.shots}-shot · gold {question.gold}")
        if isinstance(prompt.content, str):
            print(prompt.content)
        else:
            for message in prompt.content:
                print(f"[{message.role}]\n{message.content}")
        if isinstance(prompt.want, ScoreChoices):
            for letter, continuation in prompt.want.continuations.items():
                print(f"  {letter}:{continuation}")
    console.rule(f"{len(plan.questions):,} prompts in all; --jsonl writes them")


def print_tasks(tasks: Iterable[Task]) -> None:
    """A table of tasks."""
    table = _table("task", "title", "language", "licence", "usual protocol")
    for task in tasks:
        table.add_row(task.name, task.title, task.language, task.licence, task.protocol)
    _console().print(table)


def print_task(task: Task) -> None:
    """One task in detail."""
    print(f"{task.title} ({task.name}, version {task.version})\n{task.description}")
    if task.dataset:
        print(f"Questions: {task.dataset.path} at {task.dataset.revision}, split {task.dataset.split}")
    else:
        print(f"Questions: {len(task.questions)}, in the task file")
    print(f"Licence: {task.licence}")
    if task.citation:
        print(f"Citation: {task.citation}")
    groups = _table("group", "subjects", title="Groups")
    for group, subjects in task.groups.items():
        groups.add_row(group, ", ".join(subjects))
    protocols = _table("protocol", "what it is", "shots", "readers", title="Protocols")
    for name in task.protocols:
        protocol = PROTOCOLS[name]
        usual = " (usual)" if name == task.protocol else ""
        protocols.add_row(name + usual, protocol.summary, str(protocol.shots), ", ".join(protocol.readers))
    _console().print(groups, protocols)


def print_models(profiles: Mapping[str, Profile]) -> None:
    """A table of models."""
    table = _table("model", "what it is", "where", "key")
    for name, profile in profiles.items():
        where = profile.base_url or ("embedded" if profile.weights else "--base-url")
        table.add_row(name, profile.about, where, profile.key_env or "")
    _console().print(table)


def print_model(name: str, profile: Profile) -> None:
    """One model in detail: what its entry says."""
    print(name)
    for field, value in profile.model_dump(exclude_defaults=True).items():
        rows = value.items() if isinstance(value, dict) else ((None, value),)
        for part, item in rows:
            shown = ", ".join(sorted(item)) if isinstance(item, frozenset) else item
            print(f"  {f'{field}.{part}' if part else field}: {shown}")


def _console() -> Console:
    """One that changes nothing: brackets are no markup, and :smile: stays a word."""
    return Console(highlight=False, markup=False, emoji=False)


def _table(*names: str, title: str | None = None) -> Table:
    """A table that folds what is too long, and never shortens a URL or breaks a name."""
    whole = {names[0], "key"}
    return Table(*(Column(name, overflow="fold", no_wrap=name in whole) for name in names), title=title)
