"""Table columns: which column of somebody's table is the question, which are choices, which is the right answer.

Takes the names of columns and some rows; gives what each was taken for, or says what cannot be told. Goes by names
that people give to columns, in a few languages; where a CSV has no header, by their order.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.rows import value_of

Row = Mapping[str, Any]

_QUESTION = (
    "question questiontext questionstem stem query prompt problem q sent1 "
    "frage pregunta pergunta domanda вопрос 问题 题目 題目 問題 質問 設問 질문 문제"
)
_CHOICES = "choices options endings candidates mcanswers answers 选项 選択肢 보기"
_GOLD = (
    "answerkey answerletter answerindex answeridx correctanswernum correctanswer correctchoice correctoption "
    "correctindex correctidx correct gold goldindex goldanswer target label answer key solution bestanswer "
    "antwort lösung réponse respuesta resposta risposta ответ 答案 正确答案 正解 解答 답 정답"
)
_SUBJECT = "subject category topic domain field discipline 科目 学科 分野 과목"
_ID = "id questionid qid uuid recordid exampleid sampleid"
_CONTEXT = "context passage article background paragraph text 文章 背景 지문"
_RIGHT = "correctanswer rightanswer correct"
_SERIES = (
    "",
    "option",
    "choice",
    "opt",
    "op",
    "answer",
    "ans",
    "ending",
    "sol",
    "mcanswer",
    "选项",
    "選択肢",
)
_WRONG = ("distractor", "incorrectanswer", "wronganswer", "incorrect", "wrong")
_ALPHABETS = ("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "アイウエオカキクケコ", "甲乙丙丁戊己庚辛壬癸", "ΑΒΓΔΕΖΗΘΙΚ")
_PARTS_OF_NAME = re.compile(r"(.*?)(\d+|[a-zア-コ甲乙丙丁戊己庚辛壬癸α-κ])")
_INDEX = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Roles:
    """What each column was taken for, by name.

    Attributes:
        choices: one column of lists, or several.
        labels: beside a column of lists, that of their labels.
        right_first: the first of several choices is the right one, and there is no other gold.
    """

    question: str
    choices: tuple[str, ...]
    gold: str
    labels: str | None = None
    right_first: bool = False
    subject: str | None = None
    id: str | None = None
    context: str | None = None

    def used(self) -> frozenset[str]:
        """Every column that is taken for something."""
        single = (self.question, self.gold, self.subject, self.id, self.context)
        return frozenset(name.partition(".")[0] for name in (*single, *self.choices) if name)


def is_header(cells: Sequence[str]) -> bool:
    """Whether a CSV's first row names columns: a question, or a right answer beside choices.

    A right answer alone does not do: "solution" may be a choice.
    """
    plain = {cell: _plain(cell) for cell in cells}
    gold = _named(plain, _GOLD) is not None
    return _named(plain, _QUESTION) is not None or (gold and bool(_series(plain, (*_SERIES, *_WRONG))))


def by_name(rows: Sequence[Row]) -> Roles:
    """Roles by the names of the rows' columns.

    Raises:
        ValueError: saying which role no column has.
    """
    names = list(rows[0])
    plain = {name: _plain(name) for name in names}
    choices, labels = _choice_lists(plain, rows)
    wrong = () if choices else _series(plain, _WRONG)
    right = _named(plain, _RIGHT) if wrong else None
    choices = choices or ((right, *wrong) if right else _series(plain, _SERIES))
    if not choices:
        raise ValueError(
            "no columns are called like choices, such as A, B, C, D, or option1, option2, or choices"
        )
    rest = {name: word for name, word in plain.items() if name not in choices}
    question = _named(rest, _QUESTION)
    if question is None:
        raise ValueError("no column is called like a question's text, such as question")
    gold = right or _named(rest, _GOLD)
    if gold is None:
        raise ValueError("no column is called like a right answer, such as answer")
    others = {name: word for name, word in rest.items() if name not in (question, gold)}
    return Roles(
        question,
        choices,
        gold,
        labels,
        right is not None,
        _named(others, _SUBJECT),
        _named(others, _ID),
        _named(others, _CONTEXT),
    )


def by_order(names: Sequence[str], rows: Sequence[Row]) -> Roles:
    """Roles where no column has a name: perhaps a number, the question, the choices, the right answer.

    Raises:
        ValueError: the rows do not look like that.
    """
    numbered = all(_INDEX.fullmatch(str(row[names[0]] or "")) for row in rows)
    columns = names[1:] if numbered else names
    choices = tuple(columns[1:-1])
    if len(choices) < 2:
        raise ValueError(
            "it has no header, and too few columns for a question, two choices and a right answer"
        )
    keys = [str(row[columns[-1]] or "").strip() for row in rows]
    if sum(len(key) <= 2 for key in keys) < len(keys) / 2:
        raise ValueError(
            "its first row names no question and no answer, and its last column holds no letters"
        )
    return Roles(columns[0], choices, columns[-1])


def value_or_none(column: str) -> Callable[[Row], object]:
    """What a column or path holds; None where it is missing."""
    value = value_of(column)

    def find(row: Row) -> object:
        try:
            return value(row)
        except ValueError:
            return None

    return find


def alphabets() -> tuple[str, ...]:
    """Letters that right answers are written in."""
    return _ALPHABETS


def _plain(name: str) -> str:
    """A name without case, width, spaces and signs."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(letter for letter in folded if letter.isalnum())


def _named(plain: Mapping[str, str], words: str) -> str | None:
    """The column that is called by the earliest of these words."""
    for word in words.split():
        for name, said in plain.items():
            if said == word:
                return name
    return None


def _choice_lists(plain: Mapping[str, str], rows: Sequence[Row]) -> tuple[tuple[str, ...], str | None]:
    """A column of lists, of lists with labels beside them, or of choices by letter; nothing where there is none."""
    for word in _CHOICES.split():
        for name in (name for name, said in plain.items() if said == word):
            value = next((row[name] for row in rows if row[name] is not None), None)
            if isinstance(value, list):
                return (name,), None
            if isinstance(value, Mapping) and isinstance(value.get("text"), list):
                return (f"{name}.text",), f"{name}.label" if "label" in value else None
            if isinstance(value, Mapping):  # {"A": …, "B": …}; some rows may have more of them than others
                keys = {
                    key: _plain(key) for row in rows if isinstance(row[name], Mapping) for key in row[name]
                }
                return tuple(f"{name}.{key}" for key in _series(keys, ("",))), None
    return (), None


def _series(plain: Mapping[str, str], prefixes: Sequence[str]) -> tuple[str, ...]:
    """The columns called by one of the prefixes and a, b, c, … or 0, 1, 2, … or 1, 2, 3, …; the longest series."""
    found: dict[str, dict[str, str]] = {}
    for name, word in plain.items():
        parts = _PARTS_OF_NAME.fullmatch(word)
        if parts and parts[1] in prefixes:
            found.setdefault(parts[1], {})[parts[2]] = name
    longest: tuple[str, ...] = ()
    for marks in found.values():
        for order in (
            *map(str.casefold, _ALPHABETS),
            [str(place) for place in range(len(marks) + 1)],
            [str(place + 1) for place in range(len(marks))],
        ):
            names = _run(marks, order)
            longest = max(longest, names, key=len)
    return longest if len(longest) > 1 else ()


def _run(marks: Mapping[str, str], order: Sequence[str]) -> tuple[str, ...]:
    names = []
    for mark in order:
        if mark not in marks:
            break
        names.append(marks[mark])
    return tuple(names)
