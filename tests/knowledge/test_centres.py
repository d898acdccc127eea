"""What the meaning of a base's phrasings says of a line beside the ranking."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pytest

from knowledge import confidence as confidence_module
from knowledge import words
from knowledge.answers import Knowledge
from knowledge.centres import ALIKE, Centres
from knowledge.classifier import Singles
from knowledge.confidence import WEIGHTS, WEIGHTS_WITH_MEANING, Confidence
from knowledge.entry import Entry
from knowledge.matching import Index

TODAY = date(2026, 3, 10)
OWNERS = np.array([0, 0, 1, 1])
ROWS = np.array([[1, 0, 0], [0.8, 0.6, 0], [0, 0, 1], [0, 0.6, 0.8]], dtype=np.float32)


def test_a_line_is_nearest_to_the_centre_of_the_entry_that_it_lies_among() -> None:
    centres, line = Centres(OWNERS, ROWS), np.array([0.95, 0.3122, 0], dtype=np.float32)
    assert centres.facts(line, 0)["centre"] > 0.99 > 0.5 > centres.facts(line, 1)["centre"]


def test_a_line_from_another_field_lies_further_from_the_whole_base_than_its_own_phrasings_do() -> None:
    centres = Centres(OWNERS, ROWS)
    away = centres.facts(np.array([-1, 0, 0], dtype=np.float32), 0)["field"]
    own = [centres.facts(row, 0)["field"] for row in ROWS]
    assert away < min(own) and abs(float(np.mean(own))) < 1e-6


def test_an_entry_whose_phrasings_are_alike_is_told_from_one_whose_are_not() -> None:
    loose = ROWS.copy()
    loose[3] = [0, 1, 0]
    line = ROWS[0]
    assert Centres(OWNERS, loose).facts(line, 1)["within"] < Centres(OWNERS, ROWS).facts(line, 1)["within"] - 0.5


@pytest.mark.parametrize(("owners", "expected"), [([0, 0, 1, 2], 0.8), ([0, 1, 2, 3], ALIKE)])
def test_an_entry_with_one_phrasing_is_taken_to_be_like_the_others(owners: list[int], expected: float) -> None:
    assert Centres(np.array(owners), ROWS).facts(ROWS[2], 2)["within"] == pytest.approx(expected)


class Rooms:
    """A model for which each of some words is a direction of its own."""

    def __init__(self, *known: str) -> None:
        self._known = known

    def of(self, texts: Sequence[str]) -> Singles:
        rows = np.array([[0.1 + 2.0 * (word in text.casefold()) for word in self._known] for text in texts])
        found: Singles = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
        return found


BASE = {
    "keep": ("How long do the eggs keep?", "Do the eggs belong in the fridge?", "Storing eggs"),
    "ship": ("Do you ship abroad?", "Can you ship a box?", "Where do you ship to?"),
    "visit": ("Can we visit the hens?", "May school classes visit?", "When can I visit?"),
}


def test_meaning_brings_facts_of_its_own_and_words_alone_keep_theirs() -> None:
    for model, names in ((Rooms("eggs", "ship", "visit"), WEIGHTS_WITH_MEANING), (None, WEIGHTS)):
        index = Index(BASE.items(), model)
        confidence = Confidence(index)
        question = index.question(words.read("do you ship eggs"), "do you ship eggs")
        assert confidence.names == tuple(names)
        assert len(confidence.facts(question, index.rank(question))) == len(names)


def test_weights_that_were_fitted_for_other_facts_are_left_aside() -> None:
    assert Confidence(Index(BASE.items()), dict.fromkeys(WEIGHTS_WITH_MEANING, 1.0)).names == tuple(WEIGHTS)


def test_a_paraphrase_that_shares_no_telling_word_is_not_kept_back_where_a_model_has_read_it() -> None:
    """Words alone hold it back, as none of its telling words is known; goods that nobody has are held back still."""
    from knowledge.vetoes import misses_the_point

    asked, own = words.read("my package to Norway"), words.read("Do you ship abroad?")
    seen, common = dict.fromkeys(own, 1), {"my", "to"}
    assert misses_the_point(asked, own, seen, common)
    assert not misses_the_point(asked, own, seen, common, by_meaning=True)
    assert misses_the_point(words.read("do you sell duck eggs"), ["eggs"], {"eggs": 1}, common, by_meaning=True)


def test_an_own_phrasing_and_a_stranger_are_told_apart_with_a_model() -> None:
    base = [Entry(id, own, f"The answer of {id}.") for id, own in BASE.items()]
    knowledge = Knowledge(base, model=Rooms("eggs", "ship", "visit", "tractor"))
    near, away = knowledge.ask("can I ship it", TODAY), knowledge.ask("tractor tractor", TODAY)
    assert near.candidates[0].entry == "ship" and near.confidence > away.confidence
    assert away.outcome == "handed_over"


def test_a_base_of_few_entries_has_a_line_that_more_of_its_strangers_stay_under(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(confidence_module, "LINE_WITH_MEANING", 0.0)
    index, again = (Index(BASE.items(), Rooms("eggs", "ship", "visit")) for _ in range(2))
    careful = Confidence(index).line
    monkeypatch.setattr(confidence_module, "FEW_ENTRIES", 1)
    assert 0.0 < Confidence(again).line < careful
