"""Neutral text as Discord's Markdown. Whatever a person wrote stays as they wrote it: it neither formats nor pings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from bot.messages import Span, SpanKind, Text

JOINER = "\u2060"
"""A sign of no width, between signs that Discord would read as one. Reading drops it again."""
MARKERS: dict[SpanKind, str] = {"spoiler": "||", "link": "[", "bold": "**", "strike": "~~", "italic": "_"}
"""From the outermost to the innermost; in quotes and around code, which are none of these."""
ADDRESS = re.compile(r"https?://[^\s<>|`\\]+[^\s<>|`\\.,:;\"')\]]")
LINKABLE = re.compile(r"https?://\S")
Style = tuple[SpanKind, str]
"""A kind, and the address of a link."""
LONGEST_LINK = 512
"""Longer addresses are said beside their words, where they can be split."""

_SPECIAL = re.compile(r"[\\*_`\[]|~(?=~)|(?<=~)~|\|(?=\|)|(?<=\|)\||<(?=[@#:/a-zA-Z])|:(?=\w+:)")
_PING = re.compile(r"@(?=everyone|here|[!&]?[0-9])")
_LINE_START = re.compile(r"(\s*)(?:(#(?=#{0,2}\s)|-(?=#?\s)|>)|([0-9]+)\.(?=\s))")
_WORD = re.compile(r"[0-9A-Za-z_]")
_BULLET = re.compile(r"((?:    )*)• (?=\S)")
_NOT_IN_LINKS = re.compile(r"[\s()<>\\\"\[\]]")


def to_discord(text: Text) -> str:
    """The text as Discord's Markdown, in which every sign of the words themselves is escaped.

    Quotes begin on a line of their own. A link that Discord would not mask is said beside its words.
    """
    if not text.spans:
        return _lines(text)
    text = _quotes_as_lines(sayable_links(_tidied(text)))
    return "\n".join(_quoted(part) if is_quote else _blocks(part) for is_quote, part in _by_quotes(text))


def _tidied(text: Text) -> Text:
    """The same formatting as spans within the words; those of one kind neither overlap nor touch, links aside."""
    spans = [s for s in text.spans if s.kind == "link" and 0 <= s.start < len(text.plain)]
    for kind in {s.kind for s in text.spans} - {"link", "mention"}:
        places = _merged(s for s in text.spans if s.kind == kind)
        spans += [Span(kind, max(0, start), min(end, len(text.plain)) - max(0, start)) for start, end in places]
    return Text(text.plain, tuple(s for s in spans if s.length > 0))


def sayable_links(text: Text) -> Text:
    """The same text, in which each link can be masked; of others the address stands behind the words."""
    for span in sorted((s for s in text.spans if s.kind == "link"), key=lambda s: -s.start):
        words = text.plain[span.start : span.start + span.length]
        if LINKABLE.match(span.url) and len(span.url) <= LONGEST_LINK and not re.search(r"[\[\]]|://", words):
            continue
        text = replace(text, spans=tuple(s for s in text.spans if s is not span))
        if span.url and span.url.rstrip("/") != words.strip().rstrip("/"):
            text = _inserted(text, min(span.start + span.length, len(text.plain)), f" ({span.url})")
    return text


def _inserted(text: Text, at: int, words: str) -> Text:
    """The text with plain words put in; formatting that goes on over the place goes on over them."""
    spans = []
    for span in text.spans:
        if span.start >= at:
            span = replace(span, start=span.start + len(words))
        elif span.start + span.length > at:
            span = replace(span, length=span.length + len(words))
        spans.append(span)
    return Text(text.plain[:at] + words + text.plain[at:], tuple(spans))


def _quotes_as_lines(text: Text) -> Text:
    """Each quotation on lines of its own."""
    quotes = [_trimmed(text.plain, s) for s in text.spans if s.kind == "quote"]
    for edge in sorted({edge for q in quotes for edge in (q.start, q.start + q.length)}, reverse=True):
        before, after = text.plain[:edge].rpartition("\n")[2], text.plain[edge:].partition("\n")[0]
        if before.strip() and after.strip():
            text = _inserted(text, edge, "\n")
    return text


def _by_quotes(text: Text) -> Iterator[tuple[bool, Text]]:
    """The text in groups of lines, within a quotation or not; the line break between two groups is left out."""
    quotes = [_trimmed(text.plain, s) for s in text.spans if s.kind == "quote"]
    bare = replace(text, spans=tuple(s for s in text.spans if s.kind != "quote"))
    start, group, was_quote = 0, 0, None
    for line in text.plain.split("\n"):
        end = start + len(line)
        # An empty line belongs to the quotation that goes on after it.
        is_quote = any(q.start < max(end, start + 1) and start < q.start + q.length for q in quotes)
        if was_quote is not None and is_quote != was_quote:
            yield was_quote, bare.cut(group, start - 1)
            group = start
        was_quote, start = is_quote, end + 1
    yield bool(was_quote), bare.cut(group, len(text.plain))


def _quoted(text: Text) -> str:
    return "\n".join(f"> {line}" for line in _blocks(text).split("\n"))


def _blocks(text: Text) -> str:
    """Lines, with code of several lines as blocks."""
    out, done = "", 0
    for start, end in _merged(s for s in text.spans if s.kind == "code"):
        code = text.plain[start:end].strip("\n")
        if "\n" not in code:
            continue
        start += len(text.plain[start:end]) - len(text.plain[start:end].lstrip("\n"))
        block = f"```\n{_separated(code, '`')}\n```"
        hidden = any(s.kind == "spoiler" and s.start <= start < s.start + s.length for s in text.spans)
        out += _lines(text.cut(done, start)) + (f"||{_separated(block, '|')}||" if hidden else block)
        done = start + len(code)
    return out + _lines(text.cut(done, len(text.plain)))


def _lines(text: Text) -> str:
    if not text.spans:
        return "\n".join(_line(Text(line)) for line in text.plain.split("\n"))
    out, start = [], 0
    for line in text.plain.split("\n"):
        out.append(_line(text.cut(start, start + len(line))))
        start += len(line) + 1
    return "\n".join(out)


def _line(line: Text) -> str:
    """One line, in which all formatting is closed again."""
    if bullet := _BULLET.match(line.plain):
        return "  " * (len(bullet[1]) // 4) + "- " + _line_words(line.cut(bullet.end(), len(line.plain)))
    return _line_words(line)


def _line_words(line: Text) -> str:
    atoms = _atoms(line)
    spans = [t for t in (_trimmed(line.plain, s) for s in line.spans if s.kind in MARKERS) if t.length]
    cuts = {0, len(line.plain), *(edge for atom in atoms for edge in atom)}
    cuts |= {e for s in spans for e in (s.start, s.start + s.length) if not any(a < e < b for a, b in atoms)}
    out = ""
    opened: list[Style] = []
    for place in pairwise(sorted(cuts)):
        out, opened = _changed(out, opened, _styles(spans, place[0], place in atoms))
        words = line.plain[slice(*place)]
        if place not in atoms:
            if out.endswith("_") and _WORD.match(words) and ("italic", "") not in opened:
                out += JOINER  # an italic ends at the end of a word only
            out += _escaped(words, at_start=place[0] == 0)
        elif atoms[place] == "code":
            out = _apart(out, "`") + _code(_separated(words, "|"))
        else:
            out += f"<{words}>"
    return _changed(out, opened, [])[0]


def _atoms(line: Text) -> dict[tuple[int, int], str]:
    """What is taken as it is: code, and addresses. They bear no style but a spoiler and a link."""
    code = [(s, e) for s, e in _merged(s for s in line.spans if s.kind == "code") if line.plain[s:e].strip()]
    atoms = dict.fromkeys(code, "code")
    for begin, end in pairwise([0, *(edge for place in code for edge in place), len(line.plain)]):
        if (begin, end) not in atoms:
            atoms |= dict.fromkeys((f.span() for f in ADDRESS.finditer(line.plain, begin, end)), "address")
    return atoms


def _styles(spans: Sequence[Span], at: int, atom: bool) -> list[Style]:
    """The styles of the words at a place, the outermost first."""
    here = {s.kind: s.url for s in reversed(spans) if s.start <= at < s.start + s.length}
    return [(kind, here[kind]) for kind in MARKERS if kind in here and (not atom or kind in ("spoiler", "link"))]


def _changed(out: str, opened: list[Style], wanted: list[Style]) -> tuple[str, list[Style]]:
    """Closes what ends and opens what begins."""
    common = 0
    while common < min(len(opened), len(wanted)) and opened[common] == wanted[common]:
        common += 1
    for kind, url in reversed(opened[common:]):
        if kind == "link":
            out += f"]({_NOT_IN_LINKS.sub(lambda sign: _percent(sign[0]), url)})"
        else:
            out = _apart(out, MARKERS[kind][0]) + MARKERS[kind]
    for kind, _ in wanted[common:]:
        if kind == "italic" and _WORD.match(out[-1:]):
            out += JOINER
        out = _apart(out, MARKERS[kind][0]) + MARKERS[kind]
    return out, wanted


def _percent(sign: str) -> str:
    return "".join(f"%{byte:02X}" for byte in sign.encode("utf-8", "replace"))


def _apart(out: str, sign: str) -> str:
    """`out`, so that `sign` after it is not read together with it. No italic begins right after a strike."""
    return out + JOINER if out.endswith(sign) or (sign == "_" and out.endswith("~~")) else out


def _escaped(words: str, *, at_start: bool) -> str:
    lead = ""
    if at_start and (start := _LINE_START.match(words)):
        lead, words = start[1] + (f"{start[3]}\\." if start[3] else f"\\{start[2]}"), words[start.end() :]
    return lead + _PING.sub("@" + JOINER, _SPECIAL.sub(r"\\\g<0>", words))


def _code(words: str) -> str:
    """Code within a line, between signs that it does not hold itself."""
    if "`" not in words:
        return f"`{words}`"
    words = _separated(words, "`")
    return f"``{' ' * words.startswith('`')}{words}{' ' * words.endswith('`')}``"


def _separated(words: str, sign: str) -> str:
    """Words in which such signs no longer stand side by side."""
    return re.sub(f"{re.escape(sign)}(?={re.escape(sign)})", sign + JOINER, words)


def _trimmed(plain: str, span: Span) -> Span:
    """The span without the white space at its ends."""
    words = plain[span.start : span.start + span.length]
    start = span.start + len(words) - len(words.lstrip())
    return replace(span, start=start, length=len(words.strip()))


def _merged(spans: Iterable[Span]) -> list[tuple[int, int]]:
    """Where spans are, those that touch as one."""
    places: list[tuple[int, int]] = []
    for span in sorted(spans, key=lambda s: s.start):
        start, end = span.start, span.start + span.length
        if places and start <= places[-1][1]:
            places[-1] = (places[-1][0], max(places[-1][1], end))
        else:
            places.append((start, end))
    return places
