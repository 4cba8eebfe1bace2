"""lm-eval's tasks: which of lm-evaluation-harness's own tasks is which of ours, and by which protocol.

Names only, as its version 0.4.13 has them. Whether an answer was really asked so is told by its prompt, not by a name.
"""

import re
from dataclasses import dataclass

SUBJECT = "{subject}"


@dataclass(frozen=True, slots=True)
class Form:
    """One way in which lm-evaluation-harness asks one of our tasks.

    Attributes:
        protocol: ours, which makes the same prompts.
        name: of its tasks, each a subject, with SUBJECT for the subject's name.
        group: of all of them together; its own name where it is a single task.
        version: as its file has it.
        filter: what it calls its reading of the replies.
    """

    task: str
    protocol: str
    name: str
    group: str
    version: float
    filter: str = "none"

    def task_of(self, subject: str) -> str:
        """Its name for a subject of ours."""
        return self.name.replace(SUBJECT, subject.replace(" ", "_"))

    def subject_of(self, name: str) -> str | None:
        """The subject that a task of this form has in its name, "" where it has none; None for any other task."""
        found = re.fullmatch(re.escape(self.name).replace(re.escape(SUBJECT), r"(\w+)"), name)
        return None if found is None else (found.groups() or ("",))[0]


FORMS = (
    Form(
        "mmlu",
        "lm-eval-flan-n-shot",
        "mmlu_flan_n_shot_loglikelihood_{subject}",
        "mmlu_flan_n_shot_loglikelihood",
        2.0,
    ),
    Form(
        "mmlu",
        "lm-eval-flan-n-shot-generative",
        "mmlu_flan_n_shot_generative_{subject}",
        "mmlu_flan_n_shot_generative",
        3.0,
        "strict-match",
    ),
    Form(
        "mmlu",
        "lm-eval-flan-cot-zeroshot",
        "mmlu_flan_cot_zeroshot_{subject}",
        "mmlu_flan_cot_zeroshot",
        3.0,
        "strict-match",
    ),
    Form("mmlu", "lm-eval-continuation", "mmlu_{subject}_continuation", "mmlu_continuation", 1.0),
    Form(
        "mmlu",
        "lm-eval-generative",
        "mmlu_{subject}_generative",
        "mmlu_generative",
        3.0,
        "get_response",
    ),
    Form("mmlu", "lm-eval", "mmlu_{subject}", "mmlu", 1.0),
    Form(
        "mmlu_pro",
        "lm-eval-leaderboard-mmlu-pro",
        "leaderboard_mmlu_pro",
        "leaderboard_mmlu_pro",
        0.1,
    ),
    Form(
        "mmlu_pro",
        "lm-eval-mmlu-pro",
        "mmlu_pro_{subject}",
        "mmlu_pro",
        3.1,
        "custom-extract",
    ),
)


def form_named(name: str, subjects: dict[str, frozenset[str]]) -> Form | None:
    """The form that a task of lm-evaluation-harness has; None where we have none like it.

    Args:
        name: the task's.
        subjects: our tasks to their subjects, spaces written as "_": mmlu_pro_law is no subject of mmlu.
    """
    for form in FORMS:
        subject = form.subject_of(name)
        if subject is not None and (not subject or subject in subjects.get(form.task, ())):
            return form
    return None


def form_of(task: str, protocol: str) -> Form | None:
    """The form of a task and protocol of ours; None where lm-evaluation-harness has none."""
    return next((form for form in FORMS if (form.task, form.protocol) == (task, protocol)), None)
