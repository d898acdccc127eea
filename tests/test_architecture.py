"""The house holds: who may import whom, how long things may be, how they are named."""

from __future__ import annotations

import ast
import re
import statistics
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("bot", "handlers", "knowledge")
LONGEST_FILE = 300
LONGEST_FUNCTION = 60
MEDIAN_FUNCTION = 10


@dataclass(frozen=True)
class Row:
    """What the modules below `room` may import: of ours (each with what lies below it), and of others' libraries."""

    room: str
    ours: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()

    def allows(self, name: str, libraries: frozenset[str]) -> bool:
        """Whether a module of this room may import `name`."""
        top = name.partition(".")[0]
        if top in PACKAGES:
            return any(below(name, room) for room in (self.room, *self.ours))
        return top in libraries or top in self.libraries or "*" in self.libraries


def below(name: str, room: str) -> bool:
    """Whether a module is that room or lies in it."""
    return name == room or name.startswith(f"{room}.")


NEUTRAL = tuple(
    f"bot.{name}"
    for name in (
        *("messages", "adapter", "commands", "clock", "recurrence", "pacing", "retries", "markup", "splitting"),
        *("recent", "described"),
    )
)
"""The values and pure functions that everything else speaks in."""

CORE = tuple(
    f"bot.{name}"
    for name in (
        *("inbox", "belonging", "jobs", "worker", "albums", "attachments", "fetching", "carrying"),
        *(
            "outbox",
            "claiming",
            "permits",
            "backlog",
            "merging",
            "turns",
            "rewriting",
            "sent",
            "sender",
            "calls",
            "desks",
            "copies",
            "versions",
            "history",
        ),
    )
)
"""What moves messages; each keeps the queries of its own table."""

ADAPTER = tuple(
    f"bot.{name}"
    for name in ("messages", "adapter", "commands", "clock", "pacing", "markup", "splitting", "recent", "described")
)

COMPOSED = ("bot.demo", "bot.running", "bot.cli", "bot.__main__")

ROWS = (
    Row("knowledge", (), ("babel", "defusedxml", "numpy", "rapidfuzz", "yaml")),
    Row("knowledge.meaning", ("knowledge",), ("numpy", "onnxruntime", "tokenizers")),
    *(Row(room, NEUTRAL, ("pydantic", "dateutil", "dateparser", "markdown_it")) for room in NEUTRAL),
    Row("bot.database", ("bot.messages", "knowledge.entry"), ("sqlalchemy", "alembic", "aiosqlite", "PIL")),
    Row("bot.fetching", (*CORE, *NEUTRAL, "bot.database", "bot.story_form", "bot.mp4"), ("structlog",)),
    *(Row(room, (*CORE, *NEUTRAL, "bot.database"), ("sqlalchemy", "structlog")) for room in CORE),
    Row("bot.story_form", ("bot.mp4",), ("PIL",)),
    Row("bot.mp4"),
    Row(
        "handlers",
        (
            "bot.messages",
            "bot.commands",
            "bot.recurrence",
            "bot.markup",
            "bot.calendar_page",
            "bot.database",
            "knowledge",
        ),
        ("sqlalchemy", "babel", "structlog"),
    ),
    Row("bot.adapters.playground", ADAPTER, ("aiohttp", "yaml", "structlog")),
    Row("bot.adapters.telegram", ADAPTER, ("telegram", "aiohttp", "structlog")),
    Row("bot.adapters.discord", ADAPTER, ("discord", "aiohttp", "yarl", "structlog")),
    Row("bot.adapters", ()),
    Row("bot.settings", ("bot.messages", "bot.clock"), ("pydantic", "pydantic_settings", "dotenv")),
    Row("bot.alarm", ("bot.messages", "bot.clock"), ("apscheduler", "structlog")),
    Row("bot.loops", (), ("structlog",)),
    Row("bot.http", ("bot.messages", "bot.clock"), ("aiohttp", "prometheus_client", "structlog")),
    Row("bot.metrics", ("bot.messages",), ("prometheus_client",)),
    Row("bot.calendar_page", (), ("PIL",)),
    Row("bot.stuck", ("bot.database",), ("sqlalchemy",)),
    Row("bot.retention", ("bot.database",), ("sqlalchemy", "structlog")),
    Row("bot.alone", ("bot.database",), ("sqlalchemy", "structlog")),
    Row("bot.backups", ("bot.database",), ("sqlalchemy", "structlog")),
    *(Row(room, PACKAGES, ("*",)) for room in ("bot.app", "bot.lives", "bot.surroundings", "bot.fitting", *COMPOSED)),
    Row("bot.curation", ("bot.clock", "bot.database", "bot.backups", "bot.spool", "knowledge"), ("sqlalchemy",)),
    Row("bot.spool"),
    Row(
        "bot.setting_up",
        ("bot.settings", "bot.adapter", "bot.adapters.telegram", "bot.adapters.discord", "bot.examples", "knowledge"),
        ("aiohttp", "dotenv"),
    ),
    Row("bot.examples"),
    Row("bot"),
)
"""The table of who may import whom. A module belongs to the longest room that fits; `bot` itself imports nothing."""


def row_of(module: str) -> Row | None:
    """The row of a module; None where only `bot` would fit, because then it has no place in the house yet."""
    fitting = [row for row in ROWS if below(module, row.room) and (row.room != "bot" or module == "bot")]
    return max(fitting, key=lambda row: len(row.room), default=None)


@cache
def sources() -> dict[str, Path]:
    """The modules of the three packages, by name."""
    found = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def tree(module: str) -> ast.Module:
    """A module, parsed."""
    return ast.parse(sources()[module].read_text(encoding="utf-8"))


def imports(module: str, source: ast.Module, is_package: bool, known: frozenset[str]) -> Iterator[str]:
    """Every module that `source` imports: at the top, inside a function, and for type checking alone."""
    for node in ast.walk(source):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parts = module.split(".")
            base = parts[: len(parts) - node.level + is_package] if node.level else []
            origin = ".".join([*base, *([node.module] if node.module else [])])
            for alias in node.names:
                yield f"{origin}.{alias.name}" if f"{origin}.{alias.name}" in known else origin


def forbidden(module: str, source: ast.Module, is_package: bool, known: frozenset[str]) -> list[str]:
    """What a module imports and may not."""
    row = row_of(module)
    if row is None:
        return [f"{module} has no row in the table: give it its place"]
    libraries = frozenset({*sys.stdlib_module_names, "__future__"})
    return [
        f"{module} imports {name}"
        for name in sorted(set(imports(module, source, is_package, known)))
        if not row.allows(name, libraries)
    ]


@pytest.mark.parametrize("module", sources())
def test_a_module_imports_only_what_its_row_of_the_table_allows(module: str) -> None:
    is_package = sources()[module].name == "__init__.py"
    assert forbidden(module, tree(module), is_package, frozenset(sources())) == []


BREACHES = [
    ("knowledge.matching", "import bot.messages", "bot.messages"),
    ("knowledge.matching", "from sqlalchemy import select", "sqlalchemy"),
    ("knowledge.matching", "import pydantic", "pydantic"),
    ("handlers.answer", "from bot.outbox import enqueue", "bot.outbox"),
    ("handlers.answer", "from bot import settings", "bot.settings"),
    ("handlers.answer", "def f():\n    import telegram", "telegram"),
    ("handlers.answer", "if TYPE_CHECKING:\n    from bot.adapters import playground", "bot.adapters.playground"),
    ("bot.messages", "from bot import database", "bot.database"),
    ("bot.worker", "import handlers.answer", "handlers.answer"),
    ("bot.worker", "import discord", "discord"),
    ("bot.database.people", "from knowledge.answers import Knowledge", "knowledge.answers"),
    ("bot.database.people", "from ..outbox import enqueue", "bot.outbox"),
    ("bot.adapters.telegram.codec", "from bot.database import doors", "bot.database.doors"),
    ("bot.adapters.telegram.codec", "import discord", "discord"),
    ("bot.adapters.telegram.codec", "from bot.adapters.discord import codec", "bot.adapters.discord.codec"),
    ("bot.settings", "from bot.app import demo", "bot.app"),
    ("bot.alarm", "from bot import database", "bot.database"),
]


@pytest.mark.parametrize(("module", "line", "named"), BREACHES)
def test_a_breach_of_the_table_is_found(module: str, line: str, named: str) -> None:
    known = frozenset({*sources(), "bot.settings", "bot.database", "bot.database.doors", "bot.adapters.playground"})
    assert forbidden(module, ast.parse(line), False, known) == [f"{module} imports {named}"]


def test_a_module_without_a_place_in_the_house_is_found() -> None:
    assert forbidden("bot.things", ast.parse(""), False, frozenset()) != []


def functions() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Every function of the three packages, with its place; those of migrations aside."""
    for module in sources():
        if not below(module, "bot.database.migrations"):
            for node in ast.walk(tree(module)):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    yield f"{module}:{node.name}", node


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The lines of a function, its decorators not counted."""
    return (node.end_lineno or node.lineno) - node.lineno + 1


def test_no_file_is_too_long_to_be_read_at_once() -> None:
    lines = {
        module: sum(bool(line.strip()) for line in path.read_text(encoding="utf-8").splitlines())
        for module, path in sources().items()
        if not below(module, "bot.database.migrations.versions")
    }
    assert {module: count for module, count in lines.items() if count > LONGEST_FILE} == {}


def test_no_function_is_too_long_to_be_read_at_once() -> None:
    assert {place: length(node) for place, node in functions() if length(node) > LONGEST_FUNCTION} == {}


def test_most_functions_are_short() -> None:
    assert statistics.median(length(node) for _, node in functions()) < MEDIAN_FUNCTION


def undocumented(body: list[ast.stmt], place: str) -> Iterator[str]:
    """The public functions and classes of a body without a docstring; methods too, where they are the class's own."""
    for node in body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) or node.name.startswith("_"):
            continue
        if not ast.get_docstring(node):
            yield f"{place}:{node.name}"
        # What a base class asks for is explained there.
        if isinstance(node, ast.ClassDef) and not node.bases:
            yield from undocumented(node.body, f"{place}:{node.name}")


@pytest.mark.parametrize("module", sources())
def test_what_is_public_says_what_it_means(module: str) -> None:
    parsed = tree(module)
    assert not parsed.body or ast.get_docstring(parsed), f"{module} does not say what it is for"
    if not below(module, "bot.database.migrations"):
        assert list(undocumented(parsed.body, module)) == []


TIME_READERS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time")}


@pytest.mark.parametrize("module", [module for module in sources() if module != "bot.clock"])
def test_nobody_but_the_clock_reads_the_time(module: str) -> None:
    calls = (node.func for node in ast.walk(tree(module)) if isinstance(node, ast.Call))
    read = [
        f"{module}:{call.lineno} {call.value.id}.{call.attr}"
        for call in calls
        if isinstance(call, ast.Attribute)
        and isinstance(call.value, ast.Name)
        and (call.value.id, call.attr) in TIME_READERS
    ]
    assert read == []


@cache
def tracked() -> tuple[Path, ...]:
    """Every file that the repository holds; those of the working copy that are new too."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    paths = (ROOT / name for name in listed.stdout.decode().split("\0") if name)
    return tuple(path for path in paths if path.is_file())


def test_no_module_is_named_for_nothing_in_particular() -> None:
    vague = {"utils", "util", "helpers", "helper", "manager", "service", "services", "managers", "common", "misc"}
    assert [path for path in tracked() if vague & {*path.relative_to(ROOT).parent.parts, path.stem}] == []


# In two pieces each, so that this file is none of those it looks for.
NOT_OURS = re.compile(
    "|".join(
        re.escape(first + second)
        for first, second in (
            ("py", "pi.org"),
            ("python", "hosted.org"),
            ("npm", "js.org"),
            ("npm", "js.com"),
            ("deb", ".debian.org"),
            ("/wo", "rk/main"),
            ("/wo", "rk/shared"),
            ("/wo", "rk/.lib"),
            ("/ro", "ot/"),
            ("/opt/", "pypi"),
        )
    )
)


def test_no_file_names_a_package_index_or_a_path_of_somebodys_machine() -> None:
    found = []
    for path in tracked():
        text = path.read_bytes().decode("utf-8", "ignore")
        found += [f"{path.relative_to(ROOT)}: {hit[0]}" for hit in NOT_OURS.finditer(text)]
    assert found == []
