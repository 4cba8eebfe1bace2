"""Everyday words around a letter: "it's B", "therefore B", "B is right", in each language.

Data only, as bounded as the phrases of harness/readers/best/languages.py. They say less than "the answer is", and are
looked at where nothing of that kind was said.
"""

import re

# Before a letter that ends its sentence; in lower case.
LEADS = re.compile(
    r"""(?:(?:^|[\n.!?…:;,।。，！？、—–-])\s{0,3}|\b(?:and|well|hmm),?\s)(?:
        (?:so|thus|hence|therefore|then)[,:]?\s(?:it(?:['’]s|\sis|\smust\sbe)\s)?
      | (?:i(?:['’]d|\swould)\s(?:say|guess)\s)?
          (?:it|that)(?:['’]s|\s(?:is|must\sbe|has\sto\sbe|should\sbe|would\sbe))\s
      | (?:which|that|this)\s(?:leaves|makes\sit|gives(?:\sus)?|means(?:\sit['’]s|\sit\sis)?)\s(?:us\swith\s)?
          (?:only\s|just\s)?
      | \bnot\s(?:option\s)?\W?\w\W?,?\sbut\s(?:rather\s)?
      | (?:it['’]?s\s)?gotta\sbe\s
      | leaving\s(?:us\swith\s)?(?:only\s|just\s)?
      | (?:i['’]m\s|i\sam\s)?(?:sticking|going)\swith\s
      | (?:definitely|probably|obviously|clearly|surely|certainly)\s
      | (?:所以|因此|因而|故|那么|那麼|显然|我认为|我認為|我觉得|我覺得)?[，,]?(?:就|应该|應該|应|應)?(?:是|为|為)
      | (?:所以|因此|因而|故|综上|綜上)[，,]? | 只剩下?
      | (?:よって|したがって|従って|ゆえに|以上より|つまり|だから)[、,]?\s?
      | (?:따라서|그러므로|그래서|결국)[,]?\s?
      | (?:also|somit|daher|folglich|damit|deshalb)[,:]?\s(?:ist\ses\s|bleibt\s(?:nur\s)?(?:noch\s)?)?
      | es\s(?:ist|bleibt\snur)\s(?:also\s|somit\s|daher\s)?
      | (?:donc|ainsi|par\sconséquent|je\spense\sque|je\scrois\sque)[,:]?\s(?:c['’]est\s)?
      | (?:donc\s)?c['’]est\s(?:donc\s|bien\s)?(?:la\s)?
      | il\s(?:s['’]agit\s(?:donc\s)?(?:de|du)|ne\sreste\sque)\s(?:la\s)?
      | (?:por\s(?:lo\s)?tanto|así\sque|entonces|luego|creo\sque)[,:]?\s(?:es\s)?(?:la\s)?
      | (?:es|sería|queda)\s(?:solo\s|sólo\s)?la\s
      | (?:portanto|logo|assim|então|acho\sque)[,:]?\s(?:é\s)?(?:a\s)?
      | (?:é|seria|resta|sobra)\s(?:apenas\s|só\s)?(?:a\s)?
      | (?:quindi|dunque|perciò|pertanto|allora|penso\sche|credo\sche)[,:]?\s(?:è\s)?(?:la\s)?
      | è\s(?:la\s)? | resta\s(?:solo\s)?(?:la\s)?
      | si\stratta\s(?:quindi\s)?(?:di|della)\s
      | (?:इसलिए|अतः|तो)[,]?\s | (?:إذن|إذًا|لذلك|لذا|إذا)[،,]?\s | (?:তাই|সুতরাং|অতএব)[,]?\s
      | (?:jadi|maka|oleh\skarena\situ|menurut\ssaya)[,:]?\s
      | (?:kwa\shiyo|hivyo|basi)[,:]?\s(?:ni\s)?
      | nítorí\snáà[,]?\s
    )
    | kì\sí\sṣe\s\W?\w\W?,\s | \bsondern\s | \bsino\s(?:es\s)?(?:la\s)?
    | \bbensì\s(?:la\s)? | 而是 | बल्कि\s
    | (?<!\w)بل\s
    | বরং\s | \bmelainkan\s | \bbali\s(?:ni\s)? | bí\skò\sṣe\s""",
    re.VERBOSE,
)

# In a sentence that says what follows from all before.
CONCLUDES = re.compile(
    r"""^\s*also\b
      | \b(?:therefore|thus|hence|so|consequently|accordingly|in\sconclusion|somit|daher|deshalb|folglich|demnach
          |donc|ainsi|par\sconséquent|por\s(?:lo\s)?tanto|así\sque|en\sconclusión|por\sconsiguiente|portanto|logo|assim
          |quindi|dunque|perciò|pertanto|di\sconseguenza|in\sconclusione|jadi|dengan\sdemikian|oleh\skarena\situ
          |kwa\shiyo|kwa\shivyo|hivyo|basi)\b
      | 因此 | 所以 | 故 | 综上 | 綜上 | したがって | よって | ゆえに | 以上より | 따라서 | 그러므로 | 결국
      | इसलिए | अतः | إذن | إذًا | لذلك | لذا
      | তাই | সুতরাং | অতএব | nítorí\snáà | fún\sìdí\s(?:èyí|náà)""",
    re.VERBOSE,
)

# Before a letter in the last sentence, where nothing else tells it from a unit or a variable.
LED = r"""(?i:\b(?:option|choice|answer|letter|statement|opcion|alternativa|letra|opzione|lettera|risposta
    |respuesta|resposta|lettre|proposition|antwort|variante|pilihan|opsi|jawaban|huruf|chaguo|jibu|herufi
    |la|le|el|o|die|der|das|doch|also|sondern|donc|quindi|portanto|ni|kuwa|menjadi|ke|milih|memilih|namely|so|it['’]s|be|is)\s)"""

# Before and behind a letter: that all the others are wrong; "@" is the letter.
ALL_BUT = (
    r"\b(?:all|everything|every\sone|each)\s(?:of\sthem\s|of\sthese\s|options\s|choices\s)?(?:but|except|besides|other\sthan)\s@\s(?:are|is)\s(?:wrong|false|incorrect)",
    r"\b(?:all|everything|every|none)\b[^\n.;]{0,40}\b(?:wrong|false|incorrect)\s(?:except|but|besides|other\sthan)\s(?:for\s)?@",
    r"除了?@(?:项|項)?(?:以外|之外|外)?[^\n。]{0,12}(?:错|錯|不对|不對|不正确|不成立)",
    r"只有@(?:项|項)?(?:是)?(?:正确|正確|对|對|说得通|符合|成立|合理)",
    r"@\s?以外(?:は|の)[^\n。]{0,12}(?:間違|誤|不適切|違)",
    r"@\s?(?:를|을)?\s?제외한[^\n.]{0,15}(?:틀렸|틀린|오답)",
    r"\balle\s(?:anderen\s)?(?:\w{3,12}\s)?(?:außer|bis\sauf)\s@\s(?:sind|ist)\sfalsch",
    r"\bbis\sauf\s@\s[^\n.;]{0,40}\bfalsch",
    r"\balle\b[^\n.;]{0,25}\bfalsch,?\s(?:außer|bis\sauf)\s@",
    r"\btoutes?\b[^\n.;]{0,40}\b(?:fausses?|incorrectes?)\s(?:sauf|excepté|à\spart)\s@",
    r"\b(?:à\spart|sauf)\s@,?\s[^\n.;]{0,30}\b(?:fausses|incorrectes)",
    r"\btodas?\b[^\n.;]{0,40}\b(?:falsas|incorrectas|erróneas|mal),?\s(?:salvo|excepto|menos)\s@",
    r"\b(?:salvo|excepto|menos)\s@,?\s[^\n.;]{0,30}\b(?:falsas|incorrectas)",
    r"\btodas?\b[^\n.;]{0,40}\b(?:falsas|incorretas|erradas),?\s(?:exceto|menos|salvo|fora)\s@",
    r"\b(?:fora|exceto|tirando)\s@,?\s[^\n.;]{0,30}\b(?:erradas|incorretas|falsas)",
    r"\btutte\b[^\n.;]{0,40}\b(?:sbagliate|errate|false),?\s(?:tranne|eccetto|salvo)\s@",
    r"\b(?:tranne|eccetto|a\sparte)\s@,?\s[^\n.;]{0,30}\b(?:sbagliate|errate|false)",
    r"@\sको\sछोड़कर[^\n।]{0,20}गलत",
    r"(?:خاطئة|غير\sصحيحة)\s(?:ما\sعدا|باستثناء|إلا)\s@",
    r"@\s?ছাড়া[^\n।]{0,20}ভুল",
    r"\bsemua\b[^\n.;]{0,25}\bsalah,?\s(?:kecuali|selain)\s@",
    r"\b(?:kecuali|selain)\s@,?\s[^\n.;]{0,25}\bsalah",
    r"\b(?:zote|yote|wote)\b[^\n.;]{0,25}(?:si\ssahihi|makosa),?\sisipokuwa\s@",
    r"\bgbogbo\b[^\n.;]{0,20}kò\stọ[^\n.;]{0,4}\s?àyàfi\s@",
)

# What each of these says of the letter, without which none is tried.
EXCLUDES = re.compile(
    r"""but | except | besides | other\sthan | 除 | 只有 | 以外 | 제외 | außer | bis\sauf | sauf | à\spart | salvo
      | menos | exceto | fora | tirando | tranne | eccetto | a\sparte | छोड़कर | عدا | باستثناء | إلا | ছাড়া
      | kecuali | selain | isipokuwa | àyàfi""",
    re.VERBOSE,
)

# Behind a letter: that it is the one; as it is written.
CALLED_RIGHT = r"""
    \s(?:is|must\sbe|would\sbe|should\sbe|seems|appears)\s(?:therefore\s|thus\s|indeed\s|clearly\s|the\s(?:most\s)?)?
        (?:correct|right|best)\b(?!\s?\?)
  | \s(?:would|will|is\sgoing\sto)\sbe\smy\s(?:answer|choice|pick)\b
  | \sit\sis\b(?=[\s]{0,2}[.!\n]|$)
  | (?:选项|選項|项|項)?(?:是|为|為)?(?:正确|正確|對的|对的|对(?=[。，,.；;!！]|$))(?:的)?(?![性与與吗嗎])
  | \s?(?:が|は|も)?(?:正しい|適切|妥当)(?!く|で(?:は|な)|じゃ|とは)
  | \s(?:richtig|korrekt|zutreffend)(?=[.,;!]|$)
  | \s(?:ist|wäre)\s(?:somit\s|also\s|daher\s|damit\s|hier\s)?(?:richtig|korrekt|zutreffend)\b
  | \s(?:stimmt|trifft\szu)\b(?!\snicht)
  | \sest\s(?:donc\s|bien\s)?(?:la\s)?(?:correcte?|juste|exacte?|bonne)\b(?!\s\w)
  | \ses\s(?:la\s)?(?:correct[ao]|adecuad[ao])\b | \ses\sla\srespuesta\b(?!\s(?:in|equi|err))
  | \s(?:é|está)\s(?:a\s)?(?:corret[ao]|cert[ao])\b
  | \sè\s(?:quella\s|la\s)?(?:corrett[ao]|giust[ao]|esatt[ao])\b
  | \sसही\s(?:है|होगा) | (?:-ই)?\s(?:এখানে\s)?সঠিক(?=\s?[।.\n]|$)
  | \s(?:هو\s|هي\s)?(?:ال)?صحيحة?(?![\w]) | \sهو\sالجواب
  | \s(?:adalah\s)?(?:yang\s)?(?:benar|tepat)\b
  | \s(?:ni|ndilo|ndiyo)\s(?:jibu\s)?(?:sahihi|bora)\b
  | \s(?:ni\s(?:ó|èyí\stó)|ló)\stọ
"""
