from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from knowledge.answers import Knowledge
from knowledge.entry import Entry
from knowledge.errors import InputError
from knowledge.evaluation import IN_SHARES, OUT_SHARES, Case, evaluate, read_cases
from knowledge.hours import Hours, parse_openings

TODAY = date(2026, 3, 10)
KNOWLEDGE = Knowledge(
    [
        Entry("fresh", ("How fresh are the eggs?", "How old are your eggs?"), "A day old."),
        Entry("feed", ("What do the hens eat?", "What is in the feed?"), "Grain."),
        Entry("twin", ("What do the hens eat",), "Kelp."),
        Entry("soon", ("When will the chicks hatch?",), "In May.", mode="draft"),
    ]
)
CASES = [
    Case("how fresh are the eggs", "fresh"),
    Case("how fresh are the eggs?", "feed"),
    Case("what do the hens eat", "feed"),
    Case("what do the hens eat", "fresh"),
    Case("when will the chicks hatch", "soon"),
    Case("how old are your eggs", None),
    Case("what do the hens eat", None),
    Case("zzz", None),
    Case("", None),
]


def test_every_case_is_counted_once_under_what_became_of_it() -> None:
    report = evaluate(KNOWLEDGE, CASES, TODAY)
    assert (report.n_in, report.n_out) == (5, 4)
    assert all(getattr(report, name) == pytest.approx(1 / 5) for name in IN_SHARES)
    assert [getattr(report, name) for name in OUT_SHARES] == pytest.approx([1 / 4, 1 / 4, 2 / 4])


def test_top1_counts_the_best_candidate_whatever_was_done_with_it() -> None:
    assert evaluate(KNOWLEDGE, CASES, TODAY).top1 == pytest.approx(3 / 5)


def test_a_right_first_question_of_several_counts_as_right() -> None:
    cases = [Case("How fresh are the eggs? What is in the feed?", "fresh")]
    assert evaluate(KNOWLEDGE, cases, TODAY).answered_right == 1


def test_what_the_hours_alone_answer_is_measured_like_any_other_answer() -> None:
    knowledge = Knowledge(KNOWLEDGE.entries.values(), hours=Hours({0: parse_openings("09:00-18:00")}))
    cases = [Case("are you open on monday?", "shop:hours"), Case("how fresh are the eggs", "fresh")]
    assert evaluate(knowledge, cases, TODAY, datetime(2026, 3, 10, 12, tzinfo=UTC)).answered_right == 1
    assert evaluate(knowledge, cases, TODAY).answered_right == 1 / 2


@pytest.mark.parametrize("cases", [[], CASES[:1], CASES[-1:]])
def test_shares_of_nothing_are_0(cases: list[Case]) -> None:
    report = evaluate(KNOWLEDGE, cases, TODAY)
    assert sum(getattr(report, name) for name in IN_SHARES) == bool(report.n_in)
    assert sum(getattr(report, name) for name in OUT_SHARES) == bool(report.n_out)


def test_the_report_is_one_json_object_and_a_few_lines() -> None:
    report = evaluate(KNOWLEDGE, CASES, TODAY)
    assert set(json.loads(json.dumps(report.as_json()))) == {*IN_SHARES, *OUT_SHARES, "top1", "n_in", "n_out"}
    assert any("answered right" in line and "20.0%" in line for line in report.lines())


def test_cases_are_read_from_json_lines_with_a_bom_and_blank_lines(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_text('\ufeff{"text": "Wie frisch?", "entry": "fresh"}\n\n{"text": "?", "entry": null}\n', "utf-8")
    assert read_cases(path) == [Case("Wie frisch?", "fresh"), Case("?", None)]


@pytest.mark.parametrize(
    ("content", "line", "said"),
    [
        (b'{"text": "a", "entry": null}\n{"text": ', 2, "isn't JSON"),
        (b'["a"]', 1, "text"),
        (b'{"text": 3, "entry": null}', 1, "text"),
        (b'{"text": "a"}', 1, "entry"),
        (b'\n\n{"text": "a", "entry": 3}', 3, "entry"),
        (b'{"text": "a", "entry": null}\n\xff\xfe', 2, "UTF-8"),
        (b"[" * 100_000, 1, "isn't JSON"),
        (b"", None, "no questions"),
    ],
)
def test_a_file_that_cannot_be_used_says_where_and_why(
    tmp_path: Path, content: bytes, line: int | None, said: str
) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_cases(path)
    assert caught.value.line == line
    assert said in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="can't be read"):
        read_cases(tmp_path / "gone.jsonl")


def test_a_line_separator_within_a_text_does_not_end_the_line(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_text('{"text": "one\u2028two", "entry": null}\n', "utf-8")
    assert read_cases(path) == [Case("one\u2028two", None)]


@pytest.mark.parametrize("name", ["answers", "fit_confidence"])
def test_a_benchmark_without_its_sets_says_so_in_one_line(tmp_path: Path, name: str) -> None:
    script = Path(__file__).parents[2] / "benchmarks" / f"{name}.py"
    done = subprocess.run([sys.executable, script, "--data", tmp_path], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert str(tmp_path) in done.stderr
