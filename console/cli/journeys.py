"""`journey`, and what `customer` and `organization` have of it: use, stages, milestones, engagement, health."""

from datetime import date
from typing import TYPE_CHECKING, Any

from console.cli.errors import DONE, Usage
from console.cli.output import columns
from console.cli.parser import Group, Parser
from console.cli.profiles import about_one
from storage.kinds import Subject
from storage.kinds.clean import clean_line, folded
from storage.kinds.journey import Engaged
from widgets.language import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.cli.call import Call
    from storage.kinds.journey import FeatureView, JourneyView, Milestone, Stay
    from storage.queries.journey import Account, Laid


def add(group: Group) -> None:
    """Add the command for what holds for the whole desk."""
    parser = group.command(
        "journey",
        None,
        words=_("what is laid down for customers' journeys, and milestones of all"),
        more=_(
            "`customer journey WHO` and `organization journey ORG` show where somebody is and how they fare. What is\n"
            "laid down: thresholds of lifecycle and engagement, weights of health, the stages, how to approach a\n"
            "state of engagement (approach.frustrated) and temperaments with a tip (typology.NAME)."
        ),
    )
    under = group.under(parser)
    under.command("list", run_list, words=_("what is laid down, yours or as shipped"))
    parser = under.command("set", run_set, words=_("lay something down differently"))
    parser.set_defaults(gathers="text")
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("text", nargs="*", metavar="VALUE")
    parser = under.command("reset", run_reset, words=_("let what is shipped hold again; a typology of yours goes"))
    parser.add_argument("name", metavar="NAME")
    parser = under.command("milestones", run_all_milestones, words=_("milestones of all, those due first on top"))
    parser.add_argument("--overdue", action="store_true", help=_("only those that are overdue"))


def add_to(group: Group, subject: Subject, who: str) -> None:
    """Add what `customer` and `organization` have."""
    about_one(group, "journey", run_show, subject, who, _("where they are in the journey, and how they fare"))
    about_one(group, "usage", run_usage, subject, who, _("their figures of use, and what they make of each feature"))
    parser = about_one(group, "stage", run_stage, subject, who, _("the stage that they are in from now on"))
    parser.add_argument("stage", metavar="STAGE|none")
    parser.add_argument("--on", metavar="DAY", help=_("since when; today without it"))
    parser = about_one(group, "engagement", run_engagement, subject, who, _("say what they make of a feature"))
    parser.add_argument("feature", metavar="FEATURE")
    parser.add_argument("state", choices=[*map(str, Engaged), "none"], help=_("none leaves it to what is computed"))
    parser = group.command("milestone", None, words=_("what they shall have reached by a day"))
    under = group.under(parser)
    about_one(under, "list", run_milestones, subject, who, _("their milestones, those due first on top"))
    parser = about_one(under, "add", run_add, subject, who, _("lay a milestone down"))
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("--due", required=True, metavar="DAY", help=_("the last day that is in time"))
    parser = _numbered(under, "done", run_done, _("say that it was reached"))
    parser.add_argument("--on", metavar="DAY", help=_("when; today without it"))
    parser.add_argument("--not", dest="undone", action="store_true", help=_("it was not, after all"))
    _numbered(under, "remove", run_remove, _("take a milestone away"))


def _numbered(group: Group, name: str, run: Any, words: str) -> Parser:
    parser = group.command(name, run, words=words)
    parser.add_argument("number", metavar="NUMBER", type=int, help=_("as `milestone list` gives it"))
    return parser


# ---------------------------------------------------------------------------------------------- of one


def run_show(call: "Call") -> int:
    """Print where somebody is, and how they fare."""
    number = _who(call)
    view = _view(call, number)
    if call.out.json_lines:
        call.out.object({**_whose(call, number), **view_object(view, call.now.date())})
        return DONE
    from widgets.journey import facts

    for label, words in facts(view, call.now.date()):
        call.out.line(f"{label}: {words}" if label else f"  {words}")
    return DONE


def run_usage(call: "Call") -> int:
    """Print figures of use, feature by feature."""
    from widgets.journey import engaged_words, figure_words, reason_words

    number = _who(call)
    for one in _view(call, number).features:
        if call.out.json_lines:
            call.out.object({**_whose(call, number), **_feature_object(one)})
            continue
        state = engaged_words(one.state)
        series = " ".join(map(figure_words, one.series))
        cells = [(one.feature, 20), (state, 20), (series, 30)]
        call.out.line(columns(cells, last=reason_words(one), width=call.out.width))
    return DONE


def run_stage(call: "Call") -> int:
    """Let somebody be in a stage."""
    from storage.commands import knowing

    options, number = call.options, _who(call)
    stage = None if folded(options.stage) == "none" else options.stage
    call.desk.tell_now(
        knowing.enter_stage,
        options.subject,
        number,
        stage,
        on=_day(options.on),
        actor=call.desk.actor,
        now=call.now,
    )
    return _told(call, number)


def run_engagement(call: "Call") -> int:
    """Say what somebody makes of a feature."""
    from storage.commands import knowing

    options, number = call.options, _who(call)
    state = None if options.state == "none" else Engaged(options.state)
    call.desk.tell_now(
        knowing.set_engagement,
        options.subject,
        number,
        options.feature,
        state,
        actor=call.desk.actor,
        now=call.now,
    )
    return _told(call, number)


def _told(call: "Call", number: int) -> int:
    if call.out.json_lines:
        view = view_object(_view(call, number), call.now.date())
        call.out.object({**_whose(call, number), **view, "done": call.options.done})
    else:
        call.out.line(_("#{number}: kept.").format(number=number))
    return DONE


def _who(call: "Call") -> int:
    from storage.queries.customers import named

    number: int = call.ask(named, call.options.subject, call.options.who)
    return number


def _view(call: "Call", number: int) -> "JourneyView":
    from storage.queries import journey

    query = journey.read if call.options.subject is Subject.PERSON else journey.read_organization
    view: JourneyView = call.ask(query, number, now=call.now)
    return view


def _whose(call: "Call", number: int) -> dict[str, Any]:
    return {f"{'customer' if call.options.subject is Subject.PERSON else 'organization'}_id": number}


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        word = clean_line(text)[:40]
        raise Usage(_("{word} is no date; write one as 2026-11-23.").format(word=word)) from None


# ---------------------------------------------------------------------------------------------- milestones


def run_milestones(call: "Call") -> int:
    """Print somebody's milestones."""
    from storage.queries.journey import milestones

    for one in call.ask(milestones, whose=(call.options.subject, _who(call))):
        _show(call, one)
    return DONE


def run_all_milestones(call: "Call") -> int:
    """Print the milestones of all."""
    from storage.queries.journey import milestones

    today = call.now.date()
    found = call.ask(milestones, overdue_at=today if call.options.overdue else None)
    called = _called(call, found)
    for one in found:
        _show(call, one, called.get(one.account, ""))
    return DONE


def _called(call: "Call", found: "Sequence[Laid]") -> "dict[Account, str]":
    """Return what those are called whose milestones these are."""
    from storage.queries.customers import organizations_of, persons_of

    numbers = {whose: sorted({one.account[1] for one in found if one.account[0] is whose}) for whose in Subject}
    people = call.ask(persons_of, numbers[Subject.PERSON])
    organizations = call.ask(organizations_of, numbers[Subject.ORGANIZATION])
    called = {(Subject.PERSON, one.person_id): one.called for one in people}
    return called | {(Subject.ORGANIZATION, one.organization_id): one.called for one in organizations}


def run_add(call: "Call") -> int:
    """Lay a milestone down."""
    from storage.commands import knowing

    options, number = call.options, _who(call)
    due = _day(options.due)
    assert due is not None  # the parser asks for it
    entry, _action = call.desk.tell_now(
        knowing.keep_milestone,
        options.subject,
        number,
        options.name,
        due,
        actor=call.desk.actor,
        now=call.now,
    )
    return _kept(call, entry, _("Kept as number {number}."))


def run_done(call: "Call") -> int:
    """Say that a milestone was reached, or was not."""
    from storage.commands import knowing

    options = call.options
    done = None if options.undone else _day(options.on) or call.now.date()
    call.desk.tell_now(knowing.finish_milestone, options.number, done, actor=call.desk.actor, now=call.now)
    return _kept(call, options.number, _("Number {number} is changed."))


def run_remove(call: "Call") -> int:
    """Take a milestone away."""
    from storage.commands import knowing

    number = call.options.number
    call.desk.tell_now(knowing.drop_milestone, number, actor=call.desk.actor, now=call.now)
    if call.out.json_lines:
        call.out.object({"milestone_id": number, "done": call.options.done})
    else:
        call.out.line(_("Number {number} is taken away; `plantao undo` brings it back.").format(number=number))
    return DONE


def _kept(call: "Call", number: int, sentence: str) -> int:
    from storage.queries.journey import laid

    if call.out.json_lines:
        call.out.object(_laid_object(call.ask(laid, number), call.now.date()))
    else:
        call.out.line(sentence.format(number=number))
    return DONE


def _show(call: "Call", one: "Laid", who: str = "") -> None:
    if call.out.json_lines:
        call.out.object(_laid_object(one, call.now.date()))
        return
    from widgets.journey import due_words

    cells = [(str(one.entry_id), 6), (due_words(one.milestone, call.now.date()), 24)]
    call.out.line(columns(cells, last=", ".join(filter(None, (one.milestone.name, who))), width=call.out.width))


def _laid_object(one: "Laid", today: date) -> dict[str, Any]:
    given = _milestone_object(one.entry_id, one.milestone, today)
    return {**given, "subject": one.account[0], "subject_id": one.account[1]}


def _milestone_object(number: int, one: "Milestone", today: date) -> dict[str, Any]:
    return {
        "milestone_id": number,
        "name": one.name,
        "due": one.due.isoformat(),
        "done_on": one.done.isoformat() if one.done else None,
        "overdue": one.overdue(today),
    }


# ---------------------------------------------------------------------------------------------- what is laid down


def run_list(call: "Call") -> int:
    """Print what is laid down."""
    from storage.queries.knowing import settings
    from widgets.journey import laid_words

    held = call.ask(settings)
    for name in held.named():
        own = name in held.given
        value = held.given.get(name) or held.shipped(name)
        if call.out.json_lines:
            call.out.object({"name": name, "value": value or laid_words(name), "own": own})
        else:
            mark = _("yours") if own else ""
            call.out.line(columns([(name, 24), (mark, 6)], last=value or laid_words(name), width=call.out.width))
    return DONE


def run_set(call: "Call") -> int:
    """Lay something down differently."""
    from storage.commands import knowing

    options = call.options
    text = " ".join(options.text)
    call.desk.tell_now(knowing.lay_down, options.name, text, actor=call.desk.actor, now=call.now)
    return _laid(call, _("{name} is laid down."))


def run_reset(call: "Call") -> int:
    """Let what is shipped hold again."""
    from storage.commands import knowing

    call.desk.tell_now(knowing.lay_down, call.options.name, None, actor=call.desk.actor, now=call.now)
    return _laid(call, _("{name} is as shipped again."))


def _laid(call: "Call", sentence: str) -> int:
    name = clean_line(call.options.name)
    if call.out.json_lines:
        call.out.object({"name": name, "done": call.options.done})
    else:
        call.out.line(sentence.format(name=name))
    return DONE


# ---------------------------------------------------------------------------------------------- for programs


def view_object(view: "JourneyView", today: date) -> dict[str, Any]:
    """Return where somebody is and how they fare as JSON gives it."""
    return {
        "stage": view.stage or None,
        "stays": [_stay_object(one) for one in view.stays],
        "milestones": [
            {**_milestone_object(one.entry_id, one.milestone, today), "organizations": one.theirs}
            for one in view.milestones
        ],
        "lifecycle": {
            "word": view.phase.word,
            "pinned": view.phase.pinned,
            "reason": view.phase.reason,
            "days": view.phase.days,
            "feature": view.phase.feature or None,
        },
        "features": [_feature_object(one) for one in view.features],
        "health": {
            "score": view.health.score,
            "parts": [{"measure": one.measure, "score": one.score, "weight": one.weight} for one in view.health.parts],
        },
        "typology": view.typology or None,
        "tip": view.tip or None,
    }


def _stay_object(one: "Stay") -> dict[str, Any]:
    until = one.until.isoformat() if one.until else None
    return {"stage": one.name, "since": one.since.isoformat(), "until": until}


def _feature_object(one: "FeatureView") -> dict[str, Any]:
    return {
        "feature": one.feature,
        "state": one.state,
        "reason": one.reason,
        "recent": one.recent,
        "before": one.before,
        "last": one.last.isoformat() if one.last else None,
        "conversations": one.conversations,
        "figures": list(one.series),
    }
