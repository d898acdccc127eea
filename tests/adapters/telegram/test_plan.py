from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.adapters.telegram.plan import CAPTION_UNITS, TEXT_UNITS, plan
from bot.messages import Button, ChatRef, Media, OutboundMessage, Text, styled
from bot.splitting import utf16_units

CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is no fault of the code."""

CHAT = ChatRef("telegram", "7", "1")
BUTTON = Button("Ask Hana", "ask_owner:1")


def message(text: Text | str = "", *media: Media, buttons: tuple[Button, ...] = ()) -> OutboundMessage:
    words = Text(text) if isinstance(text, str) else text
    return OutboundMessage(CHAT, "key", text=words, media=media, buttons=buttons)


def photos(count: int) -> tuple[Media, ...]:
    return tuple(Media("photo", f"file{number}") for number in range(count))


def shape(parts: list[OutboundMessage]) -> list[tuple[int, int, int]]:
    """Media, units of text and buttons of each part."""
    return [(len(p.media), utf16_units(p.text.plain), len(p.buttons)) for p in parts]


def test_a_short_message_stays_as_it_is() -> None:
    whole = message("Hello", *photos(1), buttons=(BUTTON,))
    assert plan(whole) == [whole]


@pytest.mark.parametrize(("units", "parts"), [(4096, 1), (4097, 2)])
@pytest.mark.parametrize("letter", ["x", "א", "🥚"])
def test_a_text_is_split_beyond_4096_utf_16_units(units: int, parts: int, letter: str) -> None:
    text = letter * (units // utf16_units(letter)) + "x" * (units % utf16_units(letter))
    planned = plan(message(text))
    assert len(planned) == parts
    assert "".join(part.text.plain for part in planned) == text


@pytest.mark.parametrize(("units", "parts"), [(1024, 1), (1025, 2)])
def test_a_caption_overflows_into_a_second_message(units: int, parts: int) -> None:
    planned = plan(message("x" * units, *photos(1), buttons=(BUTTON,)))
    assert len(planned) == parts
    assert [len(part.media) for part in planned] == [1, 0][:parts]
    assert [bool(part.buttons) for part in planned] == [False, True][-parts:]


def test_later_parts_are_named_after_the_first_and_quote_nothing() -> None:
    planned = plan(replace(message("x" * 9000), quotes="another"))
    assert [part.key for part in planned] == ["key", "key/2", "key/3"]
    assert [part.quotes for part in planned] == ["another", None, None]


def test_an_album_bears_the_caption() -> None:
    assert shape(plan(message("Three hens", *photos(3)))) == [(3, 10, 0)]


def test_buttons_of_an_album_stand_under_a_text_after_it() -> None:
    assert shape(plan(message("Three hens", *photos(3), buttons=(BUTTON,)))) == [(3, 0, 0), (0, 10, 1)]


def test_buttons_of_an_album_without_words_get_words_to_stand_under() -> None:
    (album, below) = plan(message("", *photos(2), buttons=(BUTTON,)))
    assert not album.buttons
    assert below.buttons and below.text.plain.strip()


def test_more_than_ten_pictures_become_several_messages() -> None:
    assert shape(plan(message("Hens", *photos(11)))) == [(10, 4, 0), (1, 0, 0)]


def test_kinds_that_share_no_album_go_one_by_one() -> None:
    mixed = (Media("photo", "p"), Media("video", "v"), Media("document", "d"), Media("voice", "o"))
    assert shape(plan(message("All", *mixed, buttons=(BUTTON,)))) == [(2, 3, 0), (1, 0, 0), (1, 0, 1)]


@pytest.mark.parametrize("kind", ["sticker", "location", "contact"])
def test_words_for_what_takes_no_caption_come_after_it(kind: str) -> None:
    bare = Media(kind, "file", url="geo:1,2")  # type: ignore[arg-type]
    assert shape(plan(message("Here", bare))) == [(1, 0, 0), (0, 4, 0)]


def test_a_round_video_takes_neither_caption_nor_album() -> None:
    assert shape(plan(message("Hi", Media("video", "v", name="video_note"), Media("video", "w")))) == [
        (1, 0, 0),
        (1, 0, 0),
        (0, 2, 0),
    ]


def test_what_cannot_be_sent_again_is_described() -> None:
    (part,) = plan(message("Look", Media("poll", alt="Best egg?\n• white")))
    assert part.text.plain == "Look\n📊 Best egg?\n• white"
    assert part.media == ()


def test_a_long_edit_changes_the_first_part_and_sends_the_rest() -> None:
    edit = replace(message("x" * 5000, buttons=(BUTTON,)), op="edit", target="before")
    first, second = plan(edit)
    assert (first.op, first.target, first.buttons) == ("edit", "before", ())
    assert (second.op, second.target, second.buttons) == ("send", None, (BUTTON,))


def test_deletes_and_reactions_are_one_call() -> None:
    for op in ("delete", "react"):
        whole = replace(message("x" * 9000), op=op, target="before")
        assert plan(whole) == [whole]


def test_formatting_goes_with_its_words() -> None:
    text = Text("x" * 1020 + " ") + styled("bold", "heavy words")
    first, second = plan(message(text, *photos(1)))
    assert first.text.spans == ()
    assert second.text == styled("bold", "heavy words")


WORDS = st.text(st.one_of(st.sampled_from("ab \n🥚👩‍🚀אم<_*"), st.characters(codec="utf-8")), max_size=40)
KINDS = st.sampled_from(("photo", "video", "document", "audio", "voice", "sticker", "animation"))


@CALM
@given(
    st.lists(WORDS, max_size=5).map(lambda words: "".join(word * 90 for word in words)),
    st.lists(KINDS, max_size=14),
    st.booleans(),
)
def test_planning_loses_nothing_and_obeys_every_limit(words: str, kinds: list[str], pressable: bool) -> None:
    media = tuple(Media(kind, f"f{n}") for n, kind in enumerate(kinds))  # type: ignore[arg-type]
    planned = plan(message(words, *media, buttons=(BUTTON,) if pressable else ()))
    said = "".join(part.text.plain for part in planned).replace("👆", "")
    assert "".join(said.split()) == "".join(words.replace("👆", "").split())
    assert tuple(item for part in planned for item in part.media) == media
    for part in planned:
        assert utf16_units(part.text.plain) <= (CAPTION_UNITS if part.media else TEXT_UNITS)
        assert len(part.media) <= 10
        assert len(part.media) < 2 or not part.buttons
    assert [part for part in planned if part.buttons] == (planned[-1:] if pressable else [])
    assert len({part.key for part in planned}) == len(planned)
