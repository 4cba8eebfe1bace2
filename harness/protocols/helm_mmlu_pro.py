"""helm-mmlu-pro, helm-mmlu-pro-v2: MMLU-Pro of the HELM Capabilities leaderboard, zero-shot.

Source: run_specs/capabilities_run_specs.py and run_expander.py of stanford-crfm/helm @ 63754d0 (0.5.16). The second
one, of the leaderboard's version 2, has one more sentence, which says what to insert, and 10,000 tokens more. HELM
samples at temperature 1, which is its default and is set nowhere; we send temperature 0 unless told otherwise. It asks
1,000 questions drawn at random, of an older revision of the dataset.

Traps: one of its four patterns is broken (its brackets are escaped), and the last takes the next capital, whatever
word it begins: "The correct answer is to add Helium" is H.
"""

from collections.abc import Sequence

from harness.prompts import Generate, Message, Prompt
from harness.protocols.base import Protocol, Published, lettered
from harness.protocols.simple_evals import USUAL_TOKENS
from harness.questions import Question

MAX_TOKENS = 4096
MAX_TOKENS_V2 = 14_096
# The apostrophe is U+2019 in the source.
_SUFFIX = (
    "Let’s think step by step. Based on your reasoning, what is the single, most likely answer choice? "
    'Format your response as follows: "The correct answer is (insert answer here)".'
)
_SUFFIX_V2 = (
    f'{_SUFFIX}\n\nIn your response, replace "insert answer here" with the single uppercase letter corresponding '
    "to your answer."
)


def build(question: Question, shots: Sequence[Question]) -> Prompt:  # noqa: ARG001 - the protocol is zero-shot
    """One user message: question, choices, what to answer."""
    return Prompt((Message("user", _ask(question) + _SUFFIX),), Generate(MAX_TOKENS))


def build_v2(question: Question, shots: Sequence[Question]) -> Prompt:  # noqa: ARG001 - the protocol is zero-shot
    """The same, and how to put the letter."""
    return Prompt((Message("user", _ask(question) + _SUFFIX_V2),), Generate(MAX_TOKENS_V2))


def _ask(question: Question) -> str:
    return f"What is the correct answer to this question: {question.text}\nChoices:\n{lettered(question)}\n"


_PUBLISHED = Published(temperature=1.0)  # the adapter's default, as the specification sets none

HELM_MMLU_PRO = Protocol(
    name="helm-mmlu-pro",
    summary="HELM Capabilities: zero-shot chain of thought in chat, read from 'The correct answer is …'",
    source="stanford-crfm/helm @ 63754d0, run_specs/capabilities_run_specs.py",
    build=build,
    shots=0,
    max_shots=0,
    wants=Generate,
    readers=("helm-mmlu-pro", "best"),
    usual_tokens=USUAL_TOKENS,
    published=_PUBLISHED,
)
HELM_MMLU_PRO_V2 = Protocol(
    name="helm-mmlu-pro-v2",
    summary="HELM Capabilities, version 2: the same, told to insert a letter",
    source="stanford-crfm/helm @ 63754d0, run_specs/capabilities_run_specs.py and run_expander.py",
    build=build_v2,
    shots=0,
    max_shots=0,
    wants=Generate,
    readers=("helm-mmlu-pro", "best"),
    usual_tokens=USUAL_TOKENS,
    published=_PUBLISHED,
)
