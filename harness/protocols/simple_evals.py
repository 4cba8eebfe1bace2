r"""simple-evals, simple-evals-gpqa, deepseek-r1: zero-shot chain of thought in chat, the letter read from the text.

Source: common.py, mmlu_eval.py and gpqa_eval.py of openai/simple-evals @ ee3b031 (2025-07-09). OpenAI's README and
DeepSeek's R1 report use it. OpenAI samples at temperature 0.5 under a system message (not its o-series, which get the
message here: one protocol is one prompt). It asks GPQA's questions by the same prompt ten times each (by its command
line; four by its class), in a new order of choices each time, and reads the replies by another pattern, as they are.
DeepSeek samples at 0.6 without a system message, with room for 32,768 tokens, and averages over 4 to 64 replies a
question, without saying over how many of which benchmark: we take 4. How it reads them is not told; we read by
OpenAI's patterns for MMLU. `--as-published` sends that. Without it we send temperature 0 and no system message, once.
The source names its four letters ABCD; for another number of choices we name that many. Of MMLU's ten choices `None`
it makes `nan` under pandas 2; here they stay. Its own file of MMLU was not compared.

Traps: `Answer: b` is wrong, and so is an earlier `answer: a number`; `Answer: (B)` and a letter on the next line are
not read; the first `Answer:` counts, not the last. Of GPQA `**Answer:** B`, `Answer: **B**` and `Answer: \boxed{B}`,
which are read of MMLU, are not read. The source grades a request that was refused (400) as a wrong answer; here it is
a failure. DeepSeek's figures are of that sampling: one greedy reply, a system message or a lower limit give others.
"""

from collections.abc import Sequence
from dataclasses import replace

from harness.prompts import Generate, Message, Prompt
from harness.protocols.base import Protocol, Published
from harness.questions import Question

MAX_TOKENS = 2048

# Of 60,000 chain-of-thought replies of five chat models to MMLU-Pro (gemini-1.5-flash, Qwen1.5-72B, Llama-3.1-8B,
# Mixtral-8x7B, Phi-3-mini) one in ten has fewer than 140 characters; of the most talkative one's, one in ten has more
# than 1,410. At 3.5 characters a token.
USUAL_TOKENS = (40, 400)


def build(question: Question, shots: Sequence[Question]) -> Prompt:  # noqa: ARG001 - the protocol is zero-shot
    """One user message: instruction, question, choices."""
    choices = "\n".join(
        f"{letter}) {choice}" for letter, choice in zip(question.letters, question.choices, strict=True)
    )
    text = (
        "Answer the following multiple choice question. The last line of your response should be of the "
        "following format: 'Answer: $LETTER' (without quotes) where LETTER is one of "
        f"{question.letters}. Think step by step before answering.\n\n{question.text}\n\n{choices}"
    )
    return Prompt((Message("user", text),), Generate(MAX_TOKENS))


def build_long(question: Question, shots: Sequence[Question]) -> Prompt:
    """The same with room to think."""
    return replace(build(question, shots), want=Generate(32_768))


SIMPLE_EVALS = Protocol(
    name="simple-evals",
    summary="OpenAI's: zero-shot chain of thought in chat, the letter read from 'Answer: X'",
    source="openai/simple-evals @ ee3b031, common.py and mmlu_eval.py",
    build=build,
    shots=0,
    max_shots=0,
    wants=Generate,
    readers=("simple-evals", "best"),
    usual_tokens=USUAL_TOKENS,
    published=Published(temperature=0.5, system="You are a helpful assistant."),
)
SIMPLE_EVALS_GPQA = replace(
    SIMPLE_EVALS,
    name="simple-evals-gpqa",
    summary="OpenAI's for GPQA: the same prompt, the letter read from the reply as it is",
    source="openai/simple-evals @ ee3b031, common.py and gpqa_eval.py",
    readers=("simple-evals-gpqa", "simple-evals", "best"),
    published=replace(SIMPLE_EVALS.published, repeats=10),
)
DEEPSEEK_R1 = replace(
    SIMPLE_EVALS,
    name="deepseek-r1",
    summary="DeepSeek's for reasoning models: the same prompt, with room for 32,768 tokens",
    source="DeepSeek_R1.pdf of deepseek-ai/DeepSeek-R1 @ 0cf7856, with the prompt of openai/simple-evals @ ee3b031",
    build=build_long,
    published=Published(temperature=0.6, top_p=0.95, repeats=4),
)
