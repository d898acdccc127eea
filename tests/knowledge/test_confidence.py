from __future__ import annotations

import numpy as np
import pytest

from knowledge import words
from knowledge.confidence import GLOBAL_LINE, LINE_WHERE_FOUND, WEIGHTS, Background, Confidence
from knowledge.matching import Index

BASE = {
    "feed": ["What do the hens eat?", "What is in the feed?", "Do the hens get soy?"],
    "fresh": ["How fresh are the eggs?", "When were the eggs laid?", "How old are your eggs?"],
    "ship": ["Do you ship to Germany?", "Shipping abroad", "Do you deliver to other countries?"],
}
ALIKE = {
    f"{thing}-{when}": [f"Where can I buy {thing} {when}?", f"Which shop sells {thing} {when}"]
    for thing in ("apples", "boots", "candles", "dates", "envelopes")
    for when in ("today", "now")
}


def sure_of(text: str, base: dict[str, list[str]] = BASE) -> float:
    index = Index(base.items())
    confidence = Confidence(index)
    question = index.question(words.read(text))
    return confidence.of(question, index.rank(question))


def test_only_a_near_phrasing_is_sure() -> None:
    near, far, none = map(sure_of, ("how fresh are these eggs", "eggs for my cousin", "where can I park"))
    assert near > GLOBAL_LINE > max(far, none)


def test_a_question_without_a_known_word_is_not_sure_at_all() -> None:
    assert sure_of("zzz qqq") == 0.0


def test_two_entries_that_say_the_same_leave_neither_sure() -> None:
    twins = {**BASE, "fresh2": ["How fresh are your eggs?", "When are the eggs laid?", "How old are the eggs?"]}
    assert sure_of("how fresh are those eggs", twins) < sure_of("how fresh are those eggs")


def test_the_line_is_never_below_the_one_that_holds_everywhere() -> None:
    for base in (BASE, ALIKE):
        confidence = Confidence(Index(base.items()))
        assert LINE_WHERE_FOUND <= confidence.least <= min(confidence.line, GLOBAL_LINE)
    assert Confidence(Index(())).line == GLOBAL_LINE


def test_a_base_whose_phrasings_all_find_their_entry_again_answers_from_a_lower_line() -> None:
    found, lost = (Confidence(Index(base.items())) for base in (BASE, {"one": ["a"], "two": ["b"]}))
    assert found.least == LINE_WHERE_FOUND
    assert lost.least == GLOBAL_LINE


def test_entries_that_are_easily_taken_for_each_other_raise_the_line() -> None:
    assert Confidence(Index(ALIKE.items())).line > GLOBAL_LINE


def test_there_is_a_fact_for_each_weight() -> None:
    index = Index(BASE.items())
    question = index.question(words.read("how fresh are they"))
    assert len(Confidence(index).facts(question, index.rank(question))) == len(WEIGHTS)


def test_an_entry_that_is_left_out_is_neither_first_nor_among_the_neighbours() -> None:
    index = Index(BASE.items())
    confidence = Confidence(index)
    question = index.read[int(index.starts[index.ids.index("fresh")])]
    here, gone = (
        confidence.facts(question, index.rank(question), without) for without in (-1, index.ids.index("fresh"))
    )
    near = list(WEIGHTS).index("near_and_long")
    assert gone[near] < here[near]


def test_the_impostor_of_an_entry_does_not_come_from_the_entry_that_is_left_out() -> None:
    background = Background(
        np.zeros(2), np.array([0.9, 0.1]), np.array([1, 0]), np.array([0.2, 0.0]), np.array([0.1, 0.4, 0.6])
    )
    assert background.impostor_without(0, without=-1) == pytest.approx(0.9)
    assert background.impostor_without(0, without=1) == pytest.approx(0.2)


def test_a_score_that_more_strangers_reach_counts_less() -> None:
    none = np.zeros(1)
    background = Background(none, none, np.zeros(1, dtype=np.int64), none, np.array([0.1, 0.4, 0.6, 0.6]))
    assert [background.strangers_below(score) for score in (0.0, 0.5, 0.7)] == [0, 0.5, 1]
