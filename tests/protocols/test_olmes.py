"""AI2's OLMES of tasks other than MMLU: its forms, and the examples that its authors chose."""

import json
from dataclasses import asdict
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest

from harness.dataset import load_questions
from harness.errors import UsageError
from harness.plan import make_plan
from harness.task import find_task, load_task

GOLDEN = Path(__file__).parents[1] / "golden" / "prompts"
NAMES = ("olmes-qa", "olmes-qa-cloze", "olmes-qa-pmi")
CHOSEN = ("Mercury_SC_415702", "MCAS_2009_5_6516", "Mercury_7233695", "Mercury_7041615", "MCAS_1998_4_3")
OTHERS = ("Mercury_1", "Mercury_2", "Mercury_3", "Mercury_4", "Mercury_5")


@pytest.fixture
def plan(tmp_path):
    """ARC-Challenge with one question, and a training split of rows with these ids."""

    def plan_(ids, protocol, **how):
        folder = tmp_path / "allenai" / "ai2_arc" / "ARC-Challenge"
        folder.mkdir(parents=True)
        for split, held in (("test", ["asked"]), ("train", ids)):
            rows = [
                {
                    "id": id_,
                    "question": f"Which is {id_}? ",
                    "choices": {"text": [f"{id_} {n}" for n in range(4)], "label": ["A", "B", "C", "D"]},
                    "answerKey": "B",
                }
                for id_ in held
            ]
            pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), folder / f"{split}-0.parquet")
        task = load_task(find_task("arc_challenge"))
        return make_plan(task, load_questions(task, tmp_path), protocol=protocol, **how)

    return plan_


@pytest.mark.parametrize("name", NAMES)
def test_the_prompts_are_as_they_were(plan, name, update_golden):
    made = plan(CHOSEN, name)
    prompt = made.prompt(made.questions[0])
    shown = {
        "sent": prompt.content.splitlines(keepends=True),
        type(prompt.want).__name__: asdict(prompt.want),
    }
    golden = GOLDEN / f"{name}.json"
    if update_golden:
        golden.write_text(json.dumps(shown, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    assert json.loads(golden.read_text(encoding="utf-8")) == shown


def test_its_authors_examples_are_taken_by_their_ids_wherever_they_stand(plan):
    made = plan((*OTHERS, *reversed(CHOSEN)), "olmes-qa")
    assert [shot.id for shot in made.examples.before(made.questions[0], 5)] == list(CHOSEN)


def test_without_them_it_says_that_there_are_too_few(plan):
    with pytest.raises(UsageError, match=r"the dataset has 2 few-shot examples .* that olmes-qa takes"):
        plan((*OTHERS, *CHOSEN[:2]), "olmes-qa")


def test_without_shots_no_example_is_looked_for(plan):
    made = plan(OTHERS, "olmes-qa-pmi", shots=0)
    assert made.prompt(made.questions[0]).content == "Question: Which is asked? \nAnswer:"
