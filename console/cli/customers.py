"""`customer`: who writes to the desk: found, shown, told more of, reached by more, and two made one."""

from typing import TYPE_CHECKING, Any

from console.cli import erasing, importing_customers, journeys, profiles
from console.cli.errors import DONE, FAILED
from console.cli.output import columns
from console.cli.parser import Group
from storage.kinds import AddressKind, PersonKind, Subject
from widgets.language import _, ngettext

if TYPE_CHECKING:
    from console.cli.call import Call
    from storage.queries.customers import PersonView


def add(group: Group) -> None:
    """Add the commands."""
    parser = group.command(
        "customer",
        None,
        words=_("who writes to the desk, and what is known of them"),
        more=_(
            "WHO is a number, an address or a whole name; who was merged into another leads to who stays.\n"
            "ORG is a number, a name or a domain."
        ),
    )
    under = group.under(parser)
    parser = under.command("list", run_list, words=_("customers, or those that the words find"))
    parser.set_defaults(gathers="words")
    parser.add_argument("words", nargs="*", metavar="WORD", help=_("in the name, an address or the organization"))
    parser.add_argument(
        "--kind",
        choices=(*map(str, PersonKind), "any"),
        default=str(PersonKind.CUSTOMER),
        help=_("what they are to the desk; customers without it"),
    )
    parser.add_argument("-n", "--count", type=int, default=100, metavar="COUNT", help=_("how many; 0 for all"))
    parser = under.command("show", run_show, words=_("all that is known of one"))
    parser.add_argument("who", metavar="WHO")
    profiles.add_set(under, run_set, "WHO")
    parser = under.command("address", None, words=_("by what they are reached"))
    reached = under.under(parser)
    parser = reached.command("add", run_add_address, words=_("let them be reached by this as well"))
    parser.add_argument("who", metavar="WHO")
    parser.add_argument("address", metavar="ADDRESS")
    parser.add_argument(
        "--kind",
        choices=[*map(str, AddressKind)],
        default=str(AddressKind.EMAIL),
        help=_("what it is; email if not said"),
    )
    parser.add_argument("--group", metavar="GROUP", help=_("of which mailbox group; that of their first address"))
    parser = reached.command("remove", run_remove_address, words=_("let them not be reached by this any more"))
    parser.add_argument("who", metavar="WHO")
    parser.add_argument("address", metavar="ADDRESS")
    profiles.add_entries(under, Subject.PERSON, "WHO")
    journeys.add_to(under, Subject.PERSON, "WHO")
    importing_customers.add(under)
    parser = under.command("merge", run_merge, words=_("make two customers one; `undo` makes them two again"))
    parser.add_argument("who", metavar="WHO", help=_("who stays"))
    parser.add_argument("other", metavar="OTHER", help=_("whose mail, addresses and notes are theirs from now on"))
    parser = under.command(
        "export",
        run_export,
        words=_("everything that is held on one, as an archive for them"),
        more=_(
            "A ZIP file for whoever asks what is held on them: a page to read, the same as JSON for programs, what\n"
            "was done when and by whom, and each message that names them as it came or went. Mail of others in the\n"
            "same conversations is left out; notes and calls about them are in it. Only you can read the file."
        ),
    )
    parser.add_argument("who", metavar="WHO")
    parser.add_argument("--to", metavar="FOLDER", help=_("where it is saved; the folder for downloads without it"))
    erasing.add(under)
    parser = under.command("organization", run_organization, words=_("put them into an organization, or into none"))
    parser.add_argument("who", metavar="WHO")
    parser.add_argument("organization", metavar="ORG|none")


def run_list(call: "Call") -> int:
    """Print customers."""
    from storage.queries.customers import persons

    kind = None if call.options.kind == "any" else PersonKind(call.options.kind)
    return profiles.print_list(call, persons, lambda view: _listed(call, view), kind=kind)


def _listed(call: "Call", view: "PersonView") -> int:
    if call.out.json_lines:
        call.out.object(_object(view))
    else:
        address = next((one.address for one in view.addresses), "")
        cells = [(f"#{view.person_id}", 8), (view.name, 24), (address, 32)]
        call.out.line(columns(cells, last=view.organization, width=call.out.width))
    return view.person_id


def run_show(call: "Call") -> int:
    """Print all that is known of a customer."""
    view = _who(call)
    if not call.out.json_lines:
        call.out.line(f"#{view.person_id} {view.name}".rstrip(), bold=True)
        for one in view.addresses:
            kind = "" if one.kind is AddressKind.EMAIL else f"  {one.kind}"
            call.out.line(f"  {one.address}{kind}" + (f"  [{one.group}]" if one.group else ""))
        if view.organization_id is not None:
            call.out.line(
                _("organization: {name} (#{number})").format(name=view.organization, number=view.organization_id)
            )
        call.out.line(f"kind: {view.kind}")
    known = profiles.show_profile(call, Subject.PERSON, view.person_id)
    if call.out.json_lines:
        call.out.object({**_object(view), **known})
    return DONE


def run_set(call: "Call") -> int:
    """Fill fields of a customer's profile, or empty them."""
    number = _who(call).person_id
    profiles.set_fields(call, Subject.PERSON, number)
    return _told(call, number, _("#{number} {name}: kept."))


def run_add_address(call: "Call") -> int:
    """Let a customer be reached by an address more."""
    from storage.commands import knowing

    options, view = call.options, _who(call)
    group = next((one.group for one in view.addresses), "") if options.group is None else options.group
    call.desk.tell_now(
        knowing.keep_address,
        view.person_id,
        options.address,
        kind=AddressKind(options.kind),
        group=group,
        actor=call.desk.actor,
        now=call.now,
    )
    return _told(call, view.person_id, _("#{number} {name}: kept."))


def run_remove_address(call: "Call") -> int:
    """Let a customer not be reached by an address any more."""
    from storage.commands import knowing

    number = _who(call).person_id
    call.desk.tell_now(knowing.drop_address, number, call.options.address, actor=call.desk.actor, now=call.now)
    return _told(call, number, _("#{number} {name}: taken away; `plantao undo` brings it back."))


def run_merge(call: "Call") -> int:
    """Make two customers one."""
    from storage.commands import knowing
    from storage.queries.customers import named

    number = _who(call).person_id
    other = call.ask(named, Subject.PERSON, call.options.other)
    call.desk.tell_now(knowing.merge, number, other, actor=call.desk.actor, now=call.now)
    words = _("#{number} {name}: #{other} is the same from now on; `plantao undo` makes them two again.")
    return _told(call, number, words, other=other)


def run_export(call: "Call") -> int:
    """Save all that is held on a customer."""
    from pathlib import Path

    from console.files.archive import Archive
    from console.files.errors import NotSaved
    from console.files.saving import download_folder, save_written

    person_id = _who(call).person_id
    folder = Path(call.options.to) if call.options.to else download_folder(call.settings.download_folder)
    archive = Archive(call.store, person_id, call.now.astimezone())
    try:
        place = save_written(archive.write, f"customer-{person_id}-{archive.now:%Y-%m-%d}.zip", folder)
    except NotSaved as refused:
        call.out.error(f"plantao: {refused}")
        return FAILED
    counts = len(archive.held.message_ids), len(archive.held.conversations)
    if call.out.json_lines:
        given = {"messages": counts[0], "conversations": counts[1], "missing": archive.missing}
        call.out.object({"customer_id": person_id, "saved": str(place), **given})
        return DONE
    call.out.line(
        _("saved {place}").format(place=place)
        + ": "
        + ngettext("{count} message", "{count} messages", counts[0]).format(count=counts[0])
        + ", "
        + ngettext("{count} conversation", "{count} conversations", counts[1]).format(count=counts[1])
    )
    if archive.missing:
        words = ngettext(
            "The bytes of {count} message are not kept any more; what it says is there.",
            "The bytes of {count} messages are not kept any more; what they say is there.",
            archive.missing,
        )
        call.out.line(words.format(count=archive.missing))
    return DONE


def run_organization(call: "Call") -> int:
    """Put a customer into an organization, or into none."""
    number = _who(call).person_id
    profiles.put_into(call, Subject.PERSON, number, call.options.organization)
    return _told(call, number, _("#{number} {name}: kept."))


def _who(call: "Call") -> "PersonView":
    from storage.queries.customers import named

    return _view(call, call.ask(named, Subject.PERSON, call.options.who))


def _view(call: "Call", number: int) -> "PersonView":
    from storage.queries.customers import persons_of

    (view,) = call.ask(persons_of, [number])
    kept: PersonView = view
    return kept


def _told(call: "Call", number: int, sentence: str, **more: int) -> int:
    view = _view(call, number)
    words = sentence.format(number=number, name=view.called, **more)
    return profiles.told(call, Subject.PERSON, number, _object(view), words)


def _object(view: "PersonView") -> dict[str, Any]:
    return {
        "customer_id": view.person_id,
        "name": view.name or None,
        "kind": view.kind,
        "addresses": [{"address": one.address, "kind": one.kind, "group": one.group} for one in view.addresses],
        "organization_id": view.organization_id,
        "organization": view.organization or None,
    }
