"""`show`, `why` and `history`: one conversation to read, why it is as it is, and what was done."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from console.cli import ids
from console.cli.errors import DONE, Usage
from console.cli.listing import STILL
from console.cli.outbox import delivery_object
from console.cli.parser import Group
from storage.kinds.clean import clean_line
from widgets.language import _, drawn, ngettext

_BRIEF = 23  # lines of a brief: a screen of 24, and the prompt
_WIDEST = 80  # cells of its lines
_CITED = re.compile(r"\[([0-9]{1,4})\]")

if TYPE_CHECKING:
    from console.cli.call import Call
    from console.mail.parse.inside import Inside
    from storage.kinds.mail import Correspondent
    from storage.views import ActionView, ConversationView, EventView, MessageView


def add(group: Group) -> None:
    """Add the commands."""
    parser = group.command(
        "show",
        run_show,
        words=_("one conversation to read"),
        more=_("Quotes and signatures are left out. A message alone is shown by its number, such as m17."),
    )
    parser.add_argument("id", nargs="+", metavar="ID", help=_("4213, #4213, m17, 10-20, or - for standard input"))
    parser.add_argument("--full", action="store_true", help=_("with quotes and signatures"))
    parser.add_argument("--raw", action="store_true", help=_("the mail as it came, without what commands terminals"))
    parser.add_argument("--all-headers", action="store_true", help=_("every header field of each message"))
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--source", action="store_true", dest="raw", help=_("the same as --raw"))
    only.add_argument("--headers", action="store_true", help=_("nothing but every header field"))
    only.add_argument("--brief", action="store_true", help=_("what a specialist reads first, on one screen"))
    only.add_argument("--parts", action="store_true", help=_("nothing but the parts: their types, names and sizes"))
    parser = group.command("why", run_why, words=_("how a conversation was threaded, and every interval of its clocks"))
    parser.add_argument("id", nargs="+", metavar="ID", help=_("4213, #4213, 10-20, or - for standard input"))
    parser = group.command("history", run_history, words=_("your last actions, newest first"))
    parser.add_argument("-n", "--limit", type=int, default=50, metavar="COUNT", help=_("at most so many (50)"))
    parser.add_argument("--here", action="store_true", help=_("only what commands did, not what consoles did"))


def run_show(call: "Call") -> int:
    """Print conversations, or single messages of them."""
    from storage.queries.conversations import read
    from storage.queries.numbers import conversation_of

    wanted: list[tuple[int, int | None]] = []
    numbers: list[str] = []
    for word in call.options.id:
        message_id = ids.message(word)
        if message_id is None:
            numbers.append(word)
        else:
            wanted.append((call.ask(conversation_of, message_id), message_id))
    if numbers:
        wanted = [(number, None) for number in ids.conversations(call, numbers)] + wanted
    with call.out.paged():
        for place, (number, message_id) in enumerate(wanted):
            if place and not call.out.json_lines:
                call.out.line()
            if call.options.brief:
                _print_brief(call, number)
                continue
            view = call.ask(read, number, agent_id=call.agent_id)
            messages = [one for one in view.messages if message_id in {None, one.message_id}]
            if call.out.json_lines:
                call.out.object(_conversation_object(call, view, messages))
            elif call.options.raw or call.options.headers or call.options.parts:
                _print_insides(call, messages)
            else:
                _print_conversation(call, view, messages, alone=message_id is not None)
    return DONE


def _print_brief(call: "Call", number: int) -> None:
    """Print what a specialist reads first; --full leaves nothing of it out."""
    from storage.queries.briefing import brief
    from widgets.briefs import brief_lines

    told = call.ask(brief, number, now=call.now)
    if call.out.json_lines:
        call.out.object(asdict(told))
        return
    height = None if call.options.full else _BRIEF
    for line in brief_lines(told, call.now, min(call.out.width, _WIDEST), height=height):
        call.out.line(line)


def run_why(call: "Call") -> int:
    """Print how the messages of conversations were threaded, and every interval of their clocks."""
    from storage.queries.why import why
    from widgets.why import why_lines

    with call.out.paged():
        for place, number in enumerate(ids.conversations(call, call.options.id)):
            told = call.ask(why, number, now=call.now)
            if call.out.json_lines:
                call.out.object(asdict(told))
                continue
            if place:
                call.out.line()
            for indent, words, _role in why_lines(told, call.now):
                call.out.line(" " * indent + words)
    return DONE


def run_history(call: "Call") -> int:
    """Print the agent's last actions."""
    from console.cli.call import CONSOLE
    from storage.queries.history import actions

    if call.agent_id is None:
        return DONE
    console = CONSOLE if call.options.here else None
    found = call.ask(actions, agent_id=call.agent_id, console=console, limit=max(1, call.options.limit))
    words = _words_of(call, found) if not call.out.json_lines else {}
    with call.out.paged():
        for action in found:
            if call.out.json_lines:
                call.out.object(asdict(action))
            else:
                call.out.line(_action_words(call, action, words.get(action.told_by, "")))
    return DONE


def _words_of(call: "Call", found: Sequence["ActionView"]) -> dict[int, str]:
    """Return in words what each of these actions did."""
    from storage.queries.agents import agents
    from storage.queries.history import telling_of
    from widgets.facts import SILENT, fact_words

    names = call.ask(agents)
    firsts: dict[int, EventView] = call.ask(telling_of, found, silent=SILENT)
    return {number: fact_words(event.kind, event.values, call.now, names) for number, event in firsts.items()}


def _action_words(call: "Call", action: "ActionView", told: str) -> str:
    from widgets.moments import moment_words
    from widgets.troubles import numbers_words

    words = f"{moment_words(action.recorded_at, call.now):>11}  {numbers_words(action.conversation_ids)}  {told}"
    if action.undoes is not None:
        words += "  " + _("(takes action {number} back)").format(number=action.undoes)
    return words + "  " + _("(taken back)") if action.undone else words


def _print_conversation(
    call: "Call", view: "ConversationView", messages: Sequence["MessageView"], *, alone: bool
) -> None:
    from widgets.facts import event_words
    from widgets.moments import moment_words

    call.out.line(f"#{view.conversation_id}  {view.subject or _('(no subject)')}", bold=True)
    for line in _head_lines(call, view):
        call.out.line(line)
    names = _agent_names(call)
    # Messages and events in the order of time; the message first where both are of one moment.
    told: list[tuple[Any, int, Any]] = [(one.arrived_at, 0, one) for one in messages]
    if not alone:
        told += [(one.recorded_at if one.agent else one.happened_at, 1, one) for one in view.events]
    for moment, is_event, one in sorted(told, key=lambda each: each[:2]):
        if not is_event:
            call.out.line()
            _print_message(call, one)
        elif words := event_words(one, call.now, names):
            who = f"{one.agent}{drawn(' · ')}" if one.agent else ""
            undone = " " + _("(taken back)") if one.undone else ""
            call.out.line(f"  ({moment_words(moment, call.now)}{drawn(' · ')}{who}{words}{undone})")


def _head_lines(call: "Call", view: "ConversationView") -> Iterator[str]:
    from widgets.moments import moment_words, span_words
    from widgets.text import status_words, tier_words

    parts = [status_words(view.status), tier_words(view.tier), view.mailbox]
    parts.append(view.assignee or _("nobody's"))
    if view.waiting_since is not None and view.status not in STILL:
        parts.append(_("waits {span}").format(span=span_words(call.now - view.waiting_since)))
    if view.snoozed_until is not None:
        parts.append(_("snoozed until {moment}").format(moment=moment_words(view.snoozed_until, call.now)))
    yield drawn(" · ").join([*parts, *(f"+{tag}" for tag in view.tags)])
    if view.customer_address:
        yield _person_words(view.customer, view.customer_address)
    if view.joined_numbers:
        yield _("joined here: {numbers}").format(numbers=", ".join(f"#{one}" for one in view.joined_numbers))
    if view.linked:
        yield _("see also: {numbers}").format(numbers=", ".join(f"#{one}" for one in view.linked))


def _print_message(call: "Call", message: "MessageView") -> None:
    _print_envelope(call, message)
    if message.erased_at is not None:
        from widgets.moments import erased_words

        call.out.line(erased_words(message.erased_at, call.now))
        return
    full = call.options.full or not message.reply_text.strip()
    text = (message.text if full else message.reply_text).strip("\n")
    call.out.line(text)
    cited = set(_CITED.findall(text)) if message.links else set[str]()
    for number, link in enumerate(message.links, 1):
        if str(number) in cited:
            call.out.line(f"[{number}] {link}")
    if not full and len(message.text.strip()) > len(message.reply_text.strip()):
        call.out.line(_("[quotes left out: --full shows them]"))
    for line in _part_lines(call, message):
        call.out.line(line)


def _print_envelope(call: "Call", message: "MessageView") -> None:
    from widgets.deliveries import delivery_lines, delivery_words
    from widgets.moments import moment_words
    from widgets.text import automatic_words, call_words

    arrow = {"outgoing": "→", "incoming": "←"}.get(message.direction, "▌")
    arrow, dot = drawn(arrow), drawn(" · ")
    author = _person_words(message.author.name, message.author.address)
    if message.direction == "internal":
        author = _("note · never sent · {author}").format(author=author)
    elif message.channel == "phone":
        author += f"{dot}{call_words(message.direction, message.minutes or 0)}"
    notes = [moment_words(message.arrived_at, call.now), f"m{message.message_id}", automatic_words(message.automatic)]
    if message.marked:
        notes.append(_("took no part before"))
    if message.delivery is not None:
        notes.append(delivery_words(message.delivery)[0])
    call.out.line(f"{arrow} {author}{dot}{dot.join(filter(None, notes))}", bold=True)
    for line in delivery_lines(message.delivery, call.now) if message.delivery is not None else ():
        call.out.line("  " + clean_line("".join(text for text, _role in line)))
    if call.options.all_headers:
        for name, value in _headers(call, message.message_id):
            call.out.line(f"  {name}: {value}")
    elif message.to:
        call.out.line(_("  to {people}").format(people=_people_words(message.to)))
    call.out.line()


def _part_lines(call: "Call", message: "MessageView") -> Iterator[str]:
    """Yield a line for each part that is named rather than shown."""
    from widgets.moments import size_words
    from widgets.notices import notice_words
    from widgets.text import special_words

    if message.original is not None:
        author = _person_words(message.original.author.name, message.original.author.address)
        yield _("[forwarded, originally from {author}]").format(author=author)
    yield from (f"[{special_words(special)}]" for special in sorted(message.specials))
    for notice in message.notices:
        yield from (f"  {label:<9} {words}" for label, words, _role in notice_words(notice, call.now))
    for each in message.attachments:
        name = each.name or _("(no name)")
        yield _("[attachment] {name}, {type}, {size}").format(
            name=name, type=each.media_type, size=size_words(each.size)
        )


def _print_insides(call: "Call", messages: Sequence["MessageView"]) -> None:
    """Print messages as their raw mail has them: the source, the header fields, or the parts."""
    from console.mail.raw import source

    for message in messages:
        if len(messages) > 1:
            call.out.line(f"── m{message.message_id} ──")
        if call.options.headers:
            for name, value in _headers(call, message.message_id):
                call.out.line(f"{name}: {value}")
        elif call.options.parts:
            for part in _parts(call, message.message_id):
                call.out.line(_part_row(part))
        else:
            for text in _whole_lines(source(_raw(call, message.message_id))):
                call.out.line(text)


def _whole_lines(pieces: Iterator[str]) -> Iterator[str]:
    """Yield text that comes in pieces so that no line is cut, each time without its last line end."""
    held: list[str] = []
    for piece in pieces:
        head, line_end, rest = piece.rpartition("\n")
        if line_end:
            yield "".join((*held, head))
            held = [rest] if rest else []
        else:
            held.append(piece)
    if held:
        yield "".join(held)


def _raw(call: "Call", message_id: int) -> bytes:
    from console.mail.raw import raw_mail

    return raw_mail(call.store, message_id)


def _headers(call: "Call", message_id: int) -> list[tuple[str, str]]:
    from console.mail.raw import headers

    return headers(_raw(call, message_id))


def _parts(call: "Call", message_id: int) -> "tuple[Inside, ...]":
    from console.mail.parse import Unreadable
    from console.mail.raw import parts

    try:
        return parts(_raw(call, message_id))
    except Unreadable:
        raise Usage(
            _("The parts of m{number} cannot be told apart; --source shows it as it came.").format(number=message_id)
        ) from None


def _part_row(part: "Inside") -> str:
    from widgets.moments import size_words
    from widgets.notices import part_words

    said = [part.media_type, size_words(part.size), part_words(part.what)]
    words = "  ".join([*said, *filter(None, (part.charset, part.encoding, part.name))])
    return f"{'  ' * part.depth}{part.section or '-'}  {words}"


def _person_words(name: str, address: str) -> str:
    return f"{name} <{address}>" if name and address else name or address or _("(nobody)")


def _people_words(people: Sequence["Correspondent"]) -> str:
    words = ", ".join(_person_words(one.name, one.address) for one in people[:5])
    rest = len(people) - 5
    return (
        words if rest <= 0 else f"{words} {ngettext('and {count} more', 'and {count} more', rest).format(count=rest)}"
    )


def _agent_names(call: "Call") -> dict[int, str]:
    from storage.queries.agents import agents

    names: dict[int, str] = call.ask(agents)
    return names


def _conversation_object(
    call: "Call", view: "ConversationView", messages: Sequence["MessageView"]
) -> dict[str, object]:
    shown = asdict(view)
    shown["messages"] = [_message_object(call, one) for one in messages]
    shown["events"] = [_event_object(one) for one in view.events]
    return shown


def _message_object(call: "Call", message: "MessageView") -> dict[str, object]:
    shown = asdict(message)
    if message.delivery is not None:
        shown["delivery"] = delivery_object(message.delivery)
    if call.options.raw:
        shown["raw"] = _raw(call, message.message_id).decode("utf-8", "replace")
    if call.options.all_headers or call.options.headers:
        shown["headers"] = [{"name": name, "value": value} for name, value in _headers(call, message.message_id)]
    if call.options.parts:
        shown["parts"] = [asdict(part) for part in _parts(call, message.message_id)]
    return shown


def _event_object(event: "EventView") -> dict[str, object]:
    return asdict(event)
