"""opencompass…: MMLU as OpenCompass asks base models (ppl) and chat models (gen), averaged over subjects.

Source: configs/datasets/mmlu/mmlu_ppl_ac766d.py and mmlu_gen_4d595a.py of open-compass/opencompass @ a5acc4b. In ppl
there are two spaces after "about", as in the original, but only one line break between examples. The source takes the
letter with which the whole text has the lowest perplexity. The texts differ in their last letter alone, so where each
letter is one token (every tokenizer in use) that is the most probable letter, which is what we ask for: one request
instead of four. gen has no limit of its own; 1,024 tokens are what the source gives most models.

Traps of gen: without any pattern the first capital A to D counts, so that `As an AI, I cannot answer this` is A; after
a `1` the first letter in order in the whole rest counts.
"""

from collections.abc import Sequence

from harness.prompts import Generate, Prompt, ScoreLetters
from harness.protocols.base import Protocol, continued, named, spoken, to_the_answer, turns
from harness.questions import Question


def build_ppl(question: Question, shots: Sequence[Question]) -> Prompt:
    """Hint, examples with their letter, then the question up to "Answer:"."""
    hint = (
        f"The following are multiple choice questions (with answers) about  {spoken(question.subject)}.\n\n"
    )
    text = hint + continued(question, shots, to_the_answer, end="\n")
    return Prompt(text, ScoreLetters(question.letters))


def build_gen(question: Question, shots: Sequence[Question]) -> Prompt:
    """Each example a turn with the whole hint; a space after "Answer:", a line break after the letter."""
    return Prompt(turns(_ask_in_chat, lambda shot: f"{shot.gold}\n", question, shots), Generate(1024))


def _ask_in_chat(question: Question) -> str:
    return (
        f"There is a single choice question about {spoken(question.subject)}. Answer the question by replying "
        f"{named(question.letters)}.\nQuestion: {to_the_answer(question)} "
    )


OPENCOMPASS_PPL = Protocol(
    name="opencompass-ppl",
    summary="OpenCompass's for base models: 5-shot, the letter of lowest perplexity, macro average",
    source="open-compass/opencompass @ a5acc4b, mmlu_ppl_ac766d.py",
    build=build_ppl,
    shots=5,
    wants=ScoreLetters,
    readers=("letters",),
    average="macro",
)
OPENCOMPASS_GEN = Protocol(
    name="opencompass-gen",
    summary="OpenCompass's for chat models: 5-shot turns, the letter found by some fifty patterns",
    source="open-compass/opencompass @ a5acc4b, mmlu_gen_4d595a.py",
    build=build_gen,
    shots=5,
    wants=Generate,
    readers=("opencompass", "best"),
    usual_tokens=(1, 300),
    average="macro",
)
