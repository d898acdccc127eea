from __future__ import annotations

import pytest

from benchmarks.hand_sets import PARTS, ask, is_right, read

SETS = ("particulars", "several", "products", "follow_ups", "premises", "stale")


@pytest.mark.parametrize("name", SETS)
def test_a_set_is_large_enough_and_no_case_stands_in_it_twice(name: str) -> None:
    cases = [case for part in PARTS for case in read(name, part)]
    assert len(cases) >= 150
    assert len({(case.shop, case.after, case.text) for case in cases}) == len(cases)


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("name", SETS)
def test_nine_of_ten_hand_written_cases_are_right(name: str, part: str) -> None:
    cases = read(name, part)
    right = sum(is_right(case, ask(case)) for case in cases)
    assert right >= 0.9 * len(cases)
