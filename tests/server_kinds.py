"""Kinds of servers, as scripts for Loopback: what each lists, answers and refuses, by its documentation."""

import json
import re
from typing import Any

from loopback import (
    Answer,
    Request,
    chat,
    chat_logprobs,
    completion,
    completion_logprobs,
    error,
    reply,
)

WORDS = re.compile(r" ?[^\s]+|\s")


def listing(*names: str, **more: Any) -> Answer:
    return reply({"object": "list", "data": [{"id": name, "object": "model", **more} for name in names]})


def candidates(number: int, *, space: str) -> dict[str, float]:
    """So many, the letters among them; D is the least probable letter."""
    letters = {f"{space}{letter}": -0.5 - place for place, letter in enumerate("BACD")}
    return letters | {f"w{place}": -6.0 - place / 1000 for place in range(number - 4)}


def bare(request: Request) -> Answer:
    """A server that chats, and has nothing else: no list, no completions; what it does not know it ignores."""
    if request.path != "/v1/chat/completions":
        return error(404, "Not Found")
    return chat(f"words of {len(request.body)} and no more")


def openai(request: Request) -> Answer:
    """Chats with up to 20 candidates, no completions; a field that it does not know is refused."""
    if request.method == "GET":
        return listing("m", "m-mini", owned_by="system")
    if request.path != "/v1/chat/completions":
        return error(404, "This is a chat model and not supported in the v1/completions endpoint.")
    refused = _refused_by_openai(request.json)
    return refused or _openai_chat(request.json)


def _refused_by_openai(body: dict[str, Any]) -> Answer | None:
    for field in ("structured_outputs", "guided_choice", "continue_final_message"):
        if field in body:
            return error(400, f"Unknown parameter: '{field}'.", code="unknown_parameter")
    if isinstance(body.get("logit_bias"), list):
        return error(400, "Invalid type for 'logit_bias': expected an object.", code="invalid_type")
    if body.get("top_logprobs", 0) > 20:
        return error(400, "Invalid 'top_logprobs': integer above maximum value 20.")
    return None


def _openai_chat(body: dict[str, Any]) -> Answer:
    if "response_format" in body:
        schema = body["response_format"]["json_schema"]["schema"]
        return chat(json.dumps({"letter": schema["properties"]["letter"]["enum"][0]}))
    said = json.loads(chat("The answer").body) | {"system_fingerprint": "fp_1"}
    if body.get("logprobs"):
        said["choices"][0]["logprobs"] = chat_logprobs(candidates(body["top_logprobs"], space=""))
    return reply(said)


def vllm(request: Request) -> Answer:
    """Both routes with up to 20 candidates, echo, structured output, begun replies, reasoning in a field of its own."""
    if request.path == "/version":
        return reply({"version": "0.17.1"})
    if request.method == "GET":
        return listing("m", owned_by="vllm", max_model_len=8192)
    body = request.json
    asked = body.get("top_logprobs") or int(body.get("logprobs") or 0)
    if asked > 20:
        return error(400, f"Requested sample logprobs of {asked}, which is greater than max allowed: 20")
    if isinstance(body.get("logit_bias"), list):
        return error(400, "logit_bias: Input should be a valid dictionary")
    forced = body.get("structured_outputs", {}).get("choice", [None])[0]
    return (_vllm_chat if "messages" in body else _vllm_completion)(body, forced, asked)


def _vllm_chat(body: dict[str, Any], forced: str | None, asked: int) -> Answer:
    if "response_format" in body:
        schema = body["response_format"]["json_schema"]["schema"]
        forced = json.dumps({"letter": schema["properties"]["letter"]["enum"][0]})
    if body.get("continue_final_message"):
        forced = "5926 zyzzyva quokka"
    said = json.loads(chat(forced or "four", reasoning_content="Let me see").body)
    if body.get("logprobs"):
        said["choices"][0]["logprobs"] = chat_logprobs(candidates(asked, space=""))
    return reply(said)


def _vllm_completion(body: dict[str, Any], forced: str | None, asked: int) -> Answer:
    if body.get("echo"):
        return echo(body["prompt"])
    return completion(forced or " B", logprobs=completion_logprobs(candidates(asked, space=" ")))


def echo(prompt: str) -> Answer:
    """The prompt's own tokens, and one more."""
    tokens = [*WORDS.findall(prompt), " x"]
    numbers = [None, *(-0.5 for _ in tokens[1:])]
    logprobs = {"tokens": tokens, "token_logprobs": numbers, "top_logprobs": None, "text_offset": []}
    return completion(f"{prompt} x", logprobs=logprobs)


def o3(request: Request) -> Answer:
    """Thinks longer than it may; refuses all that o3 refuses, and wants its key."""
    if request.headers.get("authorization") != "Bearer sk-o3-0123456789":
        return error(401, "Incorrect API key provided", code="invalid_api_key")
    if request.method == "GET":
        return listing("o3", owned_by="system")
    if request.path != "/v1/chat/completions":
        return error(404, "This is a chat model and not supported in the v1/completions endpoint.")
    refused = {"max_tokens", "temperature", "top_p", "logprobs", "top_logprobs", "stop", "logit_bias"}
    for field in sorted(refused & request.json.keys()):
        return error(400, f"Unsupported parameter: '{field}'.", code="unsupported_parameter")
    usage = {
        "prompt_tokens": 10,
        "completion_tokens": 16,
        "completion_tokens_details": {"reasoning_tokens": 16},
    }
    return chat("", finish_reason="length", usage=usage)


def gemini(request: Request) -> Answer:
    """Refuses what it does not know, and has no completions."""
    if request.method == "GET":
        return listing("models/gemini-2.5-flash-lite", owned_by="google")
    if request.path != "/v1/chat/completions":
        return error(404, "")
    for field in sorted({"seed", "logprobs", "top_logprobs", "logit_bias"} & request.json.keys()):
        return error(400, f'Invalid JSON payload received. Unknown name "{field}": Cannot find field.')
    return chat("42")
