"""The optional sentence model: a folder that is there, or one that is fetched, checked and only then put in place."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from bot.setting_up.talk import CantSetUp, Talk, Unfit
from knowledge.errors import InputError
from knowledge.meaning import MODEL, TOKENIZER, SentenceModel, is_installed

ADDRESS = (
    "https://huggingface.co/sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2/resolve/"
    "e8f8c211226b894fcb81acc59f3b34ba3efd5f42"
)
"""A multilingual model (some 50 languages, Apache-2.0), fixed to a revision; another address must have its files."""
FOLDER = "sentence-model"
NONE, FETCH = "none", "download"
CHUNK = 1 << 18
SILENT_S = 60.0
"""A server that sends nothing for so long is given up; what came so far is kept."""
EXTRA = "pip install 'shop-concierge[semantic]'"


@dataclass(frozen=True)
class Remote:
    """A file to be fetched. `size` is in bytes; `sha256` is that of the whole."""

    path: str
    name: str
    size: int
    sha256: str


# The whole model and not the smaller, quantised one: that one's vectors depend on what else is read beside a line.
FILES = (
    Remote(
        "onnx/model.onnx",
        MODEL,
        470_301_610,
        "10f7a088420252b26caf819236ca2c9d2987afd0fc06fec7553b542a5655a05a",
    ),
    Remote(
        "tokenizer.json",
        TOKENIZER,
        9_081_518,
        "2c3387be76557bd40970cec13153b3bbf80407865484b209e655e5e4729076b8",
    ),
)

Progress = Callable[[int], None]
"""Told how many bytes there are so far."""


def ask(talk: Talk, before: str, progress: Progress) -> str:
    """Asks whether answers are to be found by meaning too; returns SEMANTIC_MODEL, empty for none. Raises CantSetUp."""
    megabytes = sum(file.size for file in FILES) // 1_000_000
    question = (
        "Answers are found by words. A sentence model finds them by meaning too: more right answers, and more memory "
        f"(some 700 MB). none; download ({megabytes} MB, once); or the folder of a model that you have:"
    )
    answer = talk.answer("model", question, lambda answer: _model(talk, answer), before or NONE)
    if answer == NONE:
        return ""
    folder = Path(answer)
    if answer == FETCH:
        folder = Path(talk.answer("model-folder", "Into which folder?", _folder, FOLDER))
        address = talk.answer("model-address", "From which address?", _address, ADDRESS, shown="Hugging Face")
        asyncio.run(fetch(address, folder, talk.say, progress))
    _try(folder)
    talk.say("The sentence model works.")
    return str(folder)


def _model(talk: Talk, answer: str) -> str:
    word = answer.casefold()
    if word in (NONE, "no"):
        return NONE
    if not is_installed():
        raise Unfit(f"needs the extra semantic: install it with {EXTRA}, or answer none")
    if word in (FETCH, "yes"):
        return FETCH
    folder = Path(answer).expanduser()
    missing = [name for name in (MODEL, TOKENIZER) if not (folder / name).is_file()]
    if missing:
        raise Unfit(f"is neither none nor download nor a folder with {MODEL} and {TOKENIZER}")
    return str(folder)


def _folder(answer: str) -> str:
    if not answer or Path(answer).expanduser().is_file():
        raise Unfit("is no folder")
    return str(Path(answer).expanduser())


def _address(answer: str) -> str:
    if not answer.startswith(("https://", "http://")):
        raise Unfit("is no address: it begins with https://")
    return answer.rstrip("/")


def _try(folder: Path) -> None:
    try:
        SentenceModel(folder)
    except InputError as error:
        raise CantSetUp(f"{error} No setting was written.") from error


async def fetch(address: str, folder: Path, say: Callable[[str], None], progress: Progress) -> None:
    """Fetches what is missing in the folder. A file bears its name only once it is whole and checked; what was cut
    stays as `.part` and is gone on with the next time. Raises CantSetUp."""
    folder.mkdir(parents=True, exist_ok=True)
    there = 0
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=SILENT_S, sock_read=SILENT_S)
    # trust_env: where a network has a proxy, its settings hold here too.
    async with aiohttp.ClientSession(timeout=timeout, trust_env=True, auto_decompress=False) as session:
        for file in FILES:
            if await asyncio.to_thread(_is_whole, folder / file.name, file):
                say(f"{folder / file.name} is there already.")
            else:
                part = folder / f"{file.name}.part"
                await _fetched(session, f"{address}/{file.path}", part, file, there, progress)
                part.replace(folder / file.name)
            there += file.size


async def _fetched(
    session: aiohttp.ClientSession, url: str, part: Path, file: Remote, there: int, progress: Progress
) -> None:
    """Brings a part up to the whole file. Raises CantSetUp; a part whose sum is wrong is thrown away."""
    try:
        if _size(part) != file.size:
            await _go_on(session, url, part, file, lambda done: progress(there + done))
    except (aiohttp.ClientError, TimeoutError) as error:
        said = str(error) or type(error).__name__
        raise CantSetUp(
            f"{url} could not be fetched ({said}), so nothing was set: start again, and it goes on where it was cut."
        ) from error
    if not await asyncio.to_thread(_is_whole, part, file):
        short = _size(part) < file.size
        if not short:
            part.unlink()
        raise CantSetUp(
            f"{url} ended too early, so nothing was set: start again, and it goes on where it was cut."
            if short
            else f"{url} gives another file than the one that is known (size or sha256), so it was thrown away and "
            "nothing was set: take another address, or a model's folder."
        )


async def _go_on(session: aiohttp.ClientSession, url: str, part: Path, file: Remote, progress: Progress) -> None:
    done = _size(part)
    if done > file.size:
        done = 0
    asked = {"Range": f"bytes={done}-"} if done else {}
    async with session.get(url, headers=asked) as response:
        response.raise_for_status()
        done = done if response.status == 206 else 0  # a server that gives all of it, whatever was asked
        with part.open("ab" if done else "wb") as stream:
            async for chunk in response.content.iter_chunked(CHUNK):
                stream.write(chunk)
                done += len(chunk)
                progress(done)
                if done > file.size:
                    return


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _is_whole(path: Path, file: Remote) -> bool:
    if _size(path) != file.size:
        return False
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest() == file.sha256
