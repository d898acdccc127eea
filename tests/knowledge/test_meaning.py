from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from knowledge.answers import Knowledge
from knowledge.entry import Entry
from knowledge.errors import InputError
from knowledge.matching import Index
from knowledge.meaning import SentenceModel, is_installed

TODAY = date(2026, 3, 10)
MEANINGS = (
    {"price", "cost", "costs", "much", "expensive", "dear", "charge"},
    {"ship", "shipping", "deliver", "delivery", "send", "post", "parcel"},
    {"fresh", "old", "laid", "age", "yesterday"},
    {"visit", "visitors", "tour", "come"},
)
BASE = {
    "price": ["What does a box cost?", "How expensive is a box", "Is it dear?"],
    "ship": ["Do you deliver?", "Can you send a parcel", "Shipping"],
    "fresh": ["Are they fresh?", "How old are they", "When were they laid?"],
    "visit": ["Can I visit?", "Do you take visitors", "A tour of the place"],
}
FOLDER = os.environ.get("SENTENCE_MODEL_FOR_TESTS", "")


class Meanings:
    """A model that knows four things, each by several words."""

    def of(self, texts: Sequence[str]) -> NDArray[np.float32]:
        rows = np.array([[len(known & set(_words(text))) for known in MEANINGS] for text in texts], dtype=np.float32)
        normed: NDArray[np.float32] = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
        return normed


class Noise:
    """A model that knows nothing."""

    def of(self, texts: Sequence[str]) -> NDArray[np.float32]:
        rows = np.array([np.random.default_rng(len(text) * 7 + ord(text[0])).normal(size=8) for text in texts])
        normed: NDArray[np.float32] = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
        return normed


def _words(text: str) -> list[str]:
    return text.lower().replace("?", "").split()


def test_what_means_the_same_in_other_words_is_found() -> None:
    knowledge = Knowledge([Entry(id, tuple(own), id) for id, own in BASE.items()], model=Meanings())
    plain = Knowledge([Entry(id, tuple(own), id) for id, own in BASE.items()])
    for text, entry in (
        ("what do you charge", "price"),
        ("delivery by post please", "ship"),
        ("from yesterday", "fresh"),
    ):
        assert knowledge.ask(text, TODAY).candidates[0].entry == entry
    assert plain.ask("from yesterday", TODAY).candidates[0].score < 0.1


def test_a_model_counts_only_where_it_helps_the_base_s_own_phrasings() -> None:
    wordy = {id: [f"{id} {word}" for word in ("one", "two", "three")] for id in ("apple", "berry", "cherry", "date")}
    assert Index(wordy.items(), Noise()).meaning_share == 0
    assert Index(BASE.items(), Meanings()).meaning_share > 0
    assert Index(BASE.items()).meaning_share == 0


def test_a_base_without_an_entry_can_have_a_model() -> None:
    assert Knowledge([], model=Meanings()).ask("what do you charge", TODAY).outcome == "handed_over"


def test_an_own_phrasing_is_answered_with_a_model_too() -> None:
    knowledge = Knowledge([Entry(id, tuple(own), id) for id, own in BASE.items()], model=Meanings())
    assert all(knowledge.ask(question, TODAY).entry == id for id, own in BASE.items() for question in own)


def test_a_folder_that_holds_no_model_is_one_clear_sentence(tmp_path: Path) -> None:
    for name in ("model.onnx", "tokenizer.json"):
        (tmp_path / name).write_text("nonsense")
    with pytest.raises(InputError, match=r"is no tokenizer|without the extra"):
        SentenceModel(tmp_path)


@pytest.mark.skipif(not is_installed(), reason="the extra semantic is not installed")
@pytest.mark.skipif(not FOLDER, reason="SENTENCE_MODEL_FOR_TESTS names no folder of a sentence model")
def test_a_real_model_finds_a_paraphrase() -> None:
    model = SentenceModel(Path(FOLDER))
    one, other, third = model.of(["Is the shop open?", "Are you open now?", "I bought a red bicycle."])
    assert one @ other > one @ third
    assert np.allclose(np.linalg.norm(one), 1, atol=1e-4)
    assert np.allclose(model.of(["Is the shop open?", "x" * 100_000])[0], one, atol=1e-3)
