"""Products in the chat: sold out, the wish to be told, and what the shop says once when there is some again."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import select

from bot.clock import Clock
from bot.curation import import_knowledge
from bot.database.blobs import keep_image
from bot.database.entries import store
from bot.database.revisions import remove
from bot.database.tables import Customer, OutboxRow, RestockWish
from bot.database.wishes import NEXT_RESTOCK_AT
from handlers import restock
from handlers.preferences import may_contact
from knowledge.entry import Product
from tests.stage import Stage

CASTELLA = Product(
    "castella", "Plum castella", "A loaf with sugar at the bottom.", Decimal("18.50"), "EUR", 0,
    owner_note="Wait until the second day.", image="images/castella.png",
)  # fmt: skip
APRON = Product("apron", "Linen apron", "Blue linen, 90 cm long.", Decimal(31), "EUR", 3)
ASKS = "Do you have the plum castella?"
BUTTON = "Tell me when it is back"
TOLD = "You asked me to tell you: Plum castella is back at Test Farm."


@pytest.fixture(autouse=True)
async def shelf(stage: Stage) -> None:
    """A cake that is sold out, and an apron that isn't."""
    async with stage.database.write() as session:
        await keep_image(session, "images/castella.png", b"\x89PNG\r\n\x1a\ncake", stage.clock.now())
    await stock(stage, 0)


async def stock(stage: Stage, count: int | None) -> None:
    """The shop has so many castellas now, and the house knows it."""
    async with stage.database.write() as session:
        await store(session, [replace(CASTELLA, stock=count), APRON], "import", stage.clock.now())
    await stage.concierge.refresh()


async def wishes(stage: Stage) -> list[RestockWish]:
    """Every wish that is kept, open or told."""
    async with stage.database.read() as session:
        return list(await session.scalars(select(RestockWish).order_by(RestockWish.id)))


async def asks_for_it(stage: Stage) -> None:
    """Ana asks for the cake and wants to be told."""
    await stage.ana.says(ASKS)
    await stage.ana.presses(BUTTON)
    stage.ana.hears()


async def test_whoever_presses_the_button_is_told_once_when_there_is_some_again(stage: Stage) -> None:
    await stage.ana.says(ASKS)
    assert stage.ana.buttons() == [BUTTON, "Ask Hana"]
    await stage.ana.presses(BUTTON)
    answer = stage.ana.hears()[-1]
    assert "Plum castella" in answer
    assert "/stop" in answer
    await stage.ben.says(ASKS)
    stage.ben.hears()
    await stock(stage, 4)
    await stage.settle()
    (shown,) = stage.ana.news()
    assert shown.text.plain == TOLD
    assert [media.name for media in shown.media] == ["castella.png"]
    assert stage.ben.hears() == []
    await stock(stage, 0)
    await stock(stage, 9)
    await stage.wait(days=1)
    assert stage.ana.hears() == []
    assert [wish.told_at is not None for wish in await wishes(stage)] == [True]


async def test_under_the_news_is_the_way_to_the_owner(stage: Stage) -> None:
    await asks_for_it(stage)
    await stock(stage, 4)
    await stage.settle()
    assert stage.ana.buttons() == ["Ask Hana", "Why did I get this?"]
    await stage.ana.presses("Ask Hana")
    assert "About Plum castella, which is back" in stage.thread("Ana").hears()[0]


async def test_what_is_there_has_no_such_button(stage: Stage) -> None:
    await stage.ana.says("Do you have the linen apron?")
    assert stage.ana.buttons() == ["Ask Hana"]


async def test_a_button_pressed_twice_is_one_wish(stage: Stage) -> None:
    await asks_for_it(stage)
    await stage.ana.presses(BUTTON)
    assert "/stop" in stage.ana.hears()[-1]
    assert len(await wishes(stage)) == 1
    await stock(stage, 1)
    await stage.settle()
    assert stage.ana.hears() == [TOLD]


async def test_a_wish_can_be_taken_back_and_made_again(stage: Stage) -> None:
    await asks_for_it(stage)
    await stage.ana.presses("Don't tell me")
    assert await wishes(stage) == []
    await stage.ana.presses(BUTTON)
    assert len(await wishes(stage)) == 1


async def test_a_button_that_is_pressed_when_there_is_some_already_says_so(stage: Stage) -> None:
    await stage.ana.says(ASKS)
    await stock(stage, 2)
    await stage.ana.presses(BUTTON)
    assert "is here again already" in stage.ana.hears()[-1]
    assert await wishes(stage) == []


async def test_a_product_that_was_taken_out_meanwhile_is_said_to_be_gone(stage: Stage) -> None:
    await stage.ana.says(ASKS)
    async with stage.database.write() as session:
        await remove(session, "product", "castella", "/retire", stage.clock.now())
    await stage.ana.presses(BUTTON)
    assert "We don't have that any more" in stage.ana.hears()[-1]
    assert await wishes(stage) == []


async def test_stop_takes_every_wish_back_and_nothing_comes(stage: Stage) -> None:
    await asks_for_it(stage)
    await stage.ana.says("/stop")
    assert await wishes(stage) == []
    stage.ana.hears()
    await stock(stage, 4)
    await stage.wait(days=1)
    assert stage.ana.hears() == []


async def test_stop_cancels_the_news_that_waits_to_be_sent(stage: Stage) -> None:
    await asks_for_it(stage)
    await stock(stage, 4)
    assert await stage.concierge.due()
    await stage.ana.says("/stop")
    assert [text.partition(":")[0] for text in stage.ana.hears()] == ["Done"]
    async with stage.database.read() as session:
        (state,) = await session.scalars(select(OutboxRow.state).filter_by(kind="offer"))
    assert state == "cancelled"


async def test_no_more_stories_leaves_the_wish_alone(stage: Stage) -> None:
    await stage.ana.says("/start")
    await stage.ana.presses("Follow the stories")
    await asks_for_it(stage)
    await stage.ana.presses("No more stories")
    stage.ana.hears()
    await stock(stage, 4)
    await stage.settle()
    assert stage.ana.hears() == [TOLD]


async def test_a_press_after_stop_is_a_new_consent(stage: Stage) -> None:
    await stage.ana.says(ASKS)
    await stage.ana.says("/stop")
    await stage.ana.presses(BUTTON)
    stage.ana.hears()
    await stock(stage, 4)
    await stage.settle()
    assert stage.ana.hears() == [TOLD]


async def test_whoever_cannot_be_reached_is_told_when_they_write_again(stage: Stage) -> None:
    await asks_for_it(stage)
    async with stage.database.write() as session:
        (await session.scalars(select(Customer).filter_by(name="Ana"))).one().reachable = False
    await stock(stage, 4)
    await stage.wait(hours=1)
    assert stage.ana.hears() == []
    await stage.ana.says("What do the hens eat?")
    assert TOLD in stage.ana.hears()


async def test_a_shop_that_stops_counting_has_it_again(stage: Stage) -> None:
    await asks_for_it(stage)
    await stock(stage, None)
    await stage.settle()
    assert stage.ana.hears() == [TOLD]


async def test_an_import_beside_a_house_that_was_restarted_is_noticed(stage: Stage, database_url: str) -> None:
    await asks_for_it(stage)
    await import_knowledge(database_url, [replace(CASTELLA, stock=6)], dry_run=False, progress=lambda done: None)
    again = Stage(stage.database, stage.clock, stage.shop, stage.adapter.world)
    await again.concierge.start()
    await again.settle()
    await again.wait(seconds=10)
    assert [text for text in again.ana.hears() if text == TOLD] == [TOLD]
    await again.concierge.stop()


async def test_two_workers_tell_each_asker_once(stage: Stage) -> None:
    await stage.ben.says(ASKS)
    await stage.ben.presses(BUTTON)
    await asks_for_it(stage)
    stage.ben.hears()
    await stock(stage, 4)
    other = Stage(stage.database, stage.clock, stage.shop, stage.adapter.world)
    await other.concierge.load()
    await asyncio.gather(*(one.concierge.due() for one in (stage, other, stage, other)))
    await stage.settle()
    assert (stage.ana.hears(), stage.ben.hears()) == ([TOLD], [TOLD])


async def test_a_transaction_that_breaks_has_told_nobody(stage: Stage) -> None:
    await asks_for_it(stage)
    await stock(stage, 4)

    async def broken() -> None:
        async with stage.database.write() as session:
            assert await restock.due(session, stage.concierge.house, stage.clock.now())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await broken()
    await stage.settle()
    assert stage.ana.hears() == [TOLD]


async def test_more_than_are_told_at_once_are_all_told(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(restock, "AT_ONCE", 1)
    await stage.ben.says(ASKS)
    await stage.ben.presses(BUTTON)
    await asks_for_it(stage)
    stage.ben.hears()
    await stock(stage, 4)
    await stage.settle()
    assert (stage.ana.hears(), stage.ben.hears()) == ([TOLD], [TOLD])
    async with stage.database.read() as session:
        assert await session.scalar(NEXT_RESTOCK_AT) is None


async def test_owners_see_how_many_wait_for_which_product(stage: Stage) -> None:
    await stage.ben.says(ASKS)
    await stage.ben.presses(BUTTON)
    await asks_for_it(stage)
    await stage.room.says("/waiting")
    text = stage.room.hears()[-1]
    assert "Nobody waits for an answer." in text
    assert "Plum castella (castella): 2" in text
    await stock(stage, 4)
    await stage.settle()
    await stage.room.says("/waiting")
    assert stage.room.hears()[-1] == "Nobody waits for an answer."


def test_nobody_who_said_stop_or_cannot_be_reached_may_be_contacted(clock: Clock) -> None:
    now = clock.now()
    assert may_contact(Customer(reachable=True, stopped_at=None), "restock", now)
    assert not may_contact(Customer(reachable=True, stopped_at=now), "restock", now)
    assert not may_contact(Customer(reachable=False, stopped_at=None), "restock", now)


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        ("stock 12", "stock: 12"),
        ("Stock -", "stock: -"),
        ("price 19,90", "price: 19.9 EUR"),
        ("price 2.000,50 usd", "price: 2000.5 USD"),
        ("price none", "price: - "),
        ("note Eat it with tea.\nOr without.", "your note: Eat it with tea.\nOr without."),
    ],
)
async def test_an_owner_changes_a_product_in_the_chat_and_undo_takes_it_back(
    stage: Stage, change: str, shown: str
) -> None:
    await stage.room.says("/edit product:castella")
    before = stage.room.hears()[-1]
    assert "Plum castella (product:castella)\nprice: 18.5 EUR\nstock: 0\nyour note: Wait" in before
    await stage.room.says(f"/edit product:castella {change}")
    after = stage.room.hears()[-1]
    assert after.startswith("Changed. /undo takes it back.") and shown.strip() in after
    await stage.room.says("/undo")
    assert stage.room.hears() == ["Taken back: /edit product:castella (0 removed, 1 as before, 0 brought back)."]
    await stage.room.says("/edit product:castella")
    assert stage.room.hears()[-1] == before


async def test_stock_that_the_owner_writes_in_the_chat_wakes_those_who_wished_for_it(stage: Stage) -> None:
    await asks_for_it(stage)
    await stage.room.says("/edit product:castella stock 12")
    await stage.concierge.refresh()
    await stage.settle()
    assert [shown.text.plain for shown in stage.ana.news()] == [TOLD]
    await stage.ben.says(ASKS)
    (answer,) = stage.ben.hears()
    assert "12 in stock" in answer and BUTTON not in stage.ben.buttons()
    await stage.room.says("/edit product:castella stock 14")
    await stage.wait(days=1)
    assert stage.ana.hears() == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("/edit product:castela stock 3", "No product is called castela. Did you mean product:castella?"),
        ("/edit product:xyz", "No product is called xyz."),
        ("/edit product:", "No product is called"),
        ("/edit product:castella stock many", "I need a number of pieces such as 12"),
        ("/edit product:castella stock -3", "I need a number of pieces such as 12"),
        ("/edit product:castella price cheap", "I need a price such as 4.50"),
        ("/edit product:castella stock", "To change it: /edit product:castella, then stock"),
        ("/edit product:castella colour blue", "To change it: /edit product:castella, then stock"),
        ("/edit product:castella stock 0", "That is how it stands already."),
    ],
)
async def test_a_change_of_a_product_that_cannot_be_says_why_and_changes_nothing(
    stage: Stage, words: str, said: str
) -> None:
    await stage.room.says(words)
    assert stage.room.hears()[-1].startswith(said)
    await stage.room.says("/edit product:castella")
    assert "price: 18.5 EUR\nstock: 0" in stage.room.hears()[-1]


async def test_a_product_whose_name_holds_spaces_can_be_changed(stage: Stage) -> None:
    async with stage.database.write() as session:
        await store(session, [replace(APRON, id="linen apron")], "import", stage.clock.now())
    await stage.concierge.refresh()
    await stage.room.says("/edit product:linen apron stock 5")
    assert "stock: 5" in stage.room.hears()[-1]


async def test_nobody_but_an_owner_changes_a_product(stage: Stage) -> None:
    await stage.ana.says("/edit product:castella stock 99")
    stage.ana.hears()
    await stage.room.says("/edit product:castella")
    assert "stock: 0" in stage.room.hears()[-1]
