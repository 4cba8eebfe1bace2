"""mmlu-pro-api, mmlu-pro-local: MMLU-Pro as its authors ask it, with worked examples of the question's category.

Source: evaluate_from_api.py, evaluate_from_local.py and cot_prompt_lib/initial_prompt.txt of
TIGER-AI-Lab/MMLU-Pro @ f418b11 (2026-03-18); Wang et al. 2024, arXiv 2406.01574. The two differ in wording and
white space, so "MMLU-Pro, 5-shot" does not name a protocol.

What looks like a mistake and is not: four newlines under the local instruction (its file ends with three, the code
adds one), the API's message ending in two, and nothing stripped. The sources leave out options that read "N/A"; no
question of today has one, and we leave none out. Where a prompt is too long, evaluate_from_local.py takes examples
away until it has fewer than 2,048 tokens; we take them away when the endpoint says that it does not fit.

Traps: the reader `strict` takes the first `answer is (X)`, not the last, and does not read `answer is **X**`. `chain`
deletes `**` first, and where nothing better is there takes the last letter that is a word of its own, which may be the
pronoun "I" or the article "A". Replies without a letter get a random one, drawn anew at every
save; here they are wrong, and `expected_with_guessing` says what drawing would bring. The API's script leaves out
requests that failed, as we do, and one beside it (evaluate_from_apiX.py) can ask again where the answer was wrong.
"""

from collections.abc import Sequence

from harness.prompts import Generate, Message, Prompt
from harness.protocols.base import Protocol, lettered
from harness.protocols.simple_evals import USUAL_TOKENS
from harness.questions import Question

API_MAX_TOKENS = 4000
LOCAL_MAX_TOKENS = 2048
THOUGHT = "Let's think step by step."


def build_api(question: Question, shots: Sequence[Question]) -> Prompt:
    """One user message: instruction, worked examples, the question up to the first words of its answer."""
    header = (
        f"The following are multiple choice questions (with answers) about {question.subject}. Think step by step "
        'and then output the answer in the format of "The answer is (X)" at the end.\n\n'
    )
    examples = "".join(_api_block(shot, worked(shot).removeprefix("A: ")) for shot in shots)
    return Prompt(
        (Message("user", header + examples + _api_block(question, THOUGHT)),), Generate(API_MAX_TOKENS)
    )


def build_local(question: Question, shots: Sequence[Question]) -> Prompt:
    """The same as a text to be completed."""
    header = instruction(question.subject) + "\n\n\n\n"
    examples = "".join(
        f"{_local_ask(shot)}{worked(shot).replace(f'A: {THOUGHT}', f'Answer: {THOUGHT}')}\n\n"
        for shot in shots
    )
    text = f"{header}{examples}{_local_ask(question)}Answer: {THOUGHT}"
    return Prompt(text, Generate(LOCAL_MAX_TOKENS, ("Question:",)))


def instruction(subject: str) -> str:
    """The first line of the local prompts, which lm-evaluation-harness uses too."""
    return (
        f"The following are multiple choice questions (with answers) about {subject}. Think step by step and then "
        'finish your answer with "the answer is (X)" where X is the correct letter choice.'
    )


def worked(shot: Question) -> str:
    """An example's worked answer, as the column `cot_content` has it; of one that has none, the answer alone."""
    return shot.rationale or f"A: {THOUGHT} The answer is ({shot.gold})."


def _api_block(question: Question, answer: str) -> str:
    return f"Question: {question.text}\nOptions: {lettered(question)}\nAnswer: {answer}\n\n"


def _local_ask(question: Question) -> str:
    return f"Question:\n{question.text}\nOptions:\n{lettered(question)}\n"


MMLU_PRO_API = Protocol(
    name="mmlu-pro-api",
    summary="MMLU-Pro's authors, for chat endpoints: 5-shot chain of thought in one message",
    source="TIGER-AI-Lab/MMLU-Pro @ f418b11, evaluate_from_api.py; Wang et al. 2024, arXiv 2406.01574",
    build=build_api,
    shots=5,
    wants=Generate,
    readers=("chain", "strict", "best"),
    usual_tokens=USUAL_TOKENS,
    guesses=True,
)
MMLU_PRO_LOCAL = Protocol(
    name="mmlu-pro-local",
    summary="MMLU-Pro's authors, for completions: 5-shot chain of thought, its text continued",
    source="TIGER-AI-Lab/MMLU-Pro @ f418b11, evaluate_from_local.py; Wang et al. 2024, arXiv 2406.01574",
    build=build_local,
    shots=5,
    wants=Generate,
    readers=("chain", "strict", "best"),
    usual_tokens=USUAL_TOKENS,
    guesses=True,
)
