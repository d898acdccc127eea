"""Neutral text to Discord's Markdown and back: nothing is lost, nothing formats by accident, nobody is pinged."""

from __future__ import annotations

import re

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.adapters.discord.markdown import ADDRESS, JOINER, to_discord
from bot.adapters.discord.reading import from_discord
from bot.messages import Span, SpanKind, Text, styled

CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is no fault of the code."""

SIGNS = [
    *"*_~|`\\<>[]()#-@:!.1\n  ab",
    *("**", "__", "~~", "||", "```", "\n> ", "\n- ", "\n# ", "\n1. ", "\n• ", "@everyone", "<@12>", "<#5>", "<:a:1>"),
    *("<t:1>", "[x](https://e.org)", "https://a.example/b_c*d", "👩\u200d🚀", "🥚", "é", "אם", ":hen:", "¯\\_(ツ)_/¯"),
]
PLAIN = st.lists(
    st.one_of(st.sampled_from(SIGNS), st.characters(codec="utf-8", exclude_characters=f"{JOINER}\r\x00")),
    min_size=1,
    max_size=30,
).map("".join)
BARE = re.compile(rf"(?m)^ *•|{ADDRESS.pattern}")
INLINE: tuple[SpanKind, ...] = ("bold", "italic", "strike", "spoiler")


def meaning(text: Text) -> tuple[str, list[set[str]]]:
    """The words, and the formatting of each sign that can be seen. Bullets and addresses bear none on Discord."""
    styles: list[set[str]] = [set() for _ in text.plain]
    for span in text.spans:
        for at in range(max(0, span.start), min(span.start + span.length, len(text.plain))):
            styles[at].add(f"{span.kind} {span.url}".strip())
    bare = {at for found in BARE.finditer(text.plain) for at in range(*found.span())}
    return text.plain, [s for at, s in enumerate(styles) if at not in bare and not text.plain[at].isspace()]


@st.composite
def styled_texts(draw: st.DrawFn) -> Text:
    """Words in styles that may overlap in any way."""
    plain = draw(PLAIN)
    spans = []
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(plain) - 1))
        kind = draw(st.sampled_from(INLINE))
        spans.append(Span(kind, start, draw(st.integers(1, len(plain) - start))))
    return Text(plain, tuple(spans))


@CALM
@given(PLAIN)
def test_plain_words_survive_the_way_to_discord_and_back_without_any_formatting(plain: str) -> None:
    assert from_discord(to_discord(Text(plain))) == Text(plain)


@CALM
@given(styled_texts())
def test_words_in_styles_survive_the_way_to_discord_and_back(text: Text) -> None:
    assert meaning(from_discord(to_discord(text))) == meaning(text)


BLOCKS = st.sampled_from(("code", "quote", "link", "spoiler", "bold"))
WORDS = st.text(st.sampled_from("ab* _`~|\\<@é🥚"), min_size=1, max_size=8).map(str.strip).filter(bool)


@CALM
@given(st.lists(st.tuples(BLOCKS, st.lists(WORDS, min_size=1, max_size=3)), min_size=1, max_size=5))
def test_code_quotes_and_links_survive_the_way_to_discord_and_back(parts: list[tuple[SpanKind, list[str]]]) -> None:
    text = Text()
    for kind, lines in parts:
        words = " ".join(lines) if kind == "link" else "\n".join(lines)
        text = text + ("\n\n" if text else "")
        text = text + styled(kind, words, "https://example.org/a?b=c" if kind == "link" else "")
    assert meaning(from_discord(to_discord(text))) == meaning(text)


@CALM
@given(st.text(max_size=300) | PLAIN)
def test_no_words_whatever_break_the_reading(markdown: str) -> None:
    read = from_discord(markdown)
    for span in read.spans:
        assert span.start >= 0 and span.length > 0 and span.start + span.length <= len(read.plain)
