"""Opening what a shop owner saved: text as UTF-8, front matter as YAML, and a plain sentence where it is neither."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TextIO

import yaml

from knowledge.errors import InputError

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_FOREIGN = {
    b"\xff\xfe": ("is saved as UTF-16", "Save it again as UTF-8 (in Excel: “CSV UTF-8”)."),
    b"\xfe\xff": ("is saved as UTF-16", "Save it again as UTF-8 (in Excel: “CSV UTF-8”)."),
    b"PK\x03\x04": ("is a spreadsheet or an archive, not text", "Export it as CSV UTF-8 first."),
}
LONGEST_LINE = 1_000_000
"""Characters in one line of a table."""
LARGEST_TEXT = 20_000_000
"""Bytes of a file that is read as a whole."""
_DEEPEST = 8
"""How many lists within lists front matter may have; it needs two."""
_NOT_TEXT = ("has bytes in it that no text has (perhaps it is UTF-16)", "Save it again as UTF-8.")


@contextmanager
def open_text(path: Path, newline: str | None = None) -> Iterator[TextIO]:
    """The file as UTF-8 text, a BOM taken off; `newline` as for `open`. Raises InputError for what can't be read.

    A wrong byte is found while reading; the error then names its line.
    """
    _must_be_text(path)
    try:
        with path.open(encoding="utf-8-sig", newline=newline) as stream:
            yield stream
    except UnicodeDecodeError as error:
        line, byte = _wrong_byte(path)
        problem = f"is not UTF-8: byte 0x{byte:02X} can't be read"
        raise InputError(path, line, problem, "Save it again as UTF-8 (in Excel: “CSV UTF-8”).") from error
    except OSError as error:
        raise InputError(path, None, f"can't be read ({error.strerror})", "Check its permissions.") from error


def read_text(path: Path) -> str:
    """The whole file, every line end as one newline. Raises InputError, also for one that nobody wrote by hand."""
    if path.is_file() and path.stat().st_size > LARGEST_TEXT:
        raise InputError(path, None, "is larger than any text that people write (20 MB)", "Split it.")
    with open_text(path) as stream:
        text = stream.read()
    if "\0" in text:
        raise InputError(path, text[: text.index("\0")].count("\n") + 1, *_NOT_TEXT)
    return text


def no_nul(path: Path, lines: TextIO) -> Iterator[str]:
    """The lines one by one; raises InputError at a NUL, which no text has, and at a line that no table has."""
    for number, line in enumerate(iter(lambda: lines.readline(LONGEST_LINE + 1), ""), 1):
        if len(line) > LONGEST_LINE:
            raise InputError(path, number, "the line is longer than any table's", "Export it again as CSV UTF-8.")
        if "\0" in line:
            raise InputError(path, number, *_NOT_TEXT)
        yield line


def folder(path: Path) -> Path:
    """`path`, if it is a folder. Raises InputError otherwise."""
    if path.is_dir():
        return path
    if path.exists():
        raise InputError(path, None, "is a file, where a folder is needed", "Name the folder it lies in.")
    raise InputError(path, None, "there is no such folder", "Check the name, or create it.")


def tidy(text: str) -> str:
    """`text` without the blank lines around it, and otherwise as it stands, each line end one newline."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    filled = [number for number, line in enumerate(lines) if line.strip()]
    return "\n".join(lines[filled[0] : filled[-1] + 1]) if filled else ""


def is_inside(name: str) -> bool:
    """Whether a picture's path stays within the shop's folder, on every system."""
    path = PurePosixPath(name.replace("\\", "/"))
    return not path.is_absolute() and ".." not in path.parts and name[1:2] != ":"


def find_picture(directory: Path, name: str) -> Path | None:
    """The picture of that name in the shop's folder, or in its `images`; None when there is none."""
    if not name or not is_inside(name):
        return None
    places = (directory / name, directory / "images" / name)
    return next((path for path in places if path.is_file()), None)


def _must_be_text(path: Path) -> None:
    if path.is_dir():
        raise InputError(path, None, "is a folder, where a file is needed", "Name a file in it.")
    if not path.exists():
        raise InputError(path, None, "there is no such file", "Check the name, or create it.")
    if not path.is_file():
        raise InputError(path, None, "is not an ordinary file", "Save it to a file first.")
    try:
        with path.open("rb") as stream:
            head = stream.read(4)
    except OSError as error:
        raise InputError(path, None, f"can't be read ({error.strerror})", "Check its permissions.") from error
    for mark, (problem, advice) in _FOREIGN.items():
        if head.startswith(mark):
            raise InputError(path, None, problem, advice)


def _wrong_byte(path: Path) -> tuple[int, int]:
    number = 0
    with path.open("rb") as stream:
        for number, line in enumerate(stream, 1):
            try:
                line.decode()
            except UnicodeDecodeError as error:
                return number, line[error.start]
    return number, 0


@dataclass(frozen=True)
class FrontMatter:
    """A Markdown file taken apart: what stands between the two `---` lines, and the body below them.

    Values are read as the words that the owner wrote (`id: 007` is "007"), so nothing is guessed about types.
    """

    path: Path
    values: Mapping[str, yaml.Node]
    first_line: int
    body: str

    def error(self, key: str, problem: str, advice: str = "") -> InputError:
        """The error that names the line of `key`, or of the front matter's beginning where it is missing."""
        node = self.values.get(key)
        line = self.first_line - 1 if node is None else self.first_line + node.start_mark.line
        return InputError(self.path, line, problem, advice)

    def text(self, key: str, default: str | None = None) -> str:
        """One value as text. Raises InputError when it is a list or, without a default, missing."""
        node = self.values.get(key)
        value = "" if node is None else self._scalar(key, node)
        if value or default is not None:
            return value or default or ""
        raise self.error(key, f"“{key}” is missing", f"Add a line such as “{key}: …” between the --- lines.")

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, empty when missing. Raises InputError when it is no list, or holds more than texts."""
        node = self.values.get(key)
        if node is None or (isinstance(node, yaml.ScalarNode) and not self._scalar(key, node)):
            return ()
        if not isinstance(node, yaml.SequenceNode):
            raise self.error(key, f"“{key}” is not a list", f"Write {key}: [one, two], or one a line after “- ”.")
        return tuple(value for value in (self._scalar(key, item) for item in node.value) if value)

    def _scalar(self, key: str, node: yaml.Node) -> str:
        if not isinstance(node, yaml.ScalarNode):
            line = self.first_line + node.start_mark.line
            raise InputError(self.path, line, f"“{key}” holds more than plain text here", "Put the text into quotes.")
        if node.tag == "tag:yaml.org,2002:null":
            return ""
        return str(node.value).strip()


def read_front_matter(path: Path) -> FrontMatter:
    """The Markdown file with its front matter. Raises InputError with the file's own line."""
    lines = read_text(path).split("\n")
    begin = next((number for number, line in enumerate(lines) if line.strip()), None)
    if begin is None:
        raise InputError(path, None, "is empty", "Begin it with --- and the lines id: and questions:.")
    if lines[begin].rstrip() != "---":
        raise InputError(path, begin + 1, "has no front matter", "Begin it with a line --- and close that with ---.")
    end = next((number for number in range(begin + 1, len(lines)) if lines[number].rstrip() == "---"), None)
    if end is None:
        raise InputError(path, begin + 1, "the front matter that begins here has no end", "Add a line --- below it.")
    values = _mapping(path, "\n".join(lines[begin + 1 : end]), begin + 2)
    return FrontMatter(path, values, begin + 2, tidy("\n".join(lines[end + 1 :])))


def _mapping(path: Path, text: str, first_line: int) -> dict[str, yaml.Node]:
    root = _compose(path, text, first_line)
    if root is None:
        return {}
    if not isinstance(root, yaml.MappingNode):
        raise InputError(path, first_line, "the front matter has no “name: value” lines", "Write id: … first.")
    values: dict[str, yaml.Node] = {}
    for key, value in root.value:
        line = first_line + key.start_mark.line
        if not isinstance(key, yaml.ScalarNode):
            raise InputError(path, line, "a name before the colon is not plain text", "Write name: value.")
        if key.value in values:
            raise InputError(path, line, f"“{key.value}” is given twice", "Keep one of the two.")
        values[key.value] = value
    return values


def _compose(path: Path, text: str, first_line: int) -> yaml.Node | None:
    """The YAML as nodes with their places; nothing is constructed from it."""
    try:
        _must_be_flat(text)
        root: yaml.Node | None = yaml.compose(text, Loader=_Loader)
        return root
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = first_line if mark is None else first_line + min(mark.line, text.count("\n"))
        problem = f"the front matter is no valid YAML ({error.problem or error.context})"
        raise InputError(path, line, problem, "Put text that has a colon, # or quotes in it into quotes.") from error
    except (yaml.YAMLError, ValueError) as error:
        problem = "the front matter can't be read as YAML"
        raise InputError(path, first_line, problem, "Take out special characters, keep to plain lines.") from error


def _must_be_flat(text: str) -> None:
    """Raises ValueError for deep nesting, on which libyaml's composer would run out of stack and end the process."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _DEEPEST:
            raise ValueError("nested too deeply")
