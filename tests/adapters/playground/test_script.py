"""A conversation file is played as it is written, and stops with one sentence where it goes otherwise."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from bot.adapters.playground.script import Mismatch, ScriptError, contains, read_script, replay
from tests.adapters.playground.little_core import NINE, LittleCore, chat

Play = Callable[..., Awaitable[list[str]]]


@pytest.fixture
def play(core: LittleCore, tmp_path: Path) -> Play:
    """Replays steps, one a line, beside a shop folder; returns the transcript."""

    async def playing(*steps: str) -> list[str]:
        path = tmp_path / "talk.yaml"
        path.write_text("steps:\n" + "".join(f"  - {step}\n" for step in steps), encoding="utf-8")
        told: list[str] = []
        await replay(path, core.adapter, core.clock, tmp_path / "shop", told.append)
        return told

    return playing


async def test_a_whole_conversation_goes_as_written(core: LittleCore, play: Play) -> None:
    told = await play(
        "{customer: Ana, says: ship}",
        "{customer: Ana, hears: we do}",
        "{customer: Ana, hears_nothing: true}",
        "{customer: Ana, presses: Ask Hana}",
        "{owner: true, thread: Ana, sees: Ana asks you}",
        '{owner: true, thread: Ana, says: "// a note"}',
        "{customer: Ana, hears_nothing: true}",
        "{owner: true, thread: Ana, says: Hello Ana}",
        "{customer: Ana, hears: Hello Ana}",
        "{customer: Ben, hears_nothing: true}",
        "{owner: true, says: /story daily 09:00 Good morning}",
        "{owner: true, sees: Good morning}",
        "{channel: true, sees_nothing: true}",
        "{owner: true, presses: Confirm}",
        "{channel: true, sees: from the hens}",
        "{advance: 2h}",
    )
    assert told[0] == "Ana says “ship”"
    assert told[-1] == "the clock moves on by 2:00:00"
    assert core.clock.now() == NINE + timedelta(hours=2, seconds=40)


async def test_hearing_lets_the_clock_run_only_as_long_as_need_be(core: LittleCore, play: Play) -> None:
    await play("{customer: Ana, says: hi}", "{customer: Ana, hears: echo hi}")
    assert core.clock.now() == NINE + timedelta(seconds=3)


async def test_hearing_gives_up_after_ten_seconds(core: LittleCore, play: Play) -> None:
    core.later(10.5, chat("ana"), "too late")
    with pytest.raises(
        Mismatch, match=r"talk.yaml, line 2: Ana expected to hear “late”, but got nothing within 10 s\."
    ):
        await play("{customer: Ana, hears: late}")
    assert core.clock.now() == NINE + timedelta(seconds=10)


async def test_a_message_at_the_tenth_second_is_still_heard(core: LittleCore, play: Play) -> None:
    core.later(10, chat("ana"), "just in time")
    await play("{customer: Ana, hears: just in time}")


async def test_hearing_is_about_the_very_next_message(core: LittleCore, play: Play) -> None:
    await core.say(chat("ana"), "one")
    await core.say(chat("ana"), "two")
    with pytest.raises(Mismatch, match=r"Ana expected to hear “two”, but got “one”\."):
        await play("{customer: Ana, hears: two}")


async def test_each_customer_hears_their_own(core: LittleCore, play: Play) -> None:
    await core.say(chat("ben"), "for Ben")
    with pytest.raises(Mismatch, match="nothing within 10 s"):
        await play("{customer: Ana, hears: for Ben}")
    await play("{customer: Ben, hears: for Ben}")


async def test_hearing_nothing_fails_on_what_was_not_heard_yet(core: LittleCore, play: Play) -> None:
    with pytest.raises(Mismatch, match="line 3: Ana expected nothing, but got “Yes"):
        await play("{customer: Ana, says: ship}", "{customer: Ana, hears_nothing: true}")


async def test_hearing_nothing_takes_ten_seconds_and_minds_the_last_one(core: LittleCore, play: Play) -> None:
    await play("{customer: Ana, hears_nothing: true}")
    assert core.clock.now() == NINE + timedelta(seconds=10)
    core.later(10, chat("ana"), "boo")
    with pytest.raises(Mismatch, match="expected nothing, but got “boo”"):
        await play("{customer: Ana, hears_nothing: true}")


async def test_an_edit_of_what_was_heard_is_no_new_message(core: LittleCore, play: Play) -> None:
    await core.say(chat("ana"), "one")
    world = core.adapter.world

    async def edit() -> None:
        place = world.places()[0]
        world.edit(place, "1", world.message(place, "1").text + "!")
        world.react(place, "1", ("👍",))

    core.clock.due.append((NINE + timedelta(seconds=2), "edit", edit))
    await play("{customer: Ana, hears: one}", "{customer: Ana, hears_nothing: true}")


async def test_seeing_may_pass_over_other_messages_but_not_see_one_twice(core: LittleCore, play: Play) -> None:
    for words in ("one", "two", "three"):
        await core.say(chat("room"), words)
    await play("{owner: true, sees: two}", "{owner: true, sees: one}", "{owner: true, sees: three}")
    with pytest.raises(Mismatch, match="the owner expected to see “one”, but got “three” as the last message"):
        await play("{owner: true, sees: one}", "{owner: true, sees: one}")


async def test_a_message_that_changed_can_be_seen_anew(core: LittleCore, play: Play) -> None:
    await core.say(chat("room"), "planning")
    world = core.adapter.world
    place = next(place for place in world.places() if place.chat_id == "room")

    async def edit() -> None:
        world.edit(place, "1", world.message(place, "1").text + " … planned")

    core.clock.due.append((NINE + timedelta(seconds=2), "edit", edit))
    await play("{owner: true, sees: planning}", "{owner: true, sees_nothing: true}", "{owner: true, sees: planned}")


async def test_seeing_nothing_passes_over_what_was_seen_or_stood_before_it(core: LittleCore, play: Play) -> None:
    await core.say(chat("channel"), "one")
    await core.say(chat("channel"), "two")
    await play("{channel: true, sees: two}", "{channel: true, sees_nothing: true}")
    with pytest.raises(Mismatch, match="the story channel expected nothing, but got “one”"):
        await play("{channel: true, sees_nothing: true}")


async def test_a_thread_that_nobody_opened_is_named(core: LittleCore, play: Play) -> None:
    with pytest.raises(Mismatch, match="line 2: the owner in the thread Ana expected a thread Ana, but got no threads"):
        await play("{owner: true, thread: Ana, sees: hello}")
    core.adapter.world.open_thread("Ben")
    with pytest.raises(Mismatch, match="but got the threads Ben"):
        await play("{owner: true, thread: Ana, says: hello}")
    await play("{owner: true, thread: Ana, sees_nothing: true}")


async def test_the_latest_message_with_that_button_is_pressed(core: LittleCore, play: Play) -> None:
    await core.say(chat("ana"), "first", "Ask Hana")
    await core.say(chat("ana"), "second", "Ask Hana")
    await core.say(chat("ana"), "third", "Other")
    await play("{customer: Ana, presses: Ask Hana}")
    assert [(m.kind, m.message_id, m.action) for m in core.told] == [("button", "2", "press:Ask Hana")]
    with pytest.raises(Mismatch, match="expected a button “Confirm”, but got the buttons “Ask Hana”, “Ask Hana”, “Oth"):
        await play("{customer: Ana, presses: Confirm}")


async def test_photos_are_looked_for_beside_the_script_and_in_the_shop(
    core: LittleCore, play: Play, tmp_path: Path
) -> None:
    for folder in ("shop/images", "shop/stories", ""):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        (tmp_path / folder / f"{folder[5:] or 'beside'}.png").write_bytes(folder.encode())
    (tmp_path / "shop/stories/beside.png").write_bytes(b"not this one")
    await play(
        "{owner: true, says: /story now Look, photo: [beside.png, images.png]}",
        "{customer: Mei, photo: stories.png}",
        "{owner: true, photo: stories/stories.png}",
    )
    sent = [[(m.name, await core.adapter.fetch(m)) for m in message.media] for message in core.told]
    stories = [("stories.png", b"shop/stories")]
    assert sent == [[("beside.png", b""), ("images.png", b"shop/images")], stories, stories]
    assert {m.mime for message in core.told for m in message.media} == {"image/png"}


@pytest.mark.parametrize(
    ("step", "problem"),
    [
        ("{customer: Zoe, says: hi}", "line 3: there is no customer Zoe; there are Ana, Ben, Mei."),
        ("{owner: true, says: hi, photo: none.png}", "line 3: no photo none.png beside the script"),
        ("{customer: Ana}", "line 3: a step of customer has exactly one of says, hears"),
        ("{customer: Ana, says: a, hears: b}", "line 3: a step of customer has exactly one of"),
        ("{customer: Ana, sees: b}", "line 3: unknown `sees` for a step of customer"),
        ("{customer: Ana, says: [a, b]}", "line 3: `says` needs plain words."),
        ("{customer: [Ana], says: a}", "line 3: `customer` needs a name"),
        ("{customer: Ana, owner: true, says: a}", "line 3: a step begins with one of"),
        ("{owner: yes, says: a}", "line 3: write `owner: true`."),
        ("{owner: true, thread: [Ana], says: a}", "line 3: `thread` needs a customer's name."),
        ("{channel: true, sees_nothing: false}", "line 3: write `sees_nothing: true`."),
        ("{customer: Ana, hears: a, photo: b.png}", "line 3: a photo can only be sent with `says`."),
        ("{customer: Ana, says: a, says: b}", "line 3: `says` is there twice."),
        ("{says: a}", "line 3: a step begins with one of"),
        ("hello", "line 3: a step is a mapping"),
        ("{advance: soon}", "line 3: `advance: soon` is no duration"),
        ("{advance: 2}", "line 3: `advance: 2` is no duration"),
        ("{advance: 99999999999d}", "line 3: `advance: 99999999999d` is too long."),
        ("{customer: Ana", "line 4: this is not YAML: "),
    ],
)
async def test_a_wrong_step_is_named_before_anything_is_played(
    core: LittleCore, play: Play, step: str, problem: str
) -> None:
    with pytest.raises(ScriptError) as wrong:
        await play("{customer: Ana, says: ship}", step)
    assert f"talk.yaml, {problem}" in str(wrong.value)
    assert core.told == []


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "line 1: a script is a mapping"),
        (b"- a", "line 1: a script is a mapping"),
        (b"steps: []", "line 1: `steps:` must be a list"),
        (b"now: 2026-03-10T09:00:00+01:00", "line 1: `steps:` must be a list"),
        (b"\nsteps: [{advance: 1s}]\nnow: 2026-03-10T09:00:00", "line 3: `now` must be an instant with an offset"),
        (b"\nsteps: [{advance: 1s}]\nnow: [today]", "line 3: `now` must be an instant with an offset"),
        (b"shop: ./nowhere\nsteps: [{advance: 1s}]", "line 1: the shop ./nowhere is no folder"),
        (b"steps: [{advance: 1s}]\nspeed: 2", "line 2: unknown key `speed`"),
        (b"steps:\n  - {customer: Ana, says: \xff}", "line 2: the script is not UTF-8"),
        (b"steps:\n\t- a", "line 2: this is not YAML"),
        (b"steps: \x00", "line 1: this is not YAML"),
        (b"[" * 20000, "line 1: the script is nested too deeply"),
    ],
)
def test_an_unreadable_script_is_one_sentence_with_its_line(content: bytes, problem: str, tmp_path: Path) -> None:
    path = tmp_path / "talk.yaml"
    path.write_bytes(content)
    with pytest.raises(ScriptError) as wrong:
        read_script(path)
    assert str(wrong.value).startswith(f"{path}, {problem}")
    assert "\n" not in str(wrong.value)


def test_a_missing_script_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ScriptError, match=r"none.yaml: the script can't be read \(No such file or directory\)\."):
        read_script(tmp_path / "none.yaml")


def test_shop_and_clock_are_read_before_anything_is_built(tmp_path: Path) -> None:
    (tmp_path / "my-shop").mkdir()
    path = tmp_path / "talk.yaml"
    path.write_text("shop: ./my-shop\nnow: 2026-03-10T09:00:00+01:00\nsteps:\n  - advance: 1d 2h 3.5m\n")
    script = read_script(path)
    assert script.shop == tmp_path / "my-shop"
    assert script.now == datetime(2026, 3, 10, 9, tzinfo=timezone(timedelta(hours=1)))
    assert [(s.line, s.by) for s in script.steps] == [(4, timedelta(days=1, hours=2, minutes=3, seconds=30))]


def test_without_shop_and_clock_both_are_left_open(tmp_path: Path) -> None:
    path = tmp_path / "talk.yaml"
    path.write_text("\ufeffsteps: [{customer: Ana, says: no}]", encoding="utf-8")
    script = read_script(path)
    assert (script.shop, script.now, script.steps[0].value) == (None, None, "no")
    path.write_text("now: 2026-03-10T09:00:00Z\nsteps: [{customer: Ana, says: no}]")
    assert read_script(path).now == datetime(2026, 3, 10, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("got", "expected", "whether"),
    [
        ("Yes, we ship\nto  Germany.", "ship to Germany", True),
        ("Yes, we ship to Germany.", "**Germany**", True),
        ("Yes, **we** ship", "we ship", True),
        ("see [our prices](https://eggs.example/p)", "see our prices", True),
        ("the file egg_box_10", "egg_box_10", True),
        ("2 * 3", "2 * 3", True),
        ("Yes, we ship to Germany.", "germany", False),
        ("Yes, we ship to Germany.", "to to Germany", False),
    ],
)
def test_words_are_compared_without_space_or_markdown_but_with_their_case(
    got: str, expected: str, whether: bool
) -> None:
    assert contains(got, expected) is whether
