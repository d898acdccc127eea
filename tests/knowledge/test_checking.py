from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from knowledge.checking import Finding, check_base
from knowledge.entry import Entry, Product
from knowledge.reading import Base, read_base

TODAY = date(2026, 3, 10)
GOOD = Entry("shipping", ("Do you ship?", "Is there delivery?", "Can you send eggs?"), "We do.")
EGGS = Product("6", "Six eggs", "Brown ones", Decimal("3.50"))


def findings(*entries: Entry, products: tuple[Product, ...] = ()) -> list[tuple[str, str]]:
    found = check_base(Base(entries, products), TODAY)
    assert all(finding.advice.endswith(".") and not finding.problem.endswith(".") for finding in found)
    return [(finding.level, finding.problem) for finding in found]


def test_a_good_base_has_no_findings() -> None:
    assert findings(GOOD, products=(EGGS,)) == []


@pytest.mark.parametrize(
    ("change", "level", "problem"),
    [
        ({"questions": ("a", "b")}, "warning", "“shipping” has only 2 phrasings; with 3 it is found more surely"),
        ({"questions": ("Ship?", "ship!", "SHIP")}, "warning", "“shipping” has only one phrasing; with 3 it is found"),
        ({"questions": ()}, "error", "“shipping” has no phrasing, so nobody can ask for it"),
        ({"answer": " \n"}, "error", "“shipping” has no answer"),
        ({"valid_until": date(2026, 3, 9)}, "error", "“shipping” expired on 2026-03-09"),
        ({"valid_until": TODAY}, "warning", "“shipping” expires on 2026-03-10"),
        ({"valid_until": TODAY + timedelta(days=30)}, "warning", "“shipping” expires on 2026-04-09"),
    ],
)
def test_what_weakens_an_entry_is_found(change: dict[str, object], level: str, problem: str) -> None:
    [(found_level, found)] = findings(replace(GOOD, **change))  # type: ignore[arg-type]
    assert found_level == level
    assert found.startswith(problem)


def test_a_date_far_ahead_is_no_finding() -> None:
    assert findings(replace(GOOD, valid_until=TODAY + timedelta(days=31))) == []


def test_a_phrasing_of_two_entries_is_found_once() -> None:
    other = Entry("post", ("do you ship", "b", "c"), "Yes.")
    problem = "“do you ship” is a phrasing of “shipping” and “post”, so neither is sure"
    assert findings(GOOD, other) == [("warning", problem)]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"price": None}, "“Six eggs” has no price"),
        ({"price": Decimal(0)}, "“Six eggs” costs nothing"),
        ({"description": ""}, "“Six eggs” has no description"),
    ],
)
def test_what_weakens_a_product_is_found(change: dict[str, object], problem: str) -> None:
    product = replace(EGGS, **change)  # type: ignore[arg-type]
    assert findings(products=(product,)) == [("warning", problem)]


def test_pictures_that_are_missing_are_found_with_their_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "hen.png").write_bytes(b"hen")
    (tmp_path / "knowledge").mkdir()
    (tmp_path / "knowledge" / "a.md").write_text(
        "---\nid: a\nquestions: [a, b, c]\nimages: [images/hen.png, gone.png]\n---\nYes\n", encoding="utf-8"
    )
    (tmp_path / "products.csv").write_text(
        "id,title,description,price,image\n1,Hen,A,1,hen.png\n2,Egg,B,2,egg.png\n3,Box,C,3,https://eggs.example/b.png\n",
        encoding="utf-8",
    )
    advice = "Put it into the folder images, or correct the name."
    assert check_base(read_base(tmp_path), TODAY) == [
        Finding(
            "error", f"{tmp_path / 'knowledge/a.md'}:1", "“a” names the picture gone.png, which is not there", advice
        ),
        Finding(
            "error", f"{tmp_path / 'products.csv'}:3", "“Egg” names the picture egg.png, which is not there", advice
        ),
    ]


def test_what_reading_left_out_is_a_finding_and_errors_come_first(tmp_path: Path) -> None:
    (tmp_path / "knowledge").mkdir()
    (tmp_path / "knowledge" / "a.md").write_text(
        "---\nid: a\nquestions: [a, b, c]\ncolour: red\n---\n", encoding="utf-8"
    )
    found = check_base(read_base(tmp_path), TODAY)
    assert [(finding.level, finding.problem) for finding in found] == [
        ("error", "“a” has no answer"),
        ("warning", "“colour” means nothing here and was left out"),
    ]
    assert found[1].where == f"{tmp_path / 'knowledge/a.md'}:4"
