"""How sure the first place is: a few facts about the ranking, weighed into a probability.

The weights were fitted on public questions (`benchmarks/fit_confidence.py`); a shop brings no labels of its own.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from knowledge.matching import Floats, Index, Question, Ranking

GLOBAL_LINE = 0.6
SUGGEST_FROM = 0.2
WEIGHTS = (-4.5, 6.0, 4.0, 1.5)


def features(index: Index, question: Question, ranking: Ranking, order: Sequence[int]) -> Floats:
    """The facts about the first place of `order` (places in `index.ids`, best first), as the weights expect them."""
    first, second = order[0], order[1] if len(order) > 1 else None
    behind = float(ranking.scores[second]) if second is not None else 0.0
    top = float(ranking.scores[first])
    return np.array([1.0, top, top - behind, float(ranking.by_words[first])])


def probability(facts: Floats) -> float:
    """The chance that the first place is the right entry, 0 to 1."""
    return float(1 / (1 + np.exp(-float(facts @ np.array(WEIGHTS)))))
