"""The text that stands for a prompt in hashes."""

import hashlib

import pytest

from harness.prompts import Generate, Message, Prompt, hashed_text


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("Question: é\nAnswer:", "Question: é\nAnswer:"),
        ((Message("user", "Hello"),), "Hello"),
        ((Message("system", "Hello"),), '[{"role":"system","content":"Hello"}]'),
        (
            (Message("system", "Be brief."), Message("user", 'Say "é"')),
            '[{"role":"system","content":"Be brief."},{"role":"user","content":"Say \\"é\\""}]',
        ),
    ],
    ids=["completion", "only a user message", "only a system message", "several messages"],
)
def test_a_prompt_is_hashed_as_its_text(content, text):
    assert hashed_text(content) == text
    assert Prompt(content, Generate(1)).sha256 == hashlib.sha256(text.encode()).hexdigest()
