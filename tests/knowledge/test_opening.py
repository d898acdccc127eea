from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from knowledge.answers import HOURS, Answer, Knowledge
from knowledge.entry import Entry
from knowledge.hours import Hours, parse_openings

ZONE = ZoneInfo("Europe/Vienna")
NOW = datetime(2026, 3, 10, 16, 30, tzinfo=ZONE)  # a Tuesday
OPEN = parse_openings("09:00-18:00")
HALF = parse_openings("09:00-12:00, 13:00-15:00")
SPECIAL = {date(2026, 12, 24): parse_openings("10:00-12:00"), date(2026, 12, 25): (), date(2026, 4, 6): ()}
SHOP = Hours({**dict.fromkeys(range(5), OPEN), 5: HALF}, SPECIAL, ZONE)
ENTRIES = [
    Entry("eggs", ("How fresh are the eggs?", "How old are the eggs?"), "A day."),
    Entry("cafe", ("When is the café open?", "Café on Sunday"), "On Sundays from two."),
]
KNOWLEDGE = Knowledge(ENTRIES, hours=SHOP)


def ask(text: str, now: datetime = NOW, knowledge: Knowledge = KNOWLEDGE) -> Answer:
    return knowledge.ask(text, now.date(), now=now)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("are you open now?", "Yes, we are open now, until 18:00."),
        ("Are you open", "Yes, we are open now, until 18:00."),
        ("are you open on Sunday?", "On Sunday, 15 March we are closed. We open again on Monday, 16 March at 09:00."),
        ("open sundays?", "On Sunday, 15 March we are closed. We open again on Monday, 16 March at 09:00."),
        ("hi, is the shop open tomorrow", "On Wednesday, 11 March we are open 09:00–18:00."),
        ("until when are you open on Saturday", "On Saturday, 14 March we are open 09:00–12:00, 13:00–15:00."),
        ("are you open on saturday at 12:30", "On Saturday, 14 March at 12:30 we are closed. We open again on"),
        ("are you open at 5pm", "Yes, on Tuesday, 10 March at 17:00 we are open, until 18:00."),
        ("are you open on Christmas Eve?", "On Thursday, 24 December we are open 10:00–12:00."),
        ("Are you open on the 25th of December", "On Friday, 25 December we are closed."),
        ("opening hours on 24 december", "On Thursday, 24 December we are open 10:00–12:00."),
        ("are you closed on 24.12.?", "On Thursday, 24 December we are open 10:00–12:00."),
        ("are you closed on 12/25", "On Friday, 25 December we are closed."),
        ("are you open on Easter Monday", "On Monday, 6 April we are closed."),
        ("are you open on new year's day", "On Friday, 1 January we are open 09:00–18:00."),
        ("Habt ihr am Sonntag geöffnet?", "Am Sonntag, 15. März haben wir geschlossen."),
        ("habt ihr gerade offen", "Ja, wir haben jetzt geöffnet, bis 18:00."),
        ("wann macht ihr morgen auf?", "Am Mittwoch, 11. März haben wir 09:00–18:00 geöffnet."),
        ("habt ihr an Heiligabend offen", "Am Donnerstag, 24. Dezember haben wir 10:00–12:00 geöffnet."),
        ("¿Están abiertos el domingo?", "El domingo, 15 de marzo está cerrado."),
        ("¿abren mañana?", "El miércoles, 11 de marzo abrimos 09:00–18:00."),
        ("日曜日は開いていますか?", "3月15日(日)はお休みです。"),
        ("今営業していますか", "はい、ただいま営業中です。18:00までです。"),
        ("12月24日は営業していますか", "12月24日(木)は10:00–12:00に営業しています。"),
    ],
)
def test_when_the_shop_is_open_is_computed(text: str, said: str) -> None:
    found = ask(text)
    assert (found.outcome, found.entry, found.reason) == ("answered", HOURS, "hours")
    assert found.answer is not None
    assert found.answer.startswith(said)


@pytest.mark.parametrize(
    "text",
    [
        "are you open to offers",
        "when is the café open on sunday",
        "can I open the box on sunday",
        "are you open in february",
        "the bottle doesn't open",
        "do you close the account",
        "are the eggs open on sunday",
        "クリスマスケーキはありますか",
    ],
)
def test_what_is_not_about_the_shop_s_hours_is_left_alone(text: str) -> None:
    assert ask(text).reason != "hours"


def test_the_shop_s_own_clock_and_the_instant_decide() -> None:
    late = datetime(2026, 3, 10, 17, 30, tzinfo=ZoneInfo("UTC"))
    assert (ask("are you open now", late).answer or "").startswith("We are closed right now.")


def test_an_entry_about_the_hours_keeps_its_name_and_its_text() -> None:
    hours = Entry("hours", ("When are you open?", "Opening hours"), "Ring twice.")
    found = ask("are you open on saturday", knowledge=Knowledge([*ENTRIES, hours], hours=SHOP))
    assert found.entry == "hours"
    assert found.answer == "On Saturday, 14 March we are open 09:00–12:00, 13:00–15:00.\n\nRing twice."
    assert found.computed == "On Saturday, 14 March we are open 09:00–12:00, 13:00–15:00."


def test_an_entry_asked_in_its_own_words_says_what_it_says() -> None:
    easter = Entry("easter", ("Are you open on Sunday?",), "Only for lambs.")
    found = ask("are you open on sunday", knowledge=Knowledge([*ENTRIES, easter], hours=SHOP))
    assert (found.entry, found.answer) == ("easter", "Only for lambs.")


def test_without_hours_or_without_a_clock_nothing_is_computed() -> None:
    assert ask("are you open now", knowledge=Knowledge(ENTRIES)).entry is None
    assert KNOWLEDGE.ask("are you open now", NOW.date()).entry is None


def test_hours_beside_another_question_are_both_answered() -> None:
    found = ask("Are you open on Saturday? And how fresh are the eggs?")
    assert [part.entry for part in found.parts] == [HOURS, "eggs"]
