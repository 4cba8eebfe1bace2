"""Showing: prompts, tasks and models, on standard output."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from itertools import islice
from typing import IO

from rich.console import Console
from rich.table import Column, Table

from harness.counted import counted
from harness.estimate import Estimate, Range
from harness.journal import one_line
from harness.lint import Finding
from harness.places import NOWHERE
from harness.plan import Plan
from harness.prices import Prices
from harness.profiles import Catalog, Host, Offer, Profile
from harness.prompts import ScoreChoices
from harness.protocols import PROTOCOLS
from harness.published import NOT_OURS, Figure, figures_of
from harness.suite import Member, Suite, figure_in_words
from harness.task import BY_QUESTION, Task
from harness.terminal import print_whole

_MOST_NAMED = 6


def prompt_lines(plan: Plan) -> Iterator[bytes]:
    """One JSON line a prompt: id, subject, gold, `messages` or `prompt`, prompt_sha256."""
    for question in plan.questions:
        prompt = plan.prompt(question)
        content: dict[str, object]
        if isinstance(prompt.content, str):
            content = {"prompt": prompt.content}
        else:
            content = {"messages": [asdict(message) for message in prompt.content]}
        if isinstance(prompt.want, ScoreChoices):
            content["continuations"] = prompt.want.continuations
            if prompt.want.beginnings:
                content["beginnings"] = prompt.want.beginnings
            if prompt.want.baseline is not None:
                content["baseline"] = prompt.want.baseline
        line = {
            "id": question.id,
            "subject": question.subject,
            "gold": question.gold,
            **content,
            "prompt_sha256": prompt.sha256,
        }
        yield one_line(json.dumps(line, ensure_ascii=False).encode())


def print_prompts(plan: Plan, count: int) -> None:
    """The first prompts as they are sent, each under a line that names it."""
    console = _console()  # for the lines between; what is sent is printed without it, which would expand tabs
    for question in islice(plan.questions, count):
        prompt = plan.prompt(question)
        console.rule(f"{question.id} · {plan.protocol.name}, {plan.shots}-shot · gold {question.gold}")
        if isinstance(prompt.content, str):
            print(prompt.content)
        else:
            for message in prompt.content:
                print(f"[{message.role}]\n{message.content}")
        if isinstance(prompt.want, ScoreChoices):
            for letter, continuation in prompt.want.continuations.items():
                if beginning := prompt.want.beginnings.get(letter):
                    print(f"  {letter}, after {beginning!r}:{continuation}")
                else:
                    print(f"  {letter}:{continuation}")
            if prompt.want.baseline is not None:
                print(f"the same after {prompt.want.baseline!r}")
    console.rule(f"{len(plan.questions):,} prompts in all; --jsonl writes them")


def print_estimate(estimate: Estimate, file: IO[str] | None = None) -> None:
    """What a run will take, as a table, and what its figures rest on; on standard output unless told otherwise."""
    console = _console(file)
    table = Table(title=f"{estimate.model} on {estimate.task} ({estimate.protocol}, {estimate.shots}-shot)")
    table.add_column("")
    for column in ("usually", "at most"):
        table.add_column(column, justify="right")
    repeats = f", each {estimate.repeats} times" if estimate.repeats > 1 else ""
    table.add_row(f"questions{repeats}", f"{estimate.questions:,}", "")
    table.add_row("requests", _range(estimate.requests), "")
    table.add_row("prompt tokens", _range(estimate.prompt_tokens), "")
    table.add_row("output tokens", _range(estimate.output_tokens), f"{estimate.output_tokens_at_most:,}")
    if estimate.cost_usd:
        low, high, most = estimate.cost_usd
        table.add_row("US dollars", f"{_usd(low)} – {_usd(high)}", _usd(most))
    print_whole(console, table)
    for sentence in _grounds(estimate):
        console.print(sentence, soft_wrap=not console.is_terminal)


def _usd(amount: float) -> str:
    """Two digits that say something, of a cent's parts too."""
    return f"{amount:,.2f}" if amount >= 0.1 or amount == 0 else f"{amount:.2g}"


def _range(found: Range) -> str:
    return f"{found.low:,}" if found.low == found.high else f"{found.low:,} – {found.high:,}"


def _grounds(estimate: Estimate) -> list[str]:
    said = [f"Prompt tokens are counted {estimate.counted}."]
    prices = estimate.prices
    if isinstance(prices, Prices):
        said.append(
            f"Prices: {prices.input:g} in and {prices.output:g} out for a million tokens "
            f"({prices.source}, {prices.as_of}); cache hits, at {prices.cached_input:g}, are not counted on."
        )
    if estimate.no_cost:
        said.append(f"What it costs is not known: {estimate.no_cost}.")
    return [*said, *(f"Note: {warning}" for warning in estimate.warnings), "Nothing was sent."]


def estimate_document(estimate: Estimate) -> str:
    """The same as JSON."""
    prices = estimate.prices
    held = asdict(estimate) | {"prices": None if isinstance(prices, str) else prices.model_dump()}
    return json.dumps(held, indent=2, ensure_ascii=False)


def print_tasks(tasks: Iterable[Task], suites: Iterable[Suite] = ()) -> None:
    """A table of tasks, and one of suites."""
    table = _table("task", "questions", "lang.", "licence", "title")
    for task in tasks:
        size = len(task.questions) or task.size
        table.add_row(task.name, _count(size), _languages(task), task.licence, task.title)
    print_whole(_console(), table)
    listed = _table("suite", "title", "tasks")
    for suite in suites:
        listed.add_row(suite.name, suite.title, ", ".join(suite.names))
    if listed.row_count:
        print_whole(_console(), listed)


def _languages(task: Task) -> str:
    """The language, or those of a task in several: few by name, many by number."""
    if len(task.languages) > _MOST_NAMED:
        return str(len(task.languages))
    return task.language or ", ".join(task.languages)


def print_task(task: Task) -> None:
    """One task in detail."""
    print(f"{task.title} ({task.name}, version {task.version})\n{task.description}")
    print(f"Questions: {_where(task)}")
    if task.languages:
        names = ", ".join(f"{task.name}_{language}" for language in task.languages)
        print(f"In {len(task.languages)} languages, a task each: {names}")
    else:
        print(f"Language: {task.language}")
    print(f"Licence: {task.licence}")
    if task.chance == BY_QUESTION:
        print("Guessing: by the choices of each question; a score file says what it comes to")
    elif task.chance is not None:
        print(f"Guessing: {100 * task.chance:.1f} %")
    if task.citation:
        print(f"Citation: {task.citation}")
    groups = _table("group", "subjects", title="Groups")
    for group, subjects in task.groups.items():
        groups.add_row(group, ", ".join(subjects))
    protocols = _table("protocol", "what it is", "shots", "readers", title="Protocols")
    for name in task.protocols:
        protocol = PROTOCOLS[name]
        usual = " (usual)" if name == task.protocol else ""
        protocols.add_row(name + usual, protocol.summary, str(protocol.shots), ", ".join(protocol.readers))
    print_whole(_console(), *([groups] if task.groups else []), protocols)


def print_suite_of(tasks: Sequence[Task], suite: Suite) -> None:
    """One suite in detail: its tasks, how each is asked, and what their average is."""
    with_chance = any(member.chance is not None for member in suite.tasks)
    table = _table("task", "questions", "asked by", *(("rescaled from",) if with_chance else ()))
    for task, member in zip(tasks, suite.tasks, strict=True):
        size = _count(len(task.questions) or task.size)
        table.add_row(task.name, size, _asked(task, member), *([_chance(member)] if with_chance else []))
    print(f"{suite.title} ({suite.name}), a suite: `run` asks its tasks in turn.")
    print_whole(_console(), table)
    print(_average(suite, tasks))
    for part, why in suite.missing.items():
        print(f"Not in it, though in its source: {part} ({why}).")
    if suite.missing:
        print("So this average is not the one that the source publishes.")
    print(f"See one task by its name: harness tasks {tasks[0].name}")


def _asked(task: Task, member: Member) -> str:
    """By which protocol with how many examples, and which figure is quoted."""
    name = member.protocol or task.protocol
    protocol = PROTOCOLS[name]
    shots = protocol.shots if member.shots is None else member.shots
    usual = "" if member.protocol else " (usual)"
    return (
        f"{name}{usual}\n{shots}-shot, {figure_in_words(member.figure, member.reader or protocol.readers[0])}"
    )


def _chance(member: Member) -> str:
    match member.chance:
        case None:
            return ""
        case dict() as by_subject:
            return "\n".join(f"{100 * chance:.1f} % {subject}" for subject, chance in by_subject.items())
        case chance:
            return f"{100 * chance:.1f} %"


def _average(suite: Suite, tasks: Sequence[Task]) -> str:
    mean = "The average is the mean of the tasks' scores, whatever their sizes"
    paired = zip(tasks, suite.tasks, strict=True)
    match [task.name for task, member in paired if member.chance is None]:
        case []:
            rescaled = (
                "beside it stands that of the rescaled ones: 0 % is guessing and below, 100 % is all right"
            )
        case as_it_is if len(as_it_is) == len(tasks):
            rescaled = "none is rescaled"
        case as_it_is:
            rescaled = (
                f"there is none of the rescaled ones, since {', '.join(as_it_is)} has no chance level here"
            )
    return f"{mean}; {rescaled}."


def _where(task: Task) -> str:
    """How many questions there are, and where they lie."""
    dataset = task.dataset
    if dataset is None:
        return f"{len(task.questions):,}, in the task file"
    size = f"{task.size:,}, in " if task.size else ""
    if dataset.path is None:
        return f"{size}{dataset.called}"
    parts = f", {len(dataset.parts)} parts" if dataset.parts else ""
    gated = "; accept its terms on the hub, and put your token into HF_TOKEN" if dataset.gated else ""
    at = f" at {dataset.revision}" if dataset.revision else ", no fixed revision"
    return f"{size}{dataset.path}{at}{parts}, split {dataset.split}{gated}"


def resolved(task: Task | Suite) -> str:
    """The task, or the suite, as a YAML file that needs no other, with all that it inherits."""
    import yaml

    held = task.model_dump(mode="json", exclude_unset=True)
    return yaml.safe_dump(held, sort_keys=False, allow_unicode=True, width=110)


def print_findings(findings: Sequence[Finding], questions: int) -> None:
    """A table of what is odd about a task's questions."""
    table = _table("what", "how many", "examples")
    for finding in findings:
        table.add_row(finding.what, f"{finding.count:,}", "\n".join(finding.examples))
    if findings:
        print_whole(_console(), table)
    kinds = counted(len(findings), "kind") if findings else "no kinds"
    print(f"{counted(questions, 'question')}, {kinds} of findings.")


def findings_document(findings: Sequence[Finding], questions: int) -> str:
    """The same as JSON."""
    held = {"questions": questions, "findings": [asdict(finding) for finding in findings]}
    return json.dumps(held, indent=2, ensure_ascii=False)


def print_models(catalog: Catalog) -> None:
    """A table of models, and one of hosts."""
    models = _table("model", "what it is", "context", "where", title="Models")
    for name, profile in catalog.models.items():
        where = ", ".join(profile.hosts) or ("embedded" if profile.weights else "--host or --base-url")
        models.add_row(name, profile.about, _count(profile.context), where)
    hosts = _table("host", "what it is", "key", "address", title="Hosts")
    for name, host in catalog.hosts.items():
        hosts.add_row(name, host.about, host.key_env or "", _address(host))
    print_whole(_console(), models, hosts)


def print_model(name: str, profile: Profile, catalog: Catalog) -> None:
    """One model in detail: what is known of it, where it can be had at what price, and what others say it scores."""
    print(f"{name}: {profile.about}" if profile.about else name)
    facts = {
        "id": profile.id,
        "licence": profile.licence,
        "context": profile.context and f"{profile.context:,} tokens",
        "longest reply": profile.output and f"{profile.output:,} tokens",
        "sees images": {True: "yes", False: "no", None: None}[profile.images],
        "reasons": profile.reasoning,
        "max_tokens": profile.max_tokens
        and f"{profile.max_tokens:,} in chats, sent as {profile.max_tokens_field}",
        "protocol": profile.protocol,
        "takes no": ", ".join(sorted(profile.omit)),
        "sent besides": profile.extra and json.dumps(profile.extra),
        "file": ", then ".join(map(str, catalog.changed.get(name, ()))),
    }
    for fact, value in facts.items():
        if value:
            print(f"  {fact}: {value}")
    if profile.weights:
        print(f"  embedded: runs inside the harness, from the package {profile.weights.package}")
    if profile.hosts:
        print_whole(_console(), _offers(profile, catalog))
    own = " or ".join(f"--host {name}" for name, host in catalog.hosts.items() if host.is_the_users)
    print(f"At a server of your own: {own}, or --base-url.")
    if figures := figures_of(name):
        _console().print(_published(figures))


def _published(figures: Sequence[Figure]) -> Table:
    table = _table("task", "figure", "of which version, by whom, and how", title=f"Scores {NOT_OURS}")
    for figure in figures:
        note = f" ({figure.note})" if figure.note else ""
        table.add_row(figure.task, figure.shown, f"{figure.where}\n{figure.how}{note}")
    return table


def _offers(profile: Profile, catalog: Catalog) -> Table:
    table = _table("--host", "what it offers; prices are US dollars for a million tokens")
    for name, offer in profile.hosts.items():
        host = catalog.hosts.get(name, NOWHERE)
        said = [f"id {offer.id or profile.id}"]
        if address := _address(host):
            unless = f", unless {host.base_url_env} is set" if host.base_url and host.base_url_env else ""
            said.append(f"at {address}{unless}")
        if offer.prices:
            prices = offer.prices
            money = f"{prices.input:g} prompt, {prices.cached_input:g} cached, {prices.output:g} completion"
            said.append(f"{money} ({prices.source}, {prices.as_of})")
        if not offer.reasons:
            said.append("does not reason there")
        if host.key_env:
            said.append(f"key in {host.key_env}")
        if omitted := sorted((host.omit | offer.omit) - profile.omit):
            said.append(f"takes no {', '.join(omitted)}")
        if sent := _sent_besides(profile, host, offer):
            said.append(f"sends {sent}")
        table.add_row(f"{name} (usual)" if name == profile.host else name, "\n".join(said))
    return table


def _address(host: Host) -> str:
    """As the entry has it, else the variable that has to be set; nothing where neither is known."""
    return host.base_url or (f"${host.base_url_env}" if host.base_url_env else "")


def _sent_besides(profile: Profile, host: Host, offer: Offer) -> str:
    """What every request carries there and not everywhere."""
    omitted = profile.omit | host.omit | offer.omit
    there = {**profile.extra, **host.extra, **offer.extra}
    return ", ".join(
        f"{name}: {json.dumps(value, ensure_ascii=False)}"
        for name, value in there.items()
        if name not in omitted and (name not in profile.extra or profile.extra[name] != value)
    )


def _count(tokens: int | None) -> str:
    return "" if tokens is None else f"{tokens:,}"


def _console(file: IO[str] | None = None) -> Console:
    """One that changes nothing: brackets are no markup, and :smile: stays a word."""
    return Console(file=file, highlight=False, markup=False, emoji=False)


def _table(*names: str, title: str | None = None) -> Table:
    """A table that folds what is too long, and never shortens a URL or breaks a name."""
    whole = {names[0], "key"}
    return Table(*(Column(name, overflow="fold", no_wrap=name in whole) for name in names), title=title)
