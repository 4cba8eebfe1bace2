"""What the endpoint client costs: CPU and wall time a question, nothing else of the harness in it;
and what the openai package costs alone.

Asks an OpenAI-compatible server with a fixed latency that is already running, best pinned to another core:

    taskset -c 1 python fast_endpoint.py --port 8100 --latency 0.05 &
    taskset -c 0 python benchmarks/endpoint_cost.py --base-url http://127.0.0.1:8100/v1

The ideal wall time is questions x latency / concurrency.
"""

import argparse
import asyncio
import resource
import sys
import time
from collections.abc import Iterator

from openai import AsyncOpenAI
from openai.types.chat import ChatCompletionUserMessageParam

from harness.endpoint.client import Endpoint
from harness.endpoint.reply import Reply
from harness.endpoint.settings import EndpointSettings
from harness.prompts import Generate, Message, Prompt, ScoreLetters

MMLU_QUESTIONS = 14_042
FILLER = "A question of MMLU and its instruction have about nine hundred characters. " * 12


def chat_prompts(questions: int) -> Iterator[Prompt]:
    """Chats of one message, as simple-evals asks."""
    for number in range(questions):
        yield Prompt((Message("user", f"{FILLER}Question {number}: $LETTER?"),), Generate(2048))


def letter_prompts(questions: int) -> Iterator[Prompt]:
    """Completions whose letters' logprobs are wanted, as hendrycks asks."""
    for number in range(questions):
        yield Prompt(f"{FILLER}Question {number}\nAnswer:", ScoreLetters("ABCD"))


async def measure(settings: EndpointSettings, prompts: Iterator[Prompt]) -> tuple[int, float, float]:
    """Replies, wall seconds and CPU seconds of asking all prompts with as many workers as connections."""
    replies = 0

    async def work(endpoint: Endpoint) -> None:
        nonlocal replies
        for prompt in prompts:
            outcome = await endpoint.ask(prompt)
            replies += isinstance(outcome, Reply)

    async with Endpoint(settings) as endpoint:
        await endpoint.models()
        wall_s, cpu_s = time.perf_counter(), time.process_time()
        await asyncio.gather(*(work(endpoint) for _ in range(settings.connections or 1)))
        return replies, time.perf_counter() - wall_s, time.process_time() - cpu_s


async def measure_openai(settings: EndpointSettings, prompts: Iterator[Prompt]) -> tuple[int, float, float]:
    """The same by the openai package alone, with the transport that it has by itself."""
    replies = 0

    async def work(client: AsyncOpenAI) -> None:
        nonlocal replies
        for prompt in prompts:
            messages: list[ChatCompletionUserMessageParam] = [
                {"role": "user", "content": message.content}
                for message in prompt.content
                if isinstance(message, Message)
            ]
            answer = await client.chat.completions.create(
                model=settings.model, messages=messages, temperature=0, max_tokens=2048
            )
            replies += bool(answer.choices[0].message.content)

    async with AsyncOpenAI(base_url=settings.base_url, api_key="none") as client:
        await client.models.list()
        wall_s, cpu_s = time.perf_counter(), time.process_time()
        await asyncio.gather(*(work(client) for _ in range(settings.connections or 1)))
        return replies, time.perf_counter() - wall_s, time.process_time() - cpu_s


def main() -> None:
    """Prints one line for each kind of prompt."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--base-url", required=True, help="as http://127.0.0.1:8100/v1")
    parser.add_argument("--model", default="fast")
    parser.add_argument("--questions", type=int, default=MMLU_QUESTIONS)
    parser.add_argument("--concurrency", type=int, default=64)
    options = parser.parse_args()
    settings = EndpointSettings(
        base_url=options.base_url, model=options.model, connections=options.concurrency
    )
    print(f"{'prompts':22} {'replies':>8} {'wall s':>8} {'per s':>8} {'CPU ms a question':>18}")
    rows = (
        ("chat", measure, chat_prompts),
        ("letters", measure, letter_prompts),
        ("chat by openai alone", measure_openai, chat_prompts),
    )
    for name, measured, prompts in rows:
        replies, wall_s, cpu_s = asyncio.run(measured(settings, prompts(options.questions)))
        cost_ms = 1000 * cpu_s / options.questions
        print(f"{name:22} {replies:8} {wall_s:8.2f} {replies / wall_s:8.0f} {cost_ms:18.3f}")
    # Linux counts kilobytes, macOS bytes.
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
        2**20 if sys.platform == "darwin" else 2**10
    )
    print(f"peak memory {peak_mb:.0f} MB")


if __name__ == "__main__":
    main()
