"""What is installed is whole: the wheel holds every file, and runs beside its own libraries and no others.

Nothing is fetched: the libraries are taken from the environment that runs the tests, those alone that the wheel asks
for, so a library that only the tests bring would be missed at once.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from email.parser import HeaderParser
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PACKAGES = ("bot", "handlers", "knowledge")
UNPACKED = shutil.ignore_patterns("__pycache__", "*.pyc")


def ran(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """A finished command; what it said is in the failure."""
    done = subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, encoding="utf-8", timeout=120, check=False, input=""
    )
    assert done.returncode == 0, f"{command} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy, so that nothing is left behind in the checkout."""
    source = tmp_path_factory.mktemp("source")
    for name in PACKAGES:
        shutil.copytree(ROOT / name, source / name, ignore=UNPACKED)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    out = tmp_path_factory.mktemp("wheel")
    build = ("wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", out, ".")
    ran(sys.executable, "-m", "pip", *build, cwd=source)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the programs of an environment that holds the wheel and what it asks for."""
    home = tmp_path_factory.mktemp("installed")
    ran(sys.executable, "-m", "venv", "--without-pip", home, cwd=home)
    (library,) = home.glob("lib/python*/site-packages")
    for distribution in needed(wheel):
        for name in {Path(file).parts[0] for file in distribution.files or ()} - {"..", "__pycache__"}:
            target = library / name
            if not target.exists():
                target.symlink_to(Path(str(distribution.locate_file(name))))
    python = home / "bin" / "python"
    ran(sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index", wheel, cwd=home)
    ran(sys.executable, "-m", "pip", "--python", python, "check", cwd=home)
    return home / "bin"


def needed(wheel: Path) -> Iterator[metadata.Distribution]:
    """What the wheel asks for without an extra, and what that asks for, each once."""
    waiting = [(Requirement(line), "") for line in required(wheel)]
    seen: set[tuple[str, str]] = set()
    found: set[str] = set()
    while waiting:
        requirement, extra = waiting.pop()
        if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        distribution = metadata.distribution(name)
        for wanted in {"", *requirement.extras}:
            if (name, wanted) not in seen:
                seen.add((name, wanted))
                waiting += [(Requirement(line), wanted) for line in distribution.requires or ()]
        if name not in found:
            found.add(name)
            yield distribution


def required(wheel: Path) -> list[str]:
    """The lines `Requires-Dist` of the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return HeaderParser().parsestr(archive.read(name).decode()).get_all("Requires-Dist") or []


def test_the_wheel_holds_every_file_of_the_three_packages_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    ours = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert held == ours


def test_the_base_install_stays_small(installed: Path) -> None:
    present = {
        distribution.name.lower()
        for distribution in metadata.distributions(
            path=[str(path) for path in installed.parent.glob("lib/*/*-packages")]
        )
    }
    assert "shop-concierge" in present and "greenlet" in present
    assert present & {"pytest", "mypy", "ruff", "playwright", "matplotlib", "hypothesis", "setuptools"} == set()
    assert len(present) < 58


def test_it_says_what_it_can_do(installed: Path, tmp_path: Path) -> None:
    said = ran(installed / "concierge", "--help", cwd=tmp_path).stdout
    assert "demo" in said and "knowledge" in said
    assert ran(installed / "python", "-m", "bot", "--help", cwd=tmp_path).stdout == said


def test_it_answers_from_the_sample_shop_that_it_brings(installed: Path, tmp_path: Path) -> None:
    done = ran(installed / "concierge", "ask", "--json", "Do you ship to Germany?", cwd=tmp_path)
    answer = json.loads(done.stdout)
    assert answer["outcome"] == "answered" and "Germany" in answer["answer"]
    assert "sample shop" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", sorted(p.name for p in (ROOT / "bot/examples/egg-farm/conversations").glob("*.yaml")))
def test_it_replays_a_conversation_from_another_folder(installed: Path, tmp_path: Path, name: str) -> None:
    script = shutil.copy(ROOT / "bot/examples/egg-farm/conversations" / name, tmp_path)
    ran(installed / "concierge", "demo", "--script", script, cwd=tmp_path)


def made(folder: Path, python: str, path: str | None = None) -> str:
    """What `make demo` says in a fresh checkout where it can't set up; it leaves nothing behind."""
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, folder)
    # These would make it a part of the `make test` that runs this.
    outer = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    environment = outer | {"PYTHON": python} | ({} if path is None else {"PATH": path})
    make = shutil.which("make")
    if make is None:
        pytest.skip("make is not installed")
    done = subprocess.run([make, "demo"], cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    assert not (folder / ".venv").exists()
    sentence, *rest = done.stderr.splitlines()
    assert all(line.startswith("make: ***") for line in rest), done.stderr
    return sentence


def stub(folder: Path, *lines: str) -> str:
    """A Python that is not what one would wish."""
    program = folder / "python-stub"
    program.write_text("\n".join(["#!/bin/sh", *lines, ""]), encoding="utf-8")
    program.chmod(0o755)
    return str(program)


def test_a_python_without_venv_names_the_package_to_install(tmp_path: Path) -> None:
    python = stub(tmp_path, 'case "$*" in *ensurepip*) exit 1;; esac', f'exec "{sys.executable}" "$@"')
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert f"install the package python{version}-venv" in made(tmp_path, python)


def test_a_python_that_is_too_old_is_said_with_its_version(tmp_path: Path) -> None:
    python = stub(tmp_path, 'if [ "$1" = --version ]; then echo Python 3.9.2; else exit 1; fi')
    assert "Python 3.9.2" in made(tmp_path, python)


def test_no_python_at_all_is_said(tmp_path: Path) -> None:
    few = tmp_path / "few"
    few.mkdir()
    for name in ("sh", "head"):
        (few / name).symlink_to(str(shutil.which(name)))
    assert made(tmp_path, "", str(few)).startswith("Python 3.11 or newer is needed and none was found")
