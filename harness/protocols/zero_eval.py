r"""zero-eval: a JSON object with the reasoning and then the letter, in chat.

Source: src/templates/MCQA.py, src/_TEMPLATES.py and src/unified_infer.py of WildEval/ZeroEval @ 8c1485e (2025-04-14),
where yuchenlin/ZeroEval moved to. DeepSeek reports MMLU-Redux by it. White space is the source's: a line break before
all and one at the end, a space at the end of four lines. To models behind OpenAI's interface it sends a system message
(`--as-published` does); to open weights none.

Traps: `"B. Paris"` and `"b"` are wrong, and `"(A) or (B)"` is right whichever of the two is; of two equal choices only
the first is right. Of models called Llama-3.1 the source also reads `\boxed{…}`; here no model is special.
"""

from collections.abc import Sequence

from harness.prompts import Generate, Message, Prompt
from harness.protocols.base import Protocol, Published
from harness.protocols.simple_evals import USUAL_TOKENS
from harness.questions import Question

MAX_TOKENS = 4096
_TEMPLATE = """
## Question:\x20

{question}

## Choices:

{choices}

## Instruction\x20

Please answer this question by first reasoning and then selecting the correct choice.\x20
Present your reasoning and solution in the following json format.\x20
Please show your choice in the `answer` field with only the choice letter, e.g.,`"answer": "C"`.

```json
{
    "reasoning": "___",
    "answer": "___"
}
```
"""


def build(question: Question, shots: Sequence[Question]) -> Prompt:  # noqa: ARG001 - the protocol is zero-shot
    """One user message."""
    choices = "".join(
        f"- ({letter}) {choice}\n" for letter, choice in zip(question.letters, question.choices, strict=True)
    )
    text = _TEMPLATE.replace("{question}", question.text).replace("{choices}", choices)
    return Prompt((Message("user", text),), Generate(MAX_TOKENS))


ZERO_EVAL = Protocol(
    name="zero-eval",
    summary="ZeroEval's: zero-shot, a JSON object with the reasoning and the letter",
    source="WildEval/ZeroEval @ 8c1485e, src/templates/MCQA.py",
    build=build,
    shots=0,
    max_shots=0,
    wants=Generate,
    readers=("zero-eval", "best"),
    usual_tokens=USUAL_TOKENS,
    published=Published(system="You are a helpful AI assistant."),
)
