from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.adapters.discord.markdown import to_discord
from bot.adapters.discord.plan import BELOW, FILE_BYTES, REQUEST_BYTES, TEXT_AT_MOST, plan
from bot.adapters.discord.reading import from_discord
from bot.messages import Button, ChatRef, Media, OutboundMessage, Span, SpanKind, Text, styled

CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is no fault of the code."""

CHAT = ChatRef("discord", "900", "@11")
BUTTON = Button("Ask Hana", "ask_owner:1")


def message(text: Text | str = "", *media: Media, buttons: tuple[Button, ...] = ()) -> OutboundMessage:
    words = Text(text) if isinstance(text, str) else text
    return OutboundMessage(CHAT, "key", text=words, media=media, buttons=buttons)


def files(count: int, size: int = 5) -> tuple[Media, ...]:
    return tuple(Media("photo", sha256=f"sum{number}", size=size) for number in range(count))


def shape(parts: list[OutboundMessage]) -> list[tuple[int, int, int]]:
    """Files, signs of text and buttons of each part."""
    return [(len(p.media), len(p.text.plain), len(p.buttons)) for p in parts]


def test_a_short_message_stays_as_it_is() -> None:
    whole = message("Hello", *files(1), buttons=(BUTTON,))
    assert plan(whole) == [whole]


@pytest.mark.parametrize(("signs", "parts"), [(2000, 1), (2001, 2)])
@pytest.mark.parametrize("letter", ["x", "א", "🥚"])
def test_a_text_is_split_beyond_2000_code_points(signs: int, parts: int, letter: str) -> None:
    planned = plan(message(letter * signs))
    assert len(planned) == parts
    assert "".join(part.text.plain for part in planned) == letter * signs


def test_signs_that_must_be_escaped_count_twice() -> None:
    planned = plan(message("*" * 2000))
    assert len(planned) > 1
    assert "".join(part.text.plain for part in planned) == "*" * 2000


def test_words_are_not_torn() -> None:
    first, second = plan(message("x" * 1995 + " wonderful eggs"))
    assert (first.text.plain, second.text.plain) == ("x" * 1995, "wonderful eggs")


@pytest.mark.parametrize(("kind", "mark"), [("quote", "> "), ("code", "```"), ("bold", "**")])
def test_what_a_cut_falls_into_is_opened_again_in_the_next_part(kind: SpanKind, mark: str) -> None:
    planned = plan(message(styled(kind, "\n".join(["many words of Hana"] * 150))))
    assert len(planned) > 1
    assert all(to_discord(part.text).startswith(mark) for part in planned)


def test_later_parts_are_named_after_the_first_and_quote_nothing() -> None:
    planned = plan(replace(message("x" * 4500), quotes="another"))
    assert [part.key for part in planned] == ["key", "key/2", "key/3"]
    assert [part.quotes for part in planned] == ["another", None, None]


def test_ten_files_are_one_message_and_the_eleventh_comes_after() -> None:
    assert shape(plan(message("Hens", *files(11), buttons=(BUTTON,)))) == [(10, 4, 0), (1, 0, 1)]


def test_the_rest_of_a_long_text_comes_after_all_files() -> None:
    assert shape(plan(message("x" * 2500, *files(11), buttons=(BUTTON,)))) == [(10, 2000, 0), (1, 0, 0), (0, 500, 1)]


def test_files_that_are_too_much_together_go_in_several_messages() -> None:
    size = REQUEST_BYTES // 3
    assert shape(plan(message("", *files(4, size)))) == [(3, 0, 0), (1, 0, 0)]


def test_a_file_that_is_too_large_is_told_with_its_name_and_size() -> None:
    (part,) = plan(message("Look", Media("video", sha256="s", name="farm.mp4", size=FILE_BYTES + 1)))
    assert part.media == ()
    assert part.text.plain == "Look\n[farm.mp4, 10.5 MB, more than Discord takes]"


@pytest.mark.parametrize(
    ("media", "words"),
    [
        (Media("location", url="geo:1,2", alt="The farm"), "📍 The farm"),
        (Media("contact", name="Ben", url="tel:+4930"), "👤 Ben +4930"),
        (Media("sticker", alt="Hen"), "[Hen (sticker)]"),
        (Media("poll", alt="Best egg?\n• white"), "📊 Best egg?\n• white"),
        (Media("voice"), "[voice]"),
    ],
)
def test_what_cannot_be_uploaded_is_told_in_words(media: Media, words: str) -> None:
    (part,) = plan(message("", media))
    assert part.text.plain == words
    assert part.media == ()


def test_more_buttons_than_a_message_takes_stand_under_further_ones() -> None:
    buttons = tuple(Button(str(number), f"story_cancel:{number}") for number in range(30))
    first, second = plan(message("Stories", buttons=buttons))
    assert (len(first.buttons), len(second.buttons), second.text) == (25, 5, BELOW)
    assert first.buttons + second.buttons == buttons


def test_a_long_edit_changes_the_first_part_and_sends_the_rest() -> None:
    edit = replace(message("x" * 2500, buttons=(BUTTON,)), op="edit", target="before")
    first, second = plan(edit)
    assert (first.op, first.target, first.buttons) == ("edit", "before", ())
    assert (second.op, second.target, second.buttons) == ("send", None, (BUTTON,))


def test_deletes_and_reactions_are_one_call() -> None:
    for op in ("delete", "react"):
        whole = replace(message("x" * 9000), op=op, target="before")
        assert plan(whole) == [whole]


def test_a_mark_is_a_call_only_where_the_room_can_show_it() -> None:
    mark = replace(message(), op="mark", mark="waiting")
    assert plan(mark) == []
    assert plan(mark, marks=True) == [mark]


def test_an_address_too_long_for_a_link_is_said_in_full() -> None:
    url = "https://example.org/" + "x" * 3000
    planned = plan(message(styled("link", "here", url)))
    assert "".join(part.text.plain for part in planned) == f"here({url})"


WORDS = st.text(st.one_of(st.sampled_from("ab \n🥚👩‍🚀אם<_*|`"), st.characters(codec="utf-8")), max_size=40)
STYLES: st.SearchStrategy[SpanKind | None] = st.sampled_from((None, "bold", "code", "quote", "link", "spoiler"))


@CALM
@given(st.lists(st.tuples(STYLES, WORDS), max_size=5), st.integers(0, 23), st.integers(0, 60))
def test_planning_loses_nothing_and_obeys_every_limit(
    styles: list[tuple[SpanKind | None, str]], attached: int, pressable: int
) -> None:
    text = Text()
    for kind, words in styles:
        plain = words * 60
        span = (Span(kind, 0, len(plain), "https://example.org/x" if kind == "link" else ""),) if kind else ()
        text = text + Text(plain, span if plain else ())
    buttons = tuple(Button(str(n), f"suggest:{n}") for n in range(pressable))
    media = files(attached)
    planned = plan(message(text, *media, buttons=buttons))
    said = "".join(part.text.plain for part in planned if part.text != BELOW)
    if "://" not in text.plain and "[" not in text.plain and "]" not in text.plain:
        assert "".join(said.split()) == "".join(text.plain.split())
    assert tuple(item for part in planned for item in part.media) == media
    assert tuple(button for part in planned for button in part.buttons) == buttons
    for part in planned:
        content = to_discord(part.text)
        assert len(content) <= TEXT_AT_MOST
        assert len(part.media) <= 10 and len(part.buttons) <= 25
        assert "".join(from_discord(content).plain.split()) == "".join(part.text.plain.split())
    assert len({part.key for part in planned}) == len(planned)
