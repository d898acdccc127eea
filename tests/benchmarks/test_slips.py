from __future__ import annotations

import re

from rapidfuzz.distance import OSA

from benchmarks.slips import with_a_slip

ASKED = "Do you deliver to Germany tomorrow, 10 of AB1234 or XL?"


def test_one_word_of_four_letters_or_more_has_one_slip_and_nothing_else_is_touched() -> None:
    for seed in range(200):
        slipped = with_a_slip(ASKED, seed)
        changed = [(one, other) for one, other in zip(ASKED.split(), slipped.split(), strict=True) if one != other]
        assert len(changed) <= 1  # two letters that are the same may swap places
        for one, other in changed:
            assert re.sub(r"\W", "", one) in ("deliver", "Germany", "tomorrow")
            assert OSA.distance(one, other) == 1


def test_the_same_seed_gives_the_same_slip_and_others_other_ones() -> None:
    assert with_a_slip(ASKED, 1) == with_a_slip(ASKED, 1)
    assert len({with_a_slip(ASKED, seed) for seed in range(30)}) > 10


def test_a_text_without_a_long_word_stays_as_it_is() -> None:
    assert with_a_slip("is it ok at 10?", 0) == "is it ok at 10?"
