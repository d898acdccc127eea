"""Sentences as vectors by what they mean: an optional model that the owner puts into a folder. Nothing here needs it.

The folder holds `model.onnx` and `tokenizer.json`, as the usual exports of sentence models do. It takes the extra
`semantic`: onnxruntime and tokenizers.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.errors import InputError

Singles = NDArray[np.float32]

TOKENS_AT_MOST = 128
CHARACTERS_AT_MOST = 1_000
AT_ONCE = 32
LIBRARIES = ("onnxruntime", "tokenizers")


def is_installed() -> bool:
    """Whether the extra `semantic` is there."""
    return all(find_spec(name) is not None for name in LIBRARIES)


class SentenceModel:
    """A sentence model; `of` may be called from several threads."""

    def __init__(self, folder: Path, threads: int = 1) -> None:
        """Reads the folder, which takes a second or two. Raises InputError where it can't be used."""
        if not is_installed():
            raise InputError(folder, None, "A sentence model needs the extra", 'Install it: pip install "…[semantic]".')
        try:
            self._tokenizer: Any = import_module("tokenizers").Tokenizer.from_file(str(folder / "tokenizer.json"))
            self._tokenizer.enable_truncation(TOKENS_AT_MOST)
            self._tokenizer.enable_padding()
            self._session: Any = _session(folder / "model.onnx", threads)
            self._inputs = {one.name for one in self._session.get_inputs()}
            outputs = [one.name for one in self._session.get_outputs()]
            self._output = "sentence_embedding" if "sentence_embedding" in outputs else outputs[0]
            self.size = self.of(["one"]).shape[1]
        except Exception as error:  # the libraries raise bare exceptions of their own
            raise InputError(folder, None, f"The sentence model can't be used ({error})", "Export it again.") from error

    def of(self, texts: Sequence[str]) -> Singles:
        """A row of length 1 for each text."""
        order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
        found = np.zeros((len(texts), 0), dtype=np.float32)
        for start in range(0, len(order), AT_ONCE):
            places = order[start : start + AT_ONCE]
            rows = self._embedded([texts[at][:CHARACTERS_AT_MOST] for at in places])
            if not found.shape[1]:
                found = np.zeros((len(texts), rows.shape[1]), dtype=np.float32)
            found[places] = rows
        return found

    def _embedded(self, texts: Sequence[str]) -> Singles:
        encoded = self._tokenizer.encode_batch(list(texts))
        given = {"input_ids": "ids", "attention_mask": "attention_mask", "token_type_ids": "type_ids"}
        feed = {
            name: np.array([getattr(one, field) for one in encoded], dtype=np.int64)
            for name, field in given.items()
            if name in self._inputs
        }
        rows = np.asarray(self._session.run([self._output], feed)[0], dtype=np.float32)
        if rows.ndim == 3:  # a vector for each token: their mean, padding apart
            mask = feed["attention_mask"][:, :, None].astype(np.float32)
            rows = (rows * mask).sum(axis=1) / np.maximum(mask.sum(axis=1), 1.0)
        normed: Singles = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
        return normed


def _session(path: Path, threads: int) -> Any:
    runtime = import_module("onnxruntime")
    options = runtime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.log_severity_level = 3
    return runtime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
