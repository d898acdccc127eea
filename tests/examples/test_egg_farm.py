"""The sample shop that a newcomer meets first holds what the README promises of it."""

from __future__ import annotations

import json
import struct
import tomllib
from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path

import pytest
import yaml

from knowledge.answers import Knowledge
from knowledge.entry import Entry
from knowledge.evaluation import evaluate, read_cases
from knowledge.reading import read_base, read_stories
from knowledge.shop import read_shop

ROOT = Path(__file__).resolve().parents[2]
FARM = ROOT / "bot" / "examples" / "egg-farm"
PICTURES = sorted((FARM / "images").glob("*.png"))
SCRIPTS = sorted((FARM / "conversations").glob("*.yaml"))
QUESTIONS = ROOT / "tests" / "data" / "egg_farm_questions.jsonl"
TODAY = date(2026, 3, 10)
PICTURE_LIMIT_BYTES = 120_000
# All that a picture needs; everything else that PNG allows (tEXt, eXIf, tIME, iTXt …) tells about its making.
PLAIN_CHUNKS = {"IHDR", "PLTE", "tRNS", "IDAT", "IEND"}


def chunks_of(picture: bytes) -> list[tuple[str, bytes]]:
    """The chunks of a PNG file, in order, as (name, data)."""
    assert picture[:8] == b"\x89PNG\r\n\x1a\n", "not a PNG file"
    found, at = [], 8
    while at < len(picture):
        (length,) = struct.unpack(">I", picture[at : at + 4])
        found.append((picture[at + 4 : at + 8].decode("ascii"), picture[at + 8 : at + 8 + length]))
        at += length + 12
    return found


@cache
def farm() -> Knowledge:
    """The sample shop, ready to be asked."""
    base = read_base(FARM)
    return Knowledge(base.entries, base.products, currency="JPY")


def entries() -> tuple[Entry, ...]:
    return tuple(read_base(FARM).entries)


def test_the_shop_says_whose_it_is_and_when_it_is_open() -> None:
    shop = read_shop(FARM)
    assert shop.name == "Hana's Egg Farm"
    text = tomllib.loads((FARM / "shop.toml").read_text(encoding="utf-8"))
    assert text["owner"]["name"] == "Hana"
    assert "sun" not in text["hours"]
    assert text["hours"]["special"]["2026-12-24"] == "closed"
    assert text["handoff"]["silence_hours"] == 4


def test_there_are_25_answers_each_with_three_phrasings_or_more() -> None:
    found = entries()
    assert len(found) == len({entry.id for entry in found}) == 25
    assert [entry.id for entry in found if len(entry.questions) < 3] == []
    assert [entry.id for entry in found if not entry.answer.strip()] == []


def test_no_phrasing_is_shared_by_two_answers() -> None:
    counted = Counter(question.casefold().rstrip("?!. ") for entry in entries() for question in entry.questions)
    assert [question for question, times in counted.items() if times > 1] == []


def test_the_first_phrasing_is_short_enough_for_a_button() -> None:
    assert [entry.questions[0] for entry in entries() if len(entry.questions[0]) > 40] == []


def test_the_question_about_germany_gets_an_answer_about_germany() -> None:
    asked = [entry for entry in entries() if "Do you ship to Germany?" in entry.questions]
    assert len(asked) == 1
    assert "Germany" in asked[0].answer


def test_both_formats_of_answers_are_shown() -> None:
    assert len(list((FARM / "knowledge").glob("*.md"))) == 21
    assert [path.name for path in (FARM / "knowledge").glob("*.csv")] == ["shipping.csv"]


def test_there_are_12_products_each_with_the_owners_note_and_a_price_in_whole_yen() -> None:
    products = tuple(read_base(FARM).products)
    assert len({product.id for product in products}) == len(products) == 12
    assert [product.id for product in products if not product.owner_note.strip()] == []
    assert {product.currency for product in products} == {"JPY"}
    assert [p.id for p in products if p.price is None or p.price <= 0 or p.price != int(p.price)] == []
    assert [product.id for product in products if product.stock == 0] == ["double-yolk-six"]


def test_the_diary_has_seven_days_and_the_toothpick_test_is_a_story() -> None:
    stories = read_stories(FARM)
    diary = [story for story in stories if story.series == "Chick diary"]
    assert (len(diary), {story.day for story in diary}) == (7, {1, 2, 3, 4, 5, 6, 7})
    assert len([story for story in stories if story.series == "Toothpick test"]) == 1
    assert [story for story in stories if not story.text] == []


def test_every_picture_that_is_named_exists() -> None:
    named = [Path(story.photo).name for story in read_stories(FARM)]
    named += [Path(product.image).name for product in read_base(FARM).products if product.image]
    named += [Path(image).name for entry in entries() for image in entry.images]
    assert len(named) > 8
    assert sorted(set(named) - {path.name for path in PICTURES}) == []


@pytest.mark.parametrize("path", PICTURES, ids=lambda path: path.name)
def test_a_picture_is_960_by_720_light_and_tells_nothing_about_its_making(path: Path) -> None:
    content = path.read_bytes()
    chunks = chunks_of(content)
    assert struct.unpack(">II", chunks[0][1][:8]) == (960, 720)
    assert {name for name, _ in chunks} <= PLAIN_CHUNKS
    assert len(content) < PICTURE_LIMIT_BYTES


def test_every_picture_has_its_drawing() -> None:
    assert [path.stem for path in PICTURES] == sorted(path.stem for path in (ROOT / "docs" / "art").glob("*.svg"))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_conversation_is_a_list_of_steps_between_known_people(path: Path) -> None:
    script = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert script["steps"]
    for step in script["steps"]:
        assert {"customer", "owner", "channel", "advance"} & step.keys()
        assert step.get("customer", "Ana") in {"Ana", "Ben", "Mei"}


def test_the_test_questions_ask_for_answers_that_exist_or_for_none() -> None:
    asked = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    expected = [question["entry"] for question in asked]
    assert (len(asked), expected.count(None)) == (80, 30)
    products = {f"product:{product.id}" for product in read_base(FARM).products}
    assert set(expected) - {None} - products == {entry.id for entry in entries()}


def test_most_test_questions_find_their_answer_and_none_a_wrong_one() -> None:
    report = evaluate(farm(), read_cases(QUESTIONS), TODAY)
    assert report.answered_right >= 0.85
    assert report.answered_right + report.suggested_right >= 0.95
    assert report.answered_wrong == report.false_answers == 0.0


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Do you ship to Germany?", "Germany"),
        ("do you ship to france", "almost everywhere"),
        ("how does that tooth pick test work", "yolk"),
        ("What do the hens eat?", "maize"),
        ("Can I eat the eggs raw?", "Tamago kake gohan"),
        ("do you sell eggs", "box of ten"),
        ("what do you sell", "castella"),
        ("how do i order", "basket"),
        ("how can i order", "basket"),
        ("opening hours", "9:00 to 18:00"),
        ("are you open on sunday", "closed"),
        ("how long will my eggs last", "14 days"),
        ("do you have mayonnaise", "860 JPY"),
        ("do you have any mayonaisse left?", "860 JPY"),
        ("price of the mayonnaise", "860 JPY"),
        ("do you sell pancake mix", "640 JPY"),
        ("i want to buy pudding", "1680 JPY"),
        ("how much are the ten eggs", "980 JPY"),
        ("whats the price of 30 eggs", "2700 JPY"),
    ],
)
def test_what_a_newcomer_tries_first_is_answered(question: str, words: str) -> None:
    found = farm().ask(question, TODAY)
    assert found.outcome == "answered"
    assert words in (found.answer or "")


@pytest.mark.parametrize(
    ("question", "button"),
    [
        ("how much is a box of eggs", "product:ten-eggs"),
        ("how much is a dozen eggs", "product:gift-case"),
        ("any mayo?", "product:mayonnaise"),
        ("do you have pancakes", "product:pancake-mix"),
        ("do you sell rice", "product:rice-set"),
        ("how long does it take", "delivery-times"),
    ],
)
def test_what_may_mean_several_things_becomes_buttons(question: str, button: str) -> None:
    found = farm().ask(question, TODAY)
    assert found.outcome == "suggested"
    assert button in found.suggestions


@pytest.mark.parametrize("bird", ["duck", "quail", "goose", "ostrich"])
@pytest.mark.parametrize("question", ["do you sell {} eggs", "do you have {} eggs?", "any {} eggs?", "{} eggs"])
def test_the_eggs_of_another_bird_are_never_answered(bird: str, question: str) -> None:
    assert farm().ask(question.format(bird), TODAY).outcome != "answered"


def test_the_answer_about_opening_hours_says_what_the_shop_file_says() -> None:
    (answer,) = [entry.answer for entry in entries() if entry.id == "opening-hours"]
    hours = tomllib.loads((FARM / "shop.toml").read_text(encoding="utf-8"))["hours"]
    assert {hours[day] for day in ("mon", "tue", "wed", "thu", "fri")} == {"09:00-18:00"}
    assert hours["sat"] == "09:00-12:00, 13:00-15:00"
    assert "Monday to Friday from 9:00 to 18:00" in answer
    assert "Saturday from 9:00 to 12:00 and 13:00 to 15:00" in answer
    assert "Sundays we are closed" in answer


def test_the_wedding_cake_goes_to_hana() -> None:
    assert farm().ask("Would you bake our wedding cake in June?", TODAY).outcome == "handed_over"


def test_no_test_question_is_copied_from_the_answers_own_phrasings() -> None:
    own = {question.casefold() for entry in entries() for question in entry.questions}
    asked = [json.loads(line)["text"] for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    assert [text for text in asked if text.casefold() in own] == []
