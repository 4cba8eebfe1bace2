"""Signs: how the letters of a task may be written, and what may stand around them.

Takes the letters, any alphabet's; gives the patterns that find one. Knows nothing of pages or answers.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from harness.readers.best.page import plain

# Between phrase and letter: "is most likely the option (B)".
_ADVERBS = (
    r"probably|likely|most\slikely|therefore|thus|hence|then|indeed|clearly|definitely|certainly|simply|actually|"
    r"still|so|to\sbe|that|given\sby|represented\sby|the|la|el|le|die|der|das|las|il|"
    "vermutlich|daher|somit|demnach|probablement|probablemente|provavelmente|probabilmente|donc|"
    r"a(?=\s(?:letra|alternativa|opção|opcao)\b)|o(?=\sitem\b)|(?<=é\s)a"
)
_NOUNS = (
    r"answer\schoice|answer\soption|answer|option|choice|letter\b|alternative|statement|item|"
    "opción|opcion|opção|opcao|alternativa|letra|inciso|lettre|choix|proposition|antwort|buchstabe|"
    "lettera|opzione|risposta|réponse|respuesta|resposta|pilihan|opsi|huruf|chaguo|herufi|jibu|àṣàyàn|"
    "选项|選項|选择|答案|選択肢|보기|선택지|विकल्प|বিকল্প|الخيار|خيار|الحرف"
)
_OPENERS = r"""["'“”‘’«„「『【《\[({<*_#$\\`-]"""
_CLOSERS = r"""["'”’“»」』】》\])}>*_$\\`]"""
BRACKETS = frozenset("\"'”’»」』】》])}>$`")
"""What closes a letter, so that it cannot be a word."""

# What may follow a letter that nothing closes: the end of the sentence, a reason, or a verb that stands last.
ENDS = re.compile(
    r"""\s{0,3}(?:
        $ | \n | </ | [,;:،؛](?!\d) | [!?！？。，、；：|।۔)\]}] | \.(?=\s|$|[)"'\]*]) | [–—] | -\s
      | (?:because|since|as|due|which|based|given|weil|da|denn|car|parce|porque|ya|pois|perché|karena|kwani|nitorí
          |لأن|क्योंकि|কারণ)\b
      | です | だ | である | とな | にな | と考 | と思 | が正 | が適 | が最 | を選
      | 입니다 | 이다 | 이며 | 이고 | 번 | 예요 | 이에요 | 임
      | 是因为 | 因为 | 因為 | 项 | 項 | 正确 | 号 | 番
      | (?:wählen|nehmen|sagen|ankreuzen)\b | (?:here|hier|ici|aquí|aqui|qui)\b | (?:को\s)?चुन | (?:কে\s)?বেছে
      | 才对 | 才是 | の[「『] | qu['’]il\b | ni(?=\s?(?:[.\n]|$))
      | है | हैं | होगा | ही | হবে | হলো | হল
    )""",
    re.VERBOSE,
)
LINE_ENDS = re.compile(r"\s{0,3}[.。।]?[ \t]{0,3}(?:\n|$)")
AND = re.compile(
    r"""\s{0,3}(?:
        [,，、/|&+]
      | (?:or|and|and/or|nor|oder|und|ou|et|o|y|e|u|atau|dan|au|na|tàbí|àti)\b
      | 或者 | 或 | 和 | 及 | 与 | 與 | と | か | または | もしくは | 또는 | 혹은 | 이나
      | या | और | অথবা | বা | এবং | أو | و
    )\s{0,3}(?:(?:or|and|und|ou|et|y|maybe|perhaps|possibly)\s)?""",
    re.VERBOSE | re.IGNORECASE,
)

_NOT = r"(?:(?:not|nicht|pas|no|não|non|bukan|si|kii|ليست?|不是|並非|并非|아니)\s{0,3})?"
_CLOSED = rf"(?P<close>(?:[ ]?{_CLOSERS}){{0,8}}+)"

# The letters as other scripts write them, where the alphabet is the Latin one.
_OTHER_SCRIPTS = ("أبجد", "কখগঘ", "कखगघ")


@dataclass(frozen=True, slots=True)
class Signs:
    """How a task's letters may be written.

    Attributes:
        letter_of: sign to letter; other cases and other scripts included.
        weak: signs that are often something else: small letters, as articles and parts of a question.
        own: a class of the letters themselves, for patterns.
        leading: all from a phrase to the letter and what closes it.
        following: a further letter and what closes it.
    """

    letter_of: dict[str, str]
    weak: frozenset[str]
    own: str
    leading: re.Pattern[str]
    following: re.Pattern[str]


@lru_cache(maxsize=64)
def signs_of(letters: str) -> Signs:
    """The signs for these letters."""
    own = {plain(letter): letter for letter in letters}
    others = {sign.lower(): letter for sign, letter in own.items()}
    others |= {sign.upper(): letter for sign, letter in own.items()}
    if letters.startswith("ABC"[: len(letters)]):
        for script in _OTHER_SCRIPTS:
            others |= dict(zip(script, letters, strict=False))
    letter_of = {**others, **own}
    weak = frozenset(sign for sign in letter_of if sign.islower() and (sign.isascii() or sign not in own))
    one = f"(?P<sign>[{re.escape(''.join(letter_of))}])"
    leading = rf"""[\s:：=→>–—-]{{0,12}}+
        (?:(?:{_ADVERBS})(?=[\s,:])[\s,:]{{1,3}}){{0,3}}
        (?:l['’])?(?P<not>{_NOT})
        (?:{_OPENERS}\s?){{0,10}}?
        (?:(?:{_NOUNS})(?P<noun>[\s:：#]{{0,3}}{_OPENERS}{{0,6}}))?
        {one}{_CLOSED}"""
    following = rf"{_OPENERS}{{0,6}}(?:(?:{_NOUNS})\s{{0,2}}{_OPENERS}{{0,3}})?{one}{_CLOSED}"
    return Signs(
        letter_of,
        weak,
        f"[{re.escape(''.join(own))}]",
        re.compile(leading, re.VERBOSE | re.IGNORECASE),
        re.compile(following, re.VERBOSE | re.IGNORECASE),
    )
