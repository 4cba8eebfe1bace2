"""Models that know some of a task's questions, behind a scripted server: which ones depends on the question alone."""

import json
import re
import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from loopback import Answer, Request, chat, completion, completion_logprobs
from whole_runs import MODELS, sent_text

_PLACE = re.compile(r"Which is number (\d+)\?")
_SUBJECT = re.compile(r"A\W+(\w+) \d+ one")


def knowing(
    percent: int, *, salt: str = "", unknown: Callable[[str, int], bool] | None = None, **more: Any
) -> Callable[[Request], Answer]:
    """A model that has so many per cent of builders.inline's questions right.

    Args:
        percent: of all questions.
        salt: chooses others.
        unknown: subject and place of the questions that it has wrong, instead of a share.
        more: fields of its replies.
    """

    def answer(request: Request) -> Answer:
        if request.method == "GET":
            return MODELS
        text = sent_text(request)
        place, subject = int(_PLACE.findall(text)[-1]), _SUBJECT.findall(text)[-1]
        chance = zlib.crc32(f"{salt}{subject}/{place}".encode()) % 100
        wrong = unknown(subject, place) if unknown else chance >= percent
        letter = "ABCD"[(place + wrong) % 4]
        return _say(request, letter, f"{subject} {place}", salt, more)

    return answer


def _say(request: Request, letter: str, about: str, salt: str, more: dict[str, Any]) -> Answer:
    if request.path.endswith("/chat/completions"):
        reasons = " ".join(
            f"{salt} {about} reason {place}." for place in range(20)
        )  # more than a letter says
        answer = chat(f"{reasons}\nAnswer: {letter}")
    else:
        surprise = -1.0 - zlib.crc32(f"{salt}{about}".encode()) / 2**32
        candidates = {f" {each}": -0.1 if each == letter else surprise for each in "ABCD"}
        ordered = dict(sorted(candidates.items(), key=lambda pair: -pair[1]))
        answer = completion(f" {letter}", logprobs=completion_logprobs(ordered))
    return replace(answer, body=json.dumps({**json.loads(answer.body), **more}).encode())
