from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

# What they assert is told in full: a storm that fails once may never fail again.
for judged in ("storm", "verdict", "story_storm", "story_verdict"):
    pytest.register_assert_rewrite(f"tests.reliability.{judged}")


@pytest.fixture(scope="session")
def nurseries() -> Iterator[Callable[[str], object]]:
    """Where the bots of this run come from, by the name of the program: each imports everything once."""
    from tests.reliability.storm import Nursery

    known: dict[str, Nursery] = {}

    def of(program: str) -> Nursery:
        if program not in known:
            known[program] = Nursery(Path(__file__).with_name(program))
        return known[program]

    yield of
    for nursery in known.values():
        nursery.close()
