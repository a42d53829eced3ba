"""`customer import`: who the customers are and what is known of them, out of a file."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from console.cli import ids
from console.cli.errors import DONE, FAILED, Usage
from console.cli.output import columns
from console.cli.parser import Group
from storage.kinds.clean import clean_line
from widgets.language import _, drawn, ngettext

if TYPE_CHECKING:
    from collections.abc import Iterator

    from console.cli.call import Call
    from console.files.tables import Table
    from storage.commands.knowing.importing import Imported
    from storage.kinds.importing import BadImport, Fault, Row

_SHOWN = 10  # of the first rows, in a preview
_TOLD = 1_000  # rows after which it is said how far it is


def add(group: Group) -> None:
    """Add the command."""
    parser = group.command(
        "import",
        run_import,
        words=_("customers out of a file: all of its rows or none"),
        more=_(
            "CSV with a head, or JSON Lines. Columns are called as their fields: address (needed; several in one\n"
            "cell are parted by blanks), name, organization (a name or a domain), org.parent, and those of\n"
            "`field list`: role, org.touch, field.NAME for your own. An empty cell leaves alone what stands. Nothing\n"
            "is written while anything in it is wrong; a second time nothing is changed; `plantao undo` takes it\n"
            "back. With --usage each row is a figure: address or organization, feature, date, figure (uses, logins)."
        ),
    )
    parser.add_argument("file", metavar="FILE")
    parser.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="COLUMN=FIELD",
        help=_("what a column of another name holds; none leaves it out; may be repeated"),
    )
    parser.add_argument(
        "--usage", action="store_true", help=_("figures of use: of whom, and the columns feature, date and figure")
    )
    parser.add_argument("--preview", action="store_true", help=_("say what would be done, and write nothing"))
    parser.add_argument("--encoding", metavar="NAME", help=_("in which it is written; found out without it"))
    parser.add_argument(
        "--group", default="", metavar="GROUP", help=_("of which mailbox group the addresses are; of none without it")
    )


def run_import(call: "Call") -> int:
    """Take in customers, or say what would be done."""
    from console.files.tables import Table
    from storage.commands import knowing
    from storage.commands.knowing.importing import Imported
    from storage.kinds.importing import BadImport

    options = call.options
    given = _given(options.map)
    try:
        table = Table(Path(options.file).expanduser(), encoding=options.encoding)
    except LookupError:
        raise Usage(_("There is no encoding {name}.").format(name=clean_line(options.encoding)[:60])) from None
    choices = {"given": given, "group": options.group, "now": call.now, "show": _SHOWN}
    check, take = knowing.check, knowing.import_customers
    if options.usage:
        check, take = knowing.check_usage, knowing.import_usage
    try:
        with knowing.Ahead[Imported](call.store.path and call.store.path.parent) as ahead:
            done = call.ask(check, _counted(call, table), ahead=None if options.preview else ahead, **choices)
            if not options.preview and done.made + done.changed:
                done = call.desk.tell_now(take, _counted(call, table), actor=call.desk.actor, ahead=ahead, **choices)
    except BadImport as bad:
        call.out.progress_done()
        return _wrong(call, bad)
    call.out.progress_done()
    _said(call, done)
    return DONE


def _given(pairs: list[str]) -> dict[str, str | None]:
    given: dict[str, str | None] = {}
    for column, field in map(ids.pair, pairs):
        if column in given:
            raise Usage(_("{field} is said twice.").format(field=clean_line(column)))
        if not field.strip():
            raise Usage(_("«{word}» is no value: write NAME=TEXT.").format(word=clean_line(column)[:60] + "="))
        given[column] = None if field == "none" else field
    return given


def _counted(call: "Call", table: "Table") -> "Iterator[Row | Fault]":
    for number, row in enumerate(table.rows(), 1):
        if number % _TOLD == 0:
            call.out.progress(ngettext("{count} row", "{count} rows", number).format(count=number))
        yield row


def _wrong(call: "Call", bad: "BadImport") -> int:
    from widgets.importing import fault_words

    for one in bad.faults:
        words = fault_words(one)
        if call.out.json_lines:
            call.out.object({"row": one.row, "column": one.column or None, "reason": one.reason, "words": words})
        else:
            call.out.error(f"plantao: {words}")
    if bad.more:
        call.out.error(_("There may be more; these are the first ones."))
    call.out.error(_("plantao: nothing was taken in: mend the file, and import it again."))
    return FAILED


def _said(call: "Call", done: "Imported") -> None:
    preview: bool = call.options.preview
    if call.out.json_lines:
        call.out.object(_object(done, preview=preview))
        return
    if preview:
        for one in done.first:
            changes = ", ".join(_change(*change) for change in one.changes)
            does = {"made": _("new"), "changed": _("changed"), "same": _("as it is")}[one.does]
            cells = [(str(one.row), 6), (one.address, 32), (does, 10)]
            call.out.line(columns(cells, last=changes, width=call.out.width))
    sentence = (
        _("{made} would be made, {changed} changed, {same} left as they are; new organizations: {organizations}.")
        if preview
        else _("{made} made, {changed} changed, {same} left as they are; new organizations: {organizations}.")
    )
    if call.options.usage:
        sentence = (
            _("{made} figures would be new, {changed} others than they are, {same} are so already.")
            if preview
            else _("{made} figures are new, {changed} others than they were, {same} were so already.")
        )
    call.out.line(
        sentence.format(made=done.made, changed=done.changed, same=done.same, organizations=done.organizations)
    )


def _change(field: str, before: str, after: str) -> str:
    return f"{field}: {before}{drawn(' → ')}{after}" if before else f"{field}: {after}"


def _object(done: "Imported", *, preview: bool) -> dict[str, Any]:
    first = [
        {
            "row": one.row,
            "address": one.address,
            "does": one.does,
            "changes": [
                {"field": field, "before": before or None, "after": after} for field, before, after in one.changes
            ],
        }
        for one in done.first
    ]
    return {
        "rows": done.rows,
        "made": done.made,
        "changed": done.changed,
        "same": done.same,
        "organizations": done.organizations,
        "action_id": done.action_id,
        "preview": preview,
        **({"first": first} if preview else {}),
    }
