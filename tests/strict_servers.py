"""Servers that enforce the documented rules of the models and hosts in models.yaml, and answer like a small model."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from loopback import Answer, Request, chat, chat_logprobs, completion, completion_logprobs, error, reply
from whole_runs import letter_for, sent_text

KEY = "sk-strict-0123456789"
USUAL = frozenset({"model", "messages", "max_tokens", "temperature", "top_p", "stop", "seed", "n", "user"})
OPENAI = USUAL | {
    "store", "max_completion_tokens", "logprobs", "top_logprobs", "logit_bias", "response_format", "reasoning_effort",
}  # fmt: skip
COMPLETIONS = USUAL - {"messages"} | {
    "prompt",
    "logprobs",
    "echo",
    "logit_bias",
    "structured_outputs",
    "guided_choice",
}
CHARS_A_TOKEN = 4


@dataclass
class StrictServer:
    """A script for Loopback.

    Attributes:
        ids: the models that it serves.
        accepts: fields of a chat; others are refused.
        needs: fields that every chat must carry, with the value that they must have.
        refuse: how it words a refused field.
        key: None: it wants none.
        completions: whether it has /completions, with logprobs.
        context: tokens of prompt and reply together.
        least_tokens: a reply with a smaller limit is all reasoning, and cut off.
        says: what a chat's reply is, given the letter.
        at_first: what the first chats that break no rule are answered, each with one of these.
        refused: the requests that broke a rule.
        chats: how many there were that broke none.
    """

    ids: tuple[str, ...]
    accepts: frozenset[str] = USUAL
    needs: Mapping[str, Any] = field(default_factory=dict)
    refuse: Callable[[str], Answer] = lambda name: error(
        400,
        f"Unsupported parameter: '{name}' is not supported with this model.",
        code="unsupported_parameter",
    )
    key: str | None = KEY
    completions: bool = False
    context: int = 128_000
    least_tokens: int = 0
    says: Callable[[str], Answer] = lambda letter: chat(f"Let me see.\nAnswer: {letter}")
    at_first: tuple[Answer, ...] = ()
    refused: list[str] = field(default_factory=list)
    chats: int = 0

    def __call__(self, request: Request) -> Answer:
        refusal = self._refusal(request)
        if refusal is not None:
            self.refused.append(refusal.body.decode())
            return refusal
        if request.method == "GET":
            return reply({"object": "list", "data": [{"id": id_} for id_ in self.ids]})
        if not is_chat(request):
            return self._completion(request)
        self.chats += 1
        if self.chats <= len(self.at_first):
            return self.at_first[self.chats - 1]
        if limit_of(request) < self.least_tokens:
            return chat("", finish_reason="length")
        return self.says(letter_for(sent_text(request)))

    def _refusal(self, request: Request) -> Answer | None:
        """What is said to a request that breaks a rule."""
        if self.key and request.headers.get("authorization") != f"Bearer {self.key}":
            return error(401, "Incorrect API key provided", code="invalid_api_key")
        if request.method == "GET":
            return None
        if request.json["model"] not in self.ids:
            return error(404, f"The model `{request.json['model']}` does not exist", code="model_not_found")
        return self._refused_fields(request)

    def _refused_fields(self, request: Request) -> Answer | None:
        if not is_chat(request) and not self.completions:
            return error(404, "This is a chat model and not supported in the v1/completions endpoint")
        for name in request.json.keys() - (self.accepts if is_chat(request) else COMPLETIONS):
            return self.refuse(name)
        if is_chat(request) and request.json.get("top_logprobs", 0) > 20:
            return error(400, "top_logprobs must be at most 20", code="invalid_value")
        for name, value in self.needs.items() if is_chat(request) else ():
            if request.json.get(name) != value:
                return error(400, f"parameter.{name} must be set to {value} for non-streaming calls")
        if len(sent_text(request)) // CHARS_A_TOKEN + limit_of(request) > self.context:
            return error(400, f"This model's maximum context length is {self.context} tokens.")
        return None

    def _completion(self, request: Request) -> Answer:
        """As vLLM has it. How many candidates it gives and how it forces letters is for the client to find out."""
        if request.json.get("logprobs", 0) > 20:
            return error(400, "logprobs must be at most 20", code="invalid_value")
        if not isinstance(request.json.get("logit_bias", {}), dict):
            return error(400, "logit_bias: Input should be a valid dictionary", code="invalid_value")
        letter = letter_for(sent_text(request))
        candidates = {f" {each}": -0.1 if each == letter else -3.0 for each in "ABCD"}
        ordered = dict(sorted(candidates.items(), key=lambda pair: -pair[1]))
        return completion(f" {letter}", logprobs=completion_logprobs(ordered))


def is_chat(request: Request) -> bool:
    return request.path.endswith("/chat/completions")


def limit_of(request: Request) -> int:
    return int(request.json.get("max_completion_tokens", request.json.get("max_tokens")))


def gemini_refuses(name: str) -> Answer:
    """A list, with the words of a protocol buffer's parser."""
    words = f'Invalid JSON payload received. Unknown name "{name}": Cannot find field.'
    return reply([{"error": {"code": 400, "message": words, "status": "INVALID_ARGUMENT"}}], 400)


GEMINI_AT_FIRST = (
    reply(
        [
            {
                "error": {
                    "code": 429,
                    "status": "RESOURCE_EXHAUSTED",
                    "message": "You exceeded your current quota.",
                    "details": [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "0.3s"}],
                }
            }
        ],
        429,
    ),
    reply({"object": "chat.completion", "model": "gemini", "choices": []}),
    chat(None, finish_reason="content_filter"),
)
"""Too many requests for the moment, with its pause in the body, and what is sent in place of an unsafe reply."""


def openai_chat(letter: str) -> Answer:
    """With logprobs whether wanted or not: nobody minds."""
    document = json.loads(chat(f"Let me see.\nAnswer: {letter}").body)
    document["choices"][0]["logprobs"] = chat_logprobs({letter: -0.1, "Let": -2.5})
    return reply(document)


def o3(letter: str) -> Answer:
    """Unseen reasoning, which is counted."""
    details = {"completion_tokens_details": {"reasoning_tokens": 640}}
    return chat(f"Answer: {letter}", usage={"prompt_tokens": 90, "completion_tokens": 650, **details})


def deepseek(letter: str) -> Answer:
    """Blank lines while it is busy, and the reasoning in a field of its own."""
    usage = {"prompt_tokens": 90, "completion_tokens": 50, "prompt_cache_hit_tokens": 64}
    document = chat(f"Answer: {letter}", reasoning_content="Perhaps Answer: Z.", usage=usage)
    return Answer(body=b"\n\n\n" + document.body)


def thinking(letter: str) -> Answer:
    """The chat template has the opening tag, so the reply has only the closing one."""
    return chat(f"Perhaps Answer: Z.\n</think>\n\nAnswer: {letter}")
