"""`knowledge`: in, out, looked over, measured."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.bot.cli.conftest import Call


def test_an_import_counts_and_a_second_changes_nothing(call: Call, shop: Path) -> None:
    assert call("knowledge", "import", shop).out == "4 new, 0 changed, 0 unchanged.\n"
    assert call("knowledge", "import", shop).out == "0 new, 0 changed, 4 unchanged.\n"


def test_a_dry_run_changes_nothing(call: Call, shop: Path, alone: Path) -> None:
    for _ in range(2):
        done = call("knowledge", "import", shop, "--dry-run")
        assert done.out.endswith("new: product:six\n4 new, 0 changed, 0 unchanged; nothing was written.\n")
        assert list(alone.glob("*.db*")) == []


def test_what_was_exported_comes_in_again_unchanged(call: Call, shop: Path, alone: Path) -> None:
    call("knowledge", "import", shop)
    done = call("knowledge", "export", alone / "out")
    assert done.out == f"3 answers and 1 product written to {alone / 'out'}.\n"
    assert call("knowledge", "import", alone / "out").out == "0 new, 0 changed, 4 unchanged.\n"


def test_several_paths_come_in_together(call: Call, shop: Path) -> None:
    done = call("knowledge", "import", shop / "knowledge" / "all.csv", shop / "products.csv", "--format", "csv")
    assert done.out == "4 new, 0 changed, 0 unchanged.\n"


def test_one_bad_line_keeps_everything_out(call: Call, shop: Path) -> None:
    (shop / "knowledge" / "zzz.csv").write_text("id,question,answer\nnew,Is it?,Yes.\n,What?,No.\n", encoding="utf-8")
    assert "zzz.csv:3: " in call("knowledge", "import", shop).refused()
    (shop / "knowledge" / "zzz.csv").unlink()
    assert call("knowledge", "import", shop).out == "4 new, 0 changed, 0 unchanged.\n"


def test_a_path_that_is_not_there_is_said(call: Call, alone: Path) -> None:
    assert "nowhere" in call("knowledge", "import", alone / "nowhere").refused()


def test_a_shop_without_faults_has_nothing_to_mend(call: Call, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONCIERGE_NOW", "2026-01-15T09:00:00Z")
    done = call("knowledge", "check", "--shop", shop)
    assert done.code == 0
    assert done.out.startswith("Rehearsed with 9 of its own phrasings, each without its own help: ")
    assert done.out.endswith("3 answers and 1 product: nothing to mend.\n")


def test_an_answer_that_has_expired_is_found(call: Call, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONCIERGE_NOW", "2026-03-11T09:00:00Z")
    done = call("knowledge", "check", "--shop", shop, "--json")
    found = json.loads(done.out)
    assert done.code == 1
    assert [finding.keys() for finding in found] == [{"level", "where", "problem", "advice"}]
    assert "all.csv" in found[0]["where"]
    assert found[0]["problem"] in call("knowledge", "check", "--shop", shop).out


def test_checking_touches_no_database(call: Call, shop: Path, alone: Path) -> None:
    before = sorted(alone.rglob("*"))
    call("knowledge", "check", "--shop", shop)
    assert sorted(alone.rglob("*")) == before


def cases(folder: Path, *rows: tuple[str, str | None]) -> Path:
    """A file of questions and the entries that answer them."""
    file = folder / "cases.jsonl"
    file.write_text("".join(json.dumps({"text": t, "entry": e}) + "\n" for t, e in rows), encoding="utf-8")
    return file


def test_an_evaluation_gives_every_share(call: Call, shop: Path, alone: Path) -> None:
    file = cases(alone, ("Do you ship to Germany?", "ship"), ("When are you open?", "ship"), ("xyzzy", None))
    found = json.loads(call("knowledge", "evaluate", file, "--shop", shop, "--json").out)
    assert (found["n_in"], found["n_out"], found["answered_right"], found["answered_wrong"]) == (2, 1, 0.5, 0.5)
    assert found["false_answers"] + found["false_suggestions"] + found["rightly_handed_over"] == 1
    assert "2 questions" in call("knowledge", "evaluate", file, "--shop", shop).out


def test_a_long_evaluation_says_how_far_it_is(call: Call, shop: Path, alone: Path) -> None:
    file = cases(alone, *[("Do you ship to Germany?", "ship")] * 1_200)
    done = call("knowledge", "evaluate", file, "--shop", shop, "--json")
    assert json.loads(done.out)["answered_right"] == 1
    assert done.err == "1,000 questions so far\n"


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "cases.jsonl"), (b'{"text": "x", "entry": null}\nnot json\n', "cases.jsonl:2"), (b"\xff", "cases.jsonl:1")],
)
def test_cases_that_cannot_be_read_are_named_with_their_line(
    call: Call, shop: Path, alone: Path, content: bytes, said: str
) -> None:
    (alone / "cases.jsonl").write_bytes(content)
    assert said in call("knowledge", "evaluate", alone / "cases.jsonl", "--shop", shop).refused()
