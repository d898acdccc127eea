"""Writes down what was said and heard, for the platform's published schema to be held against it."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.simulators.telegram.wire import Call

FOLDER_SETTING = "CONCIERGE_TRAFFIC"


@dataclass
class Traffic:
    """One .jsonl file for each process in `folder`; without a folder nothing is written."""

    folder: Path | None

    def exchange(self, call: Call, envelope: dict[str, Any]) -> None:
        """A call and its answer."""
        self._write({"method": call.method, "request": call.recorded(), "response": envelope})

    def update(self, body: dict[str, Any]) -> None:
        """An update that reached the bot."""
        self._write({"update": body})

    def _write(self, record: dict[str, Any]) -> None:
        if self.folder:
            self.folder.mkdir(parents=True, exist_ok=True)
            with (self.folder / f"telegram-{os.getpid()}.jsonl").open("a", encoding="utf-8") as file:
                file.write(json.dumps({"platform": "telegram", **record}, ensure_ascii=False) + "\n")


def traffic_from_environment() -> Traffic:
    """Writes into the folder that CONCIERGE_TRAFFIC names, if it names one."""
    named = os.environ.get(FOLDER_SETTING, "")
    return Traffic(Path(named) if named else None)
