from __future__ import annotations

import numpy as np
import pytest

from knowledge import words
from knowledge.classifier import SMALL_BASE, Classifier
from knowledge.matching import Field, Index
from knowledge.typos import Speller

BASE = {
    "feed": ["What do the hens eat?", "What is in the feed?", "Do the hens get soy?"],
    "fresh": ["How fresh are the eggs?", "When were the eggs laid?", "How old are your eggs?"],
    "ship": ["Do you ship to Germany?", "Shipping abroad", "Do you deliver to other countries?"],
}


def best(index: Index, text: str) -> str:
    ranking = index.rank(index.question(words.read(text)))
    return index.ids[int(np.argmax(ranking.scores))]


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("what are the hens fed with, soy?", "feed"),
        ("are these eggs fresh", "fresh"),
        ("can you ship them to other countries", "ship"),
        ("do you shpi to Grmany", "ship"),
    ],
)
def test_the_entry_asked_for_in_other_words_comes_first(text: str, entry: str) -> None:
    assert best(Index(BASE.items()), text) == entry


@pytest.mark.parametrize(
    ("base", "text"),
    [
        ({"cold": ["卵は冷蔵ですか"], "price": ["いくらですか"]}, "卵は冷蔵庫に入れますか"),
        ({"cold": ["달걀은 냉장 보관하나요"], "price": ["얼마예요"]}, "냉장고에 보관해야 하나요"),
        ({"cold": ["هل أحفظ البيض في الثلاجة"], "price": ["كم السعر"]}, "البيض في الثلاجه؟"),
        ({"cold": ["ต้องแช่ตู้เย็นไหม"], "price": ["ราคาเท่าไหร่"]}, "แช่ในตู้เย็นหรือเปล่า"),
    ],
)
def test_scripts_with_and_without_spaces_are_ranked_alike(base: dict[str, list[str]], text: str) -> None:
    assert best(Index(base.items()), text) == "cold"


def test_the_order_of_the_files_changes_nothing() -> None:
    one, other = Index(BASE.items()), Index(reversed(BASE.items()))
    asked = one.question(words.read("how old are the hens"))
    assert one.ids == other.ids
    assert np.array_equal(one.rank(asked).scores, other.rank(asked).scores)


def test_scores_stay_between_0_and_1() -> None:
    index = Index(BASE.items())
    for phrasings in BASE.values():
        for phrasing in phrasings:
            scores = index.rank(index.question(words.read(phrasing))).scores
            assert scores.min() >= 0
            assert scores.max() <= 1


def test_a_word_that_the_base_never_saw_makes_a_question_less_alike() -> None:
    field = Field([["eggs", "fresh"], ["hens"]], lambda unit: [unit], np.arange(2))
    both = np.arange(2)
    known = field.likeness(*field.read(["eggs"]), both).max()
    assert field.likeness(*field.read(["eggs", "helicopter"]), both).max() < known


def test_a_rare_word_says_more_than_one_that_stands_everywhere() -> None:
    field = Field([["the", "egg"], ["the", "hen"], ["the", "feed"]], lambda unit: [unit], np.arange(3))
    assert field.weight("egg") > field.weight("the")
    assert field.weight("never seen") > field.weight("egg")


def test_a_word_that_all_phrasings_of_one_entry_use_says_as_much_as_one_that_a_single_phrasing_uses() -> None:
    field = Field([["alarm", "set"], ["alarm", "on"], ["rain"]], lambda unit: [unit], np.array([0, 0, 1]))
    assert field.weight("alarm") == field.weight("set") == field.weight("rain")


@pytest.mark.parametrize("base", [{}, {"empty": [""]}, {"emoji": ["🥚"]}, {"a": ["🥚"], "b": ["eggs"]}])
def test_a_base_with_next_to_nothing_can_be_asked(base: dict[str, list[str]]) -> None:
    index = Index(base.items())
    assert len(index.rank(index.question(["eggs"])).scores) == len(index.ids)


def test_leaving_an_entry_out_gives_what_a_base_without_it_would_score() -> None:
    vectors = np.random.default_rng(3).normal(size=(9, 30)).astype(np.float32)
    owners = np.repeat(np.arange(3), 3)
    held_out = Classifier(owners, vectors).scores_without(1)
    without = Classifier(np.repeat(np.arange(2), 3), np.delete(vectors, [3, 4, 5], axis=0))
    for row, vector in zip(held_out, vectors[3:6], strict=True):
        assert np.allclose(row[[0, 2]], without.scores(vector), atol=1e-4)
        assert row[1] == 0


@pytest.fixture
def unlevelled(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is common to all shifts when an entry goes, so the sums are only the same where it isn't taken off."""
    monkeypatch.setattr("knowledge.classifier.LEVELLED_FROM", 1_000)


@pytest.mark.usefixtures("unlevelled")
def test_leaving_an_entry_out_is_the_same_sum_in_a_base_with_more_rows_than_places() -> None:
    vectors = np.random.default_rng(4).normal(size=(60, 20)).astype(np.float32)
    owners = np.repeat(np.arange(20), 3)
    held_out = Classifier(owners, vectors).scores_without(0)
    without = Classifier(np.repeat(np.arange(19), 3), vectors[3:])
    assert np.allclose(held_out[0][1:], without.scores(vectors[0]), atol=1e-3)


@pytest.mark.usefixtures("unlevelled")
@pytest.mark.parametrize("places", [20, 200])
def test_leaving_one_phrasing_out_gives_what_the_others_would_score(places: int) -> None:
    vectors = np.random.default_rng(5).normal(size=(60, places)).astype(np.float32)
    owners = np.repeat(np.arange(20), 3)
    own = Classifier(owners, vectors).own_scores()
    without_first = Classifier(owners[1:], vectors[1:])
    assert own[0] == pytest.approx(without_first.scores(vectors[0])[0], abs=1e-3)


@pytest.mark.usefixtures("unlevelled")
@pytest.mark.parametrize("places", [20, 200])
def test_how_many_phrasings_find_their_entry_is_what_asking_each_without_it_says(places: int) -> None:
    vectors = np.random.default_rng(7).normal(size=(60, places)).astype(np.float32)
    owners = np.repeat(np.arange(20), 3)
    vectors += np.float32(4 / places**0.5) * np.random.default_rng(8).normal(size=(20, places))[owners]
    found = [
        Classifier(np.delete(owners, at), np.delete(vectors, at, axis=0)).scores(vectors[at]).argmax() == owners[at]
        for at in range(60)
    ]
    assert Classifier(owners, vectors).found_again() == pytest.approx(np.mean(found), abs=0.02)
    assert 0.1 < np.mean(found) < 0.99


def test_a_phrasing_without_another_of_its_entry_does_not_find_it() -> None:
    vectors = np.random.default_rng(9).normal(size=(8, 20)).astype(np.float32)
    assert Classifier(np.arange(8), vectors).found_again() == 0


@pytest.mark.parametrize("places", [20, 200])
def test_what_all_lines_of_a_base_have_in_common_counts_for_nothing(places: int) -> None:
    chance = np.random.default_rng(6)
    vectors, asked = chance.normal(size=(60, places)).astype(np.float32), chance.normal(size=places).astype(np.float32)
    owners, common = np.repeat(np.arange(20), 3), np.linspace(0, 1, places, dtype=np.float32)
    plain, shifted = Classifier(owners, vectors), Classifier(owners, vectors + common)
    assert np.allclose(plain.scores(asked), shifted.scores(asked + common), atol=1e-3)


def test_a_large_base_is_ranked_as_well_as_a_small_one() -> None:
    many = {f"e{n:04}": [f"topic{n} word{n % 50} asked", f"about topic{n} please"] for n in range(SMALL_BASE)}
    index = Index(many.items())
    asked = [f"tell me of topic{n}" for n in range(0, SMALL_BASE, 50)]
    right = sum(best(index, text) == f"e{n:04}" for n, text in zip(range(0, SMALL_BASE, 50), asked, strict=True))
    assert right >= len(asked) * 0.9


@pytest.mark.parametrize("typo", ["shippng", "shippping", "shipqing", "hsipping", "shipping"])
def test_one_slip_is_mended_to_the_bases_word(typo: str) -> None:
    assert Speller({"shipping": 2, "eggs": 1}).mended(typo) == "shipping"


@pytest.mark.parametrize("token", ["42", "xl42", "shpiping5", "eg", "shxxping", "helicopter"])
def test_numbers_short_words_and_other_words_are_never_mended(token: str) -> None:
    assert Speller({"43": 1, "xl43": 1, "shipping5": 1, "egg": 1, "shipping": 1}).mended(token) == token


def test_of_two_words_one_slip_away_the_more_frequent_is_meant_then_the_first() -> None:
    assert Speller({"boats": 1, "coats": 2}).mended("zoats") == "coats"
    assert Speller({"coats": 1, "boats": 1}).mended("zoats") == "boats"


def test_of_four_letters_only_a_swap_is_mended_and_a_small_word_never() -> None:
    speller = Speller({"eggs": 3, "card": 2, "form": 1})
    assert [speller.mended(token) for token in ("egsg", "eggss", "cadr")] == ["eggs", "eggs", "card"]
    assert [speller.mended(token) for token in ("cart", "from", "begs")] == ["cart", "from", "begs"]
