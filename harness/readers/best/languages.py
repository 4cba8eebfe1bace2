"""Languages: the phrases that announce an answer, in each of them.

Data only. All patterns are for lower case, and none can go back and forth: every repetition has a bound, so that
the time for a phrase does not depend on what follows it.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words behind which an answer stands.

    Attributes:
        needles: lower case; without any of them in a reply the pattern is not tried.
    """

    rule: str
    needles: tuple[str, ...]
    pattern: re.Pattern[str]


def _phrase(pattern: str, *needles: str, rule: str = "phrase") -> Phrase:
    return Phrase(rule, needles, re.compile(pattern, re.VERBOSE))


_GAP = r"[^\n.:;!?。：；！？]{0,60}?"  # the rest of a noun phrase: "answer [to the last question] is"
_IS = r"(?:\b(?:is|was|would\sbe|should\sbe|must\sbe|will\sbe|has\sto\sbe|to\sbe)\b|[:：=])"
_FIT = "correct|right|best|closest|nearest|only|appropriate|suitable|accurate|likely|plausible|logical|final|true"
_KIND = "option|choice|alternative|response|match|one|statement|value|letter"

# English first; each phrase in lower case, as the text that it is sought in.
PHRASES = (
    _phrase(r"\\(?:boxed|fbox|framebox)\s{0,3}\{", "\\boxed", "\\fbox", "\\framebox", rule="boxed"),
    _phrase(
        r"""["'](?:final_?\s?|correct_?\s?)?(?:answer|choice|option|letter|label|selection|prediction|response|key
            |answer_?(?:choice|letter|key|option)|choice_letter)["']\s{0,3}:\s{0,3}\[?\s{0,3}""",
        *("answer", "choice", "option", "letter", "label", "selection", "prediction", "response", '"key'),
        rule="json",
    ),
    _phrase(
        r"""["'](?:答案|正解|答え|回答|정답|답|antwort|lösung|réponse|respuesta|resposta|risposta|उत्तर|الإجابة|উত্তর
            |jawaban|jibu|ìdáhùn)["']\s{0,3}[:：]\s{0,3}""",
        *('"', "'"),
        rule="json",
    ),
    _phrase(r"<(?:final[_-]?)?answer>", "answer>", rule="tag"),
    _phrase(
        rf"""\b(?:answer|ans)\b(?:\s(?:choice|option|letter|key))?["'*_`)\]]{{0,3}}
            (?:[ \t]{{0,3}}[:：=]|[ \t]{{0,3}}\n|[ ][-–—→]|{_GAP}{_IS})""",
        "answer",
        "ans:",
        "ans ",
    ),
    _phrase(r"\b(?:final|correct)\sanswer\s", "l answer ", "t answer "),
    _phrase(
        r"\banswer['’]s\b|\bmy\sanswer\sto\s(?=\W?\w\W?(?:[.,;\s]|$))", "answer's", "answer’s", "my answer to"
    ),
    _phrase(
        rf"\bmy\s(?:final\s|best\s)?(?:choice|pick|selection|guess|vote|bet){_GAP}{_IS}",
        *("choice", "pick", "selection", "guess", "vote", " bet"),
    ),
    _phrase(
        rf"\b(?:{_FIT})\s(?:\w{{2,12}}\s){{0,2}}?(?:{_KIND})\b{_GAP}{_IS}",
        *("option", "choice", "alternative", "response", "match", " one", "statement", "value", "letter"),
    ),
    _phrase(rf"\b(?:closest|nearest)\b{_GAP}{_IS}", "closest", "nearest"),
    _phrase(
        r"""(?:\b(?:i|we)(?:['’]d|['’]ll|['’]m|\sam|\swould|\swill|\smust|\sshould|(?:\sam|['’]m)\sgoing\sto)?
                \s(?:therefore\s|thus\s)?
            |^\s{0,3}|\b(?:so|therefore|thus|hence),?\s)
            (?:choose|select|pick|guess|say|go\swith|going\swith|opt\sfor|answer)\b(?:\sthat)?(?:\sit(?:['’]s|\sis))?""",
        *("choose", "select", "pick", "guess", "say ", "go with", "going with", "opt for", " answer"),
    ),
    _phrase(r"\bi\s(?:think|believe)(?:\sthat)?(?:\sit(?:['’]s|\sis|\smust\sbe))?\s", "i think", "i believe"),
    _phrase(
        r"\b(?:so|therefore|thus|hence),?\sit(?:['’]s|\sis|\smust\sbe)\b", "it's", "it’s", "it is", "it must"
    ),
    # Chinese
    _phrase(
        r"""(?:答案|选择|選擇|答)(?:应该|應該|应当|应|應|就|便|只能|可能|选项|選項|字母)?(?:是|为|為|选择?|選擇?|[:：])""",
        "答",
        "选择",
        "選擇",
    ),
    _phrase(
        r"(?:正确|正確|最佳|符合题意|合适|恰当)的?(?:选项|選項|一项|一項|说法|答案|是)(?:应该|应)?(?:是|为|為|[:：])?",
        *("正确", "正確", "最佳", "符合", "合适", "恰当"),
    ),
    _phrase(r"(?<![候筛挑竞])[选選](?![项項取手举民址用])(?:择|擇)?(?:选项|選項)?[:：]?", "选", "選"),
    # Japanese
    _phrase(
        r"(?:正解|正答|解答|回答|答え|答|正しい(?:選択肢|答え|もの|の)|適切な(?:選択肢|もの|の))(?:は|として|[:：])[、]?",
        *("正解", "答", "正しい", "適切な"),
    ),
    # Korean
    _phrase(
        r"(?:정답|답변|답안|답|해답|올바른\s?(?:답|선택지)|옳은\s?것)(?:은|는|이|\s?[:：]|(?=\s[(\[]?[A-Za-z1-9ㄱ-ㅎ가-하]))",
        "답",
        "올바른",
        "옳은",
    ),
    # German
    _phrase(
        rf"\b(?:antwort(?:möglichkeit|option)?|lösung)\b{_GAP}(?:\b(?:ist|lautet|wäre|heißt)\b|[:：])",
        "antwort",
        "lösung",
    ),
    _phrase(
        rf"""\brichtige\s(?:option|auswahl|aussage)\b{_GAP}(?:\bist\b|[:：])|\b(?:richtig|korrekt|zutreffend)\sist\b
            |\bich\s(?:wähle|nehme|tippe\sauf|würde\ssagen,?|entscheide\smich\sfür)\b|\bmeine\santwort\s(?:auf|zu|in)\b
            |\bich\swürde\s(?:\w{{2,10}}\s){{0,2}}?(?=\W?\w\W?\s(?:wählen|nehmen|sagen|ankreuzen)\b)""",
        *("richtig", "korrekt ist", "zutreffend", "ich "),
    ),
    # French
    _phrase(rf"\br[ée]ponse\b{_GAP}(?:\b(?:est|serait)\b|[:：])", "réponse", "reponse"),
    _phrase(
        rf"""\b(?:bonne|meilleure)\s(?:option|proposition)\b{_GAP}(?:\best\b|[:：])|\bje\s(?:choisis|choisirais|dirais)\b
            |\b(?:faut|vais)\s(?:donc\s)?(?:répondre|choisir|cocher)\b|\bma\sréponse\s(?:pour|en|à)\b""",
        *("bonne", "je choisi", "je dirais", "faut", "vais", "ma réponse"),
    ),
    # Spanish
    _phrase(rf"\brespuesta\b{_GAP}(?:\b(?:es|sería|seria)\b|[:：])", "respuesta"),
    _phrase(
        rf"""\b(?:opción|opcion|alternativa)\s(?:correcta|adecuada)\b{_GAP}(?:\bes\b|[:：])|\bla\scorrecta\ses\b
            |\b(?:elijo|elegiría|marcaría|escogería|me\squedo\scon)\b|\bdiría(?:\sque(?:\ses)?)?\b|\bmi\srespuesta\sa\b""",
        *(
            "correcta",
            "adecuada",
            "elijo",
            "elegiría",
            "marcaría",
            "escogería",
            "me quedo",
            "diría",
            "mi respuesta a",
        ),
    ),
    # Portuguese
    _phrase(rf"\b(?:resposta|gabarito)\b{_GAP}(?:\b(?:é|seria)\b|[:：])", "resposta", "gabarito"),
    _phrase(
        rf"""\b(?:opção|opcao|alternativa|letra)\s(?:correta|certa)\b{_GAP}(?:\bé\b|[:：])|\ba\s(?:correta|certa)\sé\b
            |\b(?:escolho|escolheria|marcaria|fico\scom|iria\s(?:de|com|na)|resposta\spara)\b(?:\sa(?=\s))?|\bdiria(?:\sque(?:\sé)?)?\b""",
        *("correta", "certa", "escolh", "marcaria", "fico com", "iria ", "resposta para", "diria"),
    ),
    # Italian
    _phrase(
        rf"\brisposta\b{_GAP}(?:\b(?:è|sarebbe|diventa)\b|\be'|[:：])|\bmia\srisposta\s(?:in|a|con)\b",
        "risposta",
    ),
    _phrase(
        rf"""\bopzione\s(?:corretta|giusta|esatta)\b{_GAP}(?:\bè\b|\be'|[:：])
            |\b(?:scelgo|sceglierei|direi(?:\sche\sè)?)\b""",
        *("opzione", "scelgo", "sceglierei", "direi"),
    ),
    # Hindi: the verb comes last, "सही उत्तर B है"
    _phrase(
        r"(?:सही\s(?:उत्तर|विकल्प|जवाब)|(?:उत्तर|जवाब))\s{0,2}(?:है|होगा|[:：ः]|-)?", "उत्तर", "जवाब", "सही विकल्प"
    ),
    _phrase(r"मैं\s(?:तो\s|इसलिए\s)?(?=\W?\w\W?\s(?:को\s)?चुन)", "चुन"),
    # Arabic
    _phrase(r"(?<!لا\s)\bس?[أا]ختار\s|\b[إا]جابتي\s[إا]لى\s", "ختار", "جابتي"),
    _phrase(
        r"""(?:(?:ال)?[إا]جابة|(?:ال)?جواب|(?:الخيار|الاختيار)(?=\s(?:الصحيح|الأفضل|الأنسب|المناسب)))
            (?:\s(?:الصحيحة|الصحيح|النهائية|النهائي|الأفضل|الأنسب|الأدق|المناسب)){0,2}\s{0,2}(?:هي|هو|[:：])?""",
        *("جابة", "جواب", "الخيار", "الاختيار"),
    ),
    # Bengali
    _phrase(
        r"(?:(?:উত্তর|জবাব)(?:টি|টা)?|সঠিক\sবিকল্প(?:টি)?)\s{0,2}(?:হলো|হল|হচ্ছে|হবে|[:：ঃ]|-)?",
        *("উত্তর", "জবাব", "সঠিক বিকল্প"),
    ),
    _phrase(r"আমি\s(?=\W?\w\W?\s(?:কে\s)?বেছে)", "বেছে"),
    # Indonesian
    _phrase(
        r"\byang\s(?:paling\s)?(?:benar|tepat)\s(?:adalah|ialah|yaitu)\b|\b(?:jawaban\s)?yang\s(?:benar|tepat)(?=\s\W?\w\b)|\bsaya\s(?:memilih|pilih)\b",
        "yang ",
        "saya ",
    ),
    _phrase(
        rf"\b(?:jawaban(?:nya|ku)?|pilihan\syang\s(?:benar|tepat))\b(?:{_GAP}(?:\b(?:adalah|ialah|yaitu)\b|[:：])|(?=\s\(?[A-Za-z]\b))",
        "jawaban",
        "pilihan yang",
    ),
    # Swahili
    _phrase(
        r"\b(?:ninachagua|nachagua|ningechagua|nitachagua)\b|\bjibu\slangu\skuwa\b",
        "chagua",
        "jibu langu kuwa",
    ),
    _phrase(rf"\b(?:jibu|chaguo\s(?:sahihi|bora))\b{_GAP}(?:\bni\b|[:：])", "jibu", "chaguo"),
    # Yoruba
    _phrase(r"\bmo\s(?:yan|mú)\b|ìdáhùn\smi\s(?:padà\s)?sí\b", "mo yan", "mo mú", "ìdáhùn mi"),
    _phrase(
        rf"(?:ìdáhùn|idáhùn|idahun|àdáhùn|ìdáhun){_GAP}(?:\bni\b|\bjẹ\u0301|\bjẹ́|\bje\b|[:：])",
        *("ìdáhùn", "idáhùn", "idahun", "àdáhùn", "ìdáhun"),
    ),
    # Others, in their plainest form alone
    _phrase(
        r"\b(?:antwoord|cevap|odpowiedź|odpověď|odpoveď|đáp\sán|ответ|відповідь|απάντηση|svar|vastaus|răspuns|válasz)\s?[:：]",
        *("antwoord", "cevap", "odpowiedź", "odpověď", "odpoveď", "đáp án", "ответ", "відповідь", "απάντηση"),
        *("svar", "vastaus", "răspuns", "válasz"),
    ),
)

# Behind a letter.
PREDICATES = rf"""
    \s(?:is|must\sbe|would\sbe|should\sbe|has\sto\sbe|will\sbe|seems\sto\sbe|appears\sto\sbe)\s
        (?:therefore\s|thus\s|indeed\s|clearly\s|(?:most\s)?likely\s|probably\s|actually\s)?
        (?:the|my)\s(?:(?:{_FIT}|most|single|proper|valid|fitting|reasonable)\s){{0,3}}answer\b
  | \s(?:is|must\sbe|would\sbe|should\sbe|has\sto\sbe|will\sbe|seems\sto\sbe|appears\sto\sbe)\s
        (?:therefore\s|thus\s|indeed\s|clearly\s|(?:most\s)?likely\s|probably\s|actually\s)?
        (?:the|my)\s(?:most\s|only\s)?(?:correct|right|best|appropriate|suitable|accurate|likely)\s
        (?:answer\s)?(?:option|choice|one|response|alternative)\b
  | (?:选项|選項|项|項)?(?:是|为|為)?(?:最)?(?:正确|正確|最佳|合适)(?:的)?(?:答案|选项|選項)
  | を(?:選び|選ん|選ぶ|選択し)(?!ませ|で?しま|だ人|人)
  | 를\s?(?:선택|고르|고릅)(?!하지)
  | \s?(?:が|は)(?:正解|正答|正しい|適切|最も適切|答え)(?!では(?:な|あり)|でな|じゃ)
  | \s?번?(?:이|가)\s?(?:정답|답|맞|옳)(?!이?\s?(?:아니|아닙|아닌)|지\s?않)
  | \sist\s(?:die\s)?(?:richtige?|korrekte?)(?:\s(?:antwort|option|lösung|wahl))?\b(?!\s(?:falsch|nicht))
  | \sdie\s(?:richtige|korrekte)\s(?:antwort|option|lösung|wahl)\b(?!\s?\?|\s(?:ist|wäre|falsch|nicht))
  | \sest\s(?:la\s)?(?:bonne|meilleure)\s(?:réponse|option|proposition)\b
  | \sest\s(?:la\s)?(?:réponse|proposition)\s(?:correcte|juste|exacte)\b
  | \ses\sla\s(?:respuesta|opción|alternativa)?\s?correcta\b
  | \sé\sa\s(?:resposta|opção|alternativa)?\s?(?:correta|certa)\b
  | \sè\sla\s(?:risposta|opzione)\s(?:corretta|giusta|esatta)\b
  | \s(?:सही\s(?:उत्तर|विकल्प|जवाब)\sहै|সঠিক\s(?:উত্তর|বিকল্প)(?!\sনয়|\sনয়))
  | \s(?:هو|هي)\s(?:(?:الإجابة|الجواب|الخيار)\s)?الصحيحة?
  | \sadalah\s(?:jawaban|pilihan)\s(?:yang\s)?(?:benar|tepat)\b
  | \s(?:ndiyo|ndilo|ni)\sjibu\s(?:sahihi|bora)\b
  | \sni\sìdáhùn\b
"""
