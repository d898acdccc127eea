"""Long texts reach their reader whole, whatever the platform's limit is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.messages import Span, Text, styled
from bot.splitting import split_text, utf16_units

LETTERS = st.text(st.sampled_from("ab é🥚👩\u200d🌾\u0301\n\t。寿 "), max_size=120)


@st.composite
def formatted(draw: st.DrawFn) -> Text:
    plain = draw(LETTERS)
    spans = []
    for kind in ("bold", "link"):
        start = draw(st.integers(0, len(plain)))
        length = draw(st.integers(0, len(plain) - start))
        if length:
            spans.append(Span(kind, start, length, "https://eggs.example/" if kind == "link" else ""))
    return Text(plain, tuple(spans))


def inked(texts: list[Text]) -> list[tuple[str, frozenset[str]]]:
    """Every visible character with the styles that lie on it."""
    return [
        (character, frozenset(s.kind for s in text.spans if s.start <= at < s.start + s.length))
        for text in texts
        for at, character in enumerate(text.plain)
        if not character.isspace()
    ]


@settings(deadline=None)
@given(formatted(), st.integers(2, 40))
def test_nothing_visible_is_lost_and_every_style_stays_on_its_words(text: Text, limit: int) -> None:
    assert inked(split_text(text, limit, utf16_units)) == inked([text])


@settings(deadline=None)
@given(formatted(), st.integers(2, 40))
def test_every_part_fits_and_says_something(text: Text, limit: int) -> None:
    parts = split_text(text, limit, utf16_units)
    assert all(utf16_units(part.plain) <= limit for part in parts)
    assert len(parts) == 1 or all(part.plain.strip() for part in parts)


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_units_are_counted_as_utf_16_counts_them(plain: str) -> None:
    assert utf16_units(plain) == len(plain.encode("utf-16-le")) // 2


def test_a_short_text_is_left_alone_with_its_spaces() -> None:
    assert split_text(Text("  hello \n"), 20, len) == [Text("  hello \n")]


def test_a_paragraph_end_is_preferred_to_a_line_end_and_that_to_a_word() -> None:
    assert [p.plain for p in split_text(Text("one two\n\nthree\nfour"), 14, len)] == ["one two", "three\nfour"]
    assert [p.plain for p in split_text(Text("one two\nthree four"), 14, len)] == ["one two", "three four"]
    assert [p.plain for p in split_text(Text("one two three"), 9, len)] == ["one two", "three"]


def test_a_break_near_the_beginning_leaves_no_stub() -> None:
    assert [p.plain for p in split_text(Text("a\n\nbb cc dd ee ff"), 12, len)] == ["a\n\nbb cc dd", "ee ff"]


def test_a_word_longer_than_the_limit_is_cut_within() -> None:
    assert [p.plain for p in split_text(Text("eggs" * 3), 5, len)] == ["eggse", "ggseg", "gs"]


def test_a_text_without_spaces_is_cut_after_a_sentence() -> None:
    assert [p.plain for p in split_text(Text("卵です。新鮮です。"), 6, len)] == ["卵です。", "新鮮です。"]


def test_a_composed_emoji_and_an_accent_stay_whole() -> None:
    farmer = "👩\u200d🌾"
    assert [p.plain for p in split_text(Text("xxx" + farmer), 5, len)] == ["xxx", farmer]
    assert [p.plain for p in split_text(Text("xxxe\u0301"), 4, len)] == ["xxx", "e\u0301"]


def test_bold_across_a_cut_is_bold_on_both_sides() -> None:
    assert split_text(styled("bold", "one two"), 4, len) == [styled("bold", "one"), styled("bold", "two")]


def test_white_space_alone_becomes_one_empty_part() -> None:
    assert split_text(Text(" " * 9), 4, len) == [Text()]


def test_a_limit_smaller_than_a_character_is_refused() -> None:
    with pytest.raises(ValueError, match="limit of 1"):
        split_text(Text("🥚🥚"), 1, utf16_units)
