"""Files that hold a table: CSV in whatever dialect and encoding, and JSON Lines; read row by row, as often as asked."""

import codecs
import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, Final, TextIO

from console.files.errors import NotRead
from storage.kinds.importing import Fault, Row

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LOOKED_AT: Final = 1 << 16  # bytes, or letters, of the beginning from which a form is told
_LONGEST: Final = 1 << 20  # letters of one line: what is longer is no row of a table
_JSON_NAMES: Final = frozenset({".jsonl", ".ndjson", ".json"})


class Table:
    """One file of rows.

    Args:
        path: of the file; it is read anew each time that its rows are asked for.
        encoding: in which it is written; found out when none is given.

    Raises:
        NotRead: there is no such file, or it cannot be read.
        LookupError: there is no such encoding.
    """

    def __init__(self, path: Path, *, encoding: str | None = None) -> None:
        if path.exists() and not path.is_file():
            raise NotRead(path, "")
        self._path = path
        self.encoding = codecs.lookup(encoding).name if encoding else _encoding_of(path)

    def rows(self) -> Iterator[Row | Fault]:
        """Yield the rows, and what is wrong with those that are none.

        A row that begins with a quote that nothing closes ends the file: all that follows would be taken for a cell.
        """
        line = 0
        try:
            with self._path.open(encoding=self.encoding, newline="") as opened:
                start = opened.read(_LOOKED_AT)
                opened.seek(0)
                reading = _objects if _is_json(self._path, start) else _cells
                for one in reading(opened, start):
                    line = one.number if isinstance(one, Row) else one.row
                    yield one
        except UnicodeError as wrong:
            yield Fault(line + 1, "", "encoding", self.encoding, (str(getattr(wrong, "reason", "")),))
        except OSError as wrong:
            raise NotRead(self._path, wrong.strerror or str(wrong)) from wrong


def _encoding_of(path: Path) -> str:
    """Return in which encoding a file is written: by its mark, else UTF-8 where all of it is, else Windows-1252."""
    try:
        with path.open("rb") as opened:
            start = opened.read(_LOOKED_AT)
            for mark, name in _MARKS:
                if start.startswith(mark):
                    return name
            if (wide := _wide(start)) is not None:
                return wide
            decoder = codecs.getincrementaldecoder("utf-8")()
            decoder.decode(start)
            while piece := opened.read(_LOOKED_AT):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    except OSError as wrong:
        raise NotRead(path, wrong.strerror or str(wrong)) from wrong
    return "utf-8"


def _wide(start: bytes) -> str | None:
    """Return which UTF-16 without a mark this is: nearly every other byte is none."""
    half = len(start) // 2
    if half and start[1::2].count(0) > 0.7 * half and not start[::2].count(0):
        return "utf-16-le"
    return "utf-16-be" if half and start[::2].count(0) > 0.7 * half and not start[1::2].count(0) else None


def _is_json(path: Path, start: str) -> bool:
    return path.suffix.lower() in _JSON_NAMES or start.lstrip().startswith("{")


def _objects(opened: TextIO, _start: str) -> Iterator[Row | Fault]:
    for number, line in enumerate(_lines(opened), 1):
        if isinstance(line, Fault):
            yield line
        elif not line.isspace():
            yield _object(number, line)


def _object(number: int, line: str) -> Row | Fault:
    if "\0" in line:
        return Fault(number, "", "nul")
    twice: list[str] = []

    def pairs(given: list[tuple[str, Any]]) -> dict[str, Any]:
        own = dict(given)
        twice.extend(name for name in own if sum(name == other for other, _ in given) > 1)
        return own

    try:
        held = json.loads(line, object_pairs_hook=pairs)
    except (ValueError, RecursionError):
        return Fault(number, "", "json")
    if not isinstance(held, dict):
        return Fault(number, "", "json")
    if twice:
        return Fault(number, twice[0], "two_columns", twice[0])
    cells = {}
    for name, value in held.items():
        text = _text(value)
        if text is None:
            return Fault(number, name, "json_value")
        cells[name] = text
    return Row(number, cells, number)


def _text(value: Any) -> str | None:
    """Return a value of JSON as a cell says it, `None` for one that no cell can hold."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case str():
            return value
        case int() | float():
            return str(value)
        case list() if all(isinstance(one, str) for one in value):
            return " ".join(value)
        case _:
            return None


def _cells(opened: TextIO, start: str) -> Iterator[Row | Fault]:
    bad: list[Fault] = []

    def good() -> Iterator[str]:
        for line in _lines(opened):
            if isinstance(line, Fault):
                bad.append(line)
                return
            yield line

    reader = csv.reader(good(), delimiter=_delimiter(start), strict=True)
    names: Sequence[str] | None = None
    number = head = 1
    try:
        for cells in reader:
            number, begun = reader.line_num + 1, number
            if not any(cells):
                continue
            if names is not None:
                yield _row(begun, names, cells, head)
                continue
            head, names = begun, [name.strip() for name in cells]
            if (wrong := _head(begun, names)) is not None:
                yield wrong
                return
    except csv.Error:
        bad.append(Fault(number, "", "quotes"))
    yield from bad[:1]


def _row(number: int, names: Sequence[str], cells: Sequence[str], head: int) -> Row | Fault:
    if len(cells) != len(names):
        return Fault(number, "", "cells", str(len(cells)), (str(len(names)),))
    held = dict(zip(names, cells, strict=True))
    nul = next((name for name, cell in held.items() if "\0" in cell), None)
    return Row(number, held, head) if nul is None else Fault(number, nul, "nul")


def _head(row: int, names: Sequence[str]) -> Fault | None:
    if any("\0" in name for name in names):
        return Fault(row, "", "nul")
    if "" in names:
        return Fault(row, "", "no_name", str(names.index("") + 1))
    twice = next((name for place, name in enumerate(names) if name in names[:place]), None)
    return None if twice is None else Fault(row, twice, "two_columns", twice)


def _lines(opened: TextIO) -> Iterator[str | Fault]:
    number = 0
    while line := opened.readline(_LONGEST):
        number += 1
        if len(line) == _LONGEST:
            yield Fault(number, "", "line")
            return
        yield line


def _delimiter(start: str) -> str:
    """Return what parts the cells of a head: whichever of comma, semicolon and tab stands most often outside quotes."""
    outside = next(chain((line for line in start.splitlines() if line.strip()), [""])).split('"')[::2]
    counts: Mapping[str, int] = {sign: sum(part.count(sign) for part in outside) for sign in ",;\t"}
    return max(counts, key=lambda sign: counts[sign])
