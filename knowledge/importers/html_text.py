"""HTML as people's shops hold it, cleaned to plain text: what is read aloud stays, everything else goes."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

_BLOCKS = frozenset(
    "address article aside blockquote dd details div dl dt figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr "
    "main nav ol p pre section summary table tbody tfoot thead tr ul".split()
)
_SILENT = frozenset("head iframe noscript object script select style svg template title".split())
_LOOKS_LIKE_HTML = re.compile(r"<\s*/?\s*[a-zA-Z][^<>]*>|&(?:#\d+|#x[0-9a-fA-F]+|[a-zA-Z][a-zA-Z0-9]*);")
_LINK = re.compile(r"(?:https?://|mailto:|tel:)\S+", re.IGNORECASE)
_UNFIT = re.compile("[\0\x01-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufeff]")
"""Characters that no text has and that some database refuses."""
_INDENT = "\x1e"
"""Stands for the indent of a list within a list until blanks are tidied up."""


def plain(text: str) -> str:
    """The text without what no text has: control characters, halves of characters; every line end one newline."""
    return _UNFIT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def line_of(text: str) -> str:
    """HTML or text as one line, such as a title."""
    return " ".join(text_of(text).split())


def text_of(markup: str) -> str:
    """HTML as text: paragraphs parted by a blank line, list items after `- `, links as `[words](address)`.

    Text without tags and entities stays as it stands, but for blanks around it. Never raises: broken tags are text.
    """
    markup = plain(markup)
    if not _LOOKS_LIKE_HTML.search(markup):
        return markup.strip()
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    return reader.text()


class _Reader(HTMLParser):
    """Collects lines; `_silent` counts the elements around that are never read aloud."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[str] = []
        self._silent: list[str] = []
        self._lists: list[int | None] = []
        self._links: list[tuple[str, int]] = []
        self._verbatim = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent.append(tag)
        elif tag == "br":
            self._parts.append("\n")
        elif tag == "li":
            self._parts.append(f"\n{_INDENT * (len(self._lists) - 1)}{self._bullet()} ")
        elif tag in ("td", "th"):
            self._parts.append(" ")
        elif tag == "a":
            self._links.append((dict(attrs).get("href") or "", len(self._parts)))
        elif tag in ("ul", "ol"):
            self._parts.append("\n" if self._lists else "\n\n")
            self._lists.append(1 if tag == "ol" else None)
        elif tag in _BLOCKS:
            self._verbatim += tag == "pre"
            self._parts.append("\n" if tag == "tr" else "\n\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            if tag in self._silent:
                del self._silent[self._silent.index(tag) :]
        elif tag == "a" and self._links:
            self._close_link(*self._links.pop())
        elif tag in ("ul", "ol"):
            self._lists = self._lists[:-1]
            self._parts.append("\n" if self._lists else "\n\n")
        elif tag in _BLOCKS:
            self._verbatim = max(0, self._verbatim - (tag == "pre"))
            self._parts.append("" if tag == "tr" else "\n\n")

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        self._parts.append(data if self._verbatim else re.sub(r"\s+", " ", data))

    def text(self) -> str:
        """What was read, blank lines never doubled."""
        lines = [re.sub(r" {2,}", " ", line.strip(" \t")) for line in "".join(self._parts).split("\n")]
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip(" \n").replace(_INDENT, "  ")

    def _bullet(self) -> str:
        number = self._lists[-1] if self._lists else None
        if number is None:
            return "-"
        self._lists[-1] = number + 1
        return f"{number}."

    def _close_link(self, address: str, since: int) -> None:
        words = " ".join("".join(self._parts[since:]).split())
        if not self._silent and words and _LINK.fullmatch(address) and address != words and "[" not in words:
            before = " " if "".join(self._parts[since:])[:1].isspace() else ""
            self._parts[since:] = [f"{before}[{words}]({html.unescape(address).replace(')', '%29')})"]
