"""What takes the processor for long is done beside the loop."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np

from knowledge.classifier import Singles
from tests.stage import Stage


class Threads:
    """A sentence model that remembers what it has read, as a real one does, and in which thread it read that first."""

    def __init__(self) -> None:
        self.first_read: dict[str, threading.Thread] = {}

    def of(self, texts: Sequence[str]) -> Singles:
        """For each text a vector of its letters."""
        for text in texts:
            self.first_read.setdefault(text, threading.current_thread())
        counts = np.array([[text.lower().count(letter) for letter in "abcdefghijklmnopqrstuvwxyz"] for text in texts])
        rows: Singles = (counts / np.maximum(np.linalg.norm(counts, axis=1, keepdims=True), 1e-9)).astype(np.float32)
        return rows


async def test_what_a_customer_says_and_holds_is_never_read_by_a_model_in_the_loop_itself(stage: Stage) -> None:
    model = Threads()
    stage.concierge._model = model
    stage.concierge._revision = -1
    assert await stage.concierge.refresh()
    assert model.first_read
    before = set(model.first_read)
    await stage.ana.says("could you perhaps bring it to Poland")
    await stage.ana.says("or to Norway? and can I visit the hens?")
    await stage.wait(seconds=3)
    assert set(model.first_read) > before
    assert threading.main_thread() not in model.first_read.values()
