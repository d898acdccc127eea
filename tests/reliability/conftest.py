from __future__ import annotations

import pytest

# What they assert is told in full: a storm that fails once may never fail again.
for judged in ("storm", "verdict", "story_storm", "story_verdict"):
    pytest.register_assert_rewrite(f"tests.reliability.{judged}")
