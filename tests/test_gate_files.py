"""A gate as JUnit XML and as GitHub's annotations: well formed whatever the texts hold, and each answer as its own."""

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.annotations import annotations
from harness.gate_checks import RuleResult
from harness.gating import Gate, Outcome
from harness.junit import junit

# The elements of Jenkins' junit-10.xsd that a result file is made of: attributes (those that it requires first), the
# number of these, and what may be inside.
SCHEMA = {
    "testsuites": (("name", "time", "tests", "failures", "errors"), 0, {"testsuite"}),
    "testsuite": (
        (
            "name",
            "tests",
            "failures",
            "errors",
            "group",
            "time",
            "skipped",
            "timestamp",
            "hostname",
            "id",
            "package",
        ),
        4,
        {"testsuite", "properties", "testcase", "system-out", "system-err"},
    ),
    "testcase": (
        ("name", "time", "classname", "group"),
        1,
        {"skipped", "error", "failure", "system-out", "system-err"},
    ),
    "failure": (("type", "message"), 0, set()),
    "error": (("type", "message"), 0, set()),
    "skipped": (("type", "message"), 0, set()),
    "system-out": ((), 0, set()),
}

BROKEN, OPEN, HELD = (
    RuleResult(f"rule {word}", passed, f"why {word}")
    for word, passed in (("broken", False), ("open", None), ("held", True))
)


def gate(*results, undecided=None, doubts=()):
    answers = {result.passed for result in results}
    outcome = (
        Outcome.PASSED
        if answers == {True}
        else Outcome.UNDECIDED
        if False not in answers
        else Outcome.REGRESSION
    )
    return Gate(outcome, results, undecided, tuple(doubts))


def check(element):
    """Every element is one that the schema has, in a place where it has it, with the attributes that it has."""
    attributes, required, inside = SCHEMA[element.tag]
    assert set(element.attrib) <= set(attributes)
    assert set(attributes[:required]) <= set(element.attrib)
    assert {child.tag for child in element} <= inside
    for child in element:
        check(child)


def parsed(made):
    root = ET.fromstring(junit(made, "mmlu"))
    check(root)
    (suite,) = root
    cases = suite.findall("testcase")
    elements = {"failures": "failure", "errors": "error", "skipped": "skipped"}
    found = {name: sum(case.find(tag) is not None for case in cases) for name, tag in elements.items()}
    assert {name: int(suite.get(name)) for name in found} == found
    assert int(suite.get("tests")) == int(root.get("tests")) == len(cases)
    return {case.get("name"): case[0] for case in cases}


# JUnit XML


def test_a_broken_rule_is_a_failure_and_one_that_holds_a_case_without():
    cases = parsed(gate(BROKEN, HELD))
    broken, held = cases["rule broken"], cases["rule held"]
    assert (broken.tag, broken.get("type"), broken.get("message")) == ("failure", "regression", "why broken")
    assert (held.tag, held.text) == ("system-out", "why held")


@pytest.mark.parametrize(("taken", "tag"), [(None, "error"), ("pass", "skipped"), ("fail", "failure")])
def test_what_is_undecided_is_an_error_unless_it_is_taken_for_something(taken, tag):
    case = parsed(gate(OPEN, HELD, undecided=taken))["rule open"]
    assert (case.tag, case.get("type")) == (tag, "undecided")


def test_what_could_turn_it_stands_beside_the_cases():
    root = ET.fromstring(junit(gate(HELD, doubts=["a doubt", "another"]), "mmlu"))
    check(root)
    assert root.findtext("testsuite/system-out") == "a doubt\nanother"


@given(st.text(), st.text())
def test_any_text_is_well_formed_xml(rule, reason):
    parsed(gate(RuleResult(rule, False, reason), RuleResult(f"{rule} too", True, reason), doubts=[reason]))


# GitHub's annotations


def test_each_broken_rule_is_an_error_and_each_open_one_a_warning():
    assert list(annotations(gate(BROKEN, OPEN, HELD))) == [
        "::error title=harness gate::rule broken: why broken",
        "::warning title=harness gate::rule open: why open",
    ]


def test_what_is_undecided_and_taken_for_a_failure_is_an_error():
    assert next(annotations(gate(OPEN, undecided="fail"))).startswith("::error ")


def test_where_all_is_well_a_notice_says_so():
    assert list(annotations(gate(HELD))) == ["::notice title=harness gate::rule held: why held"]


def test_what_could_turn_it_is_a_warning():
    assert next(annotations(gate(HELD, doubts=["a doubt"]))) == "::warning title=harness gate::a doubt"


@given(st.text())
def test_no_text_ends_an_annotation_or_begins_another(text):
    (line,) = annotations(gate(RuleResult("rule", False, text)))
    escaped = line.removeprefix("::error title=harness gate::rule: ")
    assert not re.search(r"[\r\n]|%(?!25|0A|0D)", escaped)
    assert escaped.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%") == text
