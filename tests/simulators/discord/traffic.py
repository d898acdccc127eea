"""Writes down what was asked and answered, for the platform's published schema to be held against it."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.simulators.discord.wire import Call

FOLDER_SETTING = "CONCIERGE_TRAFFIC"


@dataclass
class Traffic:
    """One .jsonl file for each process in `folder`; without a folder nothing is written."""

    folder: Path | None

    def exchange(self, call: Call, status: int, answer: Any) -> None:
        """A call and its answer."""
        if self.folder:
            record = {"platform": "discord", "verb": call.verb, "path": call.path, "request": call.body}
            self.folder.mkdir(parents=True, exist_ok=True)
            with (self.folder / f"discord-{os.getpid()}.jsonl").open("a", encoding="utf-8") as file:
                file.write(json.dumps({**record, "response": answer, "status": status}, ensure_ascii=False) + "\n")


def traffic_from_environment() -> Traffic:
    """Writes into the folder that CONCIERGE_TRAFFIC names, if it names one."""
    named = os.environ.get(FOLDER_SETTING, "")
    return Traffic(Path(named) if named else None)
