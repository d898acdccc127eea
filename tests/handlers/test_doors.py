"""Every place in the program at which a message can begin, and why it may: another place fails here.

What a customer is told without having written or pressed just then either goes through `preferences.unasked` or is
about their own question; docs/privacy.md has the same in plain words.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import bot

ROOT = Path(bot.__file__).parents[1]

THE_DOOR = "through `unasked`: never without a yes, at night later, counted"
ANSWER = "the answer to what this person has just written or pressed"
QUESTION = "what became of the customer's own question"
PERSON = "a person's own words, carried to the other side"
ROOM = "for the owners alone: their room's general part, or a customer's desk"
CHANNEL = "the shop's own channels, which whoever reads them follows there"
LOOK = "only looked at, to see how it would be shown; never sent"

BEGINS = {
    # Unasked.
    "handlers/preferences.py:unasked": THE_DOOR,
    "handlers/after.py:_asks": THE_DOOR,
    "handlers/restock.py:due": THE_DOOR,
    "handlers/restock.py:_told": THE_DOOR,
    "handlers/broadcasts/rounds.py:_copy": THE_DOOR,
    "handlers/stories/live_pages.py:_with_followers": f"{THE_DOOR}; before that as a post of {CHANNEL}",
    # To customers who have just written or pressed.
    "handlers/context.py:reply": ANSWER,
    "handlers/answer.py:sure_now": ANSWER,
    "handlers/answer.py:answer": f"{ROOM}: words that they see anyway, into their desk",
    # To customers, later.
    "handlers/context.py:to_customer": "whoever calls it stands here",
    "handlers/promises.py:_follow_up": f"{QUESTION}; `next_contact` says when: not after /stop, not at night",
    "handlers/promises.py:tell": f"{QUESTION}: the owner presses “Tell them”",
    "handlers/closing.py:end": f"{QUESTION}: closed unanswered",
    "handlers/tickets.py:end_handoff": f"{QUESTION}: the owner is away, the bot answers again",
    "handlers/delivery.py:broken": f"{QUESTION}: it broke on our side",
    "handlers/curate/telling.py:_told": f"{QUESTION}, of the last 30 days: it has an answer now",
    "handlers/escalation.py:send_answer": f"{QUESTION}: the owner sends the answer",
    "handlers/drafts.py:send": f"{QUESTION}: the owner sends the answer",
    "handlers/stories/talk.py:shut_out": f"{QUESTION}: one sentence where they asked, since their own chat is shut",
    "handlers/privacy.py:farewell_by_owner": f"{QUESTION}: it has ended with all that was kept of them",
    "handlers/changes.py:_mended": f"{ANSWER}: they changed their question, so that the answer changes",
    # What people say.
    "handlers/context.py:relay": PERSON,
    "handlers/tickets.py:from_owner": PERSON,
    "handlers/tickets.py:from_customer": PERSON,
    "handlers/tickets.py:pass_on": PERSON,
    "handlers/after.py:comment": PERSON,
    "handlers/blocks.py:_lift": PERSON,
    "handlers/changes.py:edited": PERSON,
    "handlers/consents.py:stop": PERSON,
    "handlers/snippets.py:_send": PERSON,
    "handlers/stories/live.py:_answer": f"{PERSON}: to whoever asked in the live hour",
    # To the owners.
    **dict.fromkeys(
        (
            "handlers/alerts.py:_shown",
            "handlers/backlog.py:told",
            "handlers/broadcasts/commands.py:_test",
            "handlers/broadcasts/telling.py:first_line",
            "handlers/card.py:asked",
            "handlers/card.py:_anew",
            "handlers/changes.py:_in_note",
            "handlers/changes.py:_rewrite",
            "handlers/context.py:notice",
            "handlers/context.py:to_desk",
            "handlers/delivery.py:_notice",
            "handlers/delivery.py:_to_thread",
            "handlers/delivery.py:_unchanged",
            "handlers/delivery.py:unreadable",
            "handlers/privacy.py:follows",
            "handlers/privacy.py:told_in_threads",
            "handlers/reminders.py:_told",
            "handlers/stories/asking.py:due",
            "handlers/stories/filling.py:told_of",
            "handlers/stories/live.py:_shown_at_once",
            "handlers/stories/live.py:due",
            "handlers/broadcasts/dry_run.py:go_on",
            "handlers/broadcasts/reports.py:go_on",
            "handlers/stories/own.py:refused",
            "handlers/stories/reaching.py:_told",
            "handlers/stories/own.py:remark_due",
            "handlers/stories/own.py:told_of",
            "handlers/stories/once.py:_first_left",
            "handlers/stories/once.py:due",
            "handlers/stories/posting.py:_missed",
            "handlers/stories/talk.py:digest_due",
        ),
        ROOM,
    ),
    # In public.
    "handlers/stories/posting.py:publish": CHANNEL,
    "handlers/stories/live.py:_over": CHANNEL,
    "handlers/stories/live_pages.py:in_channels": CHANNEL,
    "handlers/stories/preview.py:preview": f"{ROOM}; and {LOOK}",
    "handlers/stories/preview.py:_looks": LOOK,
    "handlers/stories/own.py:in_words": LOOK,
    "handlers/stories/own.py:make_ready": LOOK,
}
"""The functions that make a message to be sent, or turn one to somebody else or into another kind, and why nobody hears
anything unasked by that."""

ENQUEUES = {
    "bot/worker.py:_work_on": "what the routes and the alarms of a conversation returned",
    "bot/worker.py:_set_aside": "`delivery.broken`: the apology for what broke",
    "bot/app.py:due": "what a life of `bot.lives` returned",
    "bot/app.py:_tell_of": "`delivery.unreadable`: a notice to the owners",
    "bot/sender.py:_tell": "`delivery.undelivered`: the owners hear of what did not arrive",
    "bot/sender.py:_tell_how_much_waits": "`backlog`: the owners' line about what waits",
    "bot/sender.py:_prepare": "the words for a file that can't be carried, behind what it belonged to",
    "bot/sender.py:_judge": "takes back a copy that a platform put into a wrong thread",
    "bot/cli/customers.py:_erased": "`privacy`: the farewell, and the word in the desk",
    "bot/cli/customers.py:_gone_on": "`privacy.follows`: takes copies back in the owners' room",
    "bot/outbox.py:_STORING": "where `enqueue` stores its rows",
    "bot/merging.py:merge": "lines of one customer for their desk that the pace held back, as one",
}
"""Where rows come into the outbox: through `Outbox.enqueue`, or as a row."""

OPERATIONS = {"edit", "delete", "react", "mark"}
"""These change what is there, and bring nobody anything new."""


def places() -> Iterator[tuple[str, ast.AST]]:
    """Every function of the two packages, and what stands outside of any, by the name of the module or constant."""
    for path in sorted([*ROOT.glob("bot/**/*.py"), *ROOT.glob("handlers/**/*.py")]):
        yield from places_of(path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8")))


def places_of(module: str, tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    """The same of one module."""
    for node in tree.body:
        inner = [each for each in ast.walk(node) if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)]
        yield from ((f"{module}:{each.name}", each) for each in inner)
        if not inner:
            named = [each.id for each in ast.walk(node) if isinstance(each, ast.Name)]
            yield f"{module}:{named[0] if named else ''}", node


def called(call: ast.Call) -> str:
    """The last name of what is called."""
    return getattr(call.func, "id", "") or getattr(call.func, "attr", "")


def begins(place: ast.AST) -> bool:
    """Whether a message to be sent is made here, handed to somebody else, or made of another kind."""
    for call in (node for node in ast.walk(place) if isinstance(node, ast.Call)):
        said = {each.value for each in ast.walk(call) if isinstance(each, ast.Constant) and isinstance(each.value, str)}
        given = {keyword.arg for keyword in call.keywords}
        if called(call) in ("to_customer", "relay", "unasked"):
            return True
        if called(call) == "OutboundMessage" and not said & OPERATIONS:
            return True
        if called(call) == "replace" and given & {"to", "kind"}:
            return True
    return False


def stores(place: ast.AST) -> bool:
    """Whether rows of the outbox are made here."""
    calls = [node for node in ast.walk(place) if isinstance(node, ast.Call)]
    into = [call for call in calls if called(call) in ("insert", "insert_into", "insert_for")]
    rows = any("OutboxRow" in ast.unparse(call) for call in into)
    return rows or any(called(call) in ("enqueue", "OutboxRow") for call in calls)


NO_MESSAGES = {
    "bot/adapters/telegram/files.py:as_documents": "a file of another kind",
    "bot/adapters/telegram/own_stories.py:_as_story": "a file of another kind",
    "bot/carrying.py:_fetched": "a file of another kind",
    "bot/database/posted.py:copies": "where a copy stands, as the settings name it now",
    "bot/backlog.py:_change": "the owners' line about what waits",
    "bot/backlog.py:_begun": "the owners' line about what waits",
}
"""A `replace` that is about something else than a message to a customer."""


def test_every_place_at_which_a_message_begins_is_known_with_its_reason() -> None:
    found = {name for name, place in places() if begins(place)}
    assert found - set(BEGINS) - set(NO_MESSAGES) == set()
    assert set(BEGINS) | set(NO_MESSAGES) == found


def test_every_place_at_which_rows_come_into_the_outbox_is_known_with_its_reason() -> None:
    assert {name for name, place in places() if stores(place)} == set(ENQUEUES)


def test_whoever_goes_through_the_door_is_named_as_such() -> None:
    through = {
        name
        for name, place in places()
        if any(called(call) == "unasked" for call in ast.walk(place) if isinstance(call, ast.Call))
    }
    assert through == {name for name, why in BEGINS.items() if THE_DOOR in why} - {
        "handlers/preferences.py:unasked",
        "handlers/restock.py:_told",
    }


def test_what_is_a_post_or_an_offer_to_a_customer_is_made_by_the_door_alone() -> None:
    made = {
        name
        for name, place in places()
        for call in ast.walk(place)
        if isinstance(call, ast.Call) and called(call) in ("OutboundMessage", "replace")
        if {"post", "offer"} & {each.value for each in ast.walk(call) if isinstance(each, ast.Constant)}
        if not OPERATIONS & {each.value for each in ast.walk(call) if isinstance(each, ast.Constant)}
    }
    allowed = {name for name, why in BEGINS.items() if CHANNEL in why or LOOK in why}
    assert made == allowed | {"handlers/preferences.py:unasked"}


@pytest.mark.parametrize(
    "source",
    [
        "def f():\n    return OutboundMessage(chat, 'key', text=text)",
        "async def f(ctx):\n    return [ctx.to_customer(text)]",
        "class A:\n    async def f(self, ctx):\n        return replace(told, to=chat)",
        "async def f(ctx):\n    return preferences.unasked(message, customer, 'offers', now)",
    ],
)
def test_a_new_place_is_found(source: str) -> None:
    assert [name for name, place in places_of("bot/new.py", ast.parse(source)) if begins(place)] == ["bot/new.py:f"]


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("async def f(session):\n    await outbox.enqueue(session, messages, now)", "f"),
        ("def f(session):\n    session.add(OutboxRow(kind='reply'))", "f"),
        ("_MORE = insert(plain(OutboxRow))", "_MORE"),
    ],
)
def test_a_new_way_into_the_outbox_is_found(source: str, name: str) -> None:
    assert [found for found, place in places_of("bot/new.py", ast.parse(source)) if stores(place)] == [
        f"bot/new.py:{name}"
    ]
