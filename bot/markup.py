"""Markdown, as merchants and our own texts are written in, as neutral text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.messages import Span, SpanKind, Text, styled

STYLES: dict[str, SpanKind] = {"strong": "bold", "em": "italic", "s": "strike"}

KEPT = 512
"""How many texts are remembered as read: a shop's answers are said again and again."""


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("strikethrough").disable(["html_block", "html_inline"])


@lru_cache(KEPT)
def from_markdown(markdown: str) -> Text:
    """Bold, italic, strike, code, links, quotes and lists become formatting; all other words stay as they are.

    Paragraphs are parted by an empty line, line breaks stay line breaks, a list item begins with a bullet or its
    number. Pictures become their description.
    """
    writer = _Writer()
    for token in _parser().parse(markdown):
        writer.block(token)
    return writer.text()


class _Writer:
    """Walks the parser's tokens once, collecting words and formatting."""

    def __init__(self) -> None:
        self._out: list[str] = []
        self._length = 0
        self._spans: list[Span] = []
        self._open: list[tuple[str, int, str]] = []
        self._lists: list[int | None] = []
        self._item = False

    def text(self) -> Text:
        plain = "".join(self._out)
        kept = plain.rstrip()
        return Text(plain, tuple(sorted(self._spans, key=lambda s: (s.start, -s.length)))).cut(0, len(kept))

    def _write(self, words: str) -> None:
        self._out.append(words)
        self._length += len(words)

    def block(self, token: Token) -> None:
        match token.type:
            case "inline":
                for child in token.children or []:
                    self._inline(child)
            case "bullet_list_open":
                self._lists.append(None)
            case "ordered_list_open":
                self._lists.append(int(token.attrs.get("start", 1)))
            case "bullet_list_close" | "ordered_list_close":
                self._lists.pop()
                self._gap("\n\n" if not self._lists else "\n")
            case "list_item_open":
                self._begin_item()
            case "paragraph_open" | "heading_open" | "blockquote_open":
                self._begin_block(token)
            case "paragraph_close" | "heading_close" | "blockquote_close":
                self._end_block(token)
            case "fence" | "code_block":
                self._begin_block(token)
                self._code(token.content.rstrip("\n"))
                self._gap("\n\n")
            case "hr":
                self._write("———\n\n")

    def _begin_block(self, token: Token) -> None:
        if not self._item:
            self._gap("\n\n")
        self._item = False
        if token.type == "heading_open":
            self._begin("bold")
        if token.type == "blockquote_open":
            self._begin("quote")

    def _end_block(self, token: Token) -> None:
        if token.type == "heading_close":
            self._end("bold")
        if token.type == "blockquote_close":
            self._end("quote")
        self._gap("\n" if self._lists else "\n\n")

    def _begin_item(self) -> None:
        self._gap("\n")
        number = self._lists[-1]
        self._write("    " * (len(self._lists) - 1) + ("• " if number is None else f"{number}. "))
        self._lists[-1] = None if number is None else number + 1
        self._item = True

    def _gap(self, wanted: str) -> None:
        """Ends the line (and leaves one empty), unless that is so already or nothing was written yet."""
        ending = "".join(self._out[-3:])
        have = len(ending) - len(ending.rstrip("\n"))
        if self._length and have < len(wanted):
            self._write("\n" * (len(wanted) - have))

    def _begin(self, kind: str, url: str = "") -> None:
        self._open.append((kind, self._length, url))

    def _end(self, kind: SpanKind) -> None:
        _, start, url = self._open.pop()
        plain = "".join(self._out)
        length = len(plain[start:].rstrip())
        if length:
            self._spans.append(Span(kind, start, length, url))

    def _code(self, words: str) -> None:
        self._begin("code")
        self._write(words)
        self._end("code")

    def _inline(self, token: Token) -> None:
        name, _, end = token.type.rpartition("_")
        if token.type in ("softbreak", "hardbreak"):
            self._write("\n")
        elif token.type == "code_inline":
            self._code(token.content)
        elif token.type == "image":
            self._write(token.content)
        elif name in STYLES or name == "link":
            if end == "open":
                self._begin(name, str(token.attrs.get("href", "")))
            else:
                self._end(STYLES.get(name, "link"))
        else:
            self._write(token.content)


PLACEHOLDER = re.compile(r"\{(\w+)\}")


def fill(template: Text, values: Mapping[str, Text | str]) -> Text:
    """The template with each `{name}` replaced by its value; a value is never read as markup.

    Raises KeyError for a placeholder without a value.
    """
    for found in reversed(list(PLACEHOLDER.finditer(template.plain))):
        value = values[found[1]]
        value = value if isinstance(value, Text) else Text(value)
        template = _replaced(template, found.start(), found.end(), value)
    return template


def _replaced(text: Text, start: int, end: int, value: Text) -> Text:
    grown = len(value.plain) - (end - start)
    spans = []
    for span in text.spans:
        last = span.start + span.length
        if last <= start:
            spans.append(span)
        elif span.start >= end:
            spans.append(Span(span.kind, span.start + grown, span.length, span.url))
        else:
            spans.append(Span(span.kind, span.start, span.length + grown, span.url))
    spans += [Span(s.kind, s.start + start, s.length, s.url) for s in value.spans]
    plain = text.plain[:start] + value.plain + text.plain[end:]
    return Text(plain, tuple(s for s in spans if s.length > 0))


def quoted(words: Text | str) -> Text:
    """Words as a quotation, as a block of its own."""
    plain = words if isinstance(words, str) else words.plain
    return styled("quote", plain)
