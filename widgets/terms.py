"""Words for calendars and policies: what each says, in one line or by its parts, and what is wrong with one."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from storage.kinds.hour_words import windows_text
from storage.kinds.hours import Calendar
from storage.kinds.policies import Metric, Pause, Policy
from storage.kinds.spans import span_text
from widgets.language import _, ngettext
from widgets.moments import moment_words
from widgets.troubles import numbers_words


def metric_words(metric: Metric) -> str:
    """Return what a metric is called."""
    return {
        Metric.FIRST_RESPONSE: _("first response"),
        Metric.NEXT_RESPONSE: _("next response"),
        Metric.RESOLUTION: _("resolution"),
        Metric.ACCEPTANCE: _("acceptance"),
    }[metric]


def targets_words(targets: Mapping[Metric, timedelta]) -> str:
    """Return the targets of a policy in one line."""
    return ", ".join(f"{metric_words(metric)} {span_text(target)}" for metric, target in targets.items())


def calendar_words(calendar: Calendar) -> str:
    """Return what a calendar says in one line."""
    place = "-".join(filter(None, (calendar.country, calendar.region)))
    parts = [calendar.zone, windows_text(calendar.windows) or _("no hours of the week")]
    parts += [_("holidays of {place}").format(place=place)] if place else []
    return "; ".join(parts)


def conditions_words(policy: Policy, organizations: Mapping[int, str]) -> str:
    """Return of which conversations a policy speaks; organizations are called by their names where those are known."""
    names = {
        "priority": _("priority"),
        "touch": _("touch"),
        "tier": _("tier"),
        "mailbox": _("mailbox"),
        "organization": _("organization"),
        "kind": _("kind"),
    }
    said = []
    for name, values in policy.when.said().items():
        words = [organizations.get(one, f"#{one}") if name == "organization" else str(one) for one in values]
        said.append(f"{names[name]} {', '.join(words)}")
    return "; ".join(said) or _("all conversations")


def policy_words(policy: Policy, organizations: Mapping[int, str]) -> str:
    """Return what a policy says in one line."""
    parts = [targets_words(policy.targets), policy.calendar, conditions_words(policy, organizations)]
    parts += [_("where no other speaks")] if policy.fallback else []
    return "; ".join(parts)


def pauses_words(policy: Policy) -> str:
    """Return what the clocks of a policy wait for."""
    words = {
        Pause.CUSTOMER: _("while the customer is waited for"),
        Pause.THIRD_PARTY: _("while a third party is waited for"),
    }
    return ", ".join(words[one] for one in policy.pauses) or _("never")


def touched_words(there_are: int, numbers: Sequence[int], late: Sequence[int] = ()) -> str:
    """Return which of the open conversations a change touches, and which it would make late at once."""
    if not numbers:
        return _("It touches no open conversation.")
    words = ngettext(
        "It touches {touched} of {count} open conversation: {named}.",
        "It touches {touched} of {count} open conversations: {named}.",
        there_are,
    ).format(touched=len(numbers), count=there_are, named=numbers_words(numbers))
    if not late:
        return words
    more = ngettext("{count} would be late at once: {named}.", "{count} would be late at once: {named}.", len(late))
    return f"{words} {more.format(count=len(late), named=numbers_words(late))}"


def moved_words(metric: Metric, before: datetime | None, after: datetime | None, now: datetime) -> str:
    """Return how a deadline moves; a clock that stands, or has no target, has none."""
    was, will = (moment_words(moment, now) if moment is not None else _("no deadline") for moment in (before, after))
    return _("{metric}: {before}, then {after}").format(metric=metric_words(metric), before=was, after=will)


def proposal_words(
    metric: Metric,
    target: timedelta | None,
    n: int,
    p50: timedelta | None,
    p90: timedelta | None,
    proposed: timedelta | None,
    least: int,
) -> str:
    """Return what a metric took, what is asked of it now, and what is proposed; nothing of too little."""
    name = metric_words(metric)
    now = _("now {target}").format(target=span_text(target)) if target is not None else _("no target now")
    if p50 is None or p90 is None or proposed is None:
        words = _("{metric}: n {n} of the {least} that a proposal needs at least; {now}")
        return words.format(metric=name, n=n, least=least, now=now)
    words = _("{metric}: n {n}, p50 {p50}, p90 {p90}; {now}, proposed {proposed}")
    spans = {"p50": span_text(p50), "p90": span_text(p90), "proposed": span_text(proposed)}
    return words.format(metric=name, n=n, now=now, **spans)


def fault_words(reason: str, name: str, value: str) -> str:
    """Return what is wrong with a calendar, and what to do about it."""
    words = {
        "zone": _(
            "{name}: there is no time zone {value}, so it counts as always open: "
            "plantao calendar set {name} zone=America/Sao_Paulo"
        ),
        "country": _("{name}: no holidays are known of a country {value}: plantao calendar set {name} country=BR"),
        "region": _("{name}: no holidays are known of a region {value}: plantao calendar set {name} region="),
        "never_open": _(
            "{name}: it has no open hour in the next year, so nothing in it is ever due: plantao calendar set {name} "
            'hours="mon-fri 09:00-18:00"'
        ),
        "overlap": _("{name}: these windows lie over each other, and count once: {value}"),
    }[reason]
    return words.format(name=name, value=value)
