"""Prices: what tokens and hours cost, and a user's file of prices."""

import json

import pytest

from harness.errors import UsageError
from harness.prices import GpuHours, Prices, read_prices

PRICES = Prices(input=2.0, cached_input=0.5, output=10.0, as_of="2026-11", source="a list")


def written(folder, text, name="prices.yaml"):
    path = folder / name
    path.write_text(text)
    return path


def test_cached_tokens_are_part_of_the_prompt_and_cost_their_own_price():
    assert PRICES.cost_usd(1_000_000, 400_000, 0) == pytest.approx(0.6 * 2.0 + 0.4 * 0.5)


def test_more_cached_tokens_than_prompt_tokens_cost_no_less_than_nothing():
    assert PRICES.cost_usd(10, 1_000_000, 0) == pytest.approx(10 * 0.5e-6)


def test_the_most_is_without_a_cache():
    assert PRICES.most_usd(1_000_000, 100_000) == pytest.approx(2.0 + 1.0)


def test_a_cache_that_is_dearer_than_no_cache_is_the_most():
    dear = PRICES.model_copy(update={"cached_input": 3.0})
    assert dear.most_usd(1_000_000, 0) == pytest.approx(3.0)


def test_hours_of_gpus_cost_by_the_second():
    assert GpuHours(gpu_hour_usd=2.0, gpus=4).cost_usd(1800) == pytest.approx(4.0)


def test_a_files_prices_need_no_price_for_cached_tokens_and_no_source(tmp_path):
    path = written(tmp_path, "m: {input: 1, output: 2.5, as_of: 2026-11}\n")
    assert read_prices(path) == {
        "m": Prices(input=1.0, cached_input=1.0, output=2.5, as_of="2026-11", source=str(path))
    }


def test_a_file_may_be_json(tmp_path):
    given = PRICES.model_dump()
    assert read_prices(written(tmp_path, json.dumps({"m": given}, indent="\t"), "p.json")) == {"m": PRICES}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: {input: 1, output: 1, as_of: x}\nm:\n  input: 1\n  as_of: x\n", "line 2, field m.output: "),
        ("m:\n  input: -1\n  output: 1\n  as_of: x\n", "line 2, field m.input: "),
        ("m:\n  input: .nan\n  output: 1\n  as_of: x\n", "line 2, field m.input: "),
        ("m:\n  input: 1\n  output: 1\n  as_of: x\n  inptu: 1\n", "line 5, field m.inptu: "),
        ("- m\n", "line 1, field the whole file: "),
        ("m: {input: 1, output: 1, as_of: 2026-11-25}\n", "put it into quotes"),
    ],
)
def test_what_does_not_fit_is_named_with_line_and_field(tmp_path, text, words):
    path = written(tmp_path, text)
    with pytest.raises(UsageError) as caught:
        read_prices(path)
    assert str(caught.value).startswith(f"{path}, ")
    assert words in str(caught.value)
