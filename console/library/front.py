"""Text with front matter between two lines of three dashes, read so that whatever is wrong is named with its place."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from console.library.errors import FileTrouble
from storage.kinds.clean import clean_line
from widgets.language import _

_DEEPEST: Final = 3
_MOST: Final = 200  # values inside one


@dataclass(frozen=True, slots=True)
class Said:
    """A value of front matter: a string, or several inside each other, with the place where it stands.

    Attributes:
        line, column: counted from 1.
        begins: the column in which the string itself begins, behind a quotation mark.
    """

    value: "str | Sequence[Said] | Mapping[str, Said]"
    line: int
    column: int
    begins: int = 0

    def at(self, source: str) -> str:
        """Return the place as it is told."""
        return at(source, self.line, self.column)

    def one(self, source: str) -> str:
        """Return a single value.

        Raises:
            FileTrouble: there are several.
        """
        if not isinstance(self.value, str):
            raise FileTrouble(self.at(source), _("one value is wanted here, not several."))
        return self.value

    def several(self, source: str) -> "Sequence[Said]":
        """Return what a list holds; a single value is a list of one, and an empty one of none.

        Raises:
            FileTrouble: it is something else.
        """
        if isinstance(self.value, str):
            return (self,) if self.value.strip() else ()
        if isinstance(self.value, Mapping):
            raise FileTrouble(self.at(source), _("a list of words is wanted here."))
        return self.value


def text_of(path: Path, largest: int) -> str:
    """Return what a file says.

    Raises:
        FileTrouble: it cannot be read, is larger than so many bytes, or is no UTF-8.
    """
    try:
        if path.stat().st_size > largest:
            raise FileTrouble(str(path), _("this file is too large for a response."))
        raw = path.read_bytes()
    except OSError as error:
        raise FileTrouble(str(path), _("this cannot be read ({detail}).").format(detail=error.strerror)) from None
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise FileTrouble(at(str(path), line), _("this is not UTF-8: save the file as UTF-8.")) from None


def parted(text: str) -> tuple[str, bool, str]:
    """Return the front matter, whether there is one that ends, and what stands below it."""
    if not text.startswith("---\n"):
        return "", False, text
    front, mark, body = text[3:].partition("\n---\n")
    if not mark and text.endswith("\n---"):
        front, mark, body = text[3:-4], "---", ""
    return front.removeprefix("\n"), bool(mark), body


def read_front(text: str, source: str, keys: Collection[str]) -> tuple[Mapping[str, Said], str]:
    """Return what front matter says by its keys, and the text below it.

    Args:
        text: the whole file.
        source: how it is called in what is said of it.
        keys: those that may be there.

    Raises:
        FileTrouble: there is none, it cannot be read, or a key is unknown or there twice.
    """
    import yaml

    front, closed, body = parted(text)
    if not closed:
        raise FileTrouble(source, _("it does not begin with front matter between two lines of ---."))
    try:
        node = yaml.compose(front, Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = (mark.line + 2, mark.column + 1) if mark else (2, 1)
        words = _("the front matter cannot be read ({detail}).").format(detail=clean_line(str(error.problem))[:100])
        raise FileTrouble(at(source, *place), words) from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        words = _("the front matter cannot be read ({detail}).").format(detail=clean_line(str(error))[:100])
        raise FileTrouble(at(source, 2), words) from None
    if not isinstance(node, yaml.MappingNode):
        raise FileTrouble(at(source, 2), _("front matter is written as name: value, a line each."))
    found = _said(node, source, depth=0).value
    assert isinstance(found, Mapping)
    must_be_known(found, source, keys)
    return found, body


def must_be_known(said: Mapping[str, Said], source: str, keys: Collection[str]) -> None:
    """See to it that there are no other keys.

    Raises:
        FileTrouble: there are.
    """
    for name, value in said.items():
        if name not in keys:
            raise FileTrouble(value.at(source), unknown(name, tuple(keys)))


def _said(node: Any, source: str, *, depth: int) -> Said:
    import yaml

    line, column = node.start_mark.line + 2, node.start_mark.column + 1
    if isinstance(node, yaml.ScalarNode):
        return Said(str(node.value), line, column, column + (node.style in {"'", '"'}))
    if depth > _DEEPEST or len(node.value) > _MOST:
        raise FileTrouble(at(source, line, column), _("the front matter is nested too deep."))
    if isinstance(node, yaml.SequenceNode):
        return Said([_said(one, source, depth=depth + 1) for one in node.value], line, column)
    found: dict[str, Said] = {}
    for key, value in node.value:
        name = str(key.value)
        place = at(source, key.start_mark.line + 2, key.start_mark.column + 1)
        if name in found:
            raise FileTrouble(place, _("{name} is said twice.").format(name=clean_line(name)[:40]))
        found[name] = _said(value, source, depth=depth + 1)
        if found[name].value == "":  # it stands nowhere: its name does
            found[name] = Said("", key.start_mark.line + 2, key.start_mark.column + 1)
    return Said(found, line, column)


def within(path: Path, ends: Collection[str]) -> Iterator[Path]:
    """Yield the files of a folder, and of those in it, that end so, by name; a file as it is."""
    if path.is_dir():
        yield from sorted(one for one in path.rglob("*") if one.suffix.lower() in ends and one.is_file())
    else:
        yield path


def unknown(name: str, known: Sequence[str]) -> str:
    """Return that a word is not known, what there is, and which it may have been."""
    nearest = get_close_matches(name, known, 1)
    words = _("{name} is not known here; there are {known}.").format(
        name=clean_line(name)[:40] or "?", known=", ".join(known)
    )
    return _("{words} Did you mean {nearest}?").format(words=words, nearest=nearest[0]) if nearest else words


def at(source: str, line: int, column: int = 0) -> str:
    """Return a place in a text as it is told."""
    return f"{source}:{line}:{column}" if column else f"{source}:{line}"
