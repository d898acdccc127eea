"""Products in the chat: what was asked for out of the columns, and what the owner says of them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bot.database.blobs import keep_image
from bot.database.entries import store
from knowledge.entry import Product
from tests.stage import Stage

PRODUCTS = [
    Product("castella", "Plum castella", "A loaf in a box. It is 20 cm long.", Decimal("18.50"), "EUR", 4,
            owner_note="I bring it to weddings.", image="images/cake.png"),
    Product("apron", "Linen apron", "Blue linen.", Decimal(31), "EUR", 0, owner_note="My mother wears it at weddings."),
    Product("postcards", "Chick postcards", "", Decimal(9), "EUR", None, owner_note="For pen friends."),
]  # fmt: skip


@pytest.fixture(autouse=True)
async def shelf(stage: Stage) -> None:
    """Three products, one with a picture."""
    async with stage.database.write() as session:
        await keep_image(session, "images/cake.png", b"\x89PNG\r\n\x1a\ncake", stage.clock.now())
        await store(session, PRODUCTS, "import", stage.clock.now())
    await stage.concierge.refresh()


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("How much is the plum castella?", "Plum castella is 18.5 EUR."),
        ("Is the plum castella in stock?", "Yes, we have Plum castella: 4 in stock just now."),
        (
            "How much is the plum castella and is it in stock?",
            "Plum castella is 18.5 EUR. Yes, we have Plum castella: 4 in stock just now.",
        ),
        ("How long is the plum castella?", "Hana writes: “It is 20 cm long.”"),
        ("What colour is the linen apron?", "Hana writes: “Blue linen.” Sorry, Linen apron is sold out just now."),
        ("How much is the linen apron?", "Linen apron is 31 EUR. Sorry, Linen apron is sold out just now."),
    ],
)
async def test_what_is_asked_of_a_product_is_told_in_a_short_sentence_each(
    stage: Stage, question: str, answer: str
) -> None:
    await stage.ana.says(question)
    assert stage.ana.hears()[0].partition("\n")[0] == answer


async def test_a_price_comes_with_the_picture(stage: Stage) -> None:
    await stage.ana.says("How much is the plum castella?")
    assert [media.name for media in stage.ana.news()[0].media] == ["cake.png"]


async def test_half_a_question_is_about_the_product_that_was_spoken_of(stage: Stage) -> None:
    await stage.ana.says("Do you have the plum castella?")
    stage.ana.hears()
    await stage.ana.says("and how much is it?")
    assert stage.ana.hears() == ["Plum castella is 18.5 EUR."]


async def test_a_product_that_nobody_knows_goes_to_the_owner(stage: Stage) -> None:
    await stage.ana.says("How much is a toaster?")
    await stage.wait(seconds=3)
    assert "I've asked Hana" in stage.ana.hears()[0]


async def test_a_recommendation_is_the_owners_own_notes_signed_with_the_picture(stage: Stage) -> None:
    await stage.ana.says("What would you recommend for a wedding?")
    (shown,) = stage.ana.news()
    said = shown.text.plain
    assert "I bring it to weddings." in said
    assert "My mother wears it at weddings." in said
    assert "pen friends" not in said
    assert "— Hana" in said
    assert [media.name for media in shown.media] == ["cake.png"]
    assert stage.ana.buttons() == ["Tell me when it is back", "Ask Hana"]


async def test_what_is_best_for_something_is_a_recommendation_too(stage: Stage) -> None:
    await stage.ana.says("Which present is best for pen friends?")
    assert "For pen friends.\n— Hana" in stage.ana.hears()[0]


async def test_where_no_note_fits_the_owner_is_asked(stage: Stage) -> None:
    await stage.ana.says("What would you recommend for a submarine?")
    await stage.wait(seconds=3)
    assert "I've asked Hana" in stage.ana.hears()[0]
    assert "submarine" in stage.thread("Ana").hears()[0]
