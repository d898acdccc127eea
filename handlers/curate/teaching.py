"""/teach: the owner's reply to a customer becomes an entry, without the customer's details, once the owner agrees."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from bot.database import people
from bot.database.entries import entry_of, store
from bot.database.questions import last_question, lines_before, place_of
from bot.database.tables import Conversation, Customer
from bot.markup import quoted
from bot.messages import Button, ChatRef, InboundMessage, MessageRef, OutboundMessage, Outcome, Text
from handlers.context import Context
from handlers.curate.telling import offer_to_tell
from knowledge.anonymous import strip_details
from knowledge.entry import Entry
from knowledge.values import parse_date, slug
from knowledge.words import strict

NEAR_FROM = 0.1
MERGES = 2
LINES_BACK = 4
_MARKS = "?？؟"
LONGEST_QUESTION = 300
_UNTIL = re.compile(r"(?:^|\s)until\s+(\S+)\s*$", re.IGNORECASE)


@dataclass(frozen=True)
class _Proposal:
    """What would be learnt; it travels in the value of the buttons."""

    question: str
    answer: str
    until: str
    conversation: int

    def value(self, **more: Any) -> dict[str, Any]:
        return {**vars(self), **more}


def _proposed(value: dict[str, Any]) -> _Proposal:
    return _Proposal(str(value["question"]), str(value["answer"]), str(value["until"]), int(value["conversation"]))


async def teach(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """Shows what would be learnt from the message replied to, or from the owner's last words; learns nothing."""
    meant = message.reply_to or await _last_words(message, ctx)
    if meant is None:
        return [ctx.reply(ctx.say("teach_how"))]
    written = await ctx.sent.written(meant, None)
    copies = [copy for copy in await ctx.sent.copies(meant) if isinstance(copy.said.to, ChatRef)]
    found = await people.customer_at(ctx.session, copies[0].said.to) if copies else None  # type: ignore[arg-type]
    if written is None or found is None:
        ctx.outcome = Outcome.refused
        return [ctx.reply(ctx.say("teach_not_yours"))]
    asked, until = _given(message)
    if until and (problem := _date_problem(until, ctx.today)):
        return [ctx.reply(ctx.say(problem, until=until))]
    asked = asked or await _last_asked(written.this.inbox_id, found[1], ctx)
    return await _propose(written.this.message.text.plain, asked, until, *found, ctx)


async def _last_words(message: InboundMessage, ctx: Context) -> MessageRef | None:
    """Without a reply: what this owner said last in this thread."""
    said = await ctx.sent.last_said_by(message.sender.id, ctx.conversation.id)
    copied = said[0].said.copy_of if said else None
    return await place_of(ctx.session, copied) if copied else None


async def _last_asked(before: int, conversation: Conversation, ctx: Context) -> str:
    """The question that the reply seems to answer: the customer's last line with a question mark, else what their
    ticket says."""
    for ref in await lines_before(ctx.session, conversation, before, LINES_BACK):
        written = await ctx.sent.written(ref, None)
        words = written.this.message.text.plain if written and not written.this.deleted else ""
        if any(mark in words for mark in _MARKS):
            return words
    return await last_question(ctx.session, conversation.id)


async def _propose(
    words: str, asked: str, until: str, customer: Customer, conversation: Conversation, ctx: Context
) -> list[OutboundMessage]:
    names = [customer.name, customer.username]
    own = [entry.answer for entry in ctx.house.knowledge.entries.values()]
    answer = strip_details(words, names, own)
    question = strip_details(asked, names, own)
    if not answer.text.strip("… \n"):
        return [ctx.reply(ctx.say("teach_no_words"))]
    if not question.text.strip("… \n"):
        return [ctx.reply(ctx.say("teach_no_question"))]
    line = " ".join(question.text.split())[:LONGEST_QUESTION]
    proposal = _Proposal(line, answer.text, until, conversation.id)
    near = _near(proposal.question, ctx)
    preview = _preview(proposal, (*answer.removed, *question.removed), near, ctx)
    return [ctx.reply(preview, _buttons(proposal, near, ctx))]


def _given(message: InboundMessage) -> tuple[str, str]:
    """The question and the last day, by name or in the words behind the command."""
    words = (message.text.plain or message.fields.get("question", "")).strip()
    until = message.fields.get("until", "").strip()
    if found := _UNTIL.search(words):
        words, until = words[: found.start()].strip(), until or found[1]
    return words, until


def _date_problem(until: str, today: date) -> str:
    try:
        return "teach_past" if parse_date(until) < today else ""
    except ValueError:
        return "teach_date"


def _near(question: str, ctx: Context) -> list[str]:
    """The entries that are nearest to the question."""
    known = ctx.house.knowledge
    found = [one.entry for one in ctx.ask(question).candidates if one.score >= NEAR_FROM]
    return [id for id in found if id in known.entries][:MERGES]


def _preview(proposal: _Proposal, removed: tuple[str, ...], near: list[str], ctx: Context) -> Text:
    text = ctx.say("teach_preview", question=proposal.question) + "\n" + quoted(proposal.answer)
    if removed:
        text = text + "\n\n" + ctx.say("teach_removed", removed=", ".join(dict.fromkeys(removed)))
    if proposal.until:
        text = text + "\n\n" + ctx.say("teach_until", until=proposal.until)
    for id in near:
        kept = " ".join(ctx.house.knowledge.stored(id).split())[:160]
        text = text + "\n\n" + ctx.say("teach_near", title=ctx.house.knowledge.title(id), id=id, answer=kept)
    return text + "\n\n" + ctx.say("teach_next")


def _buttons(proposal: _Proposal, near: list[str], ctx: Context) -> list[Button]:
    merges = [
        ctx.labelled(_label(ctx.say("teach_merge_button", id=id).plain), "teach_merge", proposal.value(entry=id))
        for id in near
    ]
    save = ctx.labelled(ctx.say("teach_save_button").plain, "teach_save", proposal.value())
    return [save, *merges, ctx.labelled(ctx.say("teach_drop_button").plain, "teach_drop", {})]


def _label(words: str, most: int = 60) -> str:
    return words if len(words) <= most else words[: most - 1] + "…"


async def save(message: InboundMessage, ctx: Context, value: dict[str, Any]) -> list[OutboundMessage]:
    """The owner agrees: a new entry. Pressed again it is the same one."""
    proposal = _proposed(value)
    until = parse_date(proposal.until) if proposal.until else None
    entry = Entry("", (proposal.question,), proposal.answer, valid_until=until)
    base, number = slug(proposal.question), 1
    while True:
        entry = replace(entry, id=base if number == 1 else f"{base}-{number}")
        there = await entry_of(ctx.session, entry.id)
        if there is None or there == entry:
            break
        number += 1
    await store(ctx.session, [entry], f"/teach {entry.id}", ctx.now)
    return await _learnt(entry.id, proposal, ctx.say("teach_saved", id=entry.id), ctx)


async def merge(message: InboundMessage, ctx: Context, value: dict[str, Any]) -> list[OutboundMessage]:
    """The question is one more phrasing of an entry that is there; its answer stays."""
    proposal, id = _proposed(value), str(value["entry"])
    entry = await entry_of(ctx.session, id)
    if entry is None:
        return [ctx.reply(ctx.say("entry_unknown", id=id))]
    if strict(proposal.question) not in map(strict, entry.questions):
        more = replace(entry, questions=(*entry.questions, proposal.question))
        await store(ctx.session, [more], f"/teach {id}", ctx.now)
    return await _learnt(id, proposal, ctx.say("teach_merged", id=id, question=proposal.question), ctx)


async def _learnt(id: str, proposal: _Proposal, said: Text, ctx: Context) -> list[OutboundMessage]:
    text, buttons = await offer_to_tell(id, proposal.question, proposal.conversation, ctx)
    return [ctx.reply(said + text, buttons)]


async def dropped(message: InboundMessage, ctx: Context, value: dict[str, Any]) -> list[OutboundMessage]:
    """The owner thinks better of it."""
    return [ctx.reply(ctx.say("teach_dropped"))]
