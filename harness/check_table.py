"""Check tables: what a check found, on standard output for people.

Takes a Check, prints. Decides nothing.
"""

from rich.console import Console
from rich.table import Column, Table

from harness.checking import Check
from harness.endpoint.findings import Finding
from harness.terminal import print_whole

_WORDS = {True: "yes", False: "no", None: "?"}


def print_check(check: Check) -> None:
    """Two tables, what the endpoint can do and which protocols will work, with what it says of itself between."""
    console = Console(highlight=False, markup=False, emoji=False)
    found = check.findings
    abilities = {
        "reachable": found.reachable,
        "key": found.key,
        "model": found.model,
        "chat": found.chat,
        "completions": found.completions,
        "chat logprobs": found.chat_logprobs,
        "completion logprobs": found.completion_logprobs,
        "given texts": found.given_texts,
        "echo": found.echo,
        "forced letters": found.forced_letters,
        "structured output": found.structured_output,
        "begun replies": found.begun_reply,
        "seed": found.seed,
        "images": found.images,
    }
    console.print(f"{check.model} at {check.endpoint}")
    print_whole(console, _table("what", abilities))
    for line in _facts(check):
        console.print(_printable(line))
    print_whole(console, _table("protocol", check.protocols))


def _table(title: str, findings: dict[str, Finding]) -> Table:
    table = Table(Column(title, no_wrap=True), "", Column("how, or why not", overflow="fold"))
    for name, finding in findings.items():
        table.add_row(name, _WORDS[finding.works], _printable(finding.note))
    return table


def _facts(check: Check) -> list[str]:
    """What has a value rather than a yes or no."""
    found = check.findings
    names = {
        "model": found.served_model,
        "fingerprint": found.system_fingerprint,
        "server": found.server,
        "version": found.version,
    }
    called = ", ".join(f"{what} {name}" for what, name in names.items() if name) or "nothing"
    facts = [f"Context: {_context(check)}.", f"It calls itself: {called}."]
    if found.reasoning is not None:
        facts.insert(0, f"Reasoning: {found.reasoning}{' seen' if found.reasoning == 'none' else ''}.")
    if found.refused_fields:
        facts.append(
            f"It refuses {', '.join(found.refused_fields)}, which a run would leave out or name otherwise."
        )
    if found.latency_s is not None:
        half = f"half of the replies within {found.latency_s:.2f} s"
        facts.append(f"{found.requests} requests in {found.took_s:.1f} s, {half}.")
    return facts


def _context(check: Check) -> str:
    """What the endpoint says goes before what the model is known for, which may be more than is served."""
    if check.findings.context is not None:
        return f"{check.findings.context:,} tokens of prompt and reply"
    if check.context_of_entry is not None:
        return f"not said by the endpoint; {check.context_of_entry:,} tokens by the model's entry"
    return "not said"


def _printable(text: str) -> str:
    """A server's words without what would steer the terminal."""
    return "".join(char if char.isprintable() else " " for char in text)
