from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from knowledge.answers import Answer, Knowledge
from knowledge.entry import Entry, Product

TODAY = date(2026, 2, 24)
SERVICE = Entry("service", ("What is in the full service?", "Full service content", "The full service"), "A wash.")
TIME = Entry("time", ("How long does a full service take?", "Duration of a full service"), "Two days.")
CAKE_8 = Entry("cake-8", ("What does a cake for 8 people cost?", "Price of a cake for 8"), "32 euros.")
CAKE_12 = Entry("cake-12", ("What does a cake for 12 people cost?", "Price of a cake for 12"), "44 euros.")
SHIP = Entry("ship", ("Do you ship to Ireland?", "Shipping to Ireland"), "Yes.")
BELL = Product("bell", "Brass bell", "Polished brass, 22 mm.", Decimal(14), stock=3, owner_note="For deaf neighbours.")
HELMETS = [Product(f"helmet-{size}", f"Helmet {size}", "Matt black.", Decimal(55), stock=1) for size in "ML"]
KNOWLEDGE = Knowledge([SERVICE, TIME, CAKE_8, CAKE_12, SHIP], [BELL, *HELMETS], currency="GBP")


def ask(text: str, topic: str | None) -> Answer:
    return KNOWLEDGE.ask(text, TODAY, topic)


@pytest.mark.parametrize(
    ("topic", "text", "entry"),
    [
        ("product:bell", "and how much is it?", "product:bell"),
        ("product:bell", "price?", "product:bell"),
        ("product:helmet-M", "and in L?", "product:helmet-L"),
        ("product:bell", "what about the helmet M", "product:helmet-M"),
        ("service", "and how long does it take?", "time"),
        ("cake-8", "and for 12 people?", "cake-12"),
        ("cake-8", "and for a dozen?", "cake-12"),
        ("service", "thanks, and do you ship to Ireland?", "ship"),
    ],
)
def test_half_a_question_is_about_what_was_spoken_of_last(topic: str, text: str, entry: str) -> None:
    found = ask(text, topic)
    assert (found.outcome, found.entry, found.text) == ("answered", entry, text)


@pytest.mark.parametrize(
    ("topic", "text"),
    [
        (None, "and how much is it?"),
        ("gone", "and how much is it?"),
        ("ship", "and to France?"),
        ("cake-8", "and for 30?"),
        ("product:bell", "do you have it in red"),
        ("product:bell", "what colour is it"),
    ],
)
def test_what_neither_the_line_nor_the_topic_tells_is_not_answered(topic: str | None, text: str) -> None:
    assert ask(text, topic).outcome != "answered"


def test_an_entry_that_was_just_given_is_not_given_again_for_half_a_question() -> None:
    assert ask("and how much is it?", "service").entry is None


def test_a_whole_question_is_not_bent_towards_the_topic() -> None:
    assert ask("What does a cake for 8 people cost?", "product:bell") == ask(
        "What does a cake for 8 people cost?", None
    )


def test_a_recommendation_is_what_the_owner_has_said_of_the_product_that_fits() -> None:
    found = ask("what would you recommend for my neighbours", None)
    assert (found.outcome, found.entry) == ("answered", "product:bell")
    assert found.answer is not None
    assert "For deaf neighbours." in found.answer
    assert ask("what would you recommend for a submarine", None).outcome != "answered"
    assert ask("can you recommend a good recipe for deaf elephants", None).outcome != "answered"


def test_two_products_that_fit_alike_are_a_choice() -> None:
    other = replace(BELL, id="horn", title="Horn")
    found = Knowledge([SHIP], [BELL, other]).ask("what do you recommend for deaf neighbours", TODAY)
    assert (found.outcome, set(found.suggestions)) == ("suggested", {"product:bell", "product:horn"})


@pytest.mark.parametrize(
    ("text", "answered"),
    [
        ("what colour is the helmet M", True),
        ("is the helmet M black", True),
        ("is the helmet M red", False),
        ("how wide is the brass bell", True),
        ("how wide is the helmet M", False),
        ("do you have the helmet in XL", False),
    ],
)
def test_colours_and_measures_are_answered_where_they_are_written(text: str, answered: bool) -> None:
    assert (ask(text, None).outcome == "answered") is answered
