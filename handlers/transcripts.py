"""/transcript: a conversation as a file, HTML or Markdown, for the owners. Notes only where they are asked for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from bot.database import blobs
from bot.messages import InboundMessage, Media, OutboundMessage, Said
from handlers.context import Context
from knowledge.values import slug

MOST = 5000
"""So many things are told at most, the latest."""
_MARKS = re.compile(r"([\\`*_{}\[\]<>()#+.!|~-])")
STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:46em;margin:2em auto;padding:0 1em}"
    "article{margin:.7em 0;padding:.5em .8em;border-radius:.6em;background:#f2f2f2}"
    "article.owner{background:#e3f0e3}article.bot{background:#e8eef7}article.note{background:#fff4cc}"
    "article.unsent{background:#f7e3e3}header{font-size:.85em;color:#555}p{margin:.2em 0;white-space:pre-wrap}"
)


async def transcript(message: InboundMessage, ctx: Context) -> list[OutboundMessage]:
    """/transcript [html|markdown] [with notes]: both files unless one is named; notes are left out unless asked for."""
    words = f"{message.text.plain} {' '.join(message.fields.values())}".casefold()
    notes = "note" in words
    wanted = {"html": "html" in words, "markdown": "md" in words or "markdown" in words}
    kinds = [kind for kind, is_wanted in wanted.items() if is_wanted]
    lines = [said for said in await ctx.sent.told(ctx.conversation.id, MOST) if notes or said.who != "note"]
    if not lines:
        return [ctx.reply(ctx.say("transcript_nothing"))]
    media = [await _file(kind, lines, ctx) for kind in kinds or ["html", "markdown"]]
    count = str(len(lines))
    sentence = "transcript_with_notes" if notes else "transcript"
    return [ctx.reply(ctx.say(sentence, count=count), (), media)]


async def _file(kind: str, lines: Sequence[Said], ctx: Context) -> Media:
    ending, mime = (".html", "text/html") if kind == "html" else (".md", "text/markdown")
    data = (as_html if kind == "html" else as_markdown)(lines, ctx).encode()
    name = f"{slug(ctx.customer_name) or 'customer'}-{ctx.today.isoformat()}{ending}"
    sha256 = await blobs.keep_for(ctx.session, ctx.conversation.customer_id, name, data, ctx.now, mime)
    return Media("document", sha256=sha256, name=name, mime=mime, size=len(data))


def who(said: Said, ctx: Context) -> str:
    """Who said it, as the transcript names them."""
    match said.who:
        case "customer":
            return said.name or ctx.customer_name
        case "bot":
            return ctx.say("transcript_bot").plain
        case "note":
            return ctx.say("transcript_note", who=said.name).plain
        case "unsent":
            return ctx.say("transcript_unsent", who=said.name).plain
    return said.name


def _title(ctx: Context) -> str:
    return ctx.say("transcript_title", date=ctx.today.isoformat()).plain


def _when(said: Said, ctx: Context) -> str:
    return f"{said.at.astimezone(ctx.zone):%Y-%m-%d %H:%M}"


def _files(said: Said, ctx: Context) -> list[str]:
    """The names of what came with it; a picture without a name is called what it is."""
    return [f"[{_kind(media, ctx)}{': ' + media.name if media.name else ''}]" for media in said.media]


def _kind(media: Media, ctx: Context) -> str:
    known = ("photo", "video", "voice", "audio", "document", "sticker", "animation")
    return ctx.say(f"media_{media.kind}").plain if media.kind in known else media.kind


def as_html(lines: Sequence[Said], ctx: Context) -> str:
    """The whole as one page that needs nothing else; every word of a person is escaped."""
    title = escape(_title(ctx))
    parts = [f'<!doctype html><html lang="{ctx.language}"><head><meta charset="utf-8"><title>{title}</title>']
    parts.append(f"<style>{STYLE}</style></head><body><h1>{title}</h1>")
    for said in lines:
        parts.append(f'<article class="{said.who}"><header>{_when(said, ctx)} · {escape(who(said, ctx))}</header>')
        words = escape(said.text.plain)
        parts.append(f"<p>{'<del>' + words + '</del>' if said.gone else words}</p>")
        parts += [f"<p>{escape(name)}</p>" for name in _files(said, ctx)]
        parts += [f"<p><del>{escape(before.plain)}</del></p>" for before in said.before]
        parts.append("</article>")
    return "\n".join([*parts, "</body></html>\n"])


def as_markdown(lines: Sequence[Said], ctx: Context) -> str:
    """The same as Markdown, in which no word of a person is markup."""
    parts = [f"# {_plain(_title(ctx))}", ""]
    for said in lines:
        parts += [f"**{_when(said, ctx)} · {_plain(who(said, ctx))}**", ""]
        words = [_plain(line) for line in said.text.plain.splitlines()]
        told = [f"~~{line}~~" if said.gone and line else line for line in words]
        told += [_plain(name) for name in _files(said, ctx)]
        told += [f"~~{_plain(' '.join(before.plain.split()))}~~" for before in said.before if before]
        parts += [f"> {line}".rstrip() for line in told] + [""]
    return "\n".join(parts)


def _plain(words: str) -> str:
    return _MARKS.sub(r"\\\1", words)
