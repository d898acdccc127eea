"""The neutral messages: they survive storage, and their formatting survives joining and cutting."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.messages import (
    Button,
    ChatRef,
    Desk,
    Field,
    Form,
    InboundKind,
    InboundMessage,
    Media,
    MediaKind,
    MessageRef,
    Op,
    OutboundKind,
    OutboundMessage,
    Receipt,
    Sender,
    Span,
    SpanKind,
    Text,
    dump,
    load,
    styled,
)

words = st.text(max_size=12)
zones = st.sampled_from([UTC, timezone(timedelta(hours=9)), timezone(timedelta(hours=-3, minutes=-30))])
instants = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=zones)
chats = st.builds(ChatRef, words, words, words, st.none() | words)
refs = st.builds(MessageRef, chats, words)
media = st.lists(
    st.builds(Media, st.sampled_from(get_args(MediaKind)), words, words, words, words, st.integers(0, 2**40)),
    max_size=2,
).map(tuple)


@st.composite
def texts(draw: st.DrawFn) -> Text:
    """Words with formatting somewhere within them."""
    plain = draw(words)
    spans = []
    for _ in range(draw(st.integers(0, 3)) if plain else 0):
        start = draw(st.integers(0, len(plain) - 1))
        length = draw(st.integers(1, len(plain) - start))
        spans.append(Span(draw(st.sampled_from(get_args(SpanKind))), start, length, draw(words)))
    return Text(plain, tuple(spans))


inbound = st.builds(
    InboundMessage,
    words,
    words,
    words,
    chats,
    st.builds(Sender, words, words, words, words, st.booleans()),
    st.sampled_from(get_args(InboundKind)),
    instants,
    message_id=words,
    text=texts(),
    action=words,
    fields=st.dictionaries(words, words, max_size=2),
    media=media,
    reply_to=st.none() | refs,
    addressed=st.booleans(),
)
forms = st.builds(
    Form, words, words, st.lists(st.builds(Field, words, words, st.just("line"), st.booleans()), max_size=2).map(tuple)
)
outbound = st.builds(
    OutboundMessage,
    chats | st.builds(Desk, st.integers(1, 2**40)),
    words,
    st.sampled_from(get_args(OutboundKind)),
    st.sampled_from(get_args(Op)),
    text=texts(),
    buttons=st.lists(st.builds(Button, words, words), max_size=2).map(tuple),
    media=media,
    target=st.none() | words | refs,
    quotes=st.none() | words | refs,
    reaction=words,
    form=st.none() | forms,
    not_before=st.none() | instants,
    in_answer_to=st.none() | st.integers(0, 2**40),
    copy_of=st.none() | st.integers(0, 2**40),
    customer_id=st.none() | st.integers(0, 2**40),
)


@given(inbound)
def test_an_inbound_message_survives_storage(message: InboundMessage) -> None:
    assert load(InboundMessage, json.loads(json.dumps(dump(message)))) == message


@given(outbound)
def test_an_outbound_message_survives_storage(message: OutboundMessage) -> None:
    loaded = load(OutboundMessage, json.loads(json.dumps(dump(message))))
    assert loaded == message
    assert (type(loaded.to), type(loaded.target)) == (type(message.to), type(message.target))


@pytest.mark.parametrize("data", [None, [], {}, {"key": "a"}, {"to": {}, "key": "a"}, {"to": {"x": 1}, "key": "a"}])
def test_anything_else_is_refused(data: object) -> None:
    with pytest.raises(ValidationError):
        load(OutboundMessage, data)


def test_what_is_stored_is_short() -> None:
    message = OutboundMessage(Desk(7), "in:1", "note")
    assert dump(message) == {"to": {"conversation_id": 7}, "key": "in:1", "kind": "note"}
    assert dump(Receipt("r1")) == {"message_id": "r1"}


def marks(text: Text) -> list[set[tuple[str, str]]]:
    """The formatting of each character."""
    found: list[set[tuple[str, str]]] = [set() for _ in text.plain]
    for span in text.spans:
        for at in range(span.start, span.start + span.length):
            found[at].add((span.kind, span.url))
    return found


@given(texts(), texts())
def test_two_joined_texts_keep_their_formatting(first: Text, second: Text) -> None:
    whole = first + second
    assert whole.plain == first.plain + second.plain
    assert marks(whole) == marks(first) + marks(second)
    assert whole.cut(0, len(first.plain)) == first
    assert marks(whole.cut(len(first.plain), len(whole.plain))) == marks(second)


@given(texts(), words)
def test_plain_words_joined_to_a_text_stay_plain(first: Text, second: str) -> None:
    assert first + second == first + Text(second)


@given(texts(), st.data())
def test_a_cut_keeps_the_formatting_of_each_character(text: Text, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text.plain)))
    end = data.draw(st.integers(start, len(text.plain) + 3))
    part = text.cut(start, end)
    assert part.plain == text.plain[start:end]
    assert all(s.start >= 0 and s.length > 0 and s.start + s.length <= len(part.plain) for s in part.spans)
    assert marks(part) == marks(text)[start:end]


def test_a_text_without_words_is_false_and_an_empty_style_is_no_style() -> None:
    assert not Text() and Text("a")
    assert styled("bold", "") == Text()
    assert styled("link", "here", "https://example.org").spans == (Span("link", 0, 4, "https://example.org"),)
