from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.adapters.telegram.entities import MOST_ENTITIES, NAMES, from_entities, to_entities
from bot.messages import Span, Text, styled

CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is no fault of the code."""

PLAIN = st.text(st.one_of(st.characters(codec="utf-8"), st.sampled_from("<3_*[]`👩‍🚀🥚אשמح")), min_size=1, max_size=60)


@st.composite
def texts(draw: st.DrawFn) -> Text:
    plain = draw(PLAIN)
    spans = []
    for _ in range(draw(st.integers(0, 5))):
        start = draw(st.integers(0, len(plain) - 1))
        length = draw(st.integers(1, len(plain) - start))
        kind = draw(st.sampled_from(tuple(NAMES)))
        spans.append(Span(kind, start, length, "https://example.org" if kind == "link" else ""))
    return Text(plain, tuple(spans))


@CALM
@given(texts())
def test_formatting_survives_the_way_to_telegram_and_back(text: Text) -> None:
    assert from_entities(text.plain, to_entities(text)) == text


@CALM
@given(texts())
def test_every_entity_covers_the_very_words_in_utf_16(text: Text) -> None:
    units = text.plain.encode("utf-16-le", "surrogatepass")
    for span, entity in zip(text.spans, to_entities(text), strict=True):
        covered = units[2 * entity["offset"] : 2 * (entity["offset"] + entity["length"])]
        assert covered.decode("utf-16-le", "surrogatepass") == text.plain[span.start : span.start + span.length]


def test_offsets_count_an_emoji_twice() -> None:
    text = Text("🥚 ") + styled("bold", "egg")
    assert to_entities(text) == [{"type": "bold", "offset": 3, "length": 3}]


def test_an_entity_that_ends_inside_an_emoji_takes_the_whole_emoji() -> None:
    assert from_entities("a🥚b", [{"type": "bold", "offset": 1, "length": 1}]) == Text("a🥚b", (Span("bold", 1, 1),))


def test_an_entity_beyond_the_text_ends_with_it() -> None:
    assert from_entities("abc", [{"type": "bold", "offset": 1, "length": 99}]) == Text("abc", (Span("bold", 1, 2),))


def test_kinds_that_mean_nothing_to_us_stay_plain_words() -> None:
    assert from_entities("see #eggs", [{"type": "hashtag", "offset": 4, "length": 5}]) == Text("see #eggs")


def test_a_custom_emoji_is_told_by_the_common_one_that_stands_for_it() -> None:
    assert from_entities("🥚!", [{"type": "custom_emoji", "offset": 0, "length": 2, "custom_emoji_id": "5"}]) == Text(
        "🥚!"
    )


def test_a_mention_is_read_but_needs_no_entity_to_be_sent() -> None:
    text = from_entities("@ana", [{"type": "mention", "offset": 0, "length": 4}])
    assert text.spans[0].kind == "mention"
    assert to_entities(text) == []


def test_a_link_without_an_address_is_no_link() -> None:
    assert to_entities(styled("link", "here")) == []


def test_more_than_a_hundred_are_not_sent() -> None:
    many = Text("x" * 300, tuple(Span("bold", n, 1) for n in range(300)))
    assert len(to_entities(many)) == MOST_ENTITIES == 100


def test_a_span_that_reaches_beyond_the_text_is_cut_to_it() -> None:
    assert to_entities(Text("ab", (Span("bold", 1, 9),))) == [{"type": "bold", "offset": 1, "length": 1}]
    assert to_entities(Text("ab", (Span("bold", 5, 9),))) == []
