"""Runs of lm-evaluation-harness for tests: our questions as tasks of its, its own MMLU, and the program itself."""

import json
import os
import subprocess
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pyarrow
import pyarrow.compute
import pyarrow.parquet
import pytest
import yaml
from shared import SHARED
from whole_runs import clean_environment

from harness.dataset import load_questions
from harness.protocols.base import spoken
from harness.questions import Question
from harness.task import find_task, load_task

PROGRAM = os.environ.get("HARNESS_TEST_LM_EVAL")
PATIENCE_S = 600

needs_lm_eval = pytest.mark.skipif(
    not PROGRAM, reason="HARNESS_TEST_LM_EVAL names no Python that has lm_eval: see CONTRIBUTING.md"
)

FORMS = {
    "sample": {
        "output_type": "multiple_choice",
        "doc_to_text": "{{question.strip()}}\nA. {{choices[0]}}\nB. {{choices[1]}}\nC. {{choices[2]}}\n"
        "D. {{choices[3]}}\nAnswer:",
        "doc_to_choice": ["A", "B", "C", "D"],
        "doc_to_target": "answer",
    },
    "sample_written": {
        "output_type": "generate_until",
        "doc_to_text": "{{question.strip()}}\nA. {{choices[0]}}\nB. {{choices[1]}}\nC. {{choices[2]}}\n"
        "D. {{choices[3]}}\nAnswer:",
        "doc_to_target": "{{['A', 'B', 'C', 'D'][answer]}}",
        "generation_kwargs": {"until": ["</s>", "\n"]},
        "metric_list": [
            {
                "metric": "exact_match",
                "aggregation": "mean",
                "higher_is_better": True,
                "ignore_punctuation": True,
                "ignore_case": True,
            }
        ],
        "filter_list": [
            {
                "name": "get_response",
                "filter": [{"function": "remove_whitespace"}, {"function": "take_first"}],
            }
        ],
    },
    "sample_texts": {
        "output_type": "multiple_choice",
        "doc_to_text": "Which is right? {{question.strip()}}\nIt is:",
        "doc_to_choice": "{{choices}}",
        "doc_to_target": "answer",
        "metric_list": [
            {"metric": metric, "aggregation": "mean", "higher_is_better": True}
            for metric in ("acc", "acc_norm")
        ],
    },
}
"""Forms of our questions in lm-evaluation-harness: those of its mmlu and mmlu_generative, and one that is nobody's."""


def write_sample(folder: Path, subjects: Iterable[str], a_subject: int) -> None:
    """The first questions of our task `sample` as tasks of lm-evaluation-harness, in all FORMS."""
    task = load_task(find_task("sample"))
    held = load_questions(task)
    for subject in subjects:
        questions = [question for question in held.questions if question.subject == subject][:a_subject]
        _write_rows(folder / f"{subject}.jsonl", questions)
        _write_rows(folder / f"{subject}_examples.jsonl", held.shots[subject])
    for form, said in FORMS.items():
        members = [f"{form}_{subject}" for subject in subjects]
        group = {"group": form, "task": members, "metadata": {"version": 1.0}}
        metric = said.get("metric_list", [{"metric": "acc"}])[0]["metric"]
        group["aggregate_metric_list"] = [{"metric": metric, "weight_by_size": True}]
        (folder / f"_{form}.yaml").write_text(yaml.safe_dump(group))
        for subject in subjects:
            (folder / f"{form}_{subject}.yaml").write_text(yaml.safe_dump(_document(form, subject)))


def _document(form: str, subject: str) -> dict[str, object]:
    about = f"The following are multiple choice questions (with answers) about {spoken(subject)}.\n\n"
    files = {"test": f"{subject}.jsonl", "dev": f"{subject}_examples.jsonl"}
    place = {"dataset_path": "json", "dataset_kwargs": {"data_files": files}}
    splits = {"test_split": "test", "fewshot_split": "dev", "fewshot_config": {"sampler": "first_n"}}
    named = {"task": f"{form}_{subject}", "metadata": {"version": 1.0}}
    return {**named, **place, **splits, "description": "" if form == "sample_texts" else about, **FORMS[form]}


def _write_rows(path: Path, questions: Iterable[Question]) -> None:
    rows = [
        {"question": each.text, "choices": each.choices, "answer": each.letters.index(each.gold)}
        for each in questions
    ]
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def write_mmlu(folder: Path) -> None:
    """MMLU where lm-evaluation-harness looks for it without a network: as `cais/mmlu` in the folder that it runs in."""
    home = folder / "cais" / "mmlu"
    configs: dict[str, list[dict[str, str]]] = defaultdict(list)
    for split in ("test", "dev"):
        (path,) = (SHARED / "data" / "cais" / "mmlu" / "all").glob(f"{split}-*.parquet")
        table = pyarrow.parquet.read_table(path)
        for subject in sorted(set(table["subject"].to_pylist())):
            (home / subject).mkdir(parents=True, exist_ok=True)
            rows = table.filter(pyarrow.compute.equal(table["subject"], subject))
            pyarrow.parquet.write_table(rows, home / subject / f"{split}-00000-of-00001.parquet")
            configs[subject].append({"split": split, "path": f"{subject}/{split}-*"})
    said = [{"config_name": subject, "data_files": files} for subject, files in configs.items()]
    (home / "README.md").write_text(f"---\n{yaml.safe_dump({'configs': said})}---\n")


def lm_eval(folder: Path, *said: str) -> Path:
    """Run lm-evaluation-harness in `folder`; gives its results file."""
    before = set(folder.rglob("results_*.json"))
    ours = [str(Path(__file__).with_name("lm_eval_small.py"))]
    program = [str(PROGRAM), *(ours if "small" in said else ["-m", "lm_eval"])]
    more = ["--output_path", "out", "--log_samples", "--include_path", "."]
    environment = clean_environment() | {"HF_HOME": str(folder / "hf"), "HF_HUB_OFFLINE": "1"}
    environment |= {"HF_DATASETS_OFFLINE": "1", "OPENAI_API_KEY": "sk-a-key-that-is-none"}
    environment.pop("PYTHONPATH", None)  # it has packages of its own
    done = subprocess.run(
        [*program, "run", *said, *more],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    (path,) = set(folder.rglob("results_*.json")) - before
    return path


def printed_by_lm_eval(program: str) -> str:
    """What a piece of Python prints that uses lm-evaluation-harness."""
    environment = clean_environment()
    environment.pop("PYTHONPATH", None)
    done = subprocess.run(
        [str(PROGRAM), "-c", program], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout
