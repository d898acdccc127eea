from __future__ import annotations

import pytest

# What they assert is told in full: a storm that fails once may never fail again.
pytest.register_assert_rewrite("tests.reliability.storm", "tests.reliability.verdict")
