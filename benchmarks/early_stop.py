"""How soon `rescore --early-stop` decides, and how often it is wrong: two Markdown tables of simulations.

    python benchmarks/early_stop.py --recorded DIR --data DIR

Each file in --recorded is a Parquet file of a model's answers to MMLU-Pro (question_id, response); --data is laid out
like the hub. Nobody is asked anything. Differences smaller than those recorded are made by taking the new model's
answers on a random part of the questions and the baseline's on the rest.

The first table has an order of the harness for each seed from 0, and the second swaps the two models' answers at random
as well, so that neither is better, and runs to the end. Both show the stakes that the harness bets with beside others.
"""

import argparse
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from readers import questions, recorded
from scipy import stats

from harness.readers import READERS
from harness.sequential import ALPHA_A_SIDE, ALPHA_AT_THE_END, Claim, SequentialTest, in_order, stakes

MARGIN = 0.02
POWER_SEEDS, ERROR_SEEDS, AT_ONCE = 200, 20_000, 50
MODELS = {
    "Llama-3-70B": "Meta-Llama-3-70B",
    "8B": "Meta-Llama-3_1-8B",
    "8B-Instruct": "Meta-Llama-3_1-8B-Instruct",
    "Mixtral": "Mixtral-8x7B-Instruct-v0.1",
    "Phi-3": "Phi-3-mini-4k-instruct",
    "Qwen1.5": "Qwen1.5-72B-Chat",
    "gemini": "gemini-1.5-flash-002",
}
PAIRS = {
    "A": ("Llama-3-70B", "8B"),
    "B": ("Qwen1.5", "Mixtral"),
    "C": ("Mixtral", "Phi-3"),
    "D": ("8B", "8B-Instruct"),
    "E": ("8B-Instruct", "Mixtral"),
    "F": ("gemini", "Llama-3-70B"),
}
DROPS = (("A", 0.10), ("F", 0.10), ("A", 0.05), ("B", 0.05), ("F", 0.05), ("A", 0.03), ("A", 0.01))
Stakes = Callable[[int], tuple[float, ...]]
STAKES: dict[str, Stakes] = {
    "the harness's": stakes,
    "6 from 0.1 to 0.7": lambda _: tuple(np.geomspace(0.1, 0.7, 6)),
}


class Pair(NamedTuple):
    """The same questions answered by two models.

    Attributes:
        ids: of the questions.
        differences: new minus base, each -1, 0 or 1.
    """

    name: str
    ids: list[str]
    differences: np.ndarray


def pairs(folder: Path, data: Path) -> dict[str, Pair]:
    """The recorded pairs, read by `strict`."""
    asked = questions(data)
    right = {}
    for name, file in MODELS.items():
        replies = recorded(folder / f"{file}.parquet", asked)
        right[name] = {q.id: READERS["strict"].read(reply, q).letter == q.gold for q, reply in replies}
    made = {}
    for letter, (base, new) in PAIRS.items():
        ids = [id_ for id_ in right[base] if id_ in right[new]]
        differences = np.array([int(right[new][id_]) - int(right[base][id_]) for id_ in ids], dtype=np.int8)
        made[letter] = Pair(f"{base} → {new}", ids, differences)
    return made


def part_of(pair: Pair, drop: float) -> Pair:
    """The pair with the new model's answers on a part only, so that it loses about `drop`."""
    share = -drop / pair.differences.mean()
    kept = np.random.default_rng(0).random(len(pair.ids)) < share
    return Pair(f"{pair.name} on {share:.0%}", pair.ids, np.where(kept, pair.differences, 0))


def equal(pair: Pair) -> Pair:
    """The pair with as many questions lost as won, by taking back the first of those that are too many."""
    differences = pair.differences.copy()
    surplus = int(differences.sum())
    differences[np.flatnonzero(differences == np.sign(surplus))[: abs(surplus)]] = 0
    return Pair(f"{pair.name}, made equal", pair.ids, differences)


def first_shown(rows: np.ndarray, bets_of: Stakes) -> dict[Claim, np.ndarray]:
    """For each row of differences the questions up to each claim; one more than all where it is never shown."""
    n = rows.shape[1]
    return {claim: _first(rows, claim, bets_of(n)) for claim in Claim}


def _first(rows: np.ndarray, claim: Claim, bets: tuple[float, ...]) -> np.ndarray:
    """As harness/sequential.py does it, for many orders at once."""
    n = rows.shape[1]
    gained = rows * (-1.0 if claim is Claim.WORSE else 1.0)
    null = -MARGIN if claim is Claim.NOT_WORSE else 0.0
    before = np.cumsum(gained, axis=1) - gained
    allowed = np.minimum(np.maximum(null, (n * null - before) / (n - np.arange(n))), 1.0)
    gain = (gained - allowed) / (1 + allowed)
    e = sum((np.cumprod(1 + stake * gain, axis=1) for stake in bets), np.zeros(rows.shape)) / len(bets)
    reached = e >= 1 / ALPHA_A_SIDE
    first: np.ndarray = np.where(reached.any(axis=1), reached.argmax(axis=1) + 1, n + 1)
    return first


def seeded(pair: Pair) -> Iterator[np.ndarray]:
    """The differences in the harness's own orders."""
    place = {id_: at for at, id_ in enumerate(pair.ids)}
    for start in range(0, POWER_SEEDS, AT_ONCE):
        orders = [[place[id_] for id_ in in_order(pair.ids, seed)] for seed in range(start, start + AT_ONCE)]
        yield pair.differences[np.array(orders)]


def shuffled(pair: Pair, *, swapped: bool) -> Iterator[np.ndarray]:
    """The differences in random orders; with the answers to each question swapped or not, by a coin, where asked."""
    rng = np.random.default_rng(zlib.crc32(pair.name.encode()))  # chance of its own for each pair
    for _ in range(0, ERROR_SEEDS, AT_ONCE):
        rows = rng.permuted(np.tile(pair.differences, (AT_ONCE, 1)), axis=1)
        yield rows * rng.choice(np.array([-1, 1], dtype=np.int8), rows.shape) if swapped else rows


def decisions(pair: Pair) -> None:
    """The first table's lines of a pair."""
    blocks = list(seeded(pair))
    for name, bets_of in STAKES.items():
        found = [first_shown(rows, bets_of) for rows in blocks]
        shown = np.stack([np.concatenate([one[claim] for one in found]) for claim in Claim])
        n = len(pair.ids)
        asked = shown.min(axis=0)
        said = [
            Claim(list(Claim)[at]) if asked[i] <= n else None for i, at in enumerate(shown.argmin(axis=0))
        ]
        shares = [f"{100 * said.count(claim) / len(said):.0f}" for claim in (*Claim, None)]
        spent = np.minimum(asked, n) / n
        psi = np.mean(pair.differences != 0)
        print(
            f"| {pair.name} | {100 * pair.differences.mean():.1f} | {100 * psi:.1f} | {name} "
            f"| {100 * np.median(spent):.1f} | {100 * np.quantile(spent, 0.9):.1f} | {' | '.join(shares)} |",
            flush=True,
        )


class Alarms(NamedTuple):
    """How many runs claimed what; `in_all` counts those that claimed any difference, early or at the end."""

    worse: int = 0
    better: int = 0
    at_the_end: int = 0
    in_all: int = 0
    not_worse: int = 0


def alarms(pair: Pair, bets_of: Stakes, *, swapped: bool) -> Alarms:
    """What was claimed in many orders, each run to its end."""
    found = Alarms()
    for rows in shuffled(pair, swapped=swapped):
        n = rows.shape[1]
        shown = {claim: asked <= n for claim, asked in first_shown(rows, bets_of).items()}
        early = shown[Claim.WORSE] | shown[Claim.BETTER]
        lost, won = (rows == -1).sum(axis=1), (rows == 1).sum(axis=1)
        p = np.minimum(2 * stats.binom.cdf(np.minimum(lost, won), lost + won, 0.5), 1)
        late = ~early & (p <= ALPHA_AT_THE_END)
        kinds = (shown[Claim.WORSE], shown[Claim.BETTER], late, early | late, shown[Claim.NOT_WORSE])
        found = Alarms(*(before + int(kind.sum()) for before, kind in zip(found, kinds, strict=True)))
    return found


def print_alarms(pair: str, kind: str, stakes_: str, found: Alarms, runs: int) -> None:
    """A line of the second table."""
    shares = " | ".join(f"{100 * figure / runs:.2f}" for figure in found)
    print(f"| {pair} | {kind} | {stakes_} | {shares} |", flush=True)


def errors(of: dict[str, Pair]) -> None:
    """The second table."""
    for name, bets_of in STAKES.items():
        every = []
        for pair in of.values():
            every.append(alarms(pair, bets_of, swapped=True))
            print_alarms(pair.name, "swapped", name, every[-1], ERROR_SEEDS)
        together = Alarms(*map(sum, zip(*every, strict=True)))
        print_alarms("all six", "swapped", name, together, ERROR_SEEDS * len(every))
        for pair in (equal(of["E"]), part_of(of["A"], MARGIN)):
            print_alarms(pair.name, "as they are", name, alarms(pair, bets_of, swapped=False), ERROR_SEEDS)


def check(pair: Pair) -> None:
    """That the many at once are what the harness does one by one."""
    rows = next(seeded(pair))[:2]
    for place, row in enumerate(rows):
        test = SequentialTest(len(row), MARGIN)
        for difference in row.tolist():
            test.see(difference)
        first = {claim: at[place] for claim, at in first_shown(rows, stakes).items()}
        assert test.seen == min(*first.values(), len(row)), (pair.name, test.seen, first)


def main() -> None:
    """Prints both tables, a line as soon as it is known."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--recorded", type=Path, required=True, help="folder of the recordings")
    parser.add_argument("--data", type=Path, required=True, help="folder laid out like the hub")
    options = parser.parse_args()
    began = time.monotonic()
    of = pairs(options.recorded, options.data)
    for pair in of.values():
        check(pair)
    head = "pair | difference | disagree % | stakes | median asked % | nine of ten within % | worse | better"
    print(f"| {head} | not worse | open at the end |\n{'|---' * 10}|")
    for pair in of.values():
        decisions(pair)
    for letter, drop in DROPS:
        decisions(part_of(of[letter], drop))
    for letter in ("A", "C"):
        decisions(equal(of[letter]))
    decisions(equal(part_of(of["A"], 0.05)))
    print("\n| pair | answers | stakes | worse | better | at the end | false alarms in all | not worse |")
    print(f"{'|---' * 8}|")
    errors(of)
    print(f"\n{time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
