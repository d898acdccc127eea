"""What is kept about one person: counted, said in plain words, and written into two files.

Remarks and tags of the owners are counted here and not quoted: they never leave the owners' room. An owner can give
them out with `concierge customer export`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any

from sqlalchemy import func, select

from bot.database import belongings, blobs
from bot.database.tables import (
    Attachment,
    Block,
    Consent,
    LiveQuestion,
    Note,
    OutboxRow,
    Phrasing,
    PostReaction,
    PostReply,
    Promise,
    Rating,
    RestockWish,
    Ticket,
)
from bot.messages import Media, Said, Text
from handlers import transcripts
from handlers.context import Context

KINDS = {
    Attachment: "files",
    Ticket: "questions",
    Promise: "promises",
    Rating: "ratings",
    RestockWish: "wishes",
    PostReaction: "reactions",
    PostReply: "replies",
    LiveQuestion: "live_questions",
    Phrasing: "phrasings",
    Consent: "consents",
    Note: "notes",
    Block: "blocks",
}
"""What is counted, each with the name of its line in the texts."""
TOLD = ("customer", "owner", "bot")
"""Whose words a person gets: their own, and what was said to them."""


@dataclass(frozen=True)
class Kept:
    """Everything that a person may see of what is kept about them."""

    counts: dict[str, int]
    said: Sequence[Said]
    consents: Sequence[Consent]
    ratings: Sequence[Rating]
    promises: Sequence[Promise]
    wishes: Sequence[RestockWish]
    questions: Sequence[Ticket]


async def gathered(ctx: Context) -> Kept:
    """Looks all of it up."""
    assert ctx.customer is not None
    await ctx.session.flush()
    person = await belongings.person_of(ctx.session, ctx.customer, ctx.now)
    rows: dict[str, Any] = {}
    counts = {"sent": 0}
    for table, where in belongings.rules(person):
        if table is OutboxRow:
            to_them = where & OutboxRow.conversation_id.is_(None) & (OutboxRow.op == "send")
            counts["sent"] = await ctx.session.scalar(select(func.count(OutboxRow.id)).where(to_them)) or 0
        if name := KINDS.get(table):
            rows[name] = (await ctx.session.scalars(select(table).where(where))).all()
            counts[name] = len(rows[name])
    said = [line for id in person.conversations for line in await ctx.sent.told(id, transcripts.MOST)]
    theirs = [line for line in said if line.who in TOLD]
    counts["wrote"] = sum(line.who == "customer" for line in theirs)
    counts["heard"] = len(theirs) - counts["wrote"]
    counts["tags"] = len(ctx.customer.tags or ())
    return Kept(counts, theirs, rows["consents"], rows["ratings"], rows["promises"], rows["wishes"], rows["questions"])


def told(kept: Kept, ctx: Context) -> Text:
    """The message: who they are to the shop, how much of what there is, for how long, and what they can do."""
    text = ctx.say("mydata")
    for line in lines(kept, ctx):
        text = text + "\n• " + line
    days = {"days": str(ctx.shop.keep_messages_days), "file_days": str(ctx.shop.keep_media_days)}
    return text + "\n\n" + ctx.say("mydata_end", **days)


def lines(kept: Kept, ctx: Context) -> list[Text]:
    """A line for each kind of which there is anything."""
    customer = ctx.customer
    assert customer is not None
    called = f"{customer.name} (@{customer.username})" if customer.username else customer.name
    since = f"{customer.created_at.astimezone(ctx.zone):%d.%m.%Y}"
    found = [ctx.say("mydata_who", called=called, id=f"{customer.platform}:{customer.platform_id}", since=since)]
    wrote, heard = str(kept.counts["wrote"]), str(kept.counts["heard"])
    found.append(ctx.say("mydata_messages", wrote=wrote, heard=heard))
    for kind in (*KINDS.values(), "tags"):
        if count := kept.counts[kind]:
            found.append(ctx.say(f"mydata_{kind}", count=str(count)))
    return found


async def files(kept: Kept, ctx: Context) -> list[Media]:
    """The same with every word: a page to be read, and JSON for programs."""
    assert ctx.customer is not None
    written = {
        (".html", "text/html"): page(kept, ctx),
        (".json", "application/json"): json.dumps(as_json(kept, ctx), ensure_ascii=False, indent=2) + "\n",
    }
    found = []
    for (ending, mime), content in written.items():
        data, name = content.encode("utf-8", "replace"), f"my-data-{ctx.today.isoformat()}{ending}"
        sha256 = await blobs.keep_for(ctx.session, ctx.customer.id, name, data, ctx.now, mime)
        found.append(Media("document", sha256=sha256, name=name, mime=mime, size=len(data)))
    return found


def page(kept: Kept, ctx: Context) -> str:
    """A page that needs nothing else; every word of a person is escaped."""
    title = escape(ctx.say("mydata_title", date=ctx.today.isoformat()).plain)
    parts = [f'<!doctype html><html lang="{ctx.language}"><head><meta charset="utf-8"><title>{title}</title>']
    parts.append(f"<style>{transcripts.STYLE}</style></head><body><h1>{title}</h1><ul>")
    parts += [f"<li>{escape(line.plain)}</li>" for line in lines(kept, ctx)]
    parts.append("</ul>")
    if kept.consents:
        parts.append(f"<h2>{escape(ctx.say('mydata_consents_title').plain)}</h2><ul>")
        for row in kept.consents:
            answer = ctx.say("mydata_yes" if row.given else "mydata_no").plain
            told = f"{_when(row.at, ctx)} · {row.kind} · {answer} · “{row.wording}”"
            parts.append(f"<li>{escape(told)}</li>")
        parts.append("</ul>")
    parts.append(f"<h2>{escape(ctx.say('mydata_words_title').plain)}</h2>")
    for said in kept.said:
        who = escape(transcripts.who(said, ctx))
        parts.append(f'<article class="{said.who}"><header>{_when(said.at, ctx)} · {who}</header>')
        parts.append(f"<p>{escape(said.text.plain)}</p>")
        parts += [f"<p><del>{escape(before.plain)}</del></p>" for before in said.before]
        parts += [f"<p>[{escape(media.name or media.kind)}]</p>" for media in said.media]
        parts.append("</article>")
    return "\n".join([*parts, "</body></html>\n"])


def as_json(kept: Kept, ctx: Context) -> dict[str, Any]:
    """The same for programs."""
    customer = ctx.customer
    assert customer is not None
    return {
        "shop": ctx.shop.name,
        "id": f"{customer.platform}:{customer.platform_id}",
        "name": customer.name,
        "username": customer.username,
        "language": customer.language,
        "since": customer.created_at.isoformat(),
        "preferences": {
            "stories": customer.follows_stories,
            "wants": customer.wants,
            "quiet": customer.quiet,
            "timezone": customer.timezone,
            "most_a_week": customer.most_a_week,
            "paused_until": customer.paused_until.isoformat() if customer.paused_until else None,
            "stopped_at": customer.stopped_at.isoformat() if customer.stopped_at else None,
        },
        "counts": kept.counts,
        "consents": [
            {"kind": row.kind, "given": row.given, "wording": row.wording, "at": row.at.isoformat()}
            for row in kept.consents
        ],
        "questions": [{"question": row.question, "at": row.opened_at.isoformat()} for row in kept.questions],
        "promises": [{"due_at": row.due_at.isoformat(), "made_at": row.made_at.isoformat()} for row in kept.promises],
        "ratings": [{"stars": row.stars, "comment": row.comment, "at": row.at.isoformat()} for row in kept.ratings],
        "wishes": [{"product": row.product_id, "at": row.asked_at.isoformat()} for row in kept.wishes],
        "messages": [
            {
                "at": said.at.isoformat(),
                "by": said.who,
                "text": said.text.plain,
                "before": [before.plain for before in said.before],
                "files": [media.name or media.kind for media in said.media],
                "taken_back": said.gone,
            }
            for said in kept.said
        ],
    }


def _when(at: datetime, ctx: Context) -> str:
    return f"{at.astimezone(ctx.zone):%Y-%m-%d %H:%M}"
