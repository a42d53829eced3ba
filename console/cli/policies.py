"""`policy`: how soon what must be done, of which conversations, in which hours."""

from typing import TYPE_CHECKING, Any

from console.cli import ids
from console.cli.calendars import add_dates, moment, say_touched
from console.cli.confirming import must_be_agreed
from console.cli.errors import DONE, Usage
from console.cli.output import columns
from console.cli.parser import Group
from widgets.language import _

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta

    from console.cli.call import Call
    from storage.kinds.policies import KeptPolicy, Policy
    from storage.queries.hours import Terms

_MOST_DAYS = 3_660


def add(group: Group) -> None:
    """Add the commands."""
    parser = group.command(
        "policy",
        None,
        words=_("SLA policies: how soon what must be done"),
        more=_(
            "Of several policies that hold for a conversation the shortest deadline of each metric wins. One that\n"
            "is a fallback, as those shipped are, has no say on a metric that another one sets. An edit holds from\n"
            "its moment on, for clocks that run; one that has stopped stays as it was."
        ),
    )
    under = group.under(parser)
    parser = under.command("list", run_list, words=_("the policies that hold, and what each says"))
    parser.add_argument("--all", action="store_true", help=_("those that are over, or are yet to come, too"))
    parser = under.command("show", run_show, words=_("what one says, and what it said before"))
    parser.add_argument("name", metavar="NAME")
    parser = under.command(
        "set",
        run_set,
        words=_("lay one down, or change it"),
        more=_(
            "Targets: first-response=4h, next-response, resolution, acceptance; 30m, 1h30m, 3d, a day being 24 hours\n"
            "of open time. calendar=NAME, warn=75%%, grace=14d, pauses=customer,third-party, fallback=yes|no.\n"
            "Of which conversations: priority= touch= tier= mailbox= organization= kind=, several parted by commas.\n"
            "Nothing after the sign takes away."
        ),
    )
    _add_knobs(parser)
    add_dates(parser)
    parser = under.command("preview", run_preview, words=_("say what `set` would touch, and change nothing"))
    _add_knobs(parser)
    parser.add_argument("--from", dest="since", metavar="WHEN", help=_("from when on it holds; now without it"))
    parser = under.command(
        "suggest",
        run_suggest,
        words=_("targets out of what the desk has done"),
        more=_(
            "How long half (p50) and nine of ten (p90) took, in the open hours of the policy's calendar and of the\n"
            "conversations that it speaks of, and p90 rounded up as a target. Of fewer than {count}, none."
        ).format(count=20),
    )
    parser.add_argument("name", nargs="?", default="default", metavar="NAME", help=_("the policy; default without it"))
    parser.add_argument("--days", type=int, default=90, metavar="DAYS", help=_("how far back; 90 without it"))
    parser = under.command("remove", run_remove, words=_("let one hold no more from now on"))
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("--yes", action="store_true", help=_("do it without asking"))


def _add_knobs(parser: Any) -> None:
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("knob", nargs="+", metavar="KNOB=VALUE")
    parser.add_argument("--until", metavar="WHEN", help=_("when it ends; never without it"))


def run_list(call: "Call") -> int:
    """Print the policies."""
    from widgets.terms import policy_words

    laid = _laid(call)
    names = _organizations(call, laid)
    for kept in laid.policies.values():
        policy = kept.at(call.now)
        if call.out.json_lines and (policy is not None or call.options.all):
            call.out.object(_object(call, laid, kept, names))
        elif policy is not None:
            call.out.line(columns([(kept.name, 16)], last=policy_words(policy, names), width=call.out.width))
        elif call.options.all:
            words = _("holds no more, or not yet: {words}").format(words=policy_words(kept.versions[-1], names))
            call.out.line(columns([(kept.name, 16)], last=words, width=call.out.width))
    return DONE


def run_show(call: "Call") -> int:
    """Print what a policy says."""
    from storage.kinds.spans import span_text
    from widgets.moments import moment_words
    from widgets.terms import conditions_words, metric_words, pauses_words, policy_words

    laid = _laid(call)
    kept = _kept(laid, call.options.name)
    names = _organizations(call, laid)
    if call.out.json_lines:
        call.out.object(_object(call, laid, kept, names))
        return DONE
    now = kept.at(call.now)
    call.out.line(kept.name, bold=True)
    if now is not None:
        for metric, target in now.targets.items():
            call.out.line(f"  {metric_words(metric)}: {span_text(target)}")
        for word, said in (
            (_("calendar"), now.calendar),
            (_("for"), conditions_words(now, names)),
            (_("warns at"), f"{round(now.warn * 100)}%"),
            (_("grace on reopening"), span_text(now.grace, days=True)),
            (_("pauses"), pauses_words(now)),
        ):
            call.out.line(f"  {word}: {said}")
        if now.fallback:
            call.out.line("  " + _("It gives way to policies that are no fallback, metric by metric."))
    for one in kept.versions:
        if one is now:
            continue
        since = moment_words(one.valid_from, call.now) if one.valid_from else _("the beginning")
        until = moment_words(one.valid_until, call.now) if one.valid_until else _("ever")
        words = _("from {moment} to {end}: {words}")
        call.out.line("  " + words.format(moment=since, end=until, words=policy_words(one, names)))
    return DONE


def run_set(call: "Call") -> int:
    """Lay a policy down, or change it."""
    from storage.commands import terms

    options = call.options
    knobs = dict(ids.pair(word) for word in options.knob)
    since, until = moment(call, options.since), moment(call, options.until)
    given: dict[str, Any] = {"since": since, "until": until, "now": call.now}
    drafted: KeptPolicy = call.ask(terms.policy_drafted, options.name, knobs, **given)
    say_touched(call, drafted)
    must_be_agreed(call)
    call.desk.tell_now(terms.set_policy, options.name, knobs, **given, actor=call.desk.actor)
    return _told(call, drafted.name)


def run_preview(call: "Call") -> int:
    """Say what a change would touch."""
    from storage.commands import terms

    options = call.options
    knobs = dict(ids.pair(word) for word in options.knob)
    since, until = moment(call, options.since), moment(call, options.until)
    drafted: KeptPolicy = call.ask(terms.policy_drafted, options.name, knobs, since=since, until=until, now=call.now)
    if not call.out.json_lines:
        say_touched(call, drafted)
        return DONE
    from storage.queries.touched import touched

    found = call.ask(touched, drafted, now=call.now)
    for one in found.moved:
        call.out.object(
            {
                "conversation_id": one.conversation_id,
                "metric": str(one.metric),
                "before": one.before.isoformat() if one.before else None,
                "after": one.after.isoformat() if one.after else None,
                "late": one.conversation_id in found.late,
            }
        )
    return DONE


def run_suggest(call: "Call") -> int:
    """Propose targets out of the desk's own history."""
    from datetime import UTC, timedelta

    from storage.queries.proposing import proposals
    from storage.rules.proposing import LEAST
    from widgets.terms import proposal_words

    kept = _kept(_laid(call), call.options.name)
    if not 1 <= call.options.days <= _MOST_DAYS:
        raise Usage(_("Days go from 1 to {most}.").format(most=_MOST_DAYS))
    policy = kept.at(call.now) or kept.versions[-1]
    now = call.now.astimezone(UTC)
    found = call.ask(proposals, policy, since=now - timedelta(days=call.options.days), now=now)
    for metric, one in found.items():
        target = policy.targets.get(metric)
        if call.out.json_lines:
            told = {"n": one.n, "p50": _seconds(one.p50), "p90": _seconds(one.p90), "proposed": _seconds(one.target)}
            left = {"running": one.running, "needless": one.needless}
            call.out.object(
                {"metric": str(metric), "target": _seconds(target), **told, "left_out": left, "least": LEAST}
            )
        else:
            call.out.line(proposal_words(metric, target, one.n, one.p50, one.p90, one.target, LEAST))
            if one.running or one.needless:
                words = _("left out: {running} that still wait, {needless} that came to need nothing")
                call.out.line("  " + words.format(running=one.running, needless=one.needless))
    return DONE


def _seconds(span: "timedelta | None") -> int | None:
    return None if span is None else round(span.total_seconds())


def run_remove(call: "Call") -> int:
    """Let a policy hold no more."""
    from storage.commands import terms

    say_touched(call, call.ask(terms.policy_ended, call.options.name, now=call.now))
    must_be_agreed(call)
    call.desk.tell_now(terms.remove_policy, call.options.name, actor=call.desk.actor, now=call.now)
    if call.out.json_lines:
        call.out.object({"name": call.options.name, "done": call.options.done})
    else:
        call.out.line(_("The policy {name} holds no more; `undo` brings it back.").format(name=call.options.name))
    return DONE


def _laid(call: "Call") -> "Terms":
    from storage.queries.hours import terms

    found: Terms = call.ask(terms)
    return found


def _kept(laid: "Terms", name: str) -> "KeptPolicy":
    from storage.kinds.errors import NoSuch

    if name not in laid.policies:
        raise NoSuch("policy", name)
    return laid.policies[name]


def _organizations(call: "Call", laid: "Terms") -> "Mapping[int, str]":
    numbers = sorted({number for one in laid.versions() for number in one.when.organization})
    if not numbers:
        return {}
    from storage.queries.customers import organizations_of

    return {
        view.organization_id: view.name or f"#{view.organization_id}" for view in call.ask(organizations_of, numbers)
    }


def _told(call: "Call", name: str) -> int:
    from widgets.terms import policy_words

    laid = _laid(call)
    names = _organizations(call, laid)
    kept = laid.policies[name]
    if call.out.json_lines:
        call.out.object({**_object(call, laid, kept, names), "done": call.options.done})
    else:
        call.out.line(f"{kept.name}: {policy_words(kept.versions[-1], names)}")
    return DONE


def _object(call: "Call", laid: "Terms", kept: "KeptPolicy", names: "Mapping[int, str]") -> dict[str, Any]:
    from storage.kinds import EntryKind

    now = kept.at(call.now)
    return {
        "name": kept.name,
        "holds": now is not None,
        **_version(now or kept.versions[-1], names),
        "shipped": (EntryKind.POLICY, kept.name) not in laid.entries,
        "versions": [_version(one, names) for one in kept.versions],
    }


def _version(one: "Policy", names: "Mapping[int, str]") -> dict[str, Any]:
    conditions = one.when.said()
    said = {name: list(map(str, values)) for name, values in conditions.items() if name != "organization"}
    if one.when.organization:
        said["organization"] = [names.get(number, f"#{number}") for number in one.when.organization]
    return {
        "targets": {str(metric): round(target.total_seconds()) for metric, target in one.targets.items()},
        "calendar": one.calendar,
        "when": said,
        "warn": one.warn,
        "grace": round(one.grace.total_seconds()),
        "pauses": [str(pause) for pause in one.pauses],
        "fallback": one.fallback,
        "valid_from": one.valid_from.isoformat() if one.valid_from else None,
        "valid_until": one.valid_until.isoformat() if one.valid_until else None,
    }
