"""`organization`: for whom customers work: found, shown, told more of, its domains and what it is a subsidiary of."""

from typing import TYPE_CHECKING, Any

from console.cli import journeys, profiles
from console.cli.errors import DONE
from console.cli.output import columns
from console.cli.parser import Group
from storage.kinds import Subject
from widgets.language import _

if TYPE_CHECKING:
    from console.cli.call import Call
    from storage.queries.customers import OrganizationView


def add(group: Group) -> None:
    """Add the commands."""
    parser = group.command(
        "organization",
        None,
        words=_("the companies and households of customers"),
        more=_("ORG is a number, a name or a domain."),
    )
    under = group.under(parser)
    parser = under.command("list", run_list, words=_("organizations, or those that the words find"))
    parser.set_defaults(gathers="words")
    parser.add_argument("words", nargs="*", metavar="WORD", help=_("in the name, a domain or what stands above"))
    parser.add_argument("-n", "--count", type=int, default=100, metavar="COUNT", help=_("how many; 0 for all"))
    parser = under.command("show", run_show, words=_("all that is known of one"))
    parser.add_argument("who", metavar="ORG")
    parser = under.command("new", run_new, words=_("make an organization that no mail brought"))
    parser.add_argument("name", metavar="NAME")
    profiles.add_set(under, run_set, "ORG")
    parser = under.command("domain", None, words=_("whose mail is from its people"))
    domains = under.under(parser)
    parser = domains.command("add", run_add_domain, words=_("whoever writes from there belongs to it"))
    parser.add_argument("who", metavar="ORG")
    parser.add_argument("domain", metavar="DOMAIN")
    parser.add_argument("--group", metavar="GROUP", help=_("of which mailbox group; that of its first domain"))
    parser = domains.command("remove", run_remove_domain, words=_("it tells nothing any more; its people stay"))
    parser.add_argument("who", metavar="ORG")
    parser.add_argument("domain", metavar="DOMAIN")
    parser = under.command("parent", run_parent, words=_("make it a subsidiary of another, or of none"))
    parser.add_argument("who", metavar="ORG")
    parser.add_argument("parent", metavar="ORG|none")
    profiles.add_entries(under, Subject.ORGANIZATION, "ORG")
    journeys.add_to(under, Subject.ORGANIZATION, "ORG")


def run_list(call: "Call") -> int:
    """Print organizations."""
    from storage.queries.customers import organizations

    return profiles.print_list(call, organizations, lambda view: _listed(call, view))


def _listed(call: "Call", view: "OrganizationView") -> int:
    if call.out.json_lines:
        call.out.object(_object(view))
    else:
        domains = ", ".join(domain for domain, _group in view.domains)
        cells = [(f"#{view.organization_id}", 8), (view.name, 28), (domains, 32)]
        call.out.line(columns(cells, last=view.parent, width=call.out.width))
    return view.organization_id


def run_show(call: "Call") -> int:
    """Print all that is known of an organization."""
    view = _who(call)
    if not call.out.json_lines:
        call.out.line(f"#{view.organization_id} {view.name}".rstrip(), bold=True)
        for domain, group in view.domains:
            call.out.line(f"  {domain}" + (f"  [{group}]" if group else ""))
        if view.parent_id is not None:
            call.out.line(_("subsidiary of {name} (#{number})").format(name=view.parent, number=view.parent_id))
    known = profiles.show_profile(call, Subject.ORGANIZATION, view.organization_id)
    if call.out.json_lines:
        call.out.object({**_object(view), **known})
    return DONE


def run_new(call: "Call") -> int:
    """Make an organization."""
    from storage.commands import knowing

    number, _action = call.desk.tell_now(
        knowing.make_organization, call.options.name, actor=call.desk.actor, now=call.now
    )
    return _told(call, number, _("#{number} {name}: kept."))


def run_set(call: "Call") -> int:
    """Fill fields of an organization's profile, or empty them."""
    number = _who(call).organization_id
    profiles.set_fields(call, Subject.ORGANIZATION, number)
    return _told(call, number, _("#{number} {name}: kept."))


def run_add_domain(call: "Call") -> int:
    """Let who writes from a domain belong to an organization."""
    from storage.commands import knowing

    options, view = call.options, _who(call)
    group = next((group for _domain, group in view.domains), "") if options.group is None else options.group
    call.desk.tell_now(
        knowing.keep_domain,
        view.organization_id,
        options.domain,
        group=group,
        actor=call.desk.actor,
        now=call.now,
    )
    return _told(call, view.organization_id, _("#{number} {name}: kept."))


def run_remove_domain(call: "Call") -> int:
    """Let a domain tell nothing any more."""
    from storage.commands import knowing

    number = _who(call).organization_id
    call.desk.tell_now(knowing.drop_domain, number, call.options.domain, actor=call.desk.actor, now=call.now)
    return _told(call, number, _("#{number} {name}: taken away; `plantao undo` brings it back."))


def run_parent(call: "Call") -> int:
    """Make an organization a subsidiary of another, or of none."""
    number = _who(call).organization_id
    profiles.put_into(call, Subject.ORGANIZATION, number, call.options.parent)
    return _told(call, number, _("#{number} {name}: kept."))


def _who(call: "Call") -> "OrganizationView":
    from storage.queries.customers import named

    return _view(call, call.ask(named, Subject.ORGANIZATION, call.options.who))


def _view(call: "Call", number: int) -> "OrganizationView":
    from storage.queries.customers import organizations_of

    (view,) = call.ask(organizations_of, [number])
    kept: OrganizationView = view
    return kept


def _told(call: "Call", number: int, sentence: str) -> int:
    view = _view(call, number)
    words = sentence.format(number=number, name=view.called)
    return profiles.told(call, Subject.ORGANIZATION, number, _object(view), words)


def _object(view: "OrganizationView") -> dict[str, Any]:
    return {
        "organization_id": view.organization_id,
        "name": view.name or None,
        "domains": [{"domain": domain, "group": group} for domain, group in view.domains],
        "parent_id": view.parent_id,
        "parent": view.parent or None,
    }
