"""Words for where a customer is in their journey and how they fare: each with why it is so."""

from collections.abc import Iterator
from datetime import date

from storage.kinds.clean import folded
from storage.kinds.journey import (
    Engaged,
    FeatureView,
    Figure,
    Health,
    JourneyView,
    Lifecycle,
    Measure,
    Milestone,
    Phase,
)
from widgets.language import _, ngettext
from widgets.moments import month_words

_MONTH, _YEAR = 30, 365  # days
_BARS = "▁▂▃▄▅▆▇█"


def phase_words(word: Lifecycle | None) -> str:
    """Return a lifecycle."""
    if word is None:
        return _("unknown")
    return {
        Lifecycle.NEW: _("new"),
        Lifecycle.ACTIVE: _("active"),
        Lifecycle.INACTIVE: _("recently inactive"),
        Lifecycle.CURIOUS: _("tries novelties"),
        Lifecycle.LOYAL: _("loyal"),
    }[word]


def phase_reason(phase: Phase) -> str:
    """Return why a lifecycle is so."""
    words = {
        "pinned": _("pinned by hand"),
        "first": _("first mail {ago}"),
        "since": _("a customer for {span}"),
        "silent": _("last heard of {ago}"),
        "gone": _("last heard of {ago}"),
        "tries": _("{feature} first used {ago}"),
        "long": _("a customer for {span}"),
        "last": _("last heard of {ago}"),
        "nothing": _("no mail, no figures"),
    }[phase.reason]
    return words.format(ago=ago_words(phase.days), span=days_words(phase.days), feature=phase.feature)


def ago_words(days: int) -> str:
    """Return how long ago a day is, in days, months or years."""
    return _("{span} ago").format(span=days_words(days)) if days else _("today")


def days_words(days: int) -> str:
    """Return a span in days, months or years, whichever is short enough."""
    if days < 2 * _MONTH:
        return ngettext("{count} day", "{count} days", days).format(count=days)
    if days < 2 * _YEAR:
        months = days // _MONTH
        return ngettext("{count} month", "{count} months", months).format(count=months)
    years = days // _YEAR
    return ngettext("{count} year", "{count} years", years).format(count=years)


def day_label(day: date, today: date) -> str:
    """Return a day by number and month, with its year where that is another."""
    words = f"{day.day}\u00a0{month_words(day)}"
    return words if day.year == today.year else f"{words}\u00a0{day.year}"


def engaged_words(state: Engaged | None) -> str:
    """Return what somebody makes of a feature."""
    if state is None:
        return _("unknown")
    return {
        Engaged.LITTLE: _("uses it too little"),
        Engaged.UNAWARE: _("unaware of it"),
        Engaged.FRUSTRATED: _("frustrated"),
        Engaged.VALUE: _("gets value"),
    }[state]


def reason_words(one: FeatureView) -> str:
    """Return why that is thought."""
    match one.reason:
        case "pinned":
            return _("said by hand")
        case "never":
            return _("never used")
        case "conversations":
            words = ngettext(
                "{count} open conversation about it", "{count} open conversations about it", one.conversations
            )
            return words.format(count=one.conversations)
        case "stopped":
            return _("not used any more, {before} before").format(before=figure_words(one.before))
        case "fell" | "steady":
            given = {"recent": figure_words(one.recent), "before": figure_words(one.before)}
            return _("{recent} lately, {before} before").format(**given)
        case _:
            return _("no figures")


def figure_words(figure: Figure) -> str:
    """Return a figure, no longer than it need be."""
    return f"{figure:.10g}"


def series_words(one: FeatureView) -> str:
    """Return the newest figures as a row of bars, the oldest first."""
    most = max(one.series, default=0)
    if most <= 0:
        return ""
    return "".join(_BARS[min(len(_BARS) - 1, int(figure / most * (len(_BARS) - 0.01)))] for figure in one.series)


def approach_words(state: Engaged) -> str:
    """Return how to approach who is in that state, as it is shipped."""
    return {
        Engaged.LITTLE: _("Ask what they came for, and show the one step that leads there."),
        Engaged.UNAWARE: _("Tell them of it where it answers what they asked; one example, no tour."),
        Engaged.FRUSTRATED: _("Mend what is broken first; say what was done, and offer nothing new."),
        Engaged.VALUE: _("Thank them, ask what works so well, and what they would try next."),
    }[state]


def measure_words(measure: Measure) -> str:
    """Return a measure of health."""
    return {
        Measure.USAGE: _("use"),
        Measure.CONVERSATIONS: _("open mail"),
        Measure.LIFECYCLE: _("lifecycle"),
        Measure.MILESTONES: _("milestones"),
        Measure.HAND: _("by hand"),
    }[measure]


def parts_words(health: Health) -> str:
    """Return what a health is made of: each measure with its score and, in brackets, its weight."""
    known = [
        f"{measure_words(one.measure)} {one.score} (×{one.weight})"  # noqa: RUF001 - the sign for times
        for one in health.parts
        if one.score is not None
    ]
    return ", ".join(known)


def unknown_words(health: Health) -> str:
    """Return which measures nothing is known of; empty for none."""
    if not health.unknown:
        return ""
    return _("not known: {names}").format(names=", ".join(map(measure_words, health.unknown)))


def stage_words(name: str) -> str:
    """Return a stage: one that is shipped in the reader's language, others as they are."""
    known = {
        "onboarding": _("onboarding"),
        "adoption": _("adoption"),
        "growth": _("growth"),
        "renewal": _("renewal"),
    }
    return known.get(folded(name), name)


def typology_words(name: str) -> str:
    """Return a temperament: one that is shipped in the reader's language, others as they are."""
    known = {
        "analytical": _("analytical"),
        "amiable": _("amiable"),
        "driven": _("driven"),
        "expressive": _("expressive"),
        "impatient": _("impatient"),
        "sceptical": _("sceptical"),
        "unsure": _("unsure"),
    }
    return known.get(folded(name), name)


def tip_words(name: str, own: str = "") -> str:
    """Return what helps with a temperament: the desk's own words, else those that are shipped; empty for none."""
    known = {
        "analytical": _("Figures and steps in their order; say how you know."),
        "amiable": _("Time for a word first; say who stays with it until it works."),
        "driven": _("The result in the first line, then one choice to make."),
        "expressive": _("Share the enthusiasm, then write down what was agreed."),
        "impatient": _("A short answer now, and the hour of the next one."),
        "sceptical": _("Promise little, show proof, and come back when you said you would."),
        "unsure": _("One step at a time, and ask whether it worked."),
    }
    return own or known.get(folded(name), "")


def due_words(one: Milestone, today: date) -> str:
    """Return how a milestone stands: reached, overdue or due."""
    if one.done is not None:
        return _("reached {day}").format(day=day_label(one.done, today))
    if one.overdue(today):
        days = (today - one.due).days
        return ngettext("{count} day overdue", "{count} days overdue", days).format(count=days)
    return _("due {day}").format(day=day_label(one.due, today))


def laid_words(name: str) -> str:
    """Return what is shipped for a setting that is a text."""
    lead, _dot, word = name.partition(".")
    if lead == "approach":
        return approach_words(Engaged(word))
    return tip_words(word) if lead == "typology" else ""


def facts(view: JourneyView, today: date) -> Iterator[tuple[str, str]]:
    """Yield all of it as labels and words; what belongs to the line above has no label."""
    if view.stage:
        since = view.stay
        words = stage_words(view.stage)
        yield _("stage"), words + (f", {_('since')} {day_label(since.since, today)}" if since else "")
    for stay in (one for one in view.stays if one.until is not None):
        yield "", f"{stage_words(stay.name)}: {day_label(stay.since, today)} › {day_label(stay.until or today, today)}"  # noqa: RUF001
    for place, one in enumerate(view.milestones):
        words = f"{one.milestone.name}: {due_words(one.milestone, today)} ({one.entry_id})"
        yield (_("milestones") if not place else ""), words
    yield _("lifecycle"), f"{phase_words(view.phase.word)}, {phase_reason(view.phase)}"
    for place, each in enumerate(view.features):
        yield (_("features") if not place else ""), f"{each.feature}: {engaged_words(each.state)}, {reason_words(each)}"
    for state in dict.fromkeys(each.state for each in view.features if each.state is not None):
        yield "", f"{engaged_words(state)}: {view.approaches.get(state) or approach_words(state)}"
    score = _("unknown") if view.health.score is None else f"{view.health.score} / 100"
    yield _("health"), ", ".join(filter(None, (score, parts_words(view.health), unknown_words(view.health))))
    if view.typology:
        yield (
            _("typology"),
            ". ".join(filter(None, (typology_words(view.typology), tip_words(view.typology, view.tip)))),
        )
