"""Responses as files: Markdown with front matter, one file a response and language; and tables of them.

A file that was written here and is read here again is the same file byte for byte, so that a folder of them can lie in
git. What cannot be read is named with its place, and then nothing of all that was given is taken in.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from console.library.errors import FileTrouble, TemplateTrouble
from console.library.front import at, parted, text_of, unknown
from storage.commands.responses import Entry
from storage.kinds import Status, Tier
from storage.kinds.clean import clean_line
from storage.kinds.errors import Refused
from storage.kinds.responses import Actions, Attached, Canned, HandsOn, ResponseView
from storage.rules.responses import fault, tidied
from widgets.language import _
from widgets.text import refusal_words

ATTACHMENTS: Final = "attachments"
"""The folder beside the files in which what goes with them lies."""

TEAM: Final = "team"
LARGEST_ATTACHMENT: Final = 25_000_000  # bytes: more than that few servers let through
_LARGEST: Final = 1_000_000  # bytes of one file; a table may have more
_KEYS: Final = ("shortcode", "title", "language", "tags", "owner", "attachments", "actions")
_ACTIONS: Final = ("status", "assign", "tags", "snooze", "transfer")
_TRANSFER: Final = ("to", "asked", "reason", "agent", "team")
_COLUMNS: Final = ("shortcode", "title", "language", "body", "tags", "owner", *_ACTIONS[:2], "put_tags", "snooze")
_NEEDED: Final = ("shortcode", "title", "language", "body")
_FIELD_OF: Final = {
    "bad_shortcode": "shortcode",
    "bad_title": "title",
    "bad_response_language": "language",
    "bad_response_tag": "tags",
    "many_attachments": "attachments",
    "bad_macro_status": "status",
    "bad_tag": "put_tags",
    "bad_snooze": "snooze",
    "bad_macro_transfer": "actions",
    "bad_body": "body",
}


@dataclass(frozen=True, slots=True)
class Read:
    """A response out of a file.

    Attributes:
        source: the file, and the row of a table.
        first_line: in which line of the file the template begins.
        contents: the bytes of its attachments by their digest.
    """

    entry: Entry
    source: str
    first_line: int = 1
    contents: Mapping[bytes, bytes] = field(default_factory=dict)


def read(paths: Iterable[str | Path]) -> list[Read]:
    """Read files and folders: ``.md`` one response each, ``.csv`` a table of them.

    Raises:
        FileTrouble: one of them cannot be read, or two give the same response.
    """
    found: list[Read] = []
    for path in map(Path, paths):
        if not path.exists():
            raise FileTrouble(str(path), _("there is no such file or folder."))
        for one in _within(path):
            found += read_table(one) if one.suffix.lower() == ".csv" else [read_file(one)]
    given: dict[tuple[str, str, str], str] = {}
    for response in found:
        canned = response.entry.canned
        key = (response.entry.owner, canned.shortcode, canned.language)
        if key in given:
            raise FileTrouble(
                response.source, _("{other} gives this response already: keep one of them.").format(other=given[key])
            )
        given[key] = response.source
    return found


def read_file(path: Path) -> Read:
    """Read one response.

    Raises:
        FileTrouble: as `read`.
    """
    text = text_of(path, _LARGEST)
    return parsed(text, str(path), path.parent)


def parsed(text: str, source: str, folder: Path | None = None) -> Read:
    """Return the response that a text with front matter gives.

    Args:
        text: front matter between lines of three dashes, then the template.
        source: how it is called in what is said of it.
        folder: where its attachments lie, in `ATTACHMENTS`; `None` where there are none.

    Raises:
        FileTrouble: as `read`.
    """
    front, closed, body = parted(text)
    if not closed:
        raise FileTrouble(source, _("it does not begin with front matter between two lines of ---."))
    given = _front_matter(front, source)
    marks = {name: mark for name, (_value, mark) in given.items()}
    said = {name: value for name, (value, _mark) in given.items()}
    actions = _actions(said.get("actions") or {}, source, marks.get("actions", 2))
    names = _several(said.get("attachments"), source, marks.get("attachments", 2))
    attachments, contents = _attachments(names, folder, source, marks.get("attachments", 2))
    owner = clean_line(_one(said.get("owner", ""), source, marks.get("owner", 2)))
    canned = tidied(
        Canned(
            shortcode=_one(said.get("shortcode", ""), source, marks.get("shortcode", 2)),
            language=_one(said.get("language", ""), source, marks.get("language", 2)),
            title=_one(said.get("title", ""), source, marks.get("title", 2)),
            body=body,
            tags=_several(said.get("tags"), source, marks.get("tags", 2)),
            attachments=attachments,
            actions=actions,
        )
    )
    first_line = front.count("\n") + 4 + len(body) - len(body.lstrip("\n"))
    if rule := fault(canned):
        line = marks.get(_FIELD_OF[rule], marks.get("actions", 2)) if rule != "bad_body" else first_line
        raise FileTrouble(at(source, line), refusal_words(Refused(rule)))
    _must_be_read(canned.body, source, first_line)
    return Read(Entry(canned, "" if owner in {"", TEAM} else owner), source, first_line, contents)


def read_table(path: Path) -> list[Read]:
    """Read a table: a row of names, then a response a row.

    Raises:
        FileTrouble: as `read`; it names row and column as a spreadsheet does.
    """
    text = text_of(path, 20 * _LARGEST)
    first = text.partition("\n")[0]
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count), strict=True)
    try:
        head, *lines = [*rows]
    except (csv.Error, ValueError) as error:
        raise FileTrouble(
            at(str(path), rows.line_num or 1), _("this is no table ({detail}).").format(detail=error)
        ) from None
    names = [clean_line(name).lower() for name in head]
    for place, name in enumerate(names, 1):
        if name not in _COLUMNS:
            raise FileTrouble(_cell(path, 1, name or str(place)), unknown(name, _COLUMNS))
    for name in _NEEDED:
        if name not in names:
            raise FileTrouble(_cell(path, 1, name), _("this column is missing."))
    found = []
    for number, line in enumerate(lines, 2):
        if not any(cell.strip() for cell in line):
            continue
        if len(line) > len(names):
            raise FileTrouble(_cell(path, number, str(len(names) + 1)), _("there are more cells than columns."))
        found.append(_row(dict(zip(names, line, strict=False)), path, number))
    return found


def written(view: ResponseView) -> str:
    """Return a response as its file."""
    import yaml

    canned, actions = view.canned, view.canned.actions
    done = {
        "status": actions.status.value if actions.status else None,
        "assign": actions.assign,
        "tags": [*actions.add, *(f"-{tag}" for tag in actions.remove)],
        "snooze": actions.snooze,
        "transfer": actions.transfer.written() if actions.transfer else None,
    }
    front = {
        "shortcode": canned.shortcode,
        "title": canned.title,
        "language": canned.language,
        "tags": list(canned.tags),
        "owner": view.owner or TEAM,
        "attachments": [one.name for one in canned.attachments],
        "actions": {name: value for name, value in done.items() if value},
    }
    kept = {name: value for name, value in front.items() if value}
    said = yaml.safe_dump(kept, allow_unicode=True, sort_keys=False, default_flow_style=False, width=10**9)
    return f"---\n{said}---\n{canned.body}\n"


def file_name(view: ResponseView) -> str:
    """Return the path of a response's file inside a folder: the team's lie on top, an agent's under the name."""
    name = f"{view.canned.shortcode}.{view.canned.language}.md"
    owner = "".join(sign if sign.isalnum() or sign in "-_" else "-" for sign in view.owner).strip("-")
    return f"{owner or f'agent-{view.response_id}'}/{name}" if view.owner else name


def write(folder: Path, views: Sequence[ResponseView], content: Mapping[str, bytes]) -> list[Path]:
    """Write responses into a folder; what stands there as it should is not touched.

    Args:
        folder: made if need be.
        views: the responses.
        content: the bytes of attachments by their digest.

    Returns:
        The files that were written.

    Raises:
        FileTrouble: one cannot be written.
    """
    files: dict[Path, bytes] = {}
    for view in views:
        place = folder / file_name(view)
        files[place] = written(view).encode()
        for one in view.canned.attachments:
            if one.digest in content:
                files[place.parent / ATTACHMENTS / one.name] = content[one.digest]
    changed = []
    for place, said in files.items():
        try:
            if place.is_file() and place.read_bytes() == said:
                continue
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(said)
        except OSError as error:
            raise FileTrouble(
                str(place), _("this cannot be written ({detail}).").format(detail=error.strerror)
            ) from None
        changed.append(place)
    return changed


def _within(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from sorted(one for one in path.rglob("*") if one.suffix.lower() in {".md", ".csv"} and one.is_file())
    else:
        yield path


def _front_matter(front: str, source: str) -> dict[str, tuple[Any, int]]:
    """Return each key's value, of strings alone, with the line on which it stands."""
    import yaml

    try:
        node = yaml.compose(front, Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 2, mark.column + 1) if mark else (2, 1)
        words = _("the front matter cannot be read ({detail}).").format(detail=clean_line(str(error.problem))[:100])
        raise FileTrouble(at(source, line, column), words) from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        words = _("the front matter cannot be read ({detail}).").format(detail=clean_line(str(error))[:100])
        raise FileTrouble(at(source, 2), words) from None
    if node is None or not isinstance(node, yaml.MappingNode):
        raise FileTrouble(at(source, 2), _("front matter is written as name: value, a line each."))
    found: dict[str, tuple[Any, int]] = {}
    for key, value in node.value:
        line = key.start_mark.line + 2
        name = str(key.value)
        if name not in _KEYS:
            raise FileTrouble(at(source, line), unknown(name, _KEYS))
        found[name] = (_plain(value, source, depth=0), line)
    return found


def _plain(node: Any, source: str, *, depth: int) -> Any:
    import yaml

    if isinstance(node, yaml.ScalarNode):
        return str(node.value)
    if depth > 2 or len(node.value) > 100:
        raise FileTrouble(at(source, node.start_mark.line + 2), _("the front matter is nested too deep."))
    if isinstance(node, yaml.SequenceNode):
        return [_plain(one, source, depth=depth + 1) for one in node.value]
    return {str(key.value): _plain(value, source, depth=depth + 1) for key, value in node.value}


def _actions(said: Any, source: str, line: int) -> Actions:
    if not isinstance(said, dict):
        raise FileTrouble(at(source, line), _("actions are written as name: value, a line each."))
    for name in said:
        if name not in _ACTIONS:
            raise FileTrouble(at(source, line), unknown(name, _ACTIONS))
    tags = _several(said.get("tags"), source, line)
    made = _made_actions(
        status=_one(said.get("status", ""), source, line),
        assign=_one(said.get("assign", ""), source, line),
        tags=tags,
        snooze=_one(said.get("snooze", ""), source, line),
        place=at(source, line),
    )
    return replace(made, transfer=_transfer(said["transfer"], source, line)) if said.get("transfer") else made


def _transfer(said: Any, source: str, line: int) -> HandsOn:
    if not isinstance(said, dict):
        raise FileTrouble(at(source, line), _("a transfer is written as name: value, a line each."))
    for name in said:
        if name not in _TRANSFER:
            raise FileTrouble(at(source, line), unknown(name, _TRANSFER))
    given = {name: _one(said.get(name, ""), source, line) for name in _TRANSFER}
    if given["to"] not in set(Tier):
        raise FileTrouble(at(source, line), unknown(given["to"], [str(one) for one in Tier]))
    for name in ("asked", "reason"):
        _must_be_read(given[name], source, line)
    return HandsOn.read(given)


def _made_actions(*, status: str, assign: str, tags: Sequence[str], snooze: str, place: str) -> Actions:
    if status and status not in set(Status):
        raise FileTrouble(place, refusal_words(Refused("bad_macro_status")))
    words = [clean_line(tag).lower() for tag in tags]
    return Actions(
        status=Status(status) if status else None,
        assign=clean_line(assign),
        add=tuple(word.removeprefix("+") for word in words if not word.startswith("-")),
        remove=tuple(word[1:] for word in words if word.startswith("-")),
        snooze=snooze.strip(),
    )


def _attachments(
    names: Sequence[str], folder: Path | None, source: str, line: int
) -> tuple[tuple[Attached, ...], dict[bytes, bytes]]:
    found: list[Attached] = []
    contents: dict[bytes, bytes] = {}
    for name in names:
        path = (folder or Path()) / ATTACHMENTS / name
        if folder is None or name != clean_line(name) or Path(name).name != name or name in {"", ".", ".."}:
            raise FileTrouble(at(source, line), _("{name} is no name of a file beside it.").format(name=name))
        try:
            if path.stat().st_size > LARGEST_ATTACHMENT:
                raise FileTrouble(at(source, line), _("{name} is larger than 25 MB.").format(name=name))
            raw = path.read_bytes()
        except OSError:
            raise FileTrouble(
                at(source, line), _("{name} is not there: put it into {folder}.").format(name=name, folder=path.parent)
            ) from None
        digest = sha256(raw).digest()
        contents[digest] = raw
        found.append(Attached(name, digest.hex(), len(raw)))
    return tuple(found), contents


def _row(cells: Mapping[str, str], path: Path, number: int) -> Read:
    actions = _made_actions(
        status=cells.get("status", "").strip(),
        assign=cells.get("assign", ""),
        tags=_split(cells.get("put_tags", "")),
        snooze=cells.get("snooze", ""),
        place=_cell(path, number, "status"),
    )
    canned = tidied(
        Canned(
            shortcode=cells.get("shortcode", "").strip(),
            language=cells.get("language", "").strip(),
            title=cells.get("title", ""),
            body=cells.get("body", ""),
            tags=_split(cells.get("tags", "")),
            actions=actions,
        )
    )
    if rule := fault(canned):
        raise FileTrouble(_cell(path, number, _FIELD_OF[rule]), refusal_words(Refused(rule)))
    place = _cell(path, number, "body")
    _must_be_read(canned.body, place, 1)
    owner = clean_line(cells.get("owner", ""))
    return Read(Entry(canned, "" if owner in {"", TEAM} else owner), place)


def _must_be_read(body: str, source: str, first_line: int) -> None:
    from console.library.rendering import Template

    try:
        Template(body)
    except TemplateTrouble as trouble:
        raise FileTrouble(at(source, trouble.line + first_line - 1, trouble.column), trouble.words) from None


def _one(value: Any, source: str, line: int) -> str:
    if not isinstance(value, str):
        raise FileTrouble(at(source, line), _("one value is wanted here, not several."))
    return value


def _several(value: Any, source: str, line: int) -> tuple[str, ...]:
    if value is None or isinstance(value, str):
        return _split(value or "")
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise FileTrouble(at(source, line), _("a list of words is wanted here."))
    return tuple(value)


def _split(words: str) -> tuple[str, ...]:
    return tuple(words.replace(",", " ").replace(";", " ").split())


def _cell(path: Path, row: int, column: str) -> str:
    return _("{file}, row {row}, column {column}").format(file=path, row=row, column=clean_line(column)[:40])
