"""Pages: what of a reply is read, in plain signs.

Takes a Reply and its Question, gives a Page: the text after the reasoning, before a question that the model asked
itself and before a summary of all that it was asked, without Markdown, LaTeX wrappers and full-width forms. Knows
nothing of answers.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from harness.endpoint.reply import CUT_OFF, Reply
from harness.questions import Question

READ = 20_000
"""Characters read, from the end. Who goes on for longer after an answer is in a loop, and long replies stay cheap."""

_REASONING = (
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<thought>", "</thought>"),
    ("<reasoning>", "</reasoning>"),
    ("<seed:think>", "</seed:think>"),
    ("[THINK]", "[/THINK]"),
    ("◁think▷", "◁/think▷"),
    ("<|begin_of_thought|>", "<|end_of_thought|>"),
    ("<|channel|>analysis<|message|>", "<|channel|>final<|message|>"),
)
_NEXT_QUESTION = (
    *("\nQuestion:", "\n**Question:", "\n## Question:", "\n### Question:", "\nQ:", "\nHuman:", "\nUser:"),
    *(
        "<|im_start|>user",
        "\n问题：",
        "\n问题:",
        "\n題目：",
        "\n题目：",
        "\n質問：",
        "\n問題：",
        "\n질문:",
        "\n문제:",
    ),
    *(
        "\nFrage:",
        "\nPregunta:",
        "\nPergunta:",
        "\nDomanda:",
        "\nQuestion :",
        "\nप्रश्न:",
        "\nالسؤال:",
        "\nسؤال:",
    ),
    *("\nপ্রশ্ন:", "\nPertanyaan:", "\nSwali:", "\nÌbéèrè:"),
)
# Models that were shown several questions sum up what they answered to all of them; that is no answer to the last.
_SUMMARY = re.compile(
    r"""\b(?:summari[sz](?:e|ing)|combin(?:e|ing)|considering|here\sare|answers\sto)\s
        (?:all\s(?:of\s)?(?:the\s|these\s|our\s|my\s)?|the\s(?:above|previous|other|first)\s)
        (?:\w{1,12}\s){0,2}?(?:answers|questions)\b
      | \banswers\s(?:to|for)\sthe\s(?:other|previous|first)\b
      | (?:总结|汇总|綜合|综合)[^\n]{0,4}(?:以上|所有|上述)[^\n]{0,8}答案""",
    re.VERBOSE,
)
_ONE_TOKEN = 4  # characters; a protocol that lets the model write one token wanted no more, "(B)" at most
_OWN = 40  # characters by which a question is known again
_WRAPPERS = re.compile(
    r"""\\(?:
            (?:text|textbf|textit|textrm|texttt|mathrm|mathbf|mathit|mathsf|mathbb|operatorname|boldsymbol
              |bf|rm|bm|displaystyle|large|Large|LARGE|left|right)\b[ ]{0,2}\{?
          | [,;:!()\[\]]
        )
      | \*\* | __
      | </?(?:b|strong|em|i|u|p|br|span)[ ]?/?>""",
    re.VERBOSE,
)


def _folded() -> dict[int, str]:
    """Signs that are letters, digits, brackets and colons in another dress; other compatibility forms are not:
    the raised two of 10² is no digit of 102."""
    dresses = (
        *(range(0xFF01, 0xFF5F), range(0xFF66, 0xFF9E), range(0x2460, 0x2469), range(0x24B6, 0x24EA)),
        *(range(0x1D400, 0x1D800), range(0x1F110, 0x1F12A)),
    )
    table = {code: unicodedata.normalize("NFKC", chr(code)) for codes in dresses for code in codes}
    spaces = dict.fromkeys((0xA0, 0x2007, 0x2009, 0x200A, 0x202F, 0x3000), " ")
    nothing = dict.fromkeys((0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF, 0xFE0F), "")
    # İ alone changes its length in lower case, and the places in both spellings have to be the same.
    return {**table, **spaces, **nothing, 0x0130: "I"}


_FOLDED = _folded()


@dataclass(frozen=True, slots=True)
class Page:
    """A reply as it is read.

    Attributes:
        text: in plain signs.
        lowered: the same in lower case, place for place.
        cut: the reply came to its limit of tokens, so that its last word may be half of one.
        ended: the reply is known to have come to its own end.
    """

    text: str
    lowered: str
    question: Question
    cut: bool
    ended: bool


def read_pages(reply: Reply, question: Question) -> Iterator[Page]:
    """What is read of a reply: one page, and where it ends before the question's own repetition, a longer one too."""
    text = _without_reasoning(reply.text)
    own = _squeezed(question.text)
    begun = len(text) - len(text.lstrip())
    headings = [
        (at, heading) for heading in _NEXT_QUESTION if (at := text.find(heading, begun, begun + READ)) >= 0
    ]
    at, heading = min(headings, default=(len(text), ""))
    yield _page(reply, question, text[:at])
    if heading and own and _squeezed(text[at + len(heading) : at + len(heading) + 4 * _OWN]).startswith(own):
        yield _page(reply, question, text)


def _page(reply: Reply, question: Question, text: str) -> Page:
    text = plain(text[-READ:])
    lowered = text.lower()
    if summary := _SUMMARY.search(lowered):
        text, lowered = text[: summary.start()], lowered[: summary.start()]
    cut = reply.finish_reason in CUT_OFF and len(text.strip()) > _ONE_TOKEN
    return Page(text, lowered, question, cut, ended=not cut and reply.finish_reason is not None)


def plain(text: str) -> str:
    """Full-width, circled and mathematical letters as usual ones, and markup taken away."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text).translate(_FOLDED)
    return _WRAPPERS.sub("", text)


def _without_reasoning(text: str) -> str:
    """From the first opening tag to the last closing one is reasoning; either may be missing."""
    for opening, closing in _REASONING:
        begin, end = text.find(opening), text.rfind(closing)
        if end >= 0:
            before = text[:begin] if 0 <= begin < end else ""
            text = f"{before}\n{text[end + len(closing) :]}"
            begin = text.find(opening, len(before))
        if begin >= 0:
            text = text[:begin]
    return text


def _squeezed(text: str) -> str:
    return "".join(text[: 4 * _OWN].casefold().replace("*", "").split())[:_OWN]
