from __future__ import annotations

import pytest

from knowledge import words
from knowledge.entry import Entry
from knowledge.vetoes import disagreement, misses_the_point, negated


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
        ("can I have 500 eggs", ["Can I order many eggs?"], "Yes", None),
    ],
)
def test_a_question_and_an_entry_that_disagree(
    asked: str, phrasings: list[str], answer: str, found: str | None
) -> None:
    assert disagreement(words.read(asked), Entry("one", tuple(phrasings), answer)) == found


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
