"""json: the letter from a JSON object, `{"letter": "B"}`.

Ours. Endpoints that are told a schema write nothing else; one that ignores it may wrap the object in a fence or a
sentence, so what stands between the first and the last brace is read.
"""

import json

from harness.answers import Reader
from harness.endpoint.reply import Reply
from harness.prompts import Generate
from harness.questions import Question


def json_letter(reply: Reply, question: Question) -> str | None:
    """The field `letter`, where it is one of the question's letters."""
    begin, end = reply.text.find("{"), reply.text.rfind("}")
    try:
        answer = json.loads(reply.text[begin : end + 1])
    except (ValueError, RecursionError):
        return None
    letter = answer.get("letter") if isinstance(answer, dict) else None
    return letter if isinstance(letter, str) and letter in set(question.letters) else None


JSON = Reader("json", Generate, json_letter)
