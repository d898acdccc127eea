"""BM25 over the phrasings of a base, as search engines rank: what our matcher is measured beside."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from knowledge import words

K1, B = 1.2, 0.75


def bm25(questions: Sequence[str], phrasings: Sequence[str]) -> NDArray[np.float64]:
    """A row for each question, a column for each phrasing: 0 to 100, where about 100 is a phrasing of average length
    that holds each word of the question."""
    documents = [Counter(_terms(phrasing)) for phrasing in phrasings]
    lengths = np.array([sum(document.values()) for document in documents], dtype=np.float64)
    shares = K1 * (1 - B + B * lengths / max(float(lengths.mean()), 1.0))
    using = Counter(term for document in documents for term in document)
    columns = {term: np.array([document[term] for document in documents], dtype=np.float64) for term in using}
    found = np.zeros((len(questions), len(phrasings)))
    for row, question in enumerate(questions):
        most = 0.0
        for term in set(_terms(question)):
            idf = math.log(1 + (len(documents) - using[term] + 0.5) / (using[term] + 0.5))
            most += idf
            if term in columns:
                found[row] += idf * columns[term] * (K1 + 1) / (columns[term] + shares)
        found[row] *= 100 / max(most, 1e-9)
    return np.minimum(found, 100.0)


def _terms(text: str) -> list[str]:
    return [term for token in words.read(text) for term in words.terms(token)]
