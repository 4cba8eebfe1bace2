"""What the hub holds for each of our tasks: columns as they are there, with rows of our own making.

A task's files by their paths on the hub, and the letters of the right choices in the order of the rows. `{part}` in a
path stands for each part of the task's dataset; the rows are the same in all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Rows = Sequence[Mapping[str, Any]] | str


@dataclass(frozen=True, slots=True)
class Hub:
    """What is there of one task.

    Attributes:
        files: path to rows, or to the text of a file that is no Parquet.
        gold: letters of the right choices of a part's questions, apart by spaces; of each part, apart by " | ", where
            they differ.
        shots: examples of the subject that has most.
        language: the one of the task's languages that the files are in.
    """

    files: Mapping[str, Rows]
    gold: str
    shots: int = 0
    language: str | None = None


def table(**columns: Sequence[Any]) -> list[dict[str, Any]]:
    """Rows from columns."""
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


ASKED = ("How many legs has a spider?", "Which of these is a metal?")
CHOICES = (["six", "eight", "ten", "two"], ["iron", "wood", "glass", "wool"])
ABCD = {letter: [choices[place] for choices in CHOICES] for place, letter in enumerate("ABCD")}
OPTIONS = {f"option_{letter.lower()}": column for letter, column in ABCD.items()}
MMLU_DEV = {
    "cais/mmlu/all/dev-00000-of-00001.parquet": table(
        question=ASKED, subject=["anatomy", "virology"], choices=CHOICES, answer=[1, 0]
    )
}
REDUX = table(
    question=[f"Question {number}?" for number in range(6)],
    choices=[[f"{number} {letter}" for letter in "abcd"] for number in range(6)],
    answer=[0, 1, 2, 3, 0, 1],
    error_type=[
        "ok",
        "wrong_groundtruth",
        "wrong_groundtruth",
        "no_correct_answer",
        "multiple_correct_answers",
        "expert",
    ],
    source=[None] * 6,
    correct_answer=[None, "3", "A", "none of these", "A and C", None],
    potential_reason=[None] * 6,
)
REDUX_FILES = {"edinburgh-dawg/mmlu-redux-2.0/{part}/test-00000-of-00001.parquet": REDUX, **MMLU_DEV}
GLOBAL = table(
    sample_id=["anatomy/test/0", "anatomy/test/1", "virology/test/0"],
    subject=["anatomy", "anatomy", "virology"],
    subject_category=["Medical", "Medical", "Other"],
    question=["Eins?", "Zwei?", "Drei?"],
    **{f"option_{letter}": [f"{n} {letter}" for n in range(3)] for letter in "abcd"},
    answer=["B", "D", "A"],
    required_knowledge=["[]", "[]", "[]"],
    time_sensitive=["[]", "[]", "[]"],
    reference=["[]", "[]", "[]"],
    culture=["[]", "[]", "[]"],
    region=["[]", "[]", "[]"],
    country=["[]", "[]", "[]"],
    cultural_sensitivity_label=["CS", "CA", "-"],
    is_annotated=[True, True, False],
)
GLOBAL_FILES = {
    "CohereLabs/Global-MMLU/de/test-00000-of-00001.parquet": GLOBAL,
    "CohereLabs/Global-MMLU/de/dev-00000-of-00001.parquet": GLOBAL,
}
PRO = table(
    question_id=[70, 71],
    question=ASKED,
    options=[[str(place) for place in range(9)]] * 2,
    answer=["I", "C"],
    answer_index=[8, 2],
    cot_content=["", ""],
    category=["biology", "physics"],
    src=["x", "y"],
)
PROX = table(
    question=ASKED,
    **{f"option_{place}": [str(place), str(place) if place < 4 else None] for place in range(10)},
    answer=["J", "C"],
    cot_content=["Count.", "See."],
    category=["biology", "physics"],
)
ARC = table(
    id=["Mercury_1", "Mercury_2"],
    question=ASKED,
    choices=[
        {"text": CHOICES[0], "label": ["A", "B", "C", "D"]},
        {"text": CHOICES[1], "label": ["1", "2", "3", "4"]},
    ],
    answerKey=["B", "1"],
)
FIVE = table(
    id=["a", "b"],
    question=ASKED,
    question_concept=["spider", "metal"],
    choices=[{"label": list("ABCDE"), "text": [*choices, "air"]} for choices in CHOICES],
    answerKey=["B", "E"],
)
SCIQ = table(
    question=ASKED,
    distractor1=["six", "wood"],
    distractor2=["ten", "glass"],
    distractor3=["two", "wool"],
    correct_answer=["eight", "iron"],
    support=["Spiders walk on four pairs of legs.", ""],
)
TRUTHFULQA = {
    "truthfulqa/truthful_qa/multiple_choice/validation-00000-of-00001.parquet": table(
        question=ASKED,
        mc1_targets=[
            {"choices": ["eight", "six", "ten"], "labels": [1, 0, 0]},
            {"choices": ["iron", "wood"], "labels": [1, 0]},
        ],
        mc2_targets=[
            {"choices": ["8", "eight", "6"], "labels": [1, 1, 0]},
            {"choices": ["iron", "steel", "wood"], "labels": [1, 1, 0]},
        ],
    )
}
SCIQ_FILES = {f"allenai/sciq/data/{split}-00000-of-00001.parquet": SCIQ for split in ("test", "train")}
RACE = table(
    example_id=["high1.txt", "high1.txt"],
    article=["Spiders have eight legs; knives are made of iron."] * 2,
    answer=["B", "A"],
    question=ASKED,
    options=CHOICES,
)
GPQA = "\n".join(
    (
        "Question,Correct Answer,Incorrect Answer 1,Incorrect Answer 2,Incorrect Answer 3,Record ID,High-level domain",
        '"How many legs, by the book?",eight,6,10,NA,rec1,Biology',
        "Which is a metal?,iron,wood,glass,wool,rec2,Chemistry",
        "",
    )
)
MUSR = "\n".join(
    (
        "narrative,question,choices,answer_index,answer_choice",
        "\"Rain fell.\",Who did it?,\"['Ann', 'Ben']\",1,Ben",
        '"Wind blew.",Where is it?,"[\'box\', ""cook\'s drawer"", \'shelf\']",0,box',
        "",
    )
)
BBQ = table(
    example_id=[0, 1],
    question_index=["1", "1"],
    question_polarity=["neg", "nonneg"],
    context_condition=["ambig", "disambig"],
    category=["Age", "Age"],
    context=["Two people met.", "Two people met, and Ann was late."],
    question=["Who was late?", "Who was on time?"],
    ans0=["Ann", "Ann"],
    ans1=["Not known", "Not known"],
    ans2=["Ben", "Ben"],
    label=[1, 2],
)
HLE = table(
    id=["1", "2", "3", "4"],
    question=[
        "Which is a metal?\n\nAnswer Choices:\nA. wood\nB. glass\nC. iron",
        "How many legs?",
        "What is shown?\nA. x\nB. y",
        "Which is wool?\n(A) or (B)",
    ],
    image=["", "", "data:image/png;base64,AA==", ""],
    answer=["C", "8", "A", "A"],
    answer_type=["multipleChoice", "exactMatch", "multipleChoice", "multipleChoice"],
    rationale=["", "", "", ""],
    raw_subject=["Chemistry"] * 4,
    category=["Chemistry"] * 4,
    author_name=["Nobody"] * 4,
)
AGI_EN = table(
    query=[
        "Ann sat left of Ben.Q: Who sat right? Answer Choices: (A)Ann (B)Ben (C)nobody\nA: Among A through C, it is",
        "Q: 2 + 2? Answer Choices: (A)3 (B)4\nA: Among A through B, the answer is",
    ],
    choices=[["(A)Ann", "(B)Ben", "(C)nobody"], ["(A)3", "(B)4"]],
    gold=[[1], [0]],
)
AGI_ZH = table(
    query=["问题：2 + 2? 选项：(A)3 (B)4\n答案：从A到B, 我们应选择"],
    choices=[["(A)3", "(B)4"]],
    gold=[[1]],
)
RACE_ARTICLES = table(
    article=["Spiders have eight legs.", "Knives are made of iron."],
    problems=[
        str(
            [
                {"question": "Spiders have  _  .", "answer": "B", "options": CHOICES[0]},
                {"question": ASKED[0], "answer": "B", "options": CHOICES[0]},
            ]
        ),
        str([{"question": ASKED[1], "answer": "A", "options": CHOICES[1]}]),
    ],
)
CHINESE = table(Question=ASKED, **ABCD, Answer=["B", "A"])
CSV = "question,answer,A,B,C,D,Category,Human Accuracy\nHow many?,2,6,8,NA,2,Biology,0.5\nWhich?,4,a,b,c,d,Biology,\n"


def parquet(folder: str, rows: Rows, *splits: str) -> dict[str, Rows]:
    """The same rows in the Parquet files of several splits."""
    return {f"{folder}/{split}-00000-of-00001.parquet": rows for split in splits}


HUB: dict[str, Hub] = {
    "mmlu": Hub(
        {"cais/mmlu/all/test-00000-of-00001.parquet": next(iter(MMLU_DEV.values())), **MMLU_DEV}, "B A", 1
    ),
    "mmlu_pro": Hub(parquet("TIGER-Lab/MMLU-Pro/data", PRO, "test", "validation"), "I C", 1),
    "mmlu_redux": Hub(REDUX_FILES, "A D A D AC B", 1),
    "mmlu_redux_ok": Hub(REDUX_FILES, "A", 1),
    "mmlu_redux_original": Hub(REDUX_FILES, "A B C D A B", 1),
    "mmlu_redux_zero_eval": Hub(
        {"edinburgh-dawg/mmlu-redux/{part}/test-00000-of-00001.parquet": REDUX, **MMLU_DEV}, "A A", 1
    ),
    "mmmlu": Hub(
        {
            "openai/MMMLU/DE_DE/test.csv": ",Question,A,B,C,D,Answer,Subject\n"
            "0,Wie viele?,6,8,NA,2,B,anatomy\n1,Was?,a,b,c,d,D,Virology\n",
            **MMLU_DEV,
        },
        "B D",
        1,
        language="de",
    ),
    "global_mmlu": Hub(GLOBAL_FILES, "B D A", 2, language="de"),
    "global_mmlu_sensitive": Hub(GLOBAL_FILES, "B", 1, language="de"),
    "global_mmlu_agnostic": Hub(GLOBAL_FILES, "D", 1, language="de"),
    "mmlu_prox": Hub(parquet("li-lab/MMLU-ProX/de", PROX, "test", "validation"), "J C", 1, language="de"),
    "mmlu_cf": Hub(parquet("microsoft/MMLU-CF/data", CHINESE, "{part}_val", "{part}_dev"), "B A", 2),
    "cmmlu": Hub(parquet("lmlmcat/cmmlu/{part}", CHINESE, "test", "dev"), "B A", 2),
    "ceval": Hub(
        parquet(
            "ceval/ceval-exam/{part}",
            table(id=[0, 1], question=ASKED, **ABCD, answer=["B", "A"], explanation=["", ""]),
            "val",
            "dev",
        ),
        "B A",
        2,
    ),
    "jmmlu": Hub(
        {"nlp-waseda/JMMLU/{part}.csv": '\ufeff"いくつ\n？",六, 八 ,十,二,B\nどれ？,鉄,木,硝子,毛,A \n'},
        "B A",
    ),
    "kmmlu": Hub({f"HAERAE-HUB/KMMLU/{{part}}/{split}.csv": CSV for split in ("test", "dev")}, "B D", 2),
    "include": Hub(
        parquet(
            "CohereLabs/include-base-44/German",
            table(
                question=ASKED,
                **OPTIONS,
                answer=[1, 0],
                subject=["Biology", "Chemistry"],
                domain=["STEM", "STEM"],
            ),
            "test",
            "validation",
        ),
        "B A",
        2,
        language="de",
    ),
    "belebele": Hub(
        {
            "facebook/belebele/data/deu_Latn.jsonl": '{"link": "l", "question_number": 1, "flores_passage": "P.", '
            '"question": "Q?", "mc_answer1": "a", "mc_answer2": "b", "mc_answer3": "c", "mc_answer4": "d", '
            '"correct_answer_num": "4", "dialect": "deu_Latn", "ds": "2023-05-03"}\n',
            "facebook/belebele/README.md": "---\nconfigs:\n- config_name: deu_Latn\n  data_files:\n"
            "  - split: test\n    path: data/deu_Latn.jsonl\n---\n",
        },
        "D",
        language="deu_Latn",
    ),
    "arc_challenge": Hub(parquet("allenai/ai2_arc/ARC-Challenge", ARC, "test", "train"), "B A", 2),
    "arc_easy": Hub(parquet("allenai/ai2_arc/ARC-Easy", ARC, "test", "train"), "B A", 2),
    "hellaswag": Hub(
        parquet(
            "Rowan/hellaswag/data",
            table(
                ind=[4, 9],
                activity_label=["Cutting wood", "Baking"],
                ctx_a=["A man lifts [step] an axe.", "Mix [title] it."],
                ctx_b=["he", ""],
                ctx=["A man lifts an axe. he", "Mix it."],
                endings=CHOICES,
                source_id=["x", "y"],
                split=["val", "val"],
                split_type=["indomain", "indomain"],
                label=["3", "0"],
            ),
            "validation",
            "train",
        ),
        "D A",
        2,
    ),
    "winogrande": Hub(
        parquet(
            "allenai/winogrande/winogrande_xl",
            table(
                sentence=[
                    "The axe cut the rope as the _ was sharp.",
                    "The axe cut the rope as the _ was old.",
                ],
                option1=["axe", "axe"],
                option2=["rope", "rope"],
                answer=["1", "2"],
            ),
            "validation",
            "train",
        ),
        "A B",
        2,
    ),
    "piqa": Hub(
        parquet(
            "baber/piqa/data",
            table(
                goal=["Cut wood.", "Cool soup."],
                sol1=["A saw.", "Fire."],
                sol2=["A sock.", "Wait."],
                label=[0, 1],
            ),
            "validation",
            "train",
        ),
        "A B",
        2,
    ),
    "boolq": Hub(
        parquet(
            "google/boolq/data",
            table(
                question=["is iron a metal", "is wool a metal"],
                answer=[True, False],
                passage=["Iron is."] * 2,
            ),
            "validation",
            "train",
        ),
        "A B",
        2,
    ),
    "boolq_super_glue": Hub(
        parquet(
            "aps/super_glue/boolq",
            table(
                question=["is iron a metal", "is wool a metal"],
                passage=["Iron -- Iron is."] * 2,
                idx=[0, 1],
                label=[1, 0],
            ),
            "validation",
            "train",
        ),
        "B A",
        2,
    ),
    "openbookqa": Hub(
        parquet(
            "allenai/openbookqa/main",
            table(
                id=["a", "b"],
                question_stem=ASKED,
                choices=[{"text": choices, "label": list("ABCD")} for choices in CHOICES],
                answerKey=[" B", "A"],
            ),
            "test",
            "train",
        ),
        "B A",
        2,
    ),
    "commonsense_qa": Hub(parquet("tau/commonsense_qa/data", FIVE, "validation", "train"), "B E", 2),
    "social_iqa": Hub(
        parquet(
            "lighteval/siqa/data",
            table(
                context=["Ann fell.", "Ben won."],
                question=["How does she feel?", "And he?"],
                answerA=["hurt", "cold"],
                answerB=["tall", "old"],
                answerC=["rich", "glad"],
                label=["1", "3"],
            ),
            "validation",
            "train",
        ),
        "A C",
        2,
    ),
    "sciq": Hub(SCIQ_FILES, "C C", 2),
    "sciq_closed_book": Hub(SCIQ_FILES, "C B", 2),
    "truthfulqa_mc1": Hub(TRUTHFULQA, "B A"),
    "truthfulqa_mc2": Hub(TRUTHFULQA, "AB AC"),
    "race_high": Hub(parquet("ehovy/race/high", RACE, "test", "train"), "B A", 2),
    "race_middle": Hub(parquet("ehovy/race/middle", RACE, "test", "train"), "B A", 2),
    "gpqa_diamond": Hub({"Idavidrein/gpqa/gpqa_diamond/train.csv": GPQA}, "A B"),
    "gpqa_main": Hub({"Idavidrein/gpqa/gpqa_main/train.csv": GPQA}, "A B"),
    "gpqa_extended": Hub({"Idavidrein/gpqa/gpqa_extended/train.csv": GPQA}, "A B"),
    "gpqa_leaderboard": Hub({"Idavidrein/gpqa/gpqa_{part}/train.csv": GPQA}, "C C | D A | B D"),
    "medqa": Hub(
        parquet(
            "GBaker/MedQA-USMLE-4-options-hf/data",
            table(
                id=["dev-1", "dev-2"],
                sent1=ASKED,
                sent2=["", ""],
                **{f"ending{place}": column for place, column in enumerate(ABCD.values())},
                label=[1, 0],
            ),
            "test",
            "train",
        ),
        "B A",
        2,
    ),
    "medmcqa": Hub(
        parquet(
            "openlifescienceai/medmcqa/data",
            table(
                id=["x", "y"],
                question=ASKED,
                **{f"op{letter.lower()}": column for letter, column in ABCD.items()},
                cop=[1, 0],
                choice_type=["single", "multi"],
                exp=[None, "See."],
                subject_name=["Anatomy", "Anatomy"],
                topic_name=[None, None],
            ),
            "validation",
            "train",
        ),
        "B A",
        2,
    ),
    "pubmedqa": Hub(
        parquet(
            "qiaojin/PubMedQA/pqa_labeled",
            table(
                pubid=[12377809, 24577079, 26134053, 1],
                question=["Does it?"] * 4,
                context=[{"contexts": ["We tried.", "We saw."], "labels": ["M", "R"], "meshes": ["x"]}] * 4,
                long_answer=["It does."] * 4,
                final_decision=["yes", "no", "maybe", "no"],
            ),
            "train",
        ),
        "A B C",
        1,
    ),
    "logiqa": Hub(
        parquet(
            "extraordinarylab/logiqa/data",
            table(
                context=["All spiders run."] * 2,
                question=ASKED,
                choices=CHOICES,
                answer=["eight", "iron"],
                answer_index=[1, 0],
            ),
            "test",
            "train",
        ),
        "B A",
        2,
    ),
    "race_lm_eval": Hub(parquet("EleutherAI/race/high", RACE_ARTICLES, "test"), "B A"),
    "agieval_en": Hub(parquet("hails/agieval-{part}/data", AGI_EN, "test"), "B A"),
    "agieval_en_lm_eval": Hub(parquet("hails/agieval-{part}/data", AGI_EN, "test"), "B A"),
    "agieval_zh_lm_eval": Hub(parquet("hails/agieval-{part}/data", AGI_ZH, "test"), "B"),
    "agieval_zh": Hub(parquet("hails/agieval-{part}/data", AGI_ZH, "test"), "B"),
    "supergpqa": Hub(
        parquet(
            "m-a-p/SuperGPQA/data",
            table(
                uuid=["x", "y"],
                question=ASKED,
                options=[[*CHOICES[0], "one", "no"], CHOICES[1]],
                answer=["no", "iron"],
                answer_letter=["F", "A"],
                discipline=["Science", "Science"],
                field=["Biology", "Physics"],
                subfield=["Zoology", "Solids"],
                difficulty=["easy", "hard"],
                is_calculation=[False, False],
            ),
            "train",
        ),
        "F A",
    ),
    "musr": Hub({"TAUR-Lab/MuSR/data/{part}.csv": MUSR}, "B A"),
    "bbq": Hub(parquet("oskarvanderwal/bbq/{part}", BBQ, "test"), "B C"),
    "hle_choice": Hub(parquet("cais/hle/data", HLE, "test"), "C"),
    "wmdp": Hub(
        parquet("cais/wmdp/{part}", table(question=ASKED, choices=CHOICES, answer=[1, 0]), "test"), "B A"
    ),
}
