"""Turns: words that turn what is said: they deny it, take it back, or put another letter beside it.

Data only, in each language, and as bounded as the phrases of harness/readers/best/languages.py. What looks before or
into a phrase is for lower case; what stands behind a letter is for the text as it is, since letters are in capitals.
"""

import re

# Adjectives behind their noun that turn a phrase: "la respuesta incorrecta es".
WRONG = re.compile(r"\b(?:incorrecta|incorrecte|incorreta|errada|sbagliata|errata|fausse|salah)\b")

# Between a phrase and its answer: "an answer that is wrong is", "الإجابة غير صحيحة", "ìdáhùn náà kò jẹ́".
REJECTED = re.compile(r"\b(?:wrong|incorrect|eliminated|excluded|ruled\sout)\b|غير\sصحيح|\bkò\s")

# Before a phrase's verb: "la respuesta no es", "ìdáhùn kọ́ ni", "the answer could not be".
DENIED = re.compile(
    r"(?:\b(?:not|never|no|não|nao|non|nunca|tampoco|jamás|jamais|mai|ne|bukan)|n['’]t|\bn['’]|kọ\u0301|kọ́|kò)\s{0,2}$"
)

# What turns a phrase into something else: "if the answer is", "the wrong answer is".
UNLESS = re.compile(
    r"""(?:
        \b(?:if|whether|suppose|supposing|assume|assuming|unless|wenn|falls|jika|kalau|kama)\s(?:\w{1,12}\s){0,2}
      | \b(?:si|se)\s(?:\w{1,3}\s)?
      | \b(?:wrong|incorrect|false|another|other|falsche|mauvaise|incorrecta|incorreta|errada|sbagliata|salah)\b
        [^\n,.;:!?]{0,12}
      | \bnot(?:\s(?:the|a|an|my))?(?:\s(?:correct|right|best))?\s
      | \b(?:least|worst)\b[^\n,.;:!?]{0,20}
      | \b(?:not\strue|untrue|unlikely|doubtful|misconception|mistaken|mistakenly)\b[^\n.;:!?]{0,25}
      | (?<!no\s)(?<!without\s)(?<!without\sa\s)\bdoubt\b[^\n.;:!?]{0,25}
      | (?:n['’]t|\bnot|\bnever)\s(?:\w{2,12}\s)?(?:think|thought|believe|conclude|say|said|saying|claim|claiming|assume
          |infer|convinced|sure|certain|guarantee|mean|follow|case|know|see|agree|accept)\s(?:for\s(?:sure|certain)\s)?
          (?:(?:that|if|whether|how)\s)?(?:(?:the|my|our|any)\s)?(?:(?:final|correct|right|best)\s){0,2}
      | \b(?:hard|difficult|impossible|wrong|premature|hesitant|reluctant|unwilling|unable|refuse)\s(?:for\sme\s)?to\s
          (?:say|claim|conclude|assert|assume|believe|think|tell)\s
          (?:(?:that|if|whether)\s)?(?:(?:the|my)\s)?(?:(?:final|correct|right|best)\s){0,2}
      | \b(?:cannot|can\snot)\s(?:\w{2,12}\s)?(?:think|believe|conclude|say|claim|assume|infer|guarantee)\s
          (?:for\s(?:sure|certain)\s)?(?:(?:that|if|whether)\s)?(?:(?:the|my|our|any)\s)?(?:(?:final|correct|right|best)\s){0,2}
      | \b(?:you|one|people|some|many|most|someone|somebody|nobody|students|others|they|he|she)\s
          (?:(?:(?<=people\s)would|(?<=many\s)would|(?<=some\s)would|(?<=most\s)would|(?<=nobody\s)would|might|may|could|often|initially|first|wrongly|also|had|have)\s){0,2}(?:be\stempted\sto\s)?
          (?:think|thinks|thought|believe|believes|believed|assume|assumes|assumed|guess|guessed|say|says|said|claim|claims
            |claimed|argue|argues|argued)\s(?:that\s)?(?:the\s)?(?:(?:final|correct|right|best)\s){0,2}
      | \b(?:might|may|could)\s(?:seem|appear|look)\s(?:like\s|as\sif\s|that\s)?(?:the\s)?(?:(?:correct|right|best)\s)?
      | \bat\sfirst\s(?:glance|sight)[^\n.;:!?]{0,16} | \b(?:no\sway|nothing\s\w{2,12})\b[^\n.;:!?]{0,16}
      | \bglaube\snicht,?\sdass\s(?:die\s(?:richtige\s)?)?
      | \bnicht\s(?:sicher|überzeugt|sagen|behaupten),?\s(?:dass|ob)\s(?:die\s(?:richtige\s)?)?
      | \b(?:könnte|mag)\s(?:meinen|glauben|denken|sagen),?\s(?:dass\s)?(?:die\s(?:richtige\s)?)?
      | \bpas\s(?:sûre?|certaine?|convaincue?|dire|affirmer|vrai)\sque\s(?:la\s(?:bonne\s)?)?
      | \bpourrait\s(?:croire|penser|dire)\sque\s(?:la\s(?:bonne\s)?)?
      | \bno\s(?:(?:estoy\s)?(?:segur[oa]|convencid[oa])(?:\sde)?|puedo\s(?:decir|afirmar|asegurar)|diría
          |es\s(?:cierto|verdad|seguro))\sque\s(?:la\s)?
      | \bnão\s(?:tenho\scerteza(?:\sde)?|estou\s(?:cert[oa]|convencid[oa])(?:\sde)?|posso\s(?:dizer|afirmar)|diria
          |é\s(?:certo|verdade))\sque\s(?:a\s)?
      | \bnon\s(?:sono\s(?:sicur[oa]|cert[oa]|convint[oa])(?:\sdi)?|posso\s(?:dire|affermare)|direi
          |è\s(?:vero|certo|detto))\sche\s(?:la\s)?
      | \b(?:podría|poderia|potrebbe)\s(?:parecer|pensarse|pensar|creerse|decirse|sembrare)\s(?:que|che)\s(?:la\s|a\s)?
      | لست\s(?:متأكد|واثق)[اةً]{0,2}\s(?:من\s)?[أإ]ن\s | لا\sأستطيع\sالقول\s[أإ]ن\s
      | \btidak\s(?:bisa|dapat)\s(?:mengatakan|memastikan)\s(?:bahwa\s)? | \bsina\suhakika\s(?:kama\s|kwamba\s)?
      | \bne\s(?:pense|crois)\spas\sque\s(?:la\s)?
      | \bno\s(?:creo|pienso)\sque\s(?:la\s)? | \bnão\s(?:acho|creio)\sque\s(?:a\s)?
      | \bnon\s(?:credo|penso)\sche\s(?:la\s)?
      | \btidak\s(?:yakin|pikir|merasa)\s(?:bahwa\s)? | \bsidhani\s(?:kama\s)?
      | (?:mi\sò|n\skò)\srò\spé\s | لا\s(?:أظن|أعتقد)\sأن\s
      | 我?不(?:认为|認為|觉得|覺得)
      | 不(?:能|可|敢)?(?:说|說|断定|斷定|认定|認定|确定|確定|肯定|保证|保證)(?:正确|正確)?
      | (?:以为|以為|误认为|誤認為)(?:正确|正確)? | मुझे\sनहीं\sलगता\sकि\s(?:सही\s)? | (?:क्या|यदि|अगर)\s(?:\S{1,8}\s)?
      | (?:هل|إذا|إن|لو)\s(?:كانت?\s)? | (?:যদি|মনে\sকরি\sনা(?:\sযে)?|নিশ্চিত\sনই(?:\sযে)?)\s(?:সঠিক\s)?
      | [错錯]误?的? | [误誤] | 不[能应應该該会會可]? | 并非 | 並非 | 误以为 | 誤以為 | 誤った
      | ليست?\s | لا\sيمكن\sأن\s[تي]كون\s | 間違った | もし | 만약[^\n,.]{0,12} | 틀린\s | 如果[^\n，。]{0,12}
    )$""",
    re.VERBOSE,
)

# Before a letter of which the same is said as of another: "A and B are correct".
BOTH = re.compile(
    r"""\b\w["')\]]{0,2}(?:も|と|和|及|与|,|、|\s(?:and|or|und|oder|et|ou|y|e|ed|o|dan|atau|na|àti|और|या|ও|আর|و))\s?
        (?:(?:option|choice|la|le|a|o)\s)?$""",
    re.VERBOSE,
)

# Before a letter: it is the answer in one case of several.
CONDITION = re.compile(
    r"""(?:\b(?:if|wenn|falls|si|se|jika|kalau|ikiwa|kama)\s|如果|若|もし|만약|यदि|अगर|إن\sكان|إذا|যদি|bí\s)[^.。।!?！？\n]*$""",
    re.VERBOSE,
)

# Between a letter and the one that is meant in its place. The first kind needs a denial: "is not A but B".
BUT = re.compile(
    r"\s{0,2}[,，、]?\s{0,2}(?:but(?:\srather)?|mais|mas(?:\ssim)?|ma)\s(?:(?:it['’]s|la|a|o)\s)?"
)
RATHER = re.compile(
    r"""\s{0,2}[,，、؛،]?\s{0,2}(?:
        sondern\s | sino\s(?:la\s)? | bensì\s(?:la\s)? | 而是 | (?:नहीं,?\s)बल्कि\s | بل\s | নয়,?\sবরং\s
      | melainkan\s | bali\s(?:ni\s)? | bí\skò\sṣe\s | ではなく(?:て)?[、,]? | じゃなくて?[、,]?
      | (?:가|이)?\s?아니라\s?
    )""",
    re.VERBOSE,
)

# Behind a letter, at once: that whoever said so is wrong, or that it need not be so.
DISMISSED = re.compile(
    r"""["'”’)\]*_]{0,3}(?:
        ,?\s(?:which|but\s(?:that|this|it))(?:['’]s|\s(?:is|was|would\sbe|seems))\s
            (?:wrong|incorrect|false|mistaken|not\s(?:right|correct|true|so))\b
      | ,?\sbut\s(?:he|she|they|you|we|i)(?:['’](?:re|s|m)|\s(?:is|are|am|was|were|would\sbe))\s
            (?:wrong|mistaken|incorrect)\b
      | \s?(?:だ|である)?とは(?:限(?:らない|りません)|言(?:え|い切れ)(?:ない|ません)|思(?:わない|いません|えません))
      | \s?(?:だ|である)とは?思(?:わない|いません|えません)
      | \s?(?:이?라고는?|라고)\s?(?:할\s수\s없|볼\s수\s없|생각하지\s않|단정할\s수\s없)
    )""",
    re.VERBOSE,
)

# Behind a statement: it is no longer made.
TAKEN_BACK = re.compile(
    r"""(?:^|[.!?…,;:)\s।。，！？、—–-])(?:
        (?:scratch|strike|forget|disregard)\sthat\b | never\s?mind\b | i\stake\s(?:that|it)\sback\b
      | (?:wait|hold\son|hm+|actually|no|oh)[,.!…\s]{1,5}(?:no\b(?!\s(?:other|need|doubt))
          | (?:that|this|it)(?:['’]s|\sis|\scan['’]?t\sbe|\sisn['’]t)\s(?:not\s)?(?:right|correct|wrong|incorrect)\b)
      | i\s(?:really\s|just\s|honestly\s)?(?:can['’]?t|cannot|can\snot)\s
          (?:tell\b(?!\syou)|decide|be\ssure|say\s(?:for\ssure|which))
      | (?:i\s)?(?:ignore|retract|withdraw)\s(?:that|my\sanswer|what\si\ssaid)\b | 取り消 | 취소 | 收回 | 撤回
      | (?:ziehe|nehme)\s[^.\n]{0,30}zurück | je\sretire\b | (?:lo\s)?retiro\b | ritiro\b
      | desconsidere\b | वापस\sलेता | أسحب\sإجابتي
      | tarik\skembali | naondoa\sjibu | fa\sọ̀rọ̀\smi\spadà
      | (?:can['’]?t|cannot|can\snot)\s(?:give|offer)\s(?:you\s)?an?\s(?:definite\s)?answer\b | 答不了 | 请忽略 | 不成立
      | i\s(?:really\s|just\s|honestly\s)?(?:don['’]?t|do\snot)\sknow\b
      | 等等[，,]?\s?不 | 不对[，。,.] | 不對[，。,.] | 我?(?:不能|无法|無法)(?:确定|確定|判断|判斷) | 我不知道
      | いや[、,]\s?(?:待|違|ちが|わか) | 待って[^\n。]{0,8}(?:違|ちが|わかりません|分かりません)
      | やっぱり違 | と言いたいところ | 決められ(?:ない|ません) | (?:わかりません|分かりません)
      | 아니[,.]?\s?(?:잠깐|요) | 잠깐만?[^\n.]{0,4}아니 | 모르겠
      | (?:moment|warte|halt)(?:\smal)?,?\s(?:nein|das\sstimmt\s(?:doch\s|so\s)?nicht|das\sist\s(?:doch\s)?falsch)\b
      | (?:ich\s(?:weiß|kann)|weiß\sich)\ses\s(?:doch\s)?nicht\b
      | attend(?:s|ez),?\snon\b | je\sne\ssais\spas\b
      | je\sne\speux\spas\s(?:dire|trancher|décider|déterminer|savoir)\b
      | esper[ae],?\sn(?:o|ão)\b | n(?:o|ão),?\sesper[ae]\b | no\s(?:lo\s)?sé\b
      | no\spuedo\s(?:decidir|decir|determinar|estar)\b
      | (?:opa|ops|hum|ih),?\snão\b | não\s(?:sei|consigo)\b
      | não\sposso\s(?:decidir|dizer|determinar|ter\scerteza)\b
      | aspetta,?\sno\b | anzi,?\sno\b | no,?\saspetta\b | non\s(?:lo\sso|saprei)\b
      | non\sposso\s(?:dire|decidere|stabilire|determinare)\b
      | रुकिए,?\sनहीं | नहीं,?\sरुकिए | उत्तर\sनहीं\sपता | मुझे\s(?:नहीं\sपता|पता\sनहीं)
      | انتظر،?\sلا | لا،?\sانتظر
      | لا\s(?:أعرف|أدري|أستطيع\s(?:تحديد|الجزم))
      | (?:না,?\s)?দাঁড়ান | (?:না,?\s)?দাঁড়ান | আমি\sজানি\sনা | tunggu,?\s(?:bukan|tidak|salah)\b
      | saya\stidak\stahu\b
      | subiri,?\shapana\b | sijui\b | dúró,?\srárá | rárá\s(?:o\b|,) | (?:mi\sò|n\skò)\smọ̀
    )""",
    re.VERBOSE,
)

# Behind a statement, before another letter, or around it: that one may be meant as well.
OR_ELSE = r"""
    \b(?:it|this|that)\s(?:might|may|could|can)\s(?:(?:just\s)?as\swell\s|also\s|equally\s)be\s
  | \b(?:but|though|although|however|or),?\s(?:(?:it|this|that)\s)?
        (?:(?:might|may|could|can)\s(?:also\s|possibly\s|equally\s|as\swell\s|just\sas\swell\s)?be|maybe|possibly|perhaps|even)\s
  | \bmaybe\s | \bpossibly\s
  | (?:但|不过|不過|或|也)[^。\n]{0,6}可能[是为為]?
  | \bk(?:önnte|ann)\b[^.\n]{0,20}\s | \bvielleicht\s(?:auch\s)?
  | \bp(?:ourrait|eut)\b[^.\n]{0,20}être\s(?:la\s)? | \bpeut-être\s(?:aussi\s)?(?:la\s)?
  | \bp(?:odría|uede)\b[^.\n]{0,20}ser\s(?:la\s)? | \bquizás?\s(?:la\s)?
  | \bp(?:oderia|ode)\b[^.\n]{0,20}ser\s(?:a\s)? | \btalvez\s(?:a\s)?
  | \bp(?:otrebbe|uò)\b[^.\n]{0,20}essere\s(?:la\s)? | \bforse\s(?:la\s)?
  | قد\s(?:تكون|يكون)\s | \b(?:bisa|mungkin)\sjuga\s | \binaweza\spia\skuwa\s | lè\sjẹ́\s
"""
AS_WELL = r"""
    \s(?:might|may|could)\s(?:also\s|equally\s|as\swell\s)?be\s(?:correct|right|true|possible|the\sanswer)\b
  | \s(?:también|também)\sp(?:odría|uede|oderia|ode)\sser\b
  | \spourrait\s(?:aussi\s)?(?:être|convenir)\b | \spotrebbe\s(?:anche\s)?essere\b | \skönnte\s(?:auch\s)
  | \sis\s(?:also|equally)\s(?:correct|right|true|possible)\b
  | かもしれ | の可能性 | 일\s수도\s있 | \sभी\sहो\sसकता | [-\s]?ও\sহতে\sপারে
"""

# Anywhere in a short reply: it may deny what it names.
NEGATIVE = re.compile(
    r"""\b(?:not|no|neither|nor|never|nicht|kein\w*|ne|pas|nunca|não|non|nessun\w*|bukan|tidak|si)\b
    | n['’]t\b | \bn['’]
      | \b(?:if|whether|unless|suppose|assume|unlikely|doubt\w*|could|might|maybe|perhaps|possibly)\b
      | \b(?:except|least|worst|misconce\w+|mistak\w+|eliminat\w+|exclud\w+)\b
      | \b(?:wenn|falls|ob|se|jika|kalau|kama|peut-être|vielleicht|quizás?|talvez|forse|mungkin|labda)\b
      | 并非 | 並非 | 如果 | 若 | 可能 | もし | かもしれ | 만약 | 수도
      | यदि | अगर | शायद | إذا | ربما | قد\s | যদি | হয়তো
      | \b(?:incorr|wrong|false|falsch|faux|fausse|errad|sbagliat|salah)
      | [错錯誤误틀不没沒않違违]|排除|아닙|오답 | 間違
      | ない | ません | 아니 | नहीं | गलत | ليس | خاطئ | لا\s | নয় | ভুল | না(?=[\s।,]|$) | kò | kì\sí
      | \bò\s | هل\s | क्या\s | 수(?:가|는)?\s없""",
    re.VERBOSE,
)

# Between what a sentence denies and what it says in its place.
INSTEAD = re.compile(
    r"""\b(?:sondern|sino|bensì|mais\s(?:bien\s)?|e\ssim|mas\ssim|but\srather|melainkan|bali)\s
      | 而是 | ではなく | 아니라 | बल्कि | \sبل\s
      | \sوإنما\s | বরং | bí\skò\sṣe""",
    re.VERBOSE,
)
