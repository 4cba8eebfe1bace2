"""JUnit XML of a gate: a test case for each rule, as CI servers show them.

Takes a Gate and what was compared, gives bytes: what Jenkins' junit-10.xsd allows, which GitLab, GitHub's actions and
Azure read too. A rule that is undecided is an error, unless it is taken for something: then a failure, or skipped.
"""

import re
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from harness.gate_checks import RuleResult
from harness.gating import Gate

_NO_XML = re.compile(r"[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")
"""Characters that XML 1.0 cannot hold, escaped or not."""

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
_UNDECIDED = {None: "error", "pass": "skipped", "fail": "failure"}


def junit(gate: Gate, name: str) -> bytes:
    """The XML document; `name` is the suite's, by which a CI server knows it again."""
    verdicts = [_verdict(result, gate) for result in gate.results]
    counts = {
        "tests": str(len(verdicts)),
        "failures": str(verdicts.count("failure")),
        "errors": str(verdicts.count("error")),
        "time": "0",  # some servers want one
    }
    root = Element("testsuites", {"name": "harness gate", **counts})
    skipped = str(verdicts.count("skipped"))
    suite = SubElement(root, "testsuite", {"name": _text(name), **counts, "skipped": skipped})
    for result, verdict in zip(gate.results, verdicts, strict=True):
        case = SubElement(suite, "testcase", classname="harness.gate", name=_text(result.rule), time="0")
        if verdict:
            kind = "undecided" if result.passed is None else "regression"
            SubElement(case, verdict, type=kind, message=_text(result.reason)).text = _text(result.reason)
        else:
            SubElement(case, "system-out").text = _text(result.reason)
    if gate.doubts:
        SubElement(suite, "system-out").text = _text("\n".join(gate.doubts))
    indent(root)
    return f"{_DECLARATION}\n{tostring(root, encoding='unicode')}\n".encode()


def _verdict(result: RuleResult, gate: Gate) -> str | None:
    """The element that tells what is wrong, None where nothing is."""
    if result.passed is None:
        return _UNDECIDED[gate.undecided]
    return None if result.passed else "failure"


def _text(text: str) -> str:
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", text)
