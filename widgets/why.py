"""How a conversation was threaded, and how its clocks stand, in lines."""

from collections.abc import Iterator
from datetime import datetime

from storage.kinds import Evidence
from storage.kinds.mail import Correspondent
from storage.views import Threaded, Why
from widgets.clock_lines import clock_lines, vendor_lines
from widgets.language import _
from widgets.look import Role
from widgets.moments import moment_words
from widgets.playbooks import model_words, owner_words
from widgets.text import evidence_words, link_words, ruled_words, sure_words


def why_lines(told: Why, now: datetime) -> Iterator[tuple[int, str, Role]]:
    """Yield lines on every message of a conversation, and on the conversations beside it.

    Args:
        told: what the record knows.
        now: the present, in the reader's zone.

    Yields:
        How far a line is indented, its words, and what they are drawn as.
    """
    yield 0, f"#{told.conversation_id}", "bright"
    about = told.messages[0].subject if told.messages else ""
    if told.joined_numbers:
        numbers = ", ".join(f"#{one}" for one in told.joined_numbers)
        yield 2, _("{numbers} joined to it").format(numbers=numbers), "text"
    models = told.models
    if models.touch:
        words = model_words(models.touch, models.touch_model, models.touch_pick)
        yield 2, _("touch model {words}").format(words=words), "text"
    if models.service:
        words = model_words(models.service, models.service_model, models.service_pick)
        whose = _("service model {words}, the organization's own") if models.own_service else _("service model {words}")
        yield 2, whose.format(words=words), "text"
    if owner := owner_words(models, now):
        yield 2, _("customer of {owner}").format(owner=owner), "text"
    yield from clock_lines(told.clocks, told.breaches, now)
    yield from vendor_lines(told.vendor, now)
    for message in told.messages:
        yield from _threaded(message, now, about)
    for link in told.links:
        sentence = _("came of #{number} ({reason})") if link.came_of else _("#{number} came of it ({reason})")
        yield 2, sentence.format(number=link.conversation_id, reason=link_words(link.reason)), "text"
    for number in told.parted_from:
        yield 2, _("an agent keeps it apart from #{number}").format(number=number), "text"


def _threaded(message: Threaded, now: datetime, about: str) -> Iterator[tuple[int, str, Role]]:
    """Yield what put a message where it is; its subject where it is another than what the conversation began with."""
    moment = moment_words(message.arrived_at, now)
    yield 2, f"m{message.message_id}  {moment}  {_person(message.author)}", "bright"
    if message.subject and (message.evidence is Evidence.NEW or not message.subject.endswith(about)):
        yield 6, message.subject, "muted"
    words = evidence_words(message.evidence) if message.evidence else _("nothing tells")
    if message.through is not None:
        author = message.through.author
        name = author.name or author.address or _("(nobody)")
        words += _(": m{number} by {author}").format(number=message.through.message_id, author=name)
    if sure := sure_words(message.evidence, marked=message.marked):
        words += f" ({sure})"
    if message.marked:
        words += _("; the sender took no part before")
    yield 6, words, "soon" if message.marked else "text"
    for rule in message.rules:
        yield 6, ruled_words(rule.name, rule.did), "text"


def _person(person: Correspondent) -> str:
    if person.name and person.address:
        return f"{person.name} <{person.address}>"
    return person.name or person.address or _("(nobody)")
