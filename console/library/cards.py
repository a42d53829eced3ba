"""Personas and ideal customer profiles as files: Markdown with front matter, one each, wrong places named.

A file that was written here and is read here again says the same, so that a folder of them can lie in git.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from console.library.errors import FileTrouble
from console.library.front import Said, at, read_front, text_of, within
from storage.kinds import EntryKind
from storage.kinds.clean import clean_line, folded
from storage.kinds.entries import Named
from storage.kinds.errors import BadCriterion, BadField
from storage.kinds.ideals import GOOD, Icp
from storage.kinds.personas import Persona
from storage.rules import ideal, persona
from storage.rules.profile import Field
from widgets.language import _
from widgets.text import field_trouble

_LARGEST: Final = 500_000  # bytes of one file
_LISTS: Final = ("pains", "do", "dont", "roles", "signature", "former")
_LINES: Final = ("tone", "channel")
_PERSONA: Final = ("persona", *_LINES, *_LISTS)
_ICP: Final = ("icp", "good", "criteria")


def read(paths: Iterable[str | Path], kind: EntryKind, fields: Mapping[str, Field]) -> list[Named]:
    """Read files and folders of one kind.

    Args:
        paths: of files, or of folders of which all ``.md`` files are read.
        kind: what they should give.
        fields: those that a criterion may ask of (`storage.rules.ideal.fields_of`).

    Raises:
        FileTrouble: one of them cannot be read, or two give the same name.
    """
    found: dict[str, str] = {}
    values: list[Named] = []
    for path in map(Path, paths):
        if not path.exists():
            raise FileTrouble(str(path), _("there is no such file or folder."))
        for one in within(path, {".md"}):
            value = parsed(text_of(one, _LARGEST), str(one), kind, fields)
            if (other := found.setdefault(folded(value.name), str(one))) != str(one):
                words = _("{other} gives this name already: keep one of them.").format(other=other)
                raise FileTrouble(str(one), words)
            values.append(value)
    return values


def parsed(text: str, source: str, kind: EntryKind, fields: Mapping[str, Field]) -> Named:
    """Return what a text with front matter gives.

    Args:
        text: front matter between lines of three dashes, then notes in Markdown.
        source: how it is called in what is said of it.
        kind: what it should be.
        fields: as `read`.

    Raises:
        FileTrouble: it cannot be read, or is none.
    """
    return _icp(text, source, fields) if kind is EntryKind.ICP else _persona(text, source)


def _icp(text: str, source: str, fields: Mapping[str, Field]) -> Icp:
    said, notes = read_front(text, source, _ICP)
    good = _one(said, "good", source).strip()
    if "good" in said and not re.fullmatch(r"[0-9]{1,3}", good):
        raise FileTrouble(said["good"].at(source), field_trouble(BadField("good", good, "percent")))
    criteria = []
    for number, line in enumerate(said["criteria"].several(source) if "criteria" in said else (), 1):
        given = ideal.in_line(line.one(source))
        try:
            criteria.append(ideal.made(given, fields, number=number))
        except BadCriterion as bad:
            raise FileTrouble(at(source, line.line, line.begins + given.places[bad.part]), field_trouble(bad)) from None
    icp = Icp(_one(said, "icp", source), tuple(criteria), int(good or GOOD), notes.strip())
    try:
        return ideal.tidied(icp, fields)
    except BadField as bad:
        raise FileTrouble(_place(bad, said, source, "icp"), field_trouble(bad)) from None


def _persona(text: str, source: str) -> Persona:
    said, notes = read_front(text, source, _PERSONA)
    given: dict[str, Any] = {word: _one(said, word, source) for word in _LINES}
    given |= {word: tuple(_several(said, word, source)) for word in _LISTS}
    card = Persona(name=_one(said, "persona", source), notes=notes.strip(), **given)
    try:
        return persona.tidied(card)
    except BadField as bad:
        raise FileTrouble(_place(bad, said, source, "persona"), field_trouble(bad)) from None


def _place(bad: BadField, said: Mapping[str, Said], source: str, named: str) -> str:
    """Return where it stands what a field cannot take: in a list the very line; the name stands behind its kind."""
    name = named if bad.field == "name" else bad.field
    if name not in said:
        return at(source, 2)
    value = said[name].value
    if isinstance(value, Sequence) and not isinstance(value, str):
        return next(
            (one.at(source) for one in value if clean_line(one.one(source)) == bad.value), said[name].at(source)
        )
    return said[name].at(source)


def _one(said: Mapping[str, Said], name: str, source: str) -> str:
    return said[name].one(source) if name in said else ""


def _several(said: Mapping[str, Said], name: str, source: str) -> list[str]:
    return [one.one(source) for one in said[name].several(source)] if name in said else []


def written(value: Named) -> str:
    """Return what is kept as its file."""
    import yaml

    front: dict[str, Any]
    if isinstance(value, Icp):
        front = {"icp": value.name, "good": value.good, "criteria": [ideal.line_of(one) for one in value.criteria]}
    else:
        lists = {word: list(getattr(value, word)) for word in _LISTS}
        front = {"persona": value.name, **{word: getattr(value, word) for word in _LINES}, **lists}
    kept = {name: one for name, one in front.items() if one}
    said = yaml.safe_dump(kept, allow_unicode=True, sort_keys=False, default_flow_style=False, width=10**9)
    return f"---\n{said}---\n" + (f"{value.notes}\n" if value.notes else "")


def file_name(value: Named) -> str:
    """Return what a file of it is called: its name in plain letters."""
    return f"{re.sub(r'[^a-z0-9]+', '-', folded(value.name)).strip('-') or value.kind}.md"


def write(folder: Path, values: Sequence[Named]) -> list[Path]:
    """Write a file each into a folder, made if need be; what stands there as it should is not touched.

    Returns:
        The files that were written.

    Raises:
        FileTrouble: one cannot be written.
    """
    files: dict[Path, bytes] = {}
    for value in values:
        place, count = folder / file_name(value), 1
        while place in files:  # two names that are alike in plain letters
            count += 1
            place = folder / f"{file_name(value).removesuffix('.md')}-{count}.md"
        files[place] = written(value).encode()
    changed = []
    for place, said in files.items():
        try:
            if place.is_file() and place.read_bytes() == said:
                continue
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(said)
        except OSError as error:
            words = _("this cannot be written ({detail}).").format(detail=error.strerror)
            raise FileTrouble(str(place), words) from None
        changed.append(place)
    return changed
