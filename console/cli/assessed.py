"""What assessments say and what follows: listed, shown, held against each other."""

from typing import TYPE_CHECKING, Any, Final

from console.cli.errors import DONE, Failed
from widgets.language import _, drawn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from console.cli.call import Call
    from storage.kinds.assessing import Answer, Assessment, Gap
    from storage.rules.assessing import Advice

_BEST: Final = 3  # models of each sort that are told
_REASONS: Final = 4  # of a model


def run_list(call: "Call") -> int:
    """Print the assessments."""
    from storage.queries.assessing import assessments
    from storage.rules.assessing import advice, unanswered
    from widgets.assessing import left_words

    for number, one in call.ask(assessments):
        touch, service = advice(one.answers)
        if call.out.json_lines:
            call.out.object(_object(number, one))
            continue
        day = f"{one.begun_at.astimezone(call.now.tzinfo):%Y-%m-%d}"
        words = f"{_best(touch)}, {_best(service)}" if one.ended_at else left_words(len(unanswered(one.answers)))
        call.out.line(f"{number:<6}{day}  {words}")
    return DONE


def run_show(call: "Call") -> int:
    """Print one assessment."""
    number, held = _chosen(call, call.options.number)
    return show(call, number, held)


def run_compare(call: "Call") -> int:
    """Print what changed from one to another: without numbers from the one before the latest to that."""
    from storage.kinds.assessing import QUESTIONS
    from storage.queries.assessing import assessments
    from storage.rules.assessing import advice
    from widgets.assessing import answer_words, topic_words

    found = call.ask(assessments)
    if call.options.first is None and len(found) < 2:
        raise Failed(_("There is nothing to compare with: there is one assessment at most."))
    first = found[-2] if call.options.first is None else _chosen(call, call.options.first)
    second = _chosen(call, call.options.second)
    was, now = first[1], second[1]
    changed = [one.name for one in QUESTIONS if was.answers.get(one.name, "") != now.answers.get(one.name, "")]
    models = [tuple(map(_best, advice(one.answers))) for one in (was, now)]
    lacked = {
        name: [next((gap for gap in one.gaps if gap.name == name), None) for one in (was, now)]
        for name in dict.fromkeys(gap.name for one in (was, now) for gap in one.gaps)
    }
    if call.out.json_lines:
        call.out.object(
            {
                "first": first[0],
                "second": second[0],
                "answers": [
                    {"question": name, "before": _plain(was.answers.get(name)), "after": _plain(now.answers.get(name))}
                    for name in changed
                ],
                "touch": [touch for touch, _service in models],
                "service": [service for _touch, service in models],
                "gaps": [
                    {"gap": name, "before": _counted(before), "after": _counted(after)}
                    for name, (before, after) in lacked.items()
                ],
            }
        )
        return DONE
    to = drawn(" → ")
    days = [f"{one.begun_at.astimezone(call.now.tzinfo):%Y-%m-%d}" for one in (was, now)]
    call.out.line(f"#{first[0]} {days[0]}{to}#{second[0]} {days[1]}", bold=True)
    for name in changed:
        before, after = (answer_words(name, one.answers.get(name, "")) or drawn("–") for one in (was, now))  # noqa: RUF001
        call.out.line(f"{topic_words(name)}: {before}{to}{after}")
    for word, place in ((_("touch model"), 0), (_("service model"), 1)):
        before, after = models[0][place], models[1][place]
        call.out.line(f"{word}: {before}" + (f"{to}{after}" if before != after else ""))
    for gap_before, gap_after in lacked.values():
        call.out.line(_gap_change(gap_before, gap_after))
    return DONE


def _best(models: "Sequence[Advice]") -> str:
    """Return the model that most speaks for; a dash where nothing speaks for any."""
    return models[0].model if models[0].reasons else drawn("–")  # noqa: RUF001 - the sign for "none"


def _gap_change(before: "Gap | None", after: "Gap | None") -> str:
    from widgets.assessing import gap_words

    if before is None or after is None:
        shown = before or after
        assert shown is not None
        word = _("no longer: {gap}") if after is None else _("new: {gap}")
        return word.format(gap=gap_words(shown))
    return _("still: {gap}").format(gap=gap_words(after)) + (
        f"  ({before.count}{drawn(' → ')}{after.count})" if before.count != after.count else ""
    )


def _chosen(call: "Call", number: int | None) -> "tuple[int, Assessment]":
    """Return the assessment of a number; without one the latest.

    Raises:
        NoSuch: there is none of that number.
        Failed: there is none at all.
    """
    from storage.queries.assessing import assessments

    if number is not None:
        return number, assessment_of(call, number)
    found = call.ask(assessments)
    if not found:
        raise Failed(_("There is no assessment yet: `plantao assess` makes one."))
    latest: tuple[int, Assessment] = found[-1]
    return latest


def show(call: "Call", number: int, held: "Assessment") -> int:
    """Print an assessment, the models that suit it, and what is missing."""
    from storage.kinds.assessing import QUESTIONS
    from storage.rules.assessing import advice, unanswered
    from widgets.assessing import answer_words, gap_words, left_words, topic_words

    if call.out.json_lines:
        call.out.object({**_object(number, held), "done": getattr(call.options, "done", None)})
        return DONE
    out = call.out
    out.line(f"#{number}  {held.begun_at.astimezone(call.now.tzinfo):%Y-%m-%d %H:%M}", bold=True)
    for one in QUESTIONS:
        if words := answer_words(one.name, held.answers.get(one.name, "")):
            out.line(f"  {topic_words(one.name)}: {words}")
    if left := unanswered(held.answers):
        out.line(left_words(len(left)))
    touch, service = advice(held.answers)
    for title, models in ((_("Touch models that suit it"), touch), (_("Service models that suit it"), service)):
        out.line()
        out.line(title, bold=True)
        _advise(call, models)
    out.line()
    out.line(_("What is missing"), bold=True)
    for gap in held.gaps:
        out.line(f"  {gap_words(gap)}")
    if not held.gaps:
        out.line("  " + (_("nothing that the desk can see") if held.ended_at else _("told once all is answered")))
    return DONE


def _advise(call: "Call", models: "Sequence[Advice]") -> None:
    from widgets.assessing import choice_words, model_words, share_words, topic_words

    some = [one for one in models if one.reasons][:_BEST]
    if not some:
        call.out.line("  " + _("nothing speaks for any yet"))
    for one in some:
        call.out.line(f"  {one.model:<13}{share_words(one.share):>5}  {model_words(one.model)}")
        reasons = "; ".join(f"{topic_words(name)}: {choice_words(name, word)}" for name, word in one.reasons[:_REASONS])
        call.out.line(f"                      {reasons}")


def _object(number: int, held: "Assessment") -> dict[str, Any]:
    from storage.rules.assessing import advice, unanswered

    touch, service = advice(held.answers)
    return {
        "assessment_id": number,
        "begun_at": held.begun_at,
        "ended_at": held.ended_at,
        "answers": {name: _plain(one) for name, one in held.answers.items()},
        "unanswered": [one.name for one in unanswered(held.answers)],
        "touch": [_advice(one) for one in touch],
        "service": [_advice(one) for one in service],
        "gaps": [{"gap": one.name, **(_counted(one) or {})} for one in held.gaps],
    }


def _advice(one: "Advice") -> dict[str, Any]:
    reasons = [{"question": name, "answer": word} for name, word in one.reasons]
    return {"model": one.model, "share": round(one.share, 2), "reasons": reasons}


def _counted(gap: "Gap | None") -> "Mapping[str, Any] | None":
    return None if gap is None else {"count": gap.count, "of": gap.of, "words": list(gap.words)}


def _plain(answer: "Answer | None") -> object:
    return list(answer) if isinstance(answer, tuple) else answer or None


def assessment_of(call: "Call", number: int) -> "Assessment":
    """Return the assessment of a number.

    Raises:
        NoSuch: there is none.
    """
    from storage.kinds import EntryKind
    from storage.queries.knowing import entry

    value: Assessment = call.ask(entry, number, EntryKind.ASSESSMENT).value
    return value
