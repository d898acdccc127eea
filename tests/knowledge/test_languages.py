from __future__ import annotations

from datetime import date

import pytest

from handlers.texts import not_spoken
from knowledge.answers import Answer, Knowledge
from knowledge.entry import Entry
from knowledge.languages import possible, small_words

TODAY = date(2026, 3, 10)
FRESH = Entry("fresh", ("How fresh are the eggs?", "When were the eggs laid?"), "A day old.")
SHIP = Entry("ship", ("Do you ship to Germany?", "Shipping to other countries"), "Yes.")
ENGLISH = Knowledge([FRESH, SHIP])


def ask(text: str, knowledge: Knowledge = ENGLISH, locale: str = "") -> Answer:
    return knowledge.ask(text, TODAY, locale=locale)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Do you ship to Germany?", "en"),
        ("Haben Sie auch Enteneier?", "de"),
        ("où est le magasin", "fr"),
        ("¿dónde está la tienda?", "es"),
        ("quanto costa una scatola di uova?", "it"),
        ("czy macie jajka?", "pl"),
        ("yumurta ne kadar?", "tr"),
        ("сколько стоят яйца?", "ru"),
        ("скільки коштують яйця?", "uk"),
        ("卵はいくらですか", "ja"),
        ("鸡蛋多少钱", "zh"),
        ("달걀 얼마예요", "ko"),
        ("ไข่ราคาเท่าไหร่", "th"),
        ("πόσο κάνουν τα αυγά;", "el"),
        ("כמה עולות הביצים", "he"),
        ("هل لديكم بيض؟", "ar"),
        ("अंडे कितने के हैं?", "hi"),
    ],
)
def test_a_language_is_told_by_its_script_and_its_small_words(text: str, language: str) -> None:
    assert possible(text)[0] == language


@pytest.mark.parametrize("text", ["eggs", "", "12345", "\u200b", "zzz qqq", "ok"])
def test_what_no_one_can_tell_is_left_open(text: str) -> None:
    assert possible(text) == ()


def test_the_platform_s_locale_tips_the_balance() -> None:
    assert possible("kan jeg betale med kort", "no")[0] == "no"
    assert possible("quanto custam os ovos?") == ()
    assert possible("quanto custam os ovos?", "pt-BR")[0] == "pt"


@pytest.mark.parametrize(("text", "language"), [("Haben Sie auch Enteneier?", "de"), ("卵はいくらですか", "ja")])
def test_a_language_that_the_base_does_not_cover_is_handed_over_with_its_name(text: str, language: str) -> None:
    found = ask(text)
    assert (found.outcome, found.reason, found.language) == ("handed_over", "language", language)


@pytest.mark.parametrize("text", ["where can I park my car", "eggs Germany", "was ist fresh eggs Germany shipping"])
def test_a_line_that_the_base_may_be_in_keeps_its_outcome(text: str) -> None:
    assert ask(text).language == ""


def test_an_entry_does_not_answer_in_a_language_that_it_is_not_in() -> None:
    german = Entry("frisch", ("Wie frisch sind die Eier?", "Wann wurden die Eier gelegt?"), "Ein Tag.", language="de")
    twin = Entry("eier", ("Eier Versand", "Shop Eier Preis"), "By post.", language="en")
    both = Knowledge([german, twin])
    assert ask("wie frisch sind denn die eier", both).entry == "frisch"
    assert ask("was ist der shop eier preis", both).entry is None


def test_every_language_that_may_be_told_has_a_sentence() -> None:
    for language in {*small_words(), "ja", "zh", "ko", "th"}:
        assert "Hana" in not_spoken(language, "Hana").plain
    assert not not_spoken("xx", "Hana")
