"""What `icp` and `persona` have in common: taken away, brought in from files, written to them."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from console.cli.errors import DONE
from console.cli.output import columns
from console.cli.parser import Group
from storage.kinds import EntryKind
from widgets.language import _, ngettext

if TYPE_CHECKING:
    from console.cli.call import Call
    from storage.commands.knowing.bringing import BroughtEntries


def add_files(under: Group, kind: EntryKind) -> None:
    """Add ``import`` and ``export``."""
    parser = under.command("import", run_import, words=_("bring them in from files: all of them or none"))
    parser.set_defaults(kind=kind)
    parser.add_argument("path", nargs="+", metavar="PATH", help=_(".md files with front matter, or folders"))
    parser.add_argument("--preview", action="store_true", help=_("say what would be done, and do nothing"))
    parser.add_argument("--prune", action="store_true", help=_("take away those that no file gives"))
    parser = under.command("export", run_export, words=_("write them into a folder, a file each"))
    parser.set_defaults(kind=kind)
    parser.add_argument("folder", metavar="FOLDER")


def run_import(call: "Call") -> int:
    """Bring entries in from files."""
    from console.library.cards import read
    from storage.commands import knowing
    from storage.queries.knowing import fields
    from storage.rules import ideal

    options = call.options
    values = read(options.path, options.kind, ideal.fields_of(call.ask(fields)))
    given = {"prune": options.prune, "preview": options.preview, "actor": call.desk.actor, "now": call.now}
    if options.preview:
        return _brought(call, call.ask(knowing.bring_entries, options.kind, values, **given))
    return _brought(call, call.desk.tell_now(knowing.bring_entries, options.kind, values, **given))


def _brought(call: "Call", done: "BroughtEntries") -> int:
    words = {"added": _("new"), "changed": _("changed"), "same": _("as it was"), "dropped": _("taken away")}
    preview = call.options.preview
    for sort, said in words.items():
        for name in getattr(done, sort):
            if call.out.json_lines:
                call.out.object(
                    {
                        "kind": call.options.kind,
                        "name": name,
                        "done": None if preview and sort != "same" else sort,
                        "would_be": sort,
                    }
                )
            elif sort != "same":
                call.out.line(columns([(said, 12)], last=name, width=call.out.width))
    if not call.out.json_lines:
        sentence = (
            _("Nothing was done yet: {new} new, {changed} changed, {gone} taken away, {same} as they are.")
            if preview
            else _("{new} new, {changed} changed, {gone} taken away, {same} as they were.")
        )
        call.out.line(
            sentence.format(new=len(done.added), changed=len(done.changed), gone=len(done.dropped), same=len(done.same))
        )
    return DONE


def run_export(call: "Call") -> int:
    """Write entries into a folder."""
    from console.library.cards import write
    from storage.queries.knowing import entries

    values: list[Any] = [one.value for one in call.ask(entries, None, None, call.options.kind)]
    values.sort(key=lambda one: one.name.casefold())
    changed = write(Path(call.options.folder).expanduser(), values)
    if call.out.json_lines:
        call.out.object({"kind": call.options.kind, "kept": len(values), "written": [str(one) for one in changed]})
        return DONE
    call.out.line(
        ngettext("{count} kept, {files} files written.", "{count} kept, {files} files written.", len(values)).format(
            count=len(values), files=len(changed)
        )
    )
    return DONE


def change(call: "Call", entry_id: int, kind: EntryKind, value: Any) -> None:
    """Let an entry say something else, or take it away where `value` is `None`."""
    from storage.commands import knowing

    call.desk.tell_now(knowing.change_entry, entry_id, value, kind=kind, actor=call.desk.actor, now=call.now)
