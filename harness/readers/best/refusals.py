"""Refusals: a model that says that it will not, or cannot, answer.

Takes a Page. Only asked where no answer was found: many an answer begins with an excuse.
"""

import re

from harness.readers.best.page import Page

_WHERE = 1_500  # characters at either end of a reply in which it would say so

_ENGLISH = r"""
    \b(?:i|we)\s?(?:['’]m|\sam|['’]re|\sare)?\s
        (?:sorry,?\sbut\si\s)?
        (?:cannot|can['’]?t|can\snot|unable|not\sable|won['’]t|will\snot|must\sdecline|decline|refuse
          |(?:do\snot|don['’]t)\sfeel\scomfortable)\b
        \s?(?:to\s)?(?:\w{1,15}\s){0,2}?
        (?:answer|help|assist|provide|comply|respond|give|offer|engage|discuss|fulfil|answering|providing|helping)\b
"""

# Words, and the pattern that is tried where a reply has one of them; in lower case.
_REFUSALS = tuple(
    (needles, re.compile(pattern, re.VERBOSE))
    for needles, pattern in (
        (
            (
                "cannot",
                "can't",
                "can’t",
                "can not",
                "able",
                "won't",
                "won’t",
                "will not",
                "decline",
                "refuse",
            ),
            _ENGLISH,
        ),
        (("我",), r"我(?:无法|不能|沒辦法|没办法|無法)(?:回答|提供|协助|協助|帮助|給出|给出)"),
        (("でき",), r"(?:お答え|回答|お手伝い|お応え)(?:する)?(?:こと(?:は|が))?でき(?:ません|ない)"),
        (("수",), r"(?:답변|대답|도움을\s드릴|도와드릴|제공)(?:할|해\s드릴)?\s?수\s?(?:가\s)?없"),
        (
            ("ich kann",),
            r"\bich\skann\b[^.\n]{0,40}\bnicht\b[^.\n]{0,40}\b(?:beantworten|helfen|antworten|geben)",
        ),
        (("je ne",), r"\bje\sne\s(?:peux|suis)\spas\b[^.\n]{0,30}\b(?:répondre|aider|fournir|mesure)"),
        (("no puedo",), r"\bno\spuedo\s(?:responder|ayudar|proporcionar|contestar)"),
        (("não posso",), r"\bnão\sposso\s(?:responder|ajudar|fornecer)"),
        (("non posso",), r"\bnon\sposso\s(?:rispondere|aiutar|fornire)"),
        (("नहीं",), r"मैं[^।\n]{0,40}(?:उत्तर|मदद|सहायता)[^।\n]{0,20}नहीं"),
        (("لا ",), r"لا\s(?:أستطيع|استطيع|يمكنني)\s(?:الإجابة|مساعدت|تقديم|أن\sأجيب)"),
        (("আমি",), r"আমি[^।\n]{0,40}(?:উত্তর|সাহায্য|সহায়তা)[^।\n]{0,30}(?:পারি\sনা|পারছি\sনা|পারব\sনা)"),
        (("saya tidak",), r"\bsaya\stidak\s(?:dapat|bisa)\s(?:menjawab|membantu|memberikan)"),
        (("siwezi",), r"\bsiwezi\s(?:kujibu|kusaidia|kukusaidia|kutoa)"),
        ((" lè ",), r"\b(?:mi\sò|n\skò|emi\skò)\slè\s(?:dáhùn|ran|ṣe)"),
    )
)


def refuses(page: Page) -> bool:
    """Whether a reply declines, at its beginning or at its end."""
    ends = (page.lowered[:_WHERE], page.lowered[_WHERE:][-_WHERE:])
    return any(
        pattern.search(text)
        for text in ends
        for needles, pattern in _REFUSALS
        if any(needle in text for needle in needles)
    )
