"""meta-llama3…: MMLU as Meta asks the instruct models of Llama 3 and later, with and without a chain of thought.

Source: llama3 and llama-models, eval_details.md; the templates from tasks/llama3/instruct of
EleutherAI/lm-evaluation-harness @ 4e7e0d47, which reproduces the prompts that Meta published (its evaluation code is
not public). Meta reports macro averages. Its base models are asked by `hendrycks` or the like, also averaged macro.

meta-llama3-chat begins the last reply with `The best answer is`. vLLM and SGLang go on with such a message where they
are told so (they are: harness/endpoint/generate.py), llama.cpp always; OpenAI begins a new one, and refuses to be told.
Where a server begins a new one, the exact reader finds no letter, and `llama-cookbook` may.

Traps: "MMLU" of an instruct model's card is two figures, one of each form, and both are macro. Of the chain of thought
`best answer is **B**`, `best answer is (B)` and `best answer is: B` are not read, and `best answer is The` reads T.
"""

from collections.abc import Sequence

from harness.prompts import Generate, Message, Prompt
from harness.protocols.base import Protocol, lettered, named, turns
from harness.questions import Question

_BEGUN = "The best answer is"
_NUMBERS = {2: "two", 3: "three", 4: "four", 5: "five"}
_STEPS = """- For simple problems:
Directly provide the answer with minimal explanation.

- For complex problems:
Use this step-by-step format:
## Step 1: [Concise description]
[Brief explanation]
## Step 2: [Concise description]
[Brief explanation]

Regardless of the approach, always conclude with:
The best answer is [the_answer_letter]."""


def build_cot(question: Question, shots: Sequence[Question]) -> Prompt:  # noqa: ARG001 - zero-shot
    """One user message: question, choices, how to think."""
    text = (
        f"{_instruction(question)}\n\nQuestion: {question.text.strip()}\n{lettered(question)}\n\n{_STEPS}\n"
        f"where the [the_answer_letter] is one of {named(question.letters)}.\n\nLet's think step by step."
    )
    return Prompt((Message("user", text),), Generate(1024))


def build_chat(question: Question, shots: Sequence[Question]) -> Prompt:
    """Examples as turns, the question, and the beginning of the reply."""
    messages = turns(_ask, lambda shot: f"{_BEGUN} {shot.gold}.", question, shots)
    return Prompt((*messages, Message("assistant", _BEGUN)), Generate(10, (".",)))


def _ask(question: Question) -> str:
    return (
        f"{_instruction(question)}\nQuestion: {question.text.strip()}\n{lettered(question)}\n"
        'Your response should end with "The best answer is [the_answer_letter]" where the [the_answer_letter] is '
        f"one of {named(question.letters)}."
    )


def _instruction(question: Question) -> str:
    """Names as many choices as there are; the source knows four."""
    letters = named(question.letters).replace(" or ", " and ")
    number = _NUMBERS.get(len(question.letters), str(len(question.letters)))
    return f"Given the following question and {number} candidate answers ({letters}), choose the best answer."


META_LLAMA3_COT = Protocol(
    name="meta-llama3-cot",
    summary="Meta's for instruct models: 0-shot chain of thought in chat, read from 'best answer is X'",
    source="EleutherAI/lm-evaluation-harness @ 4e7e0d47, tasks/llama3/instruct/mmlu_cot; llama-models @ a9c89c4",
    build=build_cot,
    shots=0,
    max_shots=0,
    wants=Generate,
    readers=("meta-llama3-cot", "best"),
    usual_tokens=(50, 400),
    average="macro",
)
META_LLAMA3_CHAT = Protocol(
    name="meta-llama3-chat",
    summary="Meta's for instruct models: 5-shot turns, the reply begun with 'The best answer is'",
    source="EleutherAI/lm-evaluation-harness @ 4e7e0d47, tasks/llama3/instruct/mmlu; llama-models @ a9c89c4",
    build=build_chat,
    shots=5,
    wants=Generate,
    readers=("meta-llama3-chat", "llama-cookbook", "best"),
    usual_tokens=(1, 10),
    brief=True,
    average="macro",
)
