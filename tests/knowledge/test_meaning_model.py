"""Matching by meaning: what a sentence model adds, and what is said where its folder can't be used."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from knowledge.answers import Knowledge
from knowledge.classifier import Floats, Ints, Singles
from knowledge.entry import Entry
from knowledge.errors import InputError
from knowledge.matching import Index
from knowledge.meaning import SentenceModel, Stopped, open_model, share_of_meaning

TODAY = date(2026, 3, 10)
REAL = Path(os.environ.get("SENTENCE_MODEL_FOR_TESTS") or "no-model")
TOKENIZER = """
{"version": "1.0", "truncation": null, "padding": null, "added_tokens": [], "normalizer": null,
 "pre_tokenizer": {"type": "Whitespace"}, "post_processor": null, "decoder": null,
 "model": {"type": "WordLevel", "vocab": {"[UNK]": 0, "eggs": 1}, "unk_token": "[UNK]"}}
"""
ENTRIES = [
    Entry("keep", ("How long do the eggs keep?", "Do I put the eggs in the fridge?"), "Three weeks, in the fridge."),
    Entry("ship", ("Do you ship to Germany?", "Can you send a box abroad?"), "Within the country only."),
    Entry("visit", ("Can we visit the hens?", "Is the farm open to visitors?"), "On Saturdays."),
]


def entries_of(groups: Sequence[int]) -> Ints:
    return np.repeat(np.arange(len(groups)), groups)


def rows(vectors: Floats) -> Singles:
    found = np.array(vectors, dtype=np.float32)
    normed: Singles = found / np.linalg.norm(found, axis=1, keepdims=True)
    return normed


def test_meaning_counts_where_it_tells_the_entries_of_a_base_apart_and_words_do_not() -> None:
    owners, chance = entries_of([3] * 8), np.random.default_rng(1)
    words = rows(chance.normal(size=(24, 24)))
    meant = rows(np.eye(8)[owners] + 0.2 * chance.normal(size=(24, 8)))
    assert share_of_meaning(owners, words, meant) > 0


def test_meaning_counts_nothing_where_words_tell_the_entries_apart_and_it_does_not() -> None:
    owners, chance = entries_of([3] * 8), np.random.default_rng(1)
    words = rows(np.eye(8)[owners] + 0.1 * chance.normal(size=(24, 8)))
    meant = rows(1.0 + 0.1 * chance.normal(size=(24, 8)))  # whatever is said means the same to this model
    assert share_of_meaning(owners, words, meant) == 0


def test_with_one_phrasing_an_entry_a_model_for_which_all_is_alike_is_left_aside() -> None:
    owners, chance = entries_of([1] * 12), np.random.default_rng(2)
    words = rows(np.eye(12))
    assert share_of_meaning(owners, words, rows(1.0 + 0.1 * chance.normal(size=(12, 8)))) == 0
    assert share_of_meaning(owners, words, rows(chance.normal(size=(12, 40)))) > 0


def test_a_base_of_thousands_of_phrasings_is_judged_by_whole_entries_of_it() -> None:
    owners, chance = entries_of([2] * 900), np.random.default_rng(3)
    meant = rows(chance.normal(size=(900, 64))[owners] + 0.3 * chance.normal(size=(1800, 64)))
    assert share_of_meaning(owners, rows(chance.normal(size=(1800, 64))), meant) > 0


def test_without_a_folder_there_is_no_model() -> None:
    assert open_model(None) is None


def folder(tmp_path: Path, model: bytes | None = b"nonsense", tokenizer: str | None = TOKENIZER) -> Path:
    pytest.importorskip("onnxruntime", reason="the extra semantic is not installed")
    pytest.importorskip("tokenizers", reason="the extra semantic is not installed")
    if model is not None:
        (tmp_path / "model.onnx").write_bytes(model)
    if tokenizer is not None:
        (tmp_path / "tokenizer.json").write_text(tokenizer, "utf-8")
    return tmp_path


def refusal(place: Path) -> str:
    with pytest.raises(InputError) as refused:
        SentenceModel(place)
    said = str(refused.value)
    assert "\n" not in said
    return said


@pytest.mark.parametrize("missing", ["model.onnx", "tokenizer.json"])
def test_a_folder_that_lacks_a_file_is_refused_by_its_name(tmp_path: Path, missing: str) -> None:
    place = folder(tmp_path)
    (place / missing).unlink()
    assert re.search(f"{missing}: is not there", refusal(place))


def test_a_file_that_is_no_onnx_model_is_refused(tmp_path: Path) -> None:
    assert "model.onnx: is no ONNX model that can be read" in refusal(folder(tmp_path))


def test_a_tokenizer_that_is_none_is_refused(tmp_path: Path) -> None:
    assert "tokenizer.json: is no tokenizer" in refusal(folder(tmp_path, tokenizer="{}"))


def test_a_model_of_something_else_is_refused_with_what_it_takes(tmp_path: Path) -> None:
    assert "takes pixels, which is not what a sentence model takes" in refusal(folder(tmp_path, identity("pixels")))


def test_a_model_that_gives_no_vector_for_a_line_is_refused(tmp_path: Path) -> None:
    assert "gives no vector for a line" in refusal(folder(tmp_path, identity("input_ids")))


def identity(name: str) -> bytes:
    """The bytes of an ONNX model that gives back the whole numbers that it is given, batch by tokens."""

    def field(number: int, value: bytes | int) -> bytes:
        if isinstance(value, int):
            return bytes([number << 3, value])
        return bytes([number << 3 | 2, len(value)]) + value

    dim = field(1, field(2, b"n"))
    kind = field(1, field(1, 7) + field(2, dim + dim))
    node = field(1, name.encode()) + field(2, b"out") + field(4, b"Identity")
    graph = field(1, node) + field(2, b"g")
    graph += field(11, field(1, name.encode()) + field(2, kind)) + field(12, field(1, b"out") + field(2, kind))
    return field(1, 8) + field(7, graph) + field(8, field(2, 17))


@pytest.fixture(scope="module")
def real() -> SentenceModel:
    pytest.importorskip("onnxruntime", reason="the extra semantic is not installed")
    if not (REAL / "model.onnx").is_file():
        pytest.skip("SENTENCE_MODEL_FOR_TESTS names no folder of a sentence model")
    return SentenceModel(REAL)


def test_a_model_finds_what_shares_no_word_with_any_phrasing(real: SentenceModel) -> None:
    question = "when does my omelette ingredient go bad"
    assert Knowledge(ENTRIES, model=real).ask(question, TODAY).candidates[0].entry == "keep"


def test_a_text_has_the_same_vector_alone_and_among_others(real: SentenceModel) -> None:
    alone = real.of(["How long do eggs keep?"])[0]
    among = SentenceModel(REAL).of(["Hi", "How long do eggs keep?", "a much longer line " * 9])[1]
    assert np.allclose(alone, among, atol=1e-5)
    assert float(alone @ alone) == pytest.approx(1.0, abs=1e-5)


def test_a_megabyte_of_text_is_read_in_bounded_time(real: SentenceModel) -> None:
    assert real.of(["word " * 200_000]).shape == (1, 384)


def test_a_refit_reads_only_the_phrasings_that_are_new(real: SentenceModel, monkeypatch: pytest.MonkeyPatch) -> None:
    Knowledge(ENTRIES, model=real)
    read = list[str]()

    def run(texts: list[str]) -> Singles:
        read.extend(texts)
        return np.ones((len(texts), 384), np.float32)

    monkeypatch.setattr(real, "_run", run)
    Knowledge([*ENTRIES, Entry("new", ("Do you sell feathers?",), "No.")], model=real)
    assert read == ["Do you sell feathers?"]


def test_a_model_that_was_stopped_reads_no_more(real: SentenceModel) -> None:
    stopped = SentenceModel(REAL)
    stopped.stop()
    with pytest.raises(Stopped):
        stopped.of(["something new"])


def test_without_a_model_nothing_is_asked_of_one() -> None:
    assert Index([("a", ("one thing",)), ("b", ("another",))]).meaning_share == 0.0
