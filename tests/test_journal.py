"""The journal: whole lines only, the last line of an id, and no reader that splits one."""

import hashlib
import json
from dataclasses import replace

import pytest
from builders import entry, failed, question, reply
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from limits import with_file_size_limit

from harness.answers import Outcome
from harness.endpoint.reply import Usage
from harness.errors import UsageError
from harness.journal import (
    Extent,
    Journal,
    has_reply,
    one_line,
    read_extent,
    read_journal,
    read_last_lines,
)
from harness.readers import READERS

# Everything that UTF-8 can hold; half a surrogate pair is replaced where a reply is made, in the endpoint.
TEXT = st.text(st.characters(exclude_categories=["Cs"])) | st.lists(
    st.sampled_from(
        ["\u0085", "\u2028", "\u2029", "\n", "\r", "\v", "\f", "\x1c", "\x00", "\\", '"', "é", "\\u2028"]
    )
).map("".join)


def write(path, *entries):
    with Journal(path) as journal:
        for made in entries:
            journal.append(made)
    return path


@pytest.fixture
def path(tmp_path):
    return tmp_path / "answers.jsonl"


def test_what_is_written_is_read(path):
    full = entry(
        reply=reply(
            "Answer: B",
            reasoning="Well.",
            letter_logprobs={"A": -1.5, "B": None},
            choice_logprobs={"A": -2.5},
            usage=Usage(10, 5, 3, 2),
            served_model="m",
            system_fingerprint="fp",
        ),
        shots_dropped=2,
    )
    write(path, full, failed("maths/1"))
    assert read_journal(path) == (full, failed("maths/1"))


def test_a_line_is_json_with_the_promised_fields(path):
    write(path, entry())
    (line,) = path.read_text(encoding="utf-8").splitlines()
    document = json.loads(line)
    assert {"id", "subject", "gold", "answer", "outcome", "reply", "prompt_sha256"} <= set(document)
    assert {"text", "reasoning", "finish_reason", "letter_logprobs", "usage", "latency_s", "attempts"} <= set(
        document["reply"]
    )
    assert document["outcome"] == "correct"


def test_a_missing_journal_is_empty(path):
    assert read_journal(path) == ()


def test_the_last_line_of_an_id_counts_in_the_place_of_the_first(path):
    write(path, failed("maths/0"), entry("maths/1"), entry("maths/0"))
    assert read_journal(path) == (entry("maths/0"), entry("maths/1"))


def test_last_lines_come_in_the_order_of_the_file(path):
    write(path, failed("maths/0"), entry("maths/1"), entry("maths/0"))
    assert tuple(read_last_lines(path)) == (entry("maths/1"), entry("maths/0"))


def test_what_a_run_writes_while_its_last_lines_are_read_is_not_of_them(path):
    write(path, entry("maths/0"), entry("maths/1"))
    lines = read_last_lines(path)
    first = next(lines)
    write(path, entry("maths/2"), failed("maths/1"))
    assert (first, *lines) == (entry("maths/0"), entry("maths/1"))


@pytest.mark.parametrize(
    ("entries", "one"),
    [((), False), ((failed("maths/0"),), False), ((failed("maths/0"), entry("maths/1")), True)],
    ids=["empty", "failures alone", "one"],
)
def test_a_run_has_a_reply_or_none(path, entries, one):
    assert has_reply(write(path, *entries)) is one


def test_a_journals_extent_tells_its_bytes_from_its_whole_lines(path):
    whole = write(path, entry("maths/0"), entry("maths/1")).read_bytes()
    path.write_bytes(whole + b'{"id":')
    content = path.read_bytes()
    assert read_extent(path) == Extent(hashlib.sha256(content).hexdigest(), lines=2, whole_bytes=len(whole))


@given(text=TEXT, reasoning=st.none() | TEXT)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_splits_a_line_or_is_lost(path, text, reasoning):
    path.unlink(missing_ok=True)
    made = entry(reply=reply(text, reasoning=reasoning), subject=text)
    write(path, made, entry("maths/1"))
    assert read_journal(path) == (made, entry("maths/1"))
    assert len(path.read_text(encoding="utf-8").splitlines()) == 2
    assert [json.loads(line)["id"] for line in path.read_bytes().splitlines()] == ["maths/0", "maths/1"]


@given(text=TEXT)
def test_a_documents_line_is_the_same_document(text):
    line = one_line(json.dumps({"text": text}, ensure_ascii=False).encode())
    assert json.loads(line) == {"text": text}
    assert len(line.decode().splitlines()) == 1


@pytest.mark.parametrize("half", [b'{"id":"maths/1","subj', b"{", b'{"text":"\xe2\x80'])
def test_half_a_line_at_the_end_is_no_line_and_is_cut_off_when_the_journal_goes_on(path, half):
    write(path, entry("maths/0"))
    path.write_bytes(path.read_bytes() + half)
    assert read_journal(path) == (entry("maths/0"),)
    write(path, entry("maths/2"))
    assert read_journal(path) == (entry("maths/0"), entry("maths/2"))


def test_a_first_line_that_was_cut_leaves_an_empty_journal(path):
    path.write_bytes(b'{"id":')
    write(path)
    assert path.read_bytes() == b""


@given(cut=st.integers(0, 2000))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_wherever_a_kill_cuts_the_journal_all_whole_lines_are_kept(path, cut):
    path.unlink(missing_ok=True)
    entries = [entry(f"maths/{place}", reply=reply("é" * place)) for place in range(4)]
    content = write(path, *entries).read_bytes()[:cut]
    path.write_bytes(content)
    kept = entries[: content.count(b"\n")]
    assert read_journal(path) == tuple(kept)
    write(path, entry("maths/9"))
    assert read_journal(path) == (*kept, entry("maths/9"))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"{", "EOF while parsing"),
        (b"[]", "object"),
        (b'{"id": "maths/1"}', "required: subject"),
        (b'\xff\xfe{"id": 1}', "expected value"),
    ],
)
def test_a_damaged_line_in_the_middle_is_named(path, line, words):
    good = write(path, entry()).read_bytes()
    path.write_bytes(good + line + b"\n" + good)
    with pytest.raises(UsageError) as caught:
        read_journal(path)
    assert str(caught.value).startswith(f"{path}, line 2, is damaged (")
    assert words in str(caught.value)
    assert "--fresh" in str(caught.value)


def test_a_journal_that_cannot_be_opened_is_named(tmp_path):
    with pytest.raises(UsageError, match="cannot be written: Is a directory"), Journal(tmp_path):
        pass
    with pytest.raises(UsageError, match="cannot be read: Is a directory"):
        read_journal(tmp_path)


def test_a_full_disk_leaves_whole_lines_only(path):
    body = (
        "import sys; sys.path.insert(0, 'tests')\n"
        "from builders import entry; from harness.journal import Journal\n"
        f"with Journal(Path({str(path)!r})) as journal:\n"
        "    for place in range(100): journal.append(entry(f'maths/{place}'))"
    )
    said = with_file_size_limit(10_000, body)
    assert said.startswith(
        f"StorageError: {path} cannot be written: File too large; what was answered before is kept"
    )
    content = path.read_bytes()
    assert content.endswith(b"}\n")
    assert 9_000 < len(content) <= 10_000
    kept = read_journal(path)
    assert kept == tuple(entry(f"maths/{place}") for place in range(len(kept)))


def test_two_writers_lines_do_not_mix(path):
    """Two that should not be: the run's lock prevents it, and lines stay whole all the same."""
    with Journal(path) as one, Journal(path) as other:
        for place in range(50):
            one.append(entry(f"maths/{place}"))
            other.append(entry(f"physics/{place}"))
    assert len(read_journal(path)) == 100


def test_the_rule_that_read_a_letter_is_kept(path):
    made = entry(rule="boxed")
    assert read_journal(write(path, made)) == (made,)


def test_the_cluster_of_a_question_is_kept(path):
    made = entry(cluster="0123456789abcdef")
    assert read_journal(write(path, made)) == (made,)


def test_a_line_has_no_cluster_where_its_question_has_none(path):
    assert "cluster" not in json.loads(write(path, entry()).read_text(encoding="utf-8"))


def test_a_line_has_no_rule_where_its_reader_names_none(path):
    assert "rule" not in json.loads(write(path, entry()).read_text(encoding="utf-8"))


def test_reading_a_reply_again_from_the_journal_gives_the_same_letter(path):
    made = entry(reply=reply("Réponse : B\u2028Answer: c"))
    (again,) = read_journal(write(path, made))
    reader = READERS["simple-evals"]
    assert reader.read(again.reply, question()) == reader.read(made.reply, question())


@pytest.mark.parametrize(
    "changes",
    [
        {"answer": "A", "gold": "B", "outcome": "correct"},
        {"answer": "B", "gold": "B", "outcome": "wrong"},
        {"answer": None, "outcome": "wrong"},
        {"answer": "A", "outcome": "unparsed"},
        {"outcome": "failed"},
    ],
    ids=["wrong as correct", "correct as wrong", "none as wrong", "one as unparsed", "a reply as failed"],
)
def test_a_line_that_contradicts_itself_is_named(tmp_path, changes):
    path = tmp_path / "answers.jsonl"
    with Journal(path) as journal:
        journal.append(entry("maths/0"))
        journal.append(replace(entry("maths/1"), **{**changes, "outcome": Outcome(changes["outcome"])}))
    with pytest.raises(UsageError, match="line 2, contradicts itself"):
        read_journal(path)


def test_blank_lines_are_passed_over(tmp_path):
    path = tmp_path / "answers.jsonl"
    with Journal(path) as journal:
        journal.append(entry("maths/0"))
    path.write_bytes(b"\n" + path.read_bytes() + b"\n")
    assert read_journal(path) == (entry("maths/0"),)
