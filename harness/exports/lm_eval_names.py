"""lm-eval's names: what a score and its parts are called in lm-evaluation-harness's files.

Its own names for what is asked as it asks; for other protocols names that hold ours, so that nobody takes one for the
other.
"""

import re
from dataclasses import dataclass
from functools import cached_property

from harness.lm_eval_tasks import SUBJECT, Form, form_of
from harness.prompts import Generate
from harness.protocols import PROTOCOLS
from harness.score_file import ScoreFile

_UNSAFE = re.compile(r"[^\w.-]")


@dataclass(frozen=True)
class Naming:
    """What a score and its parts are called there."""

    score: ScoreFile

    @cached_property
    def form(self) -> Form | None:
        """The form of its own that the run was asked in, None where it has none."""
        return form_of(self.score.task.name, self.score.task.protocol)

    @cached_property
    def root(self) -> str:
        """All questions."""
        task = self.score.task
        return self.form.group if self.form else _UNSAFE.sub("_", f"{task.name}_{task.protocol}")

    @property
    def generates(self) -> bool:
        """Whether replies are texts; scored choices otherwise."""
        protocol = PROTOCOLS.get(self.score.task.protocol)
        return protocol is not None and protocol.wants is Generate

    @property
    def metric(self) -> str:
        """What accuracy is called."""
        return "exact_match" if self.generates else "acc"

    @property
    def filter(self) -> str:
        """What the reading of the replies is called."""
        return self.form.filter if self.form else "none"

    def task_of(self, subject: str) -> str:
        """The task that holds a subject."""
        if self.form:
            return self.form.task_of(subject) if SUBJECT in self.form.name else self.root
        return f"{self.root}_{_UNSAFE.sub('_', subject)}"

    def group_of(self, group: str) -> str:
        """A group of tasks."""
        return f"{self.root}_{_UNSAFE.sub('_', group.lower())}"

    def leaves(self) -> dict[str, list[tuple[int, int]]]:
        """Task to what of its subjects is right, and of how many."""
        found: dict[str, list[tuple[int, int]]] = {}
        for part in self.score.subjects:
            found.setdefault(self.task_of(part.name), []).append((part.correct, part.questions))
        return {name: parts for name, parts in found.items() if sum(questions for _, questions in parts)}

    def groups(self) -> dict[str, list[str]]:
        """Group to its tasks; the root last, with its groups, or its tasks where there are none."""
        leaves = self.leaves()
        found = {
            self.group_of(group.name): [
                self.task_of(subject) for subject in group.subjects if self.task_of(subject) in leaves
            ]
            for group in self.score.groups
        }
        found = {name: tasks for name, tasks in found.items() if tasks}  # older scores do not name subjects
        if self.root in leaves:
            return {}
        grouped = {task for tasks in found.values() for task in tasks}
        return {**found, self.root: [*found, *(task for task in leaves if task not in grouped)]}
