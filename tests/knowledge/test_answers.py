from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.answers import Answer, Knowledge
from knowledge.entry import Entry, Product

TODAY = date(2026, 3, 10)
SHIP = Entry(
    "ship", ("Do you ship to Germany?", "Shipping abroad", "Which countries do you deliver to?"), "Yes, weekly."
)
FRESH = Entry("fresh", ("How fresh are the eggs?", "When were the eggs laid?", "How old are your eggs?"), "A day old.")
FEED = Entry("feed", ("What do the hens eat?", "What is in the feed?", "Do the hens get soy?"), "Grain and kelp.")
PAY = Entry("pay", ("Can I pay by card?", "Which cards do you take?", "Do you accept PayPal?"), "Card or transfer.")
VISIT = Entry("visit", ("Can I visit the farm?", "Are visitors welcome?", "May children come along?"), "On Saturdays.")
BASE = (SHIP, FRESH, FEED, PAY, VISIT)
TEN = Product("ten", "Box of ten eggs", "Brown.", Decimal(980), stock=64, image="eggs.png")
KNOWLEDGE = Knowledge(BASE, [TEN], currency="JPY")


def ask(text: str, knowledge: Knowledge = KNOWLEDGE) -> Answer:
    return knowledge.ask(text, TODAY)


def changed(**fields: Any) -> Knowledge:
    return Knowledge([replace(FRESH, **fields), *(entry for entry in BASE if entry is not FRESH)])


@pytest.mark.parametrize("entry", BASE)
def test_an_own_phrasing_is_always_answered(entry: Entry) -> None:
    for question in entry.questions:
        for text in (question, question.upper(), f"  {question.rstrip('?')} !", question.replace("e", "e\u200b")):
            answer = ask(text)
            assert (answer.outcome, answer.entry, answer.answer) == ("answered", entry.id, entry.answer)
            assert (answer.exact, answer.reason, answer.confidence) == (True, "exact", 1.0)
            assert answer.candidates[0].entry == entry.id


def test_an_own_phrasing_that_two_entries_share_is_offered_as_a_choice() -> None:
    twin = Entry("twin", ("How fresh are the eggs",), "Ask the hens.")
    answer = ask("how fresh are the eggs?", Knowledge([*BASE, twin]))
    assert (answer.outcome, answer.reason, answer.entry, answer.answer) == ("suggested", "shared_phrasing", None, None)
    assert answer.suggestions == ("fresh", "twin")


def test_phrasings_that_differ_in_their_signs_alone_are_two() -> None:
    both = Knowledge([Entry("plus", ("Do you sell C++?",), "Plus."), Entry("sharp", ("Do you sell C#?",), "Sharp.")])
    assert [ask("do you sell c#", both).entry, ask("Do you sell C++", both).entry] == ["sharp", "plus"]
    assert ask("do you sell c", both).reason == "shared_phrasing"


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("how fresh are these eggs", "fresh"),
        ("what are the hens fed, do they get soy", "feed"),
        ("do you ship to Frence or Germany", "ship"),
    ],
)
def test_a_near_phrasing_is_answered_when_sure(text: str, entry: str) -> None:
    answer = ask(text)
    assert (answer.outcome, answer.entry, answer.reason, answer.exact) == ("answered", entry, "sure", False)
    assert answer.confidence >= answer.line


@pytest.mark.parametrize("text", ["where can I park my helicopter", "zzz", "卵は冷蔵ですか", "你好", "hello there"])
def test_what_nobody_wrote_an_answer_for_is_not_answered(text: str) -> None:
    answer = ask(text)
    assert (answer.entry, answer.answer) == (None, None)
    assert answer.outcome != "answered"


@pytest.mark.parametrize("text", ["", "   ", "\u200b\u200f", "🥚🥚", "?!"])
def test_a_line_without_a_word_is_handed_over_as_empty(text: str) -> None:
    assert (ask(text).outcome, ask(text).reason, ask(text).confidence) == ("handed_over", "empty", 0.0)


def test_an_unsure_line_offers_up_to_three_entries_best_first() -> None:
    answer = ask("can children feed the hens on the farm")
    assert answer.outcome == "suggested"
    assert 1 <= len(answer.suggestions) <= 3
    assert answer.suggestions == tuple(c.entry for c in answer.candidates)[: len(answer.suggestions)]


def test_an_expired_entry_never_answers_and_is_named_as_stale() -> None:
    knowledge = changed(valid_until=date(2026, 3, 9))
    for text in ("How fresh are the eggs?", "how fresh are these eggs"):
        answer = ask(text, knowledge)
        assert (answer.outcome, answer.reason, answer.stale) == ("handed_over", "expired", "fresh")
        assert (answer.entry, answer.answer) == (None, None)
        assert answer.candidates[0].entry == "fresh"


def test_an_entry_answers_on_its_last_day() -> None:
    assert ask("How fresh are the eggs?", changed(valid_until=TODAY)).entry == "fresh"


def test_a_draft_goes_to_the_owner() -> None:
    for text in ("How fresh are the eggs?", "how fresh are these eggs"):
        answer = ask(text, changed(mode="draft"))
        assert (answer.outcome, answer.reason, answer.stale, answer.answer) == ("handed_over", "draft", "fresh", None)


@pytest.mark.parametrize("fields", [{"mode": "draft"}, {"valid_until": date(2026, 3, 9)}])
def test_a_draft_or_expired_entry_is_no_button(fields: dict[str, Any]) -> None:
    knowledge = changed(**fields)
    for text in ("eggs and hens and cards", "old eggs for visitors on the farm", "do the hens eat old eggs"):
        assert "fresh" not in ask(text, knowledge).suggestions


def test_of_a_shared_phrasing_only_the_entry_that_may_speak_is_offered() -> None:
    twin = Entry("twin", ("How fresh are the eggs",), "Ask the hens.", mode="draft")
    assert ask("how fresh are the eggs?", Knowledge([*BASE, twin])).suggestions == ("fresh",)
    alone = Knowledge([replace(FRESH, mode="draft"), twin])
    assert (ask("how fresh are the eggs?", alone).reason, ask("how fresh are the eggs?", alone).stale) == (
        "draft",
        "fresh",
    )


def test_a_denial_is_sent_to_the_buttons() -> None:
    answer = ask("do the hens not get soy")
    assert (answer.outcome, answer.reason) == ("suggested", "veto")
    assert answer.suggestions[0] == "feed"


def test_another_number_is_sent_to_the_buttons() -> None:
    ten = Entry("ten", ("What do 10 eggs cost in the shop?",), "980 yen.")
    assert ask("what do 30 eggs cost in the shop", Knowledge([*BASE, ten])).reason == "veto"
    assert ask("what do the 10 eggs cost in the shop", Knowledge([*BASE, ten])).entry == "ten"


def test_a_line_with_two_questions_reports_the_first_and_answers_each() -> None:
    answer = ask("Do you ship to Germany? And how fresh are the eggs?")
    assert [part.entry for part in answer.parts] == ["ship", "fresh"]
    assert (answer.entry, answer.answer) == ("ship", SHIP.answer)
    assert answer.text == "Do you ship to Germany? And how fresh are the eggs?"
    assert [part.text for part in answer.parts] == ["Do you ship to Germany?", "And how fresh are the eggs?"]


def test_a_line_with_one_answerable_question_keeps_the_other_for_the_owner() -> None:
    answer = ask("Where can I land my helicopter? How fresh are the eggs?")
    assert [part.entry for part in answer.parts] == [None, "fresh"]
    assert answer.outcome == answer.parts[0].outcome != "answered"


def test_two_sentences_are_two_questions_when_both_are_sure() -> None:
    assert [part.entry for part in ask("Shipping abroad.\nHow old are your eggs").parts] == ["ship", "fresh"]


@pytest.mark.parametrize(
    "text",
    [
        "How fresh are the eggs? When were the eggs laid?",
        "Where is the moon? Who built the pyramids?",
        "I live in Berlin. Do you ship to Germany?",
        "How fresh are the eggs?",
    ],
)
def test_a_line_that_asks_one_thing_is_not_split(text: str) -> None:
    assert ask(text).parts == ()


def test_a_question_about_price_or_stock_is_answered_from_the_columns() -> None:
    answer = ask("how much is a box of ten eggs?")
    assert (answer.outcome, answer.entry) == ("answered", "product:ten")
    assert answer.answer == KNOWLEDGE.stored("product:ten") == "**Box of ten eggs**: 980 JPY, 64 in stock\n\nBrown."
    assert answer.candidates[0].entry == "product:ten"


def test_a_product_does_not_take_an_entrys_answer() -> None:
    cook = Entry("cook", ("How long do I boil a box of ten eggs?", "Boiling ten eggs"), "Nine minutes.")
    price = Entry("price", ("What does a box of ten eggs cost?",), "Ask Hana today.")
    knowledge = Knowledge([*BASE, cook, price], [TEN])
    assert ask("how long should I boil a box of ten eggs", knowledge).entry == "cook"
    assert ask("what does a box of ten eggs cost", knowledge).entry == "price"
    assert ask("what does the box of ten eggs cost", knowledge).candidates[0].entry == "price"


def test_a_product_that_is_named_beside_something_else_is_a_button() -> None:
    answer = ask("is the box of ten eggs fine for a wedding cake of twelve layers")
    assert (answer.outcome, answer.entry) == ("suggested", None)
    assert answer.suggestions[0] == "product:ten"


def test_a_word_of_a_product_within_an_entrys_question_is_the_entrys() -> None:
    jam = Product("jam", "Plum marmalade", price=Decimal(700))
    allergy = Entry("allergy", ("Is the marmalade all right with nuts?", "What is in the marmalade?"), "Plums.")
    knowledge = Knowledge([*BASE, allergy], [TEN, jam])
    assert ask("do you have marmalade", knowledge).entry == "product:jam"
    assert ask("is the marmalade all right with nuts", knowledge).entry == "allergy"
    assert ask("what's in the marmalade", knowledge).entry != "product:jam"


def test_a_short_question_whose_point_nobody_wrote_of_is_only_suggested() -> None:
    sold = [Entry(f"sold-{n}", (f"Do you sell eggs to {who}?",), "Yes.") for n, who in enumerate(("cafes", "schools"))]
    stock = Entry("stock", ("Do you sell eggs?", "Can I buy eggs?", "Do you have eggs?"), "Yes.")
    knowledge = Knowledge([*BASE, *sold, stock])
    answer = ask("do you sell ostrich eggs", knowledge)
    assert answer.outcome != "answered"
    assert ask("do you sell eggs", knowledge).entry == "stock"


def test_the_best_five_are_always_given_best_first_and_by_id_where_equal() -> None:
    for text in ("how fresh are the eggs?", "how fresh are these", "zzz", ""):
        candidates = ask(text).candidates
        assert len(candidates) == 5
        assert list(candidates) == sorted(candidates, key=lambda c: (-c.score, c.entry))
        assert all(0 <= c.score <= 1 for c in candidates)
    assert len(ask("zzz", Knowledge([FRESH])).candidates) == 1


@pytest.mark.parametrize("entries", [[], [Entry("none", (), "x")], [Entry("blank", ("", " "), "x")]])
def test_a_base_without_a_phrasing_hands_everything_over(entries: list[Entry]) -> None:
    assert ask("how fresh are the eggs?", Knowledge(entries)).outcome == "handed_over"


def test_json_is_what_the_contract_says() -> None:
    found = json.loads(json.dumps(ask("how fresh are the eggs?").as_json()))
    assert list(found) == ["text", "outcome", "entry", "confidence", "candidates", "answer"]
    assert list(found["candidates"][0]) == ["entry", "score"]
    assert (found["outcome"], found["entry"], found["answer"]) == ("answered", "fresh", "A day old.")
    two = ask("Do you ship to Germany? How fresh are the eggs?").as_json()
    assert [part["entry"] for part in two["answers"]] == ["ship", "fresh"]
    assert two["entry"] == "ship"


def test_a_button_has_a_short_label() -> None:
    long = Knowledge([Entry("long", ("word " * 40,), "x"), Entry("bare", (), "x")], [TEN])
    assert len(long.title("long")) <= 60
    assert long.title("long").endswith("…")
    assert [long.title("bare"), long.title("product:ten"), long.title("gone")] == ["bare", "Box of ten eggs", "gone"]


def test_stored_text_and_pictures_come_by_id() -> None:
    pictured = Knowledge([replace(FRESH, images=("a.png",))], [TEN])
    assert (pictured.stored("fresh"), pictured.images("fresh")) == (FRESH.answer, ("a.png",))
    assert pictured.images("product:ten") == ("eggs.png",)
    assert (pictured.stored("gone"), pictured.images("gone")) == ("", ())


def test_the_order_in_which_entries_come_changes_no_answer() -> None:
    other = Knowledge(reversed(BASE), [TEN], currency="JPY")
    for text in ("how fresh are these eggs", "can children feed the hens", "zzz"):
        assert ask(text, other) == ask(text)


@pytest.mark.parametrize("piece", ["how fresh are they? ", "あ", "\u200b", "؟ هل ", "x@", "don't ", "\u202eabc"])
def test_a_megabyte_gets_a_bounded_answer(piece: str) -> None:
    answer = ask(piece * (1_000_000 // len(piece)))
    assert len(answer.parts) <= 6
    assert len(answer.candidates) == 5


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_any_text_gets_an_answer_that_keeps_its_promises(text: str) -> None:
    answer = ask(text)
    assert answer.text == text
    assert (answer.outcome == "answered") == (answer.entry is not None) == (answer.answer is not None)
    assert (answer.outcome == "suggested") == bool(answer.suggestions)
    assert 0 <= answer.confidence <= 1
