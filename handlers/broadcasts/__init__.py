"""A message to many subscribers: `commands` what an owner says and presses, `rounds` how it goes out a window at a
time, `telling` the one line that tells how far it has come, `reports` the file that tells what became of each."""

from __future__ import annotations

from handlers.broadcasts.commands import broadcast, pressed
from handlers.broadcasts.rounds import begin, due, is_told_together

__all__ = ["begin", "broadcast", "due", "is_told_together", "pressed"]
