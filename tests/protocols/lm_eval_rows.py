"""Made-up rows in the hub's columns, odd where texts can be odd, for the tasks of lm-evaluation-harness.

golden/lm_eval_requests.json holds what lm-evaluation-harness 0.4.13 itself asked of these rows, as `hashed`, by its
name of a task and the number of examples. It was made by giving it these rows in place of the hub's.
"""

import csv
import hashlib
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet

Row = dict[str, Any]
LETTERS = "ABCDE"
WORDS = (
    "spider", "iron ore", "{wood}", "glass [title]", "wool ", "river  bank", " The", "[header] cut", "löwe", "“quoted”",
    "{{ x }}", "N/A", "100%", "\\n", "Tom's", "x\ty", "猫", "x]y", "[a", "b] c", "Answer:", "No.", "a\nb",
)  # fmt: skip
ENDS = ("", "", "", " ", "\n")
TRAIN, TEST = 24, 9


class Odd:
    """Odd texts and choices of one row: the same for the same name."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._drawn = 0

    def below(self, limit: int) -> int:
        self._drawn += 1
        return (
            int.from_bytes(hashlib.sha256(f"{self._name} {self._drawn}".encode()).digest()[:4], "big") % limit
        )

    def text(self, words: int = 5) -> str:
        said = " ".join(WORDS[self.below(len(WORDS))] for _ in range(2 + self.below(words)))
        return ENDS[self.below(len(ENDS))] + said + ENDS[self.below(len(ENDS))]

    def choices(self, count: int) -> list[str]:
        return [f"{self.text(2)}{place}" for place in range(count)]


def arc(odd: Odd, place: int) -> Row:
    labels = list(("ABCDE", "12345")[odd.below(2)][: 3 + odd.below(3)])
    return {
        "id": f"q{place}",
        "question": odd.text(),
        "choices": {"text": odd.choices(len(labels)), "label": labels},
        "answerKey": labels[odd.below(len(labels))],
    }


def hellaswag(odd: Odd, place: int) -> Row:
    return {
        "ind": place,
        "activity_label": odd.text(2),
        "ctx_a": odd.text(),
        "ctx_b": odd.text(),
        "endings": odd.choices(4),
        "split_type": ("indomain", "zeroshot")[odd.below(2)],
        "label": str(odd.below(4)),
    }


def winogrande(odd: Odd, place: int) -> Row:
    if place % 3 == 1:  # some rows stand in both splits, and are not to be their own examples
        odd = Odd(f"twice {odd.below(2)}")
    return {
        "sentence": f"{odd.text() if odd.below(4) else ''}_{odd.text()}_ end.",
        "option1": odd.text(2),
        "option2": odd.text(2),
        "answer": "12"[odd.below(2)],
    }


def piqa(odd: Odd, place: int) -> Row:
    return {"goal": odd.text(), "sol1": odd.text(), "sol2": odd.text(), "label": odd.below(2)}


def boolq(odd: Odd, place: int) -> Row:
    return {"question": odd.text(), "passage": odd.text(9), "idx": place, "label": odd.below(2)}


def openbookqa(odd: Odd, place: int) -> Row:
    return {
        "id": f"{place}",
        "question_stem": odd.text(),
        "choices": {"text": odd.choices(4), "label": list("ABCD")},
        "answerKey": ("", " ")[odd.below(2)] + "ABCD"[odd.below(4)],
    }


def commonsense_qa(odd: Odd, place: int) -> Row:
    return {
        "id": f"{place}",
        "question": odd.text(),
        "choices": {"label": list(LETTERS), "text": odd.choices(5)},
        "answerKey": LETTERS[odd.below(5)],
    }


def social_iqa(odd: Odd, place: int) -> Row:
    answers = dict(zip(("answerA", "answerB", "answerC"), odd.choices(3), strict=True))
    return {"context": odd.text(), "question": odd.text(), **answers, "label": "123"[odd.below(3)]}


def sciq(odd: Odd, place: int) -> Row:
    names = ("distractor1", "distractor2", "distractor3", "correct_answer")
    choices = dict(zip(names, odd.choices(4), strict=True))
    return {"question": odd.text(), **choices, "support": odd.text(9) if odd.below(3) else ""}


def medqa(odd: Odd, place: int) -> Row:
    endings = {f"ending{place}": choice for place, choice in enumerate(odd.choices(4))}
    return {"id": f"{place}", "sent1": odd.text(), "sent2": "", **endings, "label": odd.below(4)}


def medmcqa(odd: Odd, place: int) -> Row:
    choices = dict(zip(("opa", "opb", "opc", "opd"), odd.choices(4), strict=True))
    subject = ("Anatomy", "Surgery")[odd.below(2)]
    return {"id": f"{place}", "question": odd.text(), **choices, "cop": odd.below(4), "subject_name": subject}


def truthfulqa(odd: Odd, place: int) -> Row:
    choices = odd.choices(2 + odd.below(4))
    targets = {"choices": choices, "labels": [1] + [0] * (len(choices) - 1)}
    both = {"choices": choices, "labels": [1] * (len(choices) - 1) + [0]}
    return {"question": odd.text(), "mc1_targets": targets, "mc2_targets": both}


def musr(odd: Odd, place: int) -> Row:
    choices = odd.choices(2 + odd.below(4))
    right = odd.below(len(choices))
    asked = {"narrative": odd.text(20), "question": odd.text(), "choices": repr(choices)}
    return {**asked, "answer_index": right, "answer_choice": choices[right]}


def wmdp(odd: Odd, place: int) -> Row:
    return {"question": odd.text(), "choices": odd.choices(4), "answer": odd.below(4)}


def agieval(odd: Odd, place: int) -> Row:
    choices = [f"({letter}){choice}" for letter, choice in zip("ABCD", odd.choices(4), strict=True)]
    query = f"Q: {odd.text(9)} Answer Choices: {' '.join(choices)}\nA: Among A through D, the answer is"
    return {"query": query, "choices": choices, "gold": [odd.below(4)]}


def race(odd: Odd, place: int) -> Row:
    problems = [
        {
            "question": f"{odd.text()}{('  _  .', ' _ .', '?')[odd.below(3)]}",
            "answer": "ABCD"[odd.below(4)],
            "options": odd.choices(4),
        }
        for _ in range(1 + odd.below(4))
    ]
    return {"article": odd.text(20), "problems": repr(problems)}


TRAINED = {
    "allenai/ai2_arc/ARC-Easy": (arc, "test"),
    "allenai/ai2_arc/ARC-Challenge": (arc, "test"),
    "Rowan/hellaswag/data": (hellaswag, "validation"),
    "allenai/winogrande/winogrande_xl": (winogrande, "validation"),
    "baber/piqa/data": (piqa, "validation"),
    "aps/super_glue/boolq": (boolq, "validation"),
    "allenai/openbookqa/main": (openbookqa, "test"),
    "tau/commonsense_qa/data": (commonsense_qa, "validation"),
    "lighteval/siqa/data": (social_iqa, "validation"),
    "allenai/sciq/data": (sciq, "test"),
    "GBaker/MedQA-USMLE-4-options-hf/data": (medqa, "test"),
    "openlifescienceai/medmcqa/data": (medmcqa, "validation"),
}
"""Folder to what makes its rows, and its scored split; beside it a train split."""
UNTRAINED = {
    "truthfulqa/truthful_qa/multiple_choice/validation-0.parquet": truthfulqa,
    "TAUR-Lab/MuSR/data/murder_mysteries.csv": musr,
    "TAUR-Lab/MuSR/data/object_placements.csv": musr,
    "TAUR-Lab/MuSR/data/team_allocation.csv": musr,
    "cais/wmdp/wmdp-bio/test-0.parquet": wmdp,
    "cais/wmdp/wmdp-chem/test-0.parquet": wmdp,
    "cais/wmdp/wmdp-cyber/test-0.parquet": wmdp,
    "EleutherAI/race/high/test-0.parquet": race,
} | {
    f"hails/agieval-{part}/data/test-0.parquet": agieval
    for part in (
        *("aqua-rat", "gaokao-english", "logiqa-en", "lsat-ar", "lsat-lr", "lsat-rc", "sat-en"),
        *("sat-en-without-passage", "sat-math"),
    )
}

ASKED = {
    "arc_easy": ("arc_easy", "lm-eval-arc", (0, 3)),
    "arc_challenge": ("arc_challenge", "lm-eval-arc", (0, 20)),
    "hellaswag": ("hellaswag", "lm-eval-hellaswag", (0, 10)),
    "winogrande": ("winogrande", "lm-eval-winogrande", (0, 5)),
    "piqa": ("piqa", "lm-eval-piqa", (0, 3)),
    "boolq": ("boolq_super_glue", "lm-eval-boolq", (0, 3)),
    "openbookqa": ("openbookqa", "lm-eval-openbookqa", (0, 3)),
    "commonsense_qa": ("commonsense_qa", "lm-eval-commonsense-qa", (0, 7)),
    "social_iqa": ("social_iqa", "lm-eval-social-iqa", (0, 3)),
    "sciq": ("sciq", "lm-eval-sciq", (0, 3)),
    "medqa_4options": ("medqa", "lm-eval-medqa", (0, 3)),
    "medmcqa": ("medmcqa", "lm-eval-medmcqa", (0, 3)),
    "truthfulqa_mc1": ("truthfulqa_mc1", "lm-eval-truthfulqa-mc1", (0,)),
    "truthfulqa_mc2": ("truthfulqa_mc2", "lm-eval-truthfulqa-mc2", (0,)),
    "leaderboard_musr_team_allocation": ("musr", "lm-eval-leaderboard-musr", (0,)),
    "wmdp_bio": ("wmdp", "lm-eval-wmdp", (0,)),
    "wmdp_cyber": ("wmdp", "lm-eval-wmdp", (0,)),
    "agieval_aqua_rat": ("agieval_en_lm_eval", "lm-eval-agieval", (0,)),
    "race": ("race_lm_eval", "lm-eval-race", (0,)),
}
"""The source's name of a task to ours, its protocol, and numbers of examples."""
PARTS = {
    "leaderboard_musr_team_allocation": "team_allocation",
    "wmdp_bio": "biology",
    "wmdp_cyber": "cybersecurity",
    "agieval_aqua_rat": "aqua-rat",
}
"""Of tasks that are a part of ours: its subject here."""


def write_all(folder: Path) -> None:
    """All files, laid out like the hub."""
    for home, (make, scored) in TRAINED.items():
        for split, count in (("train", TRAIN), (scored, TEST)):
            _write(folder / home / f"{split}-0.parquet", make, count)
    for file, make in UNTRAINED.items():
        _write(folder / file, make, TEST)


def hashed(requests: Iterable[Iterable[tuple[str, str]]]) -> str:
    """SHA-256 of each question's pairs of context and continuation; pairs are sorted, choices may be shuffled."""
    document = [sorted(map(list, pairs)) for pairs in requests]
    return hashlib.sha256(json.dumps(document, ensure_ascii=False).encode()).hexdigest()


def _write(path: Path, make: Callable[[Odd, int], Row], count: int) -> None:
    rows = [make(Odd(f"{path.parent.name} {path.stem} {place}"), place) for place in range(count)]
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)
    else:
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), path)
