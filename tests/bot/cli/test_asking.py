"""`ask`: each line gets its answer, in order, as it comes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bot.cli.conftest import Call

ROOT = Path(__file__).parents[3]
KEYS = {"text", "outcome", "entry", "confidence", "candidates", "answer"}


def test_a_question_in_its_own_words_is_answered(call: Call, shop: Path) -> None:
    done = call("ask", "--shop", shop, "Do you ship to Germany?")
    assert (done.code, done.out, done.err) == (0, "Yes: within two days.\n", "")


def test_json_is_one_object_a_line_and_nothing_else(call: Call, shop: Path) -> None:
    done = call("ask", "--shop", shop, "--json", given=b"Do you ship to Germany?\n\nWhen are you open?\n?!\n")
    found = [json.loads(line) for line in done.out.splitlines()]
    assert [answer["text"] for answer in found] == ["Do you ship to Germany?", "", "When are you open?", "?!"]
    assert [answer["entry"] for answer in found] == ["ship", None, "open", None]
    assert all(answer.keys() >= KEYS for answer in found)
    assert done.err == ""


LINES = [
    (b"a\r\nb", ["a", "b"]),
    (b"\n\n", ["", ""]),
    (b"", []),
    (b"no newline at the end", ["no newline at the end"]),
    (b"\xff\xfe caf\xc3\xa9\n", ["�� café"]),
    ("one\u2028two\x85three\x0cfour\rfive\n".encode(), ["one\u2028two\x85three\x0cfour\rfive"]),
    (b"nul\x00byte\n", ["nul\x00byte"]),
    ("卵はありますか\n👍🏽\n".encode(), ["卵はありますか", "👍🏽"]),
    (b" two spaces  \n", [" two spaces  "]),
]


@pytest.mark.parametrize(("given", "texts"), LINES, ids=lambda value: repr(value)[:30])
def test_the_text_is_the_line_as_it_was_given(call: Call, shop: Path, given: bytes, texts: list[str]) -> None:
    done = call("ask", "--shop", shop, "--json", given=given)
    assert done.code == 0
    assert [json.loads(line)["text"] for line in done.out.splitlines()] == texts


def test_an_answer_expires_by_the_date_in_the_shop(call: Call, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ("ask", "--shop", shop, "--json", "Are you at the spring fair?")
    monkeypatch.setenv("CONCIERGE_NOW", "2026-03-10T22:30:00Z")
    assert json.loads(call(*asked).out)["outcome"] == "answered"
    monkeypatch.setenv("CONCIERGE_NOW", "2026-03-10T23:30:00Z")
    assert json.loads(call(*asked).out)["outcome"] == "handed_over"


def test_a_line_with_two_questions_gives_both_answers(call: Call, shop: Path) -> None:
    done = call("ask", "--shop", shop, "Do you ship to Germany? When are you open?")
    assert done.out == "Yes: within two days.\nFrom nine to six.\n"


def test_what_nobody_wrote_is_left_to_the_owner(call: Call, shop: Path) -> None:
    assert "would be asked" in call("ask", "--shop", shop, "?!").out


def test_without_a_shop_it_is_the_sample_shop_and_says_so(call: Call) -> None:
    done = call("ask", "--json", "Do you ship to Germany?")
    assert "Germany" in json.loads(done.out)["answer"]
    assert done.err == "From the sample shop, because there is no folder shop.\n"


def test_the_shop_of_the_settings_goes_before_the_sample(
    call: Call, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_DIR", str(shop))
    done = call("ask", "When are you open?")
    assert done.out == "From nine to six.\n"
    assert done.err == f"From the shop in {shop}.\n"


def test_a_folder_without_shop_toml_is_a_shop_too(call: Call, shop: Path) -> None:
    (shop / "shop.toml").unlink()
    done = call("ask", "--shop", shop, "When are you open?")
    assert done.out == "From nine to six.\n"
    assert "no shop.toml" in done.err


BROKEN = [
    ("shop.toml", b"name = \n", "shop.toml:1: "),
    ("shop.toml", b'name = "x"\ntimezone = "Mars/Base"\n', "shop.toml:2: "),
    ("knowledge/all.csv", b"id,question,answer\na,b,c\n,d,e\n", "all.csv:3: "),
    ("knowledge/all.csv", "id,question,answer\na,Käse,c\n".encode("latin-1"), "all.csv:2: "),
    ("knowledge/more.md", b"---\nid: [\n---\nx\n", "more.md:"),
    ("products.csv", b"id,title,price\na,b,cheap\n", "products.csv:2: "),
]


@pytest.mark.parametrize(("name", "content", "said"), BROKEN, ids=lambda value: value if isinstance(value, str) else "")
def test_a_file_that_cannot_be_read_is_named_with_its_line(
    call: Call, shop: Path, name: str, content: bytes, said: str
) -> None:
    (shop / name).write_bytes(content)
    sentence = call("ask", "--shop", shop, "--json", given=b"hello\n").refused()
    assert said in sentence


def test_a_folder_that_is_none_is_said(call: Call, shop: Path) -> None:
    assert "no such folder" in call("ask", "--shop", shop / "nowhere", "hello").refused()
    assert "is a file" in call("ask", "--shop", shop / "shop.toml", "hello").refused()


def test_asking_leaves_nothing_behind(call: Call, shop: Path, alone: Path) -> None:
    before = sorted(alone.rglob("*"))
    call("ask", "--shop", shop, "hello")
    call("ask", "hello")
    assert sorted(alone.rglob("*")) == before


def test_a_line_is_answered_before_the_next_is_given(shop: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "ask", "--json", "--shop", shop],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=shop,
        env={**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C", "PYTHONIOENCODING": "latin-1"},
    ) as process:
        assert process.stdin and process.stdout
        for text in ("When are you open?", "", "卵"):
            process.stdin.write(f"{text}\n".encode())
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["text"] == text
        process.stdin.close()
        assert process.wait(timeout=60) == 0
