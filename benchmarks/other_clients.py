"""Whole runs of MMLU by the harness and by other clients, against the same server and with the same prompts.

    python -m venv lm-eval && lm-eval/bin/pip install 'lm_eval[api]'
    python -m venv inspect && inspect/bin/pip install inspect_ai openai
    python benchmarks/other_clients.py --server fast_endpoint.py --data DIR \\
        --lm-eval lm-eval/bin/python --inspect inspect/bin/python

What the server must be is told in pinned.py. DIR is laid out like the hub. A client that is not named is not measured.
Each asks for text, 64 questions at once, reads the letter, and writes what it writes by itself into a folder that is
removed. The prompts are those of simple-evals, byte for byte: `harness prompts` makes them.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pinned import run, serving, stats

AT_ONCE = 64
LATENCY_S = 0.05
MAX_TOKENS = 2048

LM_EVAL_TASK = """
task: mmlu_prompts
dataset_path: json
dataset_kwargs: {{data_files: {{test: {prompts}}}}}
test_split: test
output_type: generate_until
doc_to_text: "{{{{messages[0].content}}}}"
doc_to_target: "{{{{gold}}}}"
generation_kwargs: {{until: [], max_gen_toks: {max_tokens}}}
filter_list:
  - name: letter
    filter:
      - {{function: regex, regex_pattern: "Answer: ([A-D])"}}
      - {{function: take_first}}
metric_list:
  - {{metric: exact_match, aggregation: mean, higher_is_better: true}}
"""

INSPECT_TASK = """
from inspect_ai import Task, task
from inspect_ai.dataset import Sample, json_dataset
from inspect_ai.scorer import answer
from inspect_ai.solver import generate

def sample(row):
    return Sample(id=row["id"], input=row["messages"][0]["content"], target=row["gold"])

@task
def mmlu_prompts():
    return Task(dataset=json_dataset({prompts!r}, sample), solver=generate(), scorer=answer("letter"))
"""


@dataclass(frozen=True, slots=True)
class Client:
    """A client's command, with `{base_url}` where the server's address belongs."""

    name: str
    command: Sequence[str]
    environment: dict[str, str] = field(default_factory=dict)
    folder: Path | None = None


def harness(data: Path, folder: Path) -> Client:
    """Ourselves."""
    said = "run --model fast --task mmlu --protocol simple-evals --base-url {base_url}"
    said += f" --concurrency {AT_ONCE} --max-tokens {MAX_TOKENS} --data {data} --results {folder}"
    return Client(
        f"harness {version(sys.executable, 'harness')}", (sys.executable, "-m", "harness", *said.split())
    )


def lm_eval(python: str, prompts: Path, folder: Path) -> Client:
    """lm-evaluation-harness."""
    task = LM_EVAL_TASK.format(prompts=prompts, max_tokens=MAX_TOKENS)
    (folder / "mmlu_prompts.yaml").write_text(task)
    arguments = f"model=fast,base_url={{base_url}}/chat/completions,num_concurrent={AT_ONCE},max_retries=3"
    said = f"run --model local-chat-completions --model_args {arguments} --tasks mmlu_prompts --include_path {folder}"
    said += f" --apply_chat_template --output_path {folder} --log_samples"
    return Client(
        f"lm-eval {version(python, 'lm_eval')}",
        (python, "-m", "lm_eval", *said.split()),
        {"HF_HOME": str(folder), "HF_HUB_OFFLINE": "1", "OPENAI_API_KEY": "none"},
    )


def inspect(python: str, prompts: Path, folder: Path) -> Client:
    """Inspect, with the log and the display that cost it least."""
    (folder / "mmlu_prompts.py").write_text(INSPECT_TASK.format(prompts=str(prompts)))
    said = "eval mmlu_prompts.py --model openai-api/fast/fast --model-base-url {base_url}"
    said += f" --max-connections {AT_ONCE} --max-samples {AT_ONCE} --max-tokens {MAX_TOKENS} --temperature 0"
    said += f" --log-dir {folder} --display none --no-log-realtime"
    return Client(
        f"inspect_ai {version(python, 'inspect_ai')}",
        (python, "-m", "inspect_ai", *said.split()),
        {"FAST_API_KEY": "none"},
        folder,  # it takes no absolute path
    )


def version(python: str, package: str) -> str:
    """What is installed there."""
    code = f"from importlib.metadata import version; print(version({package!r}))"
    return subprocess.run((python, "-c", code), check=True, capture_output=True, text=True).stdout.strip()


def clients(options: argparse.Namespace, prompts: Path, folder: Path) -> Iterator[Client]:
    """Those that are to be measured."""
    yield harness(options.data, folder)
    if options.lm_eval:
        yield lm_eval(options.lm_eval, prompts, folder)
    if options.inspect:
        yield inspect(options.inspect, prompts, folder)


def measure(client: Client, server: str, questions: int) -> str:
    """One row of the table."""
    with serving(server, "--latency", str(LATENCY_S)) as base_url:
        command = [word.replace("{base_url}", base_url) for word in client.command]
        taken = run(command, client.environment, folder=client.folder)
        asked = stats(base_url)
    if asked["requests"] < questions:
        sys.exit(f"{client.name} asked {asked['distinct']} of {questions} questions")
    cost_ms = 1000 * taken.cpu_s / questions
    ideal = asked["seconds"] / (questions * LATENCY_S / AT_ONCE)
    return (
        f"| {client.name} | {asked['seconds']:.2f} | {ideal:.2f} | {cost_ms:.2f} | {taken.peak_mb:.0f} "
        f"| {taken.wall_s - asked['seconds']:.2f} |"
    )


def main() -> None:
    """Prints one row of a Markdown table for each client."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--server", required=True)
    parser.add_argument("--data", required=True, type=Path)
    parser.add_argument("--lm-eval", metavar="PYTHON", help="of an environment that has lm_eval[api]")
    parser.add_argument(
        "--inspect", metavar="PYTHON", help="of an environment that has inspect_ai and openai"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        prompts = Path(folder) / "prompts.jsonl"
        made = (sys.executable, "-m", "harness", "prompts", "--task", "mmlu", "--jsonl")
        with prompts.open("w") as file:
            subprocess.run(
                (*made, "--protocol", "simple-evals", "--data", options.data), check=True, stdout=file
            )
        questions = sum(1 for _ in prompts.open())
        print(
            "| client | wall s | /ideal | CPU ms a question | peak MB | rest s |\n|---|---|---|---|---|---|"
        )
        for client in clients(options, prompts, Path(folder)):
            print(measure(client, options.server, questions), flush=True)


if __name__ == "__main__":
    main()
