"""What belongs to one customer goes out of words that others will read; what is the shop's stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.anonymous import strip_details

NAMES = ["Ana Müller", "@ana_m"]


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("Hi Ana, yes we ship on Tuesdays.", "Yes we ship on Tuesdays."),
        ("Dear Ana Müller! Your order #4711 leaves tomorrow.", "Your order … leaves tomorrow."),
        ("Order no. 12345 is on its way, Ana.", "Order no. … is on its way."),
        ("Bestellung 2026-0815 ist unterwegs", "Bestellung … ist unterwegs"),
        ("Call me at +49 30 1234567 or write to ana@example.com", "Call me at … or write to …"),
        ("Your parcel JD014600006789123456 arrives", "Your parcel … arrives"),
        ("For frau müller we have it", "For frau … we have it"),
        ("@ana_m, it is ready", "It is ready"),
    ],
)
def test_names_numbers_and_addresses_go(words: str, left: str) -> None:
    found = strip_details(words, NAMES)
    assert found.text == left
    assert found.removed


@pytest.mark.parametrize(
    "words",
    [
        "It costs 12.50 EUR for 10 eggs, until 24.12.2026.",
        "They keep 28 days; order until 2026-12-24 at 18:00.",
        "We have had 20000 hens since 1998.",
        "Order 4 boxes and get 1 free.",
        "Anatomy of an egg: see above.",
        "We open from 09:00 to 18:00.",
        "Size 38-42, 1,200 g, 30 x 20 x 10 cm.",
    ],
)
def test_prices_dates_amounts_and_words_that_only_begin_like_a_name_stay(words: str) -> None:
    assert strip_details(words, NAMES) == strip_details(words, [])
    assert strip_details(words, NAMES).text == words


def test_the_shops_own_number_and_address_stay() -> None:
    own = ["Call 030 1234567 or write to hana@farm.example.com."]
    words = "Write to hana@farm.example.com or call 030 1234567; your 0171 7654321 is busy."
    assert (
        strip_details(words, NAMES, own).text == "Write to hana@farm.example.com or call 030 1234567; your … is busy."
    )


@given(st.text(max_size=300), st.lists(st.text(max_size=20), max_size=3))
def test_any_words_and_names_can_be_given(words: str, names: list[str]) -> None:
    strip_details(words, names)


@given(st.sampled_from(["Ana", "ANA", "ana"]), st.sampled_from([" ", ", ", "!", "\n"]))
def test_a_name_goes_however_it_is_written(name: str, after: str) -> None:
    assert "ana" not in strip_details(f"We thank {name}{after}for this", NAMES).text.casefold()
