"""Words for playbooks: what each of their knobs says, and which rule of a mixture picked a model."""

from datetime import datetime

from storage.kinds.playbooks import Answers, Assignment, ModelsView, Pick, Playbook, Transfers
from widgets.language import _, ngettext
from widgets.steady import one_line


def knob_words(book: Playbook) -> str:
    """Return what a playbook says, in one line."""
    said = []
    if book.answers is not None:
        said.append(_("nothing is answered by itself") if book.answers is Answers.OFF else _("answered by itself"))
    if book.assignment is not None:
        said.append(
            {
                Assignment.OWNER: _("mail returns to the owner"),
                Assignment.ROUND_ROBIN: _("new mail goes round"),
                Assignment.FREE: _("whoever takes it has it"),
            }[book.assignment]
        )
    if book.limit is not None:
        said.append(ngettext("{count} in work at once", "{count} in work at once", book.limit).format(count=book.limit))
    if book.check_in is not None:
        said.append(check_in_words(book.check_in))
    if book.capacity is not None:
        words = ngettext("{count} organization an agent", "{count} organizations an agent", book.capacity)
        said.append(words.format(count=book.capacity))
    if book.transfer is not None:
        said.append(
            {
                Transfers.FREE: _("anybody hands on"),
                Transfers.CONSULT: _("colleagues are asked, nobody is passed on"),
                Transfers.DIRECT: _("N1 registers and directs"),
            }[book.transfer]
        )
    said += [pick_words(one) for one in book.picks]
    return "; ".join(said) or _("says nothing of its own")


def check_in_words(days: int) -> str:
    """Return how often a customer is asked how they fare."""
    if not days:
        return _("no check-ins")
    return ngettext("a check-in every {count} day", "a check-in every {count} days", days).format(count=days)


def model_words(named: str, model: str, pick: Pick | None) -> str:
    """Return a model as it holds: by name, or what a mixture picked, and by which of its rules."""
    return f"{named}: {pick_words(pick)}" if pick is not None and named != model else named


def owner_words(models: ModelsView, now: datetime) -> str:
    """Return whose customer it is, and who stands in while they are away; empty for nobody's."""
    owner, away = one_line(models.owner), away_words(models, now)
    return f"{owner} ({away})" if owner and away else owner


def away_words(models: ModelsView, now: datetime) -> str:
    """Return that the owner is away, and who stands in; empty while they are here."""
    if not models.is_away(now):
        return ""
    return _("away: {backup}").format(backup=one_line(models.backup)) if models.backup else _("away")


def pick_words(pick: Pick) -> str:
    """Return one rule of a mixture."""
    if not pick.field:
        return _("else {model}").format(model=pick.model)
    field = {"stage": _("stage"), "channel": _("channel"), "prefers": _("prefers")}[pick.field]
    return _("{field} {value}: {model}").format(field=field, value=pick.value, model=pick.model)
