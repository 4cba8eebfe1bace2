"""Reader best: answers as they are announced in each language."""

import pytest
from builders import question, reply

from harness.readers import READERS

ASKED = question(choices=("London", "Paris", "Rome", "Oslo"))

ANSWERS = {
    "zh": [
        "答案是B。",
        "正确答案是：B",
        "故选B。",
        "因此，选择B。",
        "所以正确的选项是 B",
        "答案：B. Paris",
        "B是正确答案",
    ],
    "ja": [
        "正解はBです。",
        "答え：B",
        "答えは「B」です",
        "したがって、正解は (B) です",
        "Bが正解です",
        "正しい選択肢はBです",
    ],
    "ko": ["정답은 B입니다.", "정답: B", "답: (B)", "따라서 정답은 B번입니다", "B가 정답입니다", "정답 B"],
    "de": [
        "Die richtige Antwort ist B.",
        "Antwort: B",
        "Die Antwort lautet: B",
        "B ist die richtige Antwort.",
    ],
    "fr": [
        "La bonne réponse est B.",
        "Réponse : B",
        "La réponse correcte est l'option B",
        "B est la bonne réponse.",
    ],
    "es": [
        "La respuesta correcta es B.",
        "Respuesta: B",
        "La respuesta es la opción B.",
        "La opción correcta es la B",
    ],
    "pt": [
        "A resposta correta é B.",
        "Resposta: B",
        "A alternativa correta é a letra B.",
        "B é a resposta correta.",
    ],
    "it": [
        "La risposta corretta è B.",
        "Risposta: B",
        "La risposta corretta è l'opzione B",
        "B è la risposta corretta",
    ],
    "hi": ["सही उत्तर B है।", "उत्तर: B", "सही विकल्प (B) है", "सही उत्तर विकल्प B है", "उत्तर: ख"],
    "ar": ["الإجابة الصحيحة هي B", "الإجابة: ب", "الجواب الصحيح هو (B)", "الإجابة الصحيحة هي ب."],
    "bn": ["সঠিক উত্তর হল B।", "উত্তর: খ", "সঠিক উত্তর: B", "সঠিক উত্তরটি হলো (B)"],
    "id": [
        "Jawaban yang benar adalah B.",
        "Jawaban: B",
        "Jawabannya adalah B",
        "B adalah jawaban yang benar.",
    ],
    "sw": ["Jibu sahihi ni B.", "Jibu: B", "Jibu ni (B)"],
    "yo": ["Ìdáhùn tó tọ́ ni B.", "Ìdáhùn: B", "Idahun: B"],
}
OTHERS = [
    "选项B是错误的",
    "答案是A或B",
    "如果答案是B",
    "Bは正しくない",
    "正解はAかBです",
    "정답은 A 또는 B입니다",
    "Die Antwort ist nicht B.",
    "Die Antwort ist A oder B.",
    "La réponse est A ou B.",
    "La réponse n'est pas B.",
    "La respuesta es A o B.",
    "La respuesta incorrecta es B.",
    "A resposta é A ou B.",
    "La risposta è A o B.",
    "सही उत्तर A या B है",
    "الإجابة هي A أو B",
    "সঠিক উত্তর A বা B",
    "Jawabannya adalah A atau B",
    "Jibu ni A au B",
]
REFUSALS = [
    "抱歉，我无法回答这个问题。",
    "申し訳ありませんが、お答えできません。",
    "죄송하지만 답변할 수 없습니다.",
    "Ich kann diese Frage leider nicht beantworten.",
    "Je ne peux pas répondre à cette question.",
    "No puedo responder a esta pregunta.",
    "Não posso responder a essa pergunta.",
    "Non posso rispondere.",
    "मैं इस प्रश्न का उत्तर नहीं दे सकता।",
    "لا أستطيع الإجابة على هذا السؤال",
    "আমি এই প্রশ্নের উত্তর দিতে পারছি না।",
    "Saya tidak dapat menjawab pertanyaan ini.",
    "Siwezi kujibu swali hili.",
]


@pytest.mark.parametrize(
    "text", [pytest.param(text, id=f"{name} {text}") for name, texts in ANSWERS.items() for text in texts]
)
def test_an_answer_is_read(text):
    assert READERS["best"].read(reply(text), ASKED).letter == "B"


@pytest.mark.parametrize("text", OTHERS)
def test_hedges_denials_and_conditions_are_not_read(text):
    assert READERS["best"].read(reply(text), ASKED).letter is None


@pytest.mark.parametrize("text", REFUSALS)
def test_a_refusal_is_one(text):
    assert READERS["best"].read(reply(text), ASKED).missing == "refused"


@pytest.mark.parametrize(
    "text",
    [
        "La respuesta no es B.",
        "La respuesta correcta no es la B.",
        "La respuesta nunca es B",
        "La respuesta tampoco es B",
        "La respuesta no es Paris.",
        "A resposta não é B.",
        "A alternativa correta não é B.",
        "O gabarito não é B",
        "La risposta non è B.",
        "L'opzione corretta non è B.",
        "La bonne réponse n’est ni A ni B.",
        "La réponse n'est pas B.",
        "Bは正解ではない",
        "Bが正解ではありません。",
        "Bは適切ではない",
        "B가 정답이 아닙니다.",
        "B가 옳지 않다",
        "B가 맞지 않습니다",
        "不能选B",
        "不应选B",
        "并非答案是B",
        "很多人误以为答案是B。",
        "ليست الإجابة هي B",
        "ليس الجواب هو B.",
        "لا يمكن أن تكون الإجابة B",
        "الإجابة غير صحيحة: B",
        "B সঠিক উত্তর নয়।",
        "Ìdáhùn kọ́ ni B",
        "Ìdáhùn náà kò jẹ́ B.",
        "Jawabannya bukan adalah B.",
        "The correct answer could not be B",
        "It is not true that the answer is B.",
        "It is unlikely that the answer is B.",
        "I doubt that the answer is B.",
        "The least likely answer is B.",
        "The worst answer is B.",
        "An answer that is wrong is B.",
        "The answer that must be eliminated is B.",
        "A common misconception is that the correct answer is B.",
        "정답은 B가 아닙니다",
        "The answer is not B.",
    ],
)
def test_what_is_denied_or_doubted_is_not_read(text):
    assert READERS["best"].read(reply(text), ASKED).letter is None


@pytest.mark.parametrize(
    "text",
    [
        "A resposta correta é a B.",
        "No, the answer is B",
        "The most likely answer is B",
        "It isn't A; the answer is B",
    ],
)
def test_what_only_looks_like_a_denial_is_read(text):
    assert READERS["best"].read(reply(text), ASKED).letter == "B"


@pytest.mark.parametrize(
    ("text", "letter"),
    [
        ("The answer is -4.", "B"),
        ("\\boxed{-4}", "B"),
        ("The answer is 4.", "A"),
        ("The correct value is -84.", None),
        ("The answer is 8; 4", None),
        ("The answer is: 8 4", None),
        ("The answer is 10 000", "D"),
    ],
)
def test_a_sign_belongs_to_its_number_and_two_numbers_are_not_one(text, letter):
    asked = question(choices=("4", "-4", "84", "10,000"))
    assert READERS["best"].read(reply(text), asked).letter == letter
