"""What a line means, as a vector: an optional sentence-embedding model, read from a folder.

The folder holds `model.onnx` and `tokenizer.json`, as the usual exports of such models do. The libraries come with the
extra `semantic` and are imported only when a model is opened: nothing else needs them.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from threading import Event, Lock
from typing import Any

import numpy as np

from knowledge.classifier import RIDGE, Ints, Singles
from knowledge.errors import InputError

MODEL, TOKENIZER = "model.onnx", "tokenizer.json"
TOKENS_AT_MOST = 64
"""A longer line is cut: a customer's point stands early, and what a line costs must be bounded."""
CHARACTERS_AT_MOST = 500
BATCH = 32
KEPT = 20_000
"""How many texts keep their vectors, the last used ones: 30 MB at 384 places each."""
SHARES = (0.0, 0.3, 0.5, 0.7)
SAMPLE = 1_000
FEW = 3
UNTOLD = 0.5
"""The share where fewer than `FEW` entries have two phrasings, so that nothing can be told from them."""
CROWDED = 0.4
"""A model for which whatever the entries say is so alike on average doesn't know the language."""
POOLED, UNPOOLED = ("sentence_embedding", "pooler_output"), ("last_hidden_state", "token_embeddings")
INPUTS = {"input_ids": "ids", "attention_mask": "attention_mask", "token_type_ids": "type_ids"}
ANOTHER = "Take another export of the model, or leave SEMANTIC_MODEL empty: answers are then found by words alone."


LIBRARIES = ("onnxruntime", "tokenizers")


def is_installed() -> bool:
    """Whether the extra `semantic` is there."""
    return all(find_spec(name) is not None for name in LIBRARIES)


class Stopped(Exception):
    """The model was told to read no more."""


def open_model(folder: Path | None) -> SentenceModel | None:
    """The model in that folder; None where no folder is named. Raises InputError."""
    return SentenceModel(folder) if folder else None


class SentenceModel:
    """Gives texts vectors whose dot product says how alike their meanings are. Safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        """Opens the model and tries it on one text. Raises InputError in one sentence where that can't be done."""
        self.folder = folder
        self._known: OrderedDict[str, Singles] = OrderedDict()
        self._lock = Lock()
        self._stopped = Event()
        self._tokenizer = _tokenizer(folder / TOKENIZER)
        self._session = _session(folder / MODEL)
        self._inputs = tuple(one.name for one in self._session.get_inputs())
        if "input_ids" not in self._inputs or not set(self._inputs) <= set(INPUTS):
            raise InputError(
                folder / MODEL,
                None,
                f"takes {', '.join(self._inputs)}, which is not what a sentence model takes ({', '.join(INPUTS)})",
                ANOTHER,
            )
        outputs = [one.name for one in self._session.get_outputs()]
        self._output = next((name for name in (*POOLED[:1], *UNPOOLED, *POOLED[1:]) if name in outputs), outputs[0])
        try:
            tried = self.of(["How much is it?"])
        except Exception as error:
            raise InputError(folder / MODEL, None, f"can't read a line ({_first_line(error)})", ANOTHER) from error
        if tried.ndim != 2 or not np.isfinite(tried).all() or not tried.any():
            raise InputError(folder / MODEL, None, "gives no vector for a line", ANOTHER)

    def of(self, texts: Sequence[str]) -> Singles:
        """A row of length 1 for each text. Texts that were asked for lately cost nothing. Raises Stopped."""
        read = [" ".join(text[:CHARACTERS_AT_MOST].split()) for text in texts]
        with self._lock:
            found = {text: self._known[text] for text in set(read) if text in self._known}
        # Those of one length together: a short line beside a long one would cost as much as that.
        new = sorted(set(read) - set(found), key=lambda text: (len(text), text))
        for start in range(0, len(new), BATCH):
            if self._stopped.is_set():
                raise Stopped
            batch = new[start : start + BATCH]
            found.update(zip(batch, self._run(batch), strict=True))
        with self._lock:
            for text in read:
                self._known[text] = found[text]
                self._known.move_to_end(text)
            while len(self._known) > KEPT:
                self._known.popitem(last=False)
        return np.array([found[text] for text in read], dtype=np.float32)

    def stop(self) -> None:
        """Ends what is being read in other threads, for good: the process is about to end."""
        self._stopped.set()

    def _run(self, texts: list[str]) -> Singles:
        encoded = self._tokenizer.encode_batch(texts)
        given = {name: np.array([getattr(one, INPUTS[name]) for one in encoded], np.int64) for name in self._inputs}
        found = self._session.run([self._output], given)[0]
        if found.ndim == 3:  # a vector for each token: the mean of those that are no padding
            mask = np.array([one.attention_mask for one in encoded], np.float32)[:, :, None]
            found = (found * mask).sum(axis=1) / np.maximum(mask.sum(axis=1), 1.0)
        rows: Singles = (found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)).astype(np.float32)
        return rows


def _tokenizer(path: Path) -> Any:
    try:
        from tokenizers import Tokenizer
    except ImportError as error:
        raise _without_extra(path.parent) from error
    _check_there(path)
    try:
        found = Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises plain Exception
        raise InputError(path, None, f"is no tokenizer ({_first_line(error)})", ANOTHER) from error
    found.enable_truncation(TOKENS_AT_MOST)
    padding = found.padding or {}
    found.enable_padding(**{key: padding[key] for key in ("pad_id", "pad_token", "pad_type_id") if key in padding})
    return found


def _session(path: Path) -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        raise _without_extra(path.parent) from error
    _check_there(path)
    options = onnxruntime.SessionOptions()
    # One thread, which doesn't spin while it waits: the other cores belong to the bot.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the library's own classes have no common base but Exception
        raise InputError(path, None, f"is no ONNX model that can be read ({_first_line(error)})", ANOTHER) from error


def _check_there(path: Path) -> None:
    if not path.is_file():
        raise InputError(path, None, "is not there", f"SEMANTIC_MODEL must name a folder with {MODEL} and {TOKENIZER}.")


def _without_extra(folder: Path) -> InputError:
    return InputError(
        folder,
        None,
        "can't be used without the extra `semantic`",
        "Install it: pip install 'shop-concierge[semantic]', or leave SEMANTIC_MODEL empty.",
    )


def _first_line(error: Exception) -> str:
    said = " ".join(str(error).split()) or type(error).__name__
    return said if len(said) <= 120 else said[:119] + "…"


def share_of_meaning(owners: Ints, by_words: Singles, meant: Singles) -> float:
    """How much of a base's likeness should be by meaning, 0 to 1, from its own phrasings alone; 0 where it hurts.

    `owners` says which entry each row belongs to, counted up from 0. The share is that of `SHARES` with which a
    phrasing that is asked as if it were not there scores nearest to 1 for its own entry and to 0 for all others.
    """
    if len(owners) > SAMPLE:  # whole entries, evenly spread
        entries = np.unique(np.linspace(0, owners[-1], int(SAMPLE * (owners[-1] + 1) / len(owners))).astype(np.int64))
        chosen = np.isin(owners, entries)
        owners, by_words, meant = np.unique(owners[chosen], return_inverse=True)[1], by_words[chosen], meant[chosen]
    likeness, meaning = by_words @ by_words.T, meant @ meant.T
    if np.sum(np.bincount(owners) > 1) < FEW:
        apart = owners[:, None] != owners[None]
        crowded = len(owners) > 1 and apart.any() and float(meaning[apart].mean()) > CROWDED
        return 0.0 if crowded else UNTOLD
    missed = [_missed(owners, (1 - share) * likeness + share * meaning) for share in SHARES]
    return SHARES[int(np.argmin(missed))]


def _missed(owners: Ints, gram: Singles) -> float:
    """The mean squared error of leaving each phrasing out of a ridge regression, by how alike they are (`gram`)."""
    inverse = np.linalg.inv(gram + RIDGE * np.eye(len(owners), dtype=np.float32))
    truth = np.eye(int(owners[-1]) + 1, dtype=np.float32)[owners]
    alone = np.bincount(owners)[owners] == 1
    return float(((inverse @ truth / np.diag(inverse)[:, None])[~alone] ** 2).sum(axis=1).mean())
