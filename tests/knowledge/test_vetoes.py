from __future__ import annotations

import pytest

from knowledge import words
from knowledge.entry import Entry
from knowledge.premises import presumes
from knowledge.vetoes import Disagreements, misses_the_point, negated


@pytest.mark.parametrize(
    "line",
    [
        "I do not want onions",
        "without salt",
        "why can't I pay by card",
        "ohne Zucker bitte",
        "sin azúcar",
        "je ne veux pas de sel",
        "不要辣",
        "辛くないものが欲しい",
        "без сахара",
        "لا أريد السكر",
    ],
)
def test_a_denial_is_seen(line: str) -> None:
    assert negated(words.read(line))


@pytest.mark.parametrize(
    "line",
    [
        "do you ship to Norway",
        "Don't you ship to Norway?",
        "do you ship to Norway or not",
        "is it original or not .. do you check it",
        "I'm not sure whether you ship",
        "no problem, when do you open",
        "my order no 42",
        "届きませんか",
        "haben Sie Eier",
    ],
)
def test_what_denies_nothing_is_left_alone(line: str) -> None:
    assert not negated(words.read(line))


@pytest.mark.parametrize(
    ("asked", "phrasings", "answer", "found"),
    [
        ("do the hens not eat soy", ["Do the hens eat soy?"], "No", "negation"),
        ("do the hens eat soy", ["Why do the hens not eat soy?", "Hens without soy"], "So", "negation"),
        ("do the hens eat soy", ["Do the hens eat soy?", "Hens without soy"], "So", None),
        ("do the hens not eat soy", ["Do the hens eat soy?", "Hens without soy"], "So", None),
        ("what do 30 eggs cost", ["What do 10 eggs cost?"], "980 yen", "number"),
        ("what do 30 eggs cost", ["What do 10 eggs cost?"], "10 are 980 yen, 30 are 2700 yen", None),
        ("what do 10 eggs cost", ["What do 10 eggs cost?"], "980 yen", None),
        ("what do eggs cost", ["What do 10 eggs cost?"], "980 yen", None),
        ("wake me at 8", ["wake me at 7", "alarm for noon", "alarm at 9"], "Done", None),
        ("a table for 5", ["a table for 4", "7 people on the 8th", "lunch for 8"], "Done", None),
        ("what do 30 eggs cost", ["Price of 10 eggs", "10 eggs", "10 eggs for 2"], "980 yen", "number"),
        ("can I have 500 eggs", ["Can I order many eggs?"], "Yes", None),
        ("what do a dozen eggs cost", ["What do 10 eggs cost?"], "980 yen", "number"),
        ("what do ten eggs cost", ["What do 10 eggs cost?"], "980 yen", None),
        ("do you ship to France", ["Do you ship to Germany?"], "Weekly", "country"),
        ("do you ship to Deutschland", ["Do you ship to Germany?"], "Weekly", None),
        ("do you ship to France", ["Do you ship to Germany?"], "To Germany and France, weekly", None),
        ("do you ship to France", ["Do you ship abroad?", "Shipping to Germany", "Which countries?"], "Yes", None),
        ("can I pay in dollars", ["Can I pay in euros?"], "Yes", "currency"),
        ("can I pay with 5 €", ["Can I pay in euros?"], "Yes", None),
        ("who fits a large frame", ["Who fits a frame in size M?"], "178 cm", "size"),
        ("who fits a medium frame", ["Who fits a frame in size M?"], "178 cm", None),
        ("is there a ride on Saturday", ["Is there a ride on Sunday?"], "At nine", "date"),
        ("is there a ride on Sundays", ["Is there a ride on Sunday?"], "At nine", None),
        ("may I come to the ride", ["Is there a ride in June?"], "Yes", None),
        ("is there a ride in May", ["Is there a ride in June?"], "Yes", "date"),
        ("what is 5 kg of flour", ["What is 5 lb of flour?"], "9 euros", "unit"),
        ("since you ship for free, do you ship to Germany", ["Do you ship to Germany?"], "Weekly", "premise"),
        ("why do your hens sing", ["Why do your hens sing?"], "They are happy", None),
        ("I don't eat meat, do the hens eat soy", ["Do the hens eat soy?"], "No", None),
    ],
)
def test_a_question_and_an_entry_that_disagree(
    asked: str, phrasings: list[str], answer: str, found: str | None
) -> None:
    entry = Entry("one", tuple(phrasings), answer)
    assert Disagreements({"one": entry}, ["de"]).between(asked, "one") == found


SEEN = {"do": 9, "you": 9, "sell": 3, "eggs": 9, "ship": 2, "farm": 4}
COMMON = frozenset({"do", "you", "eggs", "farm"})


@pytest.mark.parametrize(
    ("line", "misses"),
    [
        ("do you sell duck eggs", True),
        ("do you sell eggs", False),
        ("do you ship eggs to denmark", False),
        ("do you sell the eggs of a duck at your farm on sunday", False),
        ("do you sell 12 eggs", False),
        ("jam", False),
        ("あひるの卵はありますか", False),
    ],
)
def test_a_short_question_with_an_unheard_word_needs_more_than_common_words(line: str, misses: bool) -> None:
    own = {"do", "you", "sell", "ship", "eggs"}
    assert misses_the_point(words.read(line), own, SEEN, COMMON) is misses


@pytest.mark.parametrize(
    "line",
    [
        "since you ship free, where is my box",
        "as your hens are organic, are the eggs?",
        "I heard that you close on Sundays",
        "your website says it is free",
        "now that you have a cat, may I come",
        "considering the shop is moving, where do I park",
        "ich habe gelesen dass ihr gratis liefert",
        "puisque vous livrez gratuitement",
        "送料無料と聞きましたが本当ですか",
    ],
)
def test_what_is_taken_for_granted_of_the_shop_is_seen(line: str) -> None:
    assert presumes(words.read(line))


@pytest.mark.parametrize(
    "line",
    [
        "since I live in Berlin, do you ship there",
        "as my son is allergic, are there nuts in it",
        "I read the manual, can you fix it",
        "I was told by my doctor to eat eggs",
        "have you been open since nine",
        "why don't hens fly",
    ],
)
def test_what_customers_say_of_themselves_is_no_premise(line: str) -> None:
    assert not presumes(words.read(line))
