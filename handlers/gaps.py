"""/gaps: what customers asked in vain, which answers need a look, and how often the bot would be wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.database.questions import in_vain
from bot.messages import InboundMessage, OutboundMessage, Text
from handlers.context import Context
from handlers.curate.phrasings import waiting
from knowledge.answers import Knowledge
from knowledge.checking import CONFUSED_FROM, FEWEST_PHRASINGS, SOON_DAYS
from knowledge.clusters import Cluster, clusters
from knowledge.rehearsal import Rehearsal, rehearse

ASKED_WITHIN = timedelta(days=30)
SHOWN = 5
LOOKED_THROUGH = 40
"""Groups of questions that are asked once more, the largest first."""
REHEARSED_AT_MOST = 60
"""Phrasings that are rehearsed in the chat; `concierge knowledge check` rehearses them all."""
LARGEST = 1_000
"""Phrasings of a base that is rehearsed in the chat: beyond, fitting it anew would hold up others."""


@dataclass(frozen=True)
class Gaps:
    """What was found."""

    asked: Sequence[Cluster]
    few: Sequence[str]
    expired: Sequence[str]
    soon: Sequence[str]
    rehearsal: Rehearsal

    @property
    def confused(self) -> list[tuple[str, str, str]]:
        """Example, the entry that it belongs to, and the one that comes first instead."""
        found = [one for one in self.rehearsal.confusions if one.wrong or one.times >= CONFUSED_FROM]
        return [(one.example, one.asked, one.taken) for one in found]


async def gaps(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """Shows what is missing, each kind with the next step. The counting is done beside the loop."""
    questions = [asked.question for asked in await in_vain(ctx.session, ctx.now - ASKED_WITHIN)]
    found = await asyncio.to_thread(look, ctx.house.knowledge, questions, ctx.today, ctx.shop.currency)
    suggested, buttons = await waiting(ctx)
    text = _shown(found, ctx)
    return [ctx.reply(text + ("\n\n" if suggested else "") + suggested, buttons)]


def look(known: Knowledge, questions: Sequence[str], today: date, currency: str) -> Gaps:
    """Everything that is missing in a base, given what was asked in vain."""
    entries = list(known.entries.values())
    groups = clusters(questions)[:LOOKED_THROUGH]
    until = {entry.id: entry.valid_until for entry in entries if entry.valid_until}
    small = sum(len(entry.questions) for entry in entries) <= LARGEST
    return Gaps(
        [group for group in groups if known.ask(group.example, today).outcome != "answered"],
        [entry.id for entry in entries if len(set(entry.questions)) < FEWEST_PHRASINGS],
        [id for id, day in until.items() if day < today],
        [id for id, day in until.items() if today <= day <= today + timedelta(days=SOON_DAYS)],
        rehearse(entries, list(known.products.values()), today, currency=currency, at_most=REHEARSED_AT_MOST)
        if small
        else Rehearsal(),
    )


def _shown(found: Gaps, ctx: Context) -> Text:
    parts = [
        _asked(found, ctx),
        _named("gaps_few", found.few, ctx),
        _named("gaps_expired", found.expired, ctx),
        _named("gaps_soon", found.soon, ctx),
        _confused(found, ctx),
        _rate(found.rehearsal, ctx),
    ]
    text = Text()
    for part in filter(None, parts):
        text = text + ("\n\n" if text else "") + part
    return text or ctx.say("gaps_none")


def _asked(found: Gaps, ctx: Context) -> Text:
    if not found.asked:
        return Text()
    text = ctx.say("gaps_asked", days=str(ASKED_WITHIN.days))
    for group in found.asked[:SHOWN]:
        question = " ".join(group.example.split())[:120]
        text = text + "\n• " + ctx.say("gaps_asked_line", question=question, count=str(group.count))
    return text + _more(len(found.asked), ctx) + "\n" + ctx.say("gaps_asked_next")


def _named(sentence: str, ids: Sequence[str], ctx: Context) -> Text:
    """One of the sentences that name entries; nothing where there are none."""
    if not ids:
        return Text()
    shown = ", ".join(ids[:SHOWN]) + (" …" if len(ids) > SHOWN else "")
    return ctx.say(sentence, count=str(len(ids)), ids=shown, fewest=str(FEWEST_PHRASINGS))


def _confused(found: Gaps, ctx: Context) -> Text:
    if not found.confused:
        return Text()
    text = ctx.say("gaps_confused")
    for example, asked, taken in found.confused[:SHOWN]:
        text = text + "\n• " + ctx.say("gaps_confused_line", example=example, asked=asked, taken=taken)
    return text + _more(len(found.confused), ctx) + "\n" + ctx.say("gaps_confused_next")


def _more(count: int, ctx: Context) -> Text:
    return Text("\n") + ctx.say("gaps_more", count=str(count - SHOWN)) if count > SHOWN else Text()


def _rate(rehearsal: Rehearsal, ctx: Context) -> Text:
    if not rehearsal.asked:
        return Text()
    right = f"{rehearsal.right / rehearsal.asked:.0%}"
    return ctx.say("gaps_rate", asked=str(rehearsal.asked), right=right, wrong=f"{rehearsal.wrong_rate:.0%}")
