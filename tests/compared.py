"""Runs to compare, for tests: a task of three subjects, and runs on disk whose replies are chosen."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from builders import answered, inline, plan_of, record_of, settings_of, task_document, write_task, written_run

from harness.plan import Plan


class Written:
    """Writes runs into a folder; called with a model's name, gives its run's folder.

    Attributes:
        task_file: three subjects in two groups, four questions each.
        plan: all of it, by simple-evals.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.task_file = write_task(folder)
        self.plan = plan_of(self.task_file)

    def __call__(
        self,
        name: str,
        texts: Mapping[str, str | None] | None = None,
        *,
        asked: Plan | None = None,
        **settings: Any,
    ) -> Path:
        """A run whose replies are right but for `texts`, by id; None is a failure."""
        plan = asked or self.plan
        chosen = settings_of(plan, model=name, **settings)
        record = record_of(plan, self.task_file, id=f"20261123T120000Z-{name}", settings=chosen)
        home = self.folder / "runs"
        return written_run(home, plan, self.task_file, answered(plan, texts), record=record).path


def large(folder: Path, a_subject: int = 100) -> Plan:
    """A plan of three subjects of so many questions."""
    questions = [
        inline(subject, place) for subject in ("algebra", "botany", "chess") for place in range(a_subject)
    ]
    return plan_of(write_task(folder, task_document(name="large", questions=questions)))


def wrong(plan: Plan, *ids: str) -> dict[str, str]:
    """Replies with a wrong letter to these questions."""
    return {q.id: f"Answer: {'B' if q.gold == 'A' else 'A'}" for q in plan.questions if q.id in ids}


def wrong_in(plan: Plan, subject: str, places: range) -> dict[str, str]:
    """Replies with a wrong letter to so many of a subject."""
    return wrong(plan, *(f"{subject}/{place}" for place in places))
