from __future__ import annotations

from decimal import Decimal

import pytest

from knowledge import words
from knowledge.entry import Product
from knowledge.products import Catalogue, priced

CATALOGUE = Catalogue(
    [
        Product("ten", "Box of ten eggs", "Brown and rose.", Decimal(980), stock=64, image="eggs.png"),
        Product("apron", "Apron size 42", price=Decimal("31.50"), currency="EUR", stock=0),
        Product("book", "The Toothpick Book"),
        Product("tamago", "たまごケーキ", price=Decimal(500)),
    ],
    currency="JPY",
)


def first(line: str) -> tuple[str, bool, bool]:
    naming = CATALOGUE.namings(words.read(line))[0]
    return naming.id, naming.named, naming.asks_columns


@pytest.mark.parametrize(
    ("line", "id"),
    [
        ("How much is a box of ten eggs?", "product:ten"),
        ("box of ten egs", "product:ten"),
        ("Do you have the apron size 42 in stock?", "product:apron"),
        ("Was kostet die Apron size 42?", "product:apron"),
        ("たまごケーキはいくらですか", "product:tamago"),
        ("たまごケーキはまだありますか？", "product:tamago"),
    ],
)
def test_a_question_about_price_or_stock_names_its_product(line: str, id: str) -> None:
    assert first(line) == (id, True, True)


@pytest.mark.parametrize(
    "line", ["Can I boil a box of ten eggs at once?", "たまごケーキにアレルギーの物は入っていますか"]
)
def test_a_question_about_something_else_is_not_for_the_columns(line: str) -> None:
    _, named, asks_columns = first(line)
    assert (named, asks_columns) == (True, False)


@pytest.mark.parametrize("line", ["apron size 43", "apron size 4", "apron size"])
def test_another_size_is_another_product(line: str) -> None:
    assert not CATALOGUE.named_in("product:apron", line)


def test_a_part_of_a_name_beside_something_else_brings_a_product_near_but_does_not_name_it() -> None:
    naming = CATALOGUE.namings(words.read("who broke a toothpick"))[0]
    assert (naming.id, naming.named, naming.near, naming.asks_columns) == ("product:book", False, False, False)
    assert 0 < naming.score <= 0.5


FARM = Catalogue(
    [
        Product("mayonnaise", "Farm mayonnaise", "Egg yolks, rapeseed oil and salt."),
        Product("ten", "Box of ten eggs", "Laid this morning."),
        Product("tray", "Tray of thirty eggs"),
        Product("case", "Gift case of twelve", "Twelve chosen eggs in a cedar case."),
        Product("pudding", "Four custard puddings"),
        Product("mix", "Extra fine organic pancake mix"),
    ],
    common=["eggs", "egg", "box", "farm"],
)


def said(line: str) -> tuple[list[str], list[str]]:
    """The products that a line names clearly, and those that it may mean."""
    namings = FARM.namings(words.read(line))
    clear = [naming.id.removeprefix("product:") for naming in namings if naming.asks_columns]
    return clear, [naming.id.removeprefix("product:") for naming in namings if naming.near]


@pytest.mark.parametrize(
    ("line", "id"),
    [
        ("do you have mayonnaise", "mayonnaise"),
        ("price of the mayonaise?", "mayonnaise"),
        ("do you have mayonaisse", "mayonnaise"),
        ("how much are the ten eggs", "ten"),
        ("how much are 30 eggs", "tray"),
        ("I want to buy a pudding", "pudding"),
        ("gift cases please", "case"),
    ],
)
def test_what_sets_a_product_apart_names_it(line: str, id: str) -> None:
    assert said(line)[0] == [id]


@pytest.mark.parametrize(
    ("line", "ids"),
    [
        ("how much is a box of eggs", ["ten", "tray"]),
        ("how much are the eggs", ["ten", "tray"]),
        ("how much is a dozen eggs", ["case", "ten", "tray"]),
        ("any mayo?", ["mayonnaise"]),
        ("do you have pancakes", ["mix"]),
        ("is there rapeseed oil", ["mayonnaise"]),
    ],
)
def test_what_fits_several_or_only_in_a_small_part_is_near(line: str, ids: list[str]) -> None:
    assert said(line) == ([], ids)


@pytest.mark.parametrize(
    "line",
    ["does the mayonnaise contain nuts", "how much is the farm tour", "do you have duck eggs", "how much is it", ""],
)
def test_a_line_that_asks_for_anything_else_means_no_product(line: str) -> None:
    assert said(line) == ([], [])


def test_every_product_is_a_candidate_for_every_line() -> None:
    assert [naming.id for naming in CATALOGUE.namings([])] == sorted(CATALOGUE.products)


@pytest.mark.parametrize(
    ("id", "text"),
    [
        ("product:ten", "**Box of ten eggs**: 980 JPY, 64 in stock\n\nBrown and rose."),
        ("product:apron", "**Apron size 42**: 31.50 EUR, out of stock"),
        ("product:book", "**The Toothpick Book**"),
        ("product:unknown", ""),
    ],
)
def test_the_answer_is_what_the_columns_say(id: str, text: str) -> None:
    assert CATALOGUE.answer(id) == text


@pytest.mark.parametrize(
    ("price", "currency", "said"),
    [
        ("18.5", "EUR", "18.50 EUR"),
        ("18", "EUR", "18.00 EUR"),
        ("18.505", "EUR", "18.505 EUR"),
        ("980", "JPY", "980 JPY"),
        ("1.5", "KWD", "1.500 KWD"),
        ("18.5", "", "18.5"),
        ("3", "shells", "3 shells"),
        ("1E+3", "usd", "1000.00 usd"),
    ],
)
def test_a_price_has_the_digits_of_its_currency(price: str, currency: str, said: str) -> None:
    assert priced(Decimal(price), currency) == said
