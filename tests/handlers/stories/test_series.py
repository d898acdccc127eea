"""Numbered series: a title with a counter, a queue, the evening question, and what happens on a missed day."""

from __future__ import annotations

from dataclasses import replace

from bot.messages import Media
from tests.stage import Stage


def photo(stage: Stage, name: str = "day.png") -> list[Media]:
    """A photo that nobody has sent yet."""
    content = b"\x89PNG\r\n\x1a\n" + name.encode()
    return [Media("photo", file_id=stage.adapter.world.upload(name, "image/png", content))]


async def diary(stage: Stage, title: str = "Chick diary, day {day}") -> None:
    """A series that comes every morning at eight, confirmed on Monday noon."""
    await stage.room.says(f"/story series daily 08:00 {title}")
    await stage.room.presses("Confirm")


async def test_a_series_counts_its_episodes_in_the_title(stage: Stage) -> None:
    await stage.room.says("/story series daily 08:00 Chick diary, day {n}")
    (preview,) = stage.room.hears()
    assert preview.startswith("Chick diary, day 1\n")
    assert "On a missed day nothing is posted." in preview
    await stage.room.presses("Confirm")
    assert "Planned as series 1" in stage.room.hears()[-1]
    for number in (1, 2, 3):
        await stage.room.says(f"Word {number}", photo(stage, f"{number}.png"))
    assert stage.room.hears()[-1] == "Thank you! Number 3 of Chick diary comes Thu 12.03. 08:00."
    await stage.wait(days=3)
    assert stage.channel.hears() == [f"Chick diary, day {n}\nWord {n}" for n in (1, 2, 3)]
    assert all(len(shown.media) == 1 for shown in stage.channel.log())


async def test_edit_under_the_receipt_of_a_series_takes_a_title_or_a_picture_and_pictures_are_awaited_again(
    stage: Stage,
) -> None:
    await diary(stage)
    await stage.room.presses("Edit")
    await stage.room.says("Hen diary, day {day}")
    await stage.room.says("The first", photo(stage))
    assert stage.room.hears()[-1].startswith("Thank you! Number 1 of Hen diary comes")
    await stage.room.presses("Edit")
    await stage.room.says("The second", photo(stage, "two.png"))
    assert stage.room.hears()[-1].startswith("Thank you! Number 2 of Hen diary comes")
    await stage.wait(days=2)
    assert stage.channel.hears() == ["Hen diary, day 1\nThe first", "Hen diary, day 2\nThe second"]


async def test_a_title_without_a_counter_gets_one(stage: Stage) -> None:
    await diary(stage, "Chick diary")
    await stage.room.says("", photo(stage))
    await stage.wait(days=1)
    assert stage.channel.hears() == ["Chick diary #1"]


async def test_a_day_that_was_missed_counts_as_a_day_and_not_as_an_episode(stage: Stage) -> None:
    await diary(stage, "Day {day}, picture {n}")
    await stage.room.says("", photo(stage))
    await stage.wait(days=2)
    await stage.room.says("/queue", photo(stage, "two.png"))
    await stage.wait(days=1)
    assert stage.channel.hears() == ["Day 1, picture 1", "Day 3, picture 2"]


async def test_the_evening_before_an_empty_morning_the_bot_asks_and_the_reply_is_the_story(stage: Stage) -> None:
    await diary(stage)
    await stage.room.says("The first", photo(stage))
    stage.room.hears()
    await stage.wait(days=1)
    assert stage.channel.hears() == ["Chick diary, day 1\nThe first"]
    await stage.wait(hours=4)
    assert stage.room.hears() == []
    await stage.wait(hours=1)
    (question,) = stage.room.news()
    assert question.text.plain.startswith("What happened today? Send me a photo.")
    assert "Chick diary, day 2 (Wed 11.03. 08:00)" in question.text.plain
    assert f"{question.at.astimezone(stage.shop.zone):%a %H:%M}" == "Tue 18:00"
    await stage.room.replies(question, "They found the strawberries")
    assert stage.room.hears()[-1] == "Thank you! Number 2 of Chick diary comes Wed 11.03. 08:00."
    await stage.wait(days=1)
    assert stage.channel.hears() == ["Chick diary, day 2\nThey found the strawberries"]


async def test_the_owner_chooses_what_is_asked(stage: Stage) -> None:
    await diary(stage)
    await stage.room.says("", photo(stage))
    await stage.room.says("/story ask 1 What did the chicks do today?")
    stage.room.hears()
    await stage.wait(hours=32)
    assert stage.room.hears()[-1].startswith("What did the chicks do today?\n")


async def test_the_owner_chooses_when_it_is_asked_for_what_is_planned_already_too(stage: Stage) -> None:
    await diary(stage)
    await stage.room.says("", photo(stage))
    await stage.wait(hours=20)  # Tuesday 9:00; day 1 has been posted
    await stage.room.says("/story ask 1 8:30 pm What did the chicks do?")
    assert stage.room.hears()[-1].startswith("At 20:30 on the day before an empty morning of series 1 I ask: What did")
    await stage.wait(hours=11)
    assert stage.room.hears() == []
    await stage.wait(minutes=30)
    (question,) = stage.room.news()
    assert f"{question.at.astimezone(stage.shop.zone):%a %H:%M}" == "Tue 20:30"
    await stage.room.says("/story ask 1 21.15")
    assert stage.room.hears()[-1].endswith("I ask: What did the chicks do?")  # the words stay
    await stage.wait(days=1, minutes=45)
    (question,) = [shown for shown in stage.room.news() if "Chick diary, day 3" in shown.text.plain]
    assert f"{question.at.astimezone(stage.shop.zone):%a %H:%M}" == "Wed 21:15"


async def test_a_new_series_is_asked_for_when_the_shop_says(stage: Stage) -> None:
    stage.concierge.house = replace(stage.concierge.house, shop=replace(stage.shop, ask_story_at=19 * 60 + 45))
    await diary(stage)
    await stage.room.says("", photo(stage))
    stage.room.hears()
    await stage.wait(hours=31)
    (question,) = stage.room.news()
    assert f"{question.at.astimezone(stage.shop.zone):%a %H:%M}" == "Tue 19:45"


async def test_nobody_is_asked_for_what_waits_already(stage: Stage) -> None:
    await diary(stage)
    await stage.room.says("", photo(stage, "1.png"))
    await stage.room.says("", photo(stage, "2.png"))
    stage.room.hears()
    await stage.wait(hours=40)
    assert stage.room.hears() == []


async def test_a_reply_that_comes_after_the_morning_waits_for_the_next_one(stage: Stage) -> None:
    await diary(stage)
    await stage.room.says("", photo(stage))
    await stage.wait(hours=32)
    question = stage.room.last("Send me a photo")
    await stage.wait(hours=20)
    assert stage.channel.hears() == ["Chick diary, day 1"]
    await stage.room.replies(question, "Late, but here")
    await stage.wait(days=1)
    assert stage.channel.hears() == ["Chick diary, day 3\nLate, but here"]


async def test_a_missed_day_is_skipped_and_the_owner_hears_it(stage: Stage) -> None:
    await diary(stage)
    stage.room.hears()
    await stage.wait(days=1)
    assert stage.channel.hears() == []
    assert stage.room.hears()[-1].startswith("Nothing waited for Chick diary, so nothing was posted.")


async def test_on_a_missed_day_the_bot_apologises_in_the_owners_words(stage: Stage) -> None:
    await diary(stage)
    await stage.room.says("/story missed 1 apologise The chicks slept all day.")
    await stage.wait(days=1)
    assert stage.channel.hears() == ["The chicks slept all day."]
    assert "I posted your apology" in stage.room.hears()[-1]


async def test_on_a_missed_day_the_best_of_long_ago_is_posted_again(stage: Stage) -> None:
    await stage.room.says("/story series daily 08:00 Chick diary, day {day}")
    await stage.room.presses("Missed day: skip")
    await stage.room.presses("Missed day: apologise")
    assert "a favourite is posted again" in stage.room.log()[-1].text.plain
    await stage.room.presses("Confirm")
    for number in range(1, 18):
        await stage.room.says(f"Word {number}", photo(stage, f"{number}.png"))
    await stage.wait(days=17)
    assert len(stage.channel.hears()) == 17
    await stage.channel.reacts(stage.channel.last("Word 2"), "❤")
    await stage.wait(days=2)
    again = stage.channel.hears()
    assert again[0] == "Once more: Chick diary, day 2\nWord 2"
    assert again[1:] and "Word 2" not in again[1]


async def test_what_is_queued_is_listed_and_taken_out(stage: Stage) -> None:
    await diary(stage)
    await stage.room.says("One", photo(stage, "1.png"))
    await stage.room.says("Two", photo(stage, "2.png"))
    await stage.room.says("/queue 1")
    listed = stage.room.hears()[-1]
    assert "1: One (Tue 10.03. 08:00)" in listed and "2: Two (Wed 11.03. 08:00)" in listed
    await stage.room.presses("Take out 1")
    assert stage.room.hears()[-1] == "Taken out; what follows moves up."
    await stage.wait(days=1)
    assert stage.channel.hears() == ["Chick diary, day 1\nTwo"]


async def test_with_two_series_the_bot_asks_which_one_and_keeps_what_was_sent(stage: Stage) -> None:
    await diary(stage)
    await diary(stage, "Eggs of the day")
    await stage.room.says("/queue A very large one", photo(stage))
    assert stage.room.hears()[-1] == "For which series?"
    await stage.room.presses("2: Eggs of the day")
    await stage.room.presses("2: Eggs of the day")
    assert stage.room.hears()[-1] == "That is settled already."
    await stage.wait(days=1)
    assert stage.channel.hears() == ["Eggs of the day #1\nA very large one"]


async def test_owners_talk_while_pictures_are_awaited_and_their_words_are_no_episode(stage: Stage) -> None:
    await diary(stage)
    stage.room.hears()
    await stage.room.says("Who feeds them tonight?")
    assert stage.room.hears() == []
    await stage.wait(days=1)
    assert stage.channel.hears() == []


async def test_without_a_series_the_queue_says_how_to_begin_one(stage: Stage) -> None:
    await stage.room.says("/queue")
    assert stage.room.hears()[-1].startswith("There is no numbered series yet.")
