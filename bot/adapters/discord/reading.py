"""Discord's Markdown as neutral text, read in the order of rules that Discord's own clients follow. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from bot.adapters.discord.markdown import ADDRESS, JOINER
from bot.messages import Span, SpanKind, Text

DEEPEST = 24
"""Formatting within formatting is read so far; deeper signs stay as they are."""
SOMEONE = "someone"
"""The name of a person whom the message does not name."""

_SIGN = re.compile(r"[\\*_~|`<\[\u2060¯]|https?://")
_ESCAPED = re.compile(r"\\([^0-9A-Za-z\s])")
_SHRUG = "¯\\_(ツ)_/¯"
_BLOCK = re.compile(r"```(?:[A-Za-z0-9_+.#-]+?\n)?\n*([^\n](?:.*?))\n*```", re.DOTALL)
_CODE = re.compile(r"(`++)(.*?[^`])\1(?!`)", re.DOTALL)
_CODE_EDGE = re.compile(r"^ (?= *`)|(?<=`) (?=$)", re.DOTALL)
_LINK = re.compile(
    r"\[((?>\\.|\[[^\[\]]*\]|[^\[\]\\])++)\]\(\s*<?(https?://(?>[^\s()<>]|\([^\s()]*\))++)>?"
    r"(?:\s+[\"'][^\"']*[\"'])?\s*\)",
    re.DOTALL,
)
_AUTOLINK = re.compile(r"<([a-z]+://[^ >\n]+)>")
_STYLES: tuple[tuple[str, re.Pattern[str], SpanKind | None], ...] = (
    ("**", re.compile(r"\*\*((?:\\.|[^\\])+?)\*\*(?!\*)", re.DOTALL), "bold"),
    ("__", re.compile(r"__((?:\\.|[^\\])+?)__(?!_)", re.DOTALL), None),
    (
        "*",
        re.compile(r"\*(?=\S)((?:\*\*|\\.|\s+(?:\\.|[^\s*\\]|\*\*)|[^\s*\\])+?)\*(?!\*)", re.DOTALL),
        "italic",
    ),
    ("_", re.compile(r"_((?:__|\\.|[^\\_])+?)_(?![0-9A-Za-z_])", re.DOTALL), "italic"),
    ("~~", re.compile(r"~~(.+?)~~(?!_)", re.DOTALL), "strike"),
    ("||", re.compile(r"\|\|(.+?)\|\|", re.DOTALL), "spoiler"),
)
_MENTION = re.compile(
    r"<(?:@!?(?P<user>[0-9]+)|@&(?P<role>[0-9]+)|#(?P<channel>[0-9]+)|a?:(?P<emoji>\w+):[0-9]+"
    r"|/(?P<command>[^:>\n]+):[0-9]+|t:(?P<time>-?[0-9]{1,15})(?::(?P<style>[tTdDfFsSR]))?|id:(?P<guide>[a-z]+)[^>\n]*)>"
)
_TIMES = {"t": "%H:%M UTC", "T": "%H:%M:%S UTC", "d": "%Y-%m-%d", "D": "%Y-%m-%d"}
_QUOTE = re.compile(r" *>>> (.*)| *> [^\n]*(?:\n *> [^\n]*)*", re.DOTALL)
_HEADING = re.compile(r" *#{1,3} +([^\n]+)")
_SUBTEXT = re.compile(r" *-# +(?=\S)")
_BULLET = re.compile(r"( *)[-*] +(?=\S)")


def from_discord(markdown: str, names: Mapping[str, str] | None = None) -> Text:
    """The words with their formatting; `names` are those of the people who are mentioned, by id.

    Underlined words stay plain, headings are bold, a custom emoji is its name between colons, and a moment stands in
    words, in UTC.
    """
    reader = _Reader(names or {})
    reader.lines(markdown, 0)
    return reader.text()


class _Reader:
    """Walks the Markdown once, collecting words and formatting."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names
        self._out: list[str] = []
        self._length = 0
        self._spans: list[Span] = []

    def text(self) -> Text:
        return Text("".join(self._out), tuple(sorted(self._spans, key=lambda s: (s.start, -s.length))))

    def _write(self, words: str) -> None:
        self._out.append(words)
        self._length += len(words)

    def _style(self, kind: SpanKind, start: int, url: str = "") -> None:
        """Formats what was written from `start` on."""
        if self._length > start:
            self._spans.append(Span(kind, start, self._length - start, url))

    def _styled(self, kind: SpanKind, words: str) -> None:
        self._write(words)
        self._style(kind, self._length - len(words))

    def lines(self, markdown: str, depth: int) -> None:
        """Whole lines: what begins a line may be a quotation, a heading or an item of a list."""
        at = 0
        while at < len(markdown):
            at = self._line_start(markdown, at, depth)
            at = self._words(markdown, at, depth, one_line=True)
            if at < len(markdown):
                self._write("\n")
                at += 1

    def _line_start(self, markdown: str, at: int, depth: int) -> int:
        """Reads what stands at the beginning of a line; gives the place after it."""
        if depth == 0 and (quote := _QUOTE.match(markdown, at)):
            inner = quote[1] if quote[1] is not None else re.sub(r"(?m)^ *> ?", "", quote[0])
            start = self._length
            self.lines(inner, 1)
            self._style("quote", start)
            return quote.end()
        if subtext := _SUBTEXT.match(markdown, at):
            return subtext.end()
        if heading := _HEADING.match(markdown, at):
            start = self._length
            self._words(heading[1], 0, depth + 1)
            self._style("bold", start)
            return heading.end()
        if bullet := _BULLET.match(markdown, at):
            self._write("    " * (len(bullet[1]) // 2) + "• ")
            return bullet.end()
        return at

    def _words(self, markdown: str, at: int, depth: int, *, one_line: bool = False) -> int:
        """Reads words and the formatting within them; where `one_line`, up to the next line break outside of it."""
        while at < len(markdown):
            sign = _SIGN.search(markdown, at)
            end = sign.start() if sign else len(markdown)
            if one_line and (stop := markdown.find("\n", at, end)) >= 0:
                self._write(markdown[at:stop])
                return stop
            self._write(markdown[at:end])
            at = self._sign(markdown, end, depth) if sign else end
        return at

    def _sign(self, markdown: str, at: int, depth: int) -> int:
        """Reads what may be formatting; gives the place after it."""
        sign = markdown[at]
        if sign == JOINER:
            return at + 1
        end = self._literal(markdown, at) or (self._formatted(markdown, at, depth) if depth < DEEPEST else None)
        if end is None:
            self._write(sign)
            return at + 1
        return end

    def _literal(self, markdown: str, at: int) -> int | None:
        """What is no formatting for other words: escapes, code, addresses, and what Discord shows by its id."""
        if markdown.startswith(_SHRUG, at):
            self._write(_SHRUG)
            return at + len(_SHRUG)
        if escaped := _ESCAPED.match(markdown, at):
            self._write(escaped[1])
            return escaped.end()
        if block := _BLOCK.match(markdown, at):
            self._styled("code", block[1].replace(JOINER, ""))
            return block.end()
        if code := _CODE.match(markdown, at):
            self._styled("code", _CODE_EDGE.sub("", code[2]).replace(JOINER, ""))
            return code.end()
        if address := (_AUTOLINK.match(markdown, at) or ADDRESS.match(markdown, at)):
            self._write(address[address.lastindex or 0])
            return address.end()
        if mention := _MENTION.match(markdown, at):
            self._mention(mention)
            return mention.end()
        return None

    def _formatted(self, markdown: str, at: int, depth: int) -> int | None:
        """Words in a style of their own, which may hold further ones; None where there are none."""
        start, url = self._length, ""
        kind: SpanKind | None = None
        found = _LINK.match(markdown, at)
        if found:
            kind, url = "link", found[2]
        for sign, pattern, style in _STYLES if not found else ():
            if markdown.startswith(sign, at) and (found := pattern.match(markdown, at)):
                kind = style
                break
        if not found:
            return None
        self._words(found[1], 0, depth + 1)
        if kind:
            self._style(kind, start, url)
        return found.end()

    def _mention(self, found: re.Match[str]) -> None:
        match found.lastgroup:
            case "user":
                self._styled("mention", "@" + self._names.get(found["user"], SOMEONE))
            case "role":
                self._styled("mention", "@" + self._names.get(found["role"], "role"))
            case "channel":
                self._write("#" + self._names.get(found["channel"], "channel"))
            case "emoji":
                self._write(f":{found['emoji']}:")
            case "command":
                self._write(f"/{found['command']}")
            case "guide":
                self._write(f"#{found['guide']}")
            case _:
                self._write(_moment(found["time"], found["style"] or "f") or found[0])


def _moment(seconds: str, style: str) -> str:
    """An instant in words; empty where there is no such instant."""
    try:
        at = datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return ""
    return at.strftime(_TIMES.get(style, "%Y-%m-%d %H:%M UTC"))
