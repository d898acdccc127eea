"""Shops that come with the program."""

from __future__ import annotations

from pathlib import Path


def sample_shop() -> Path:
    """The folder of the egg farm."""
    return Path(__file__).parent / "egg-farm"
