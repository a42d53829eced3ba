"""Words for the desk's own rules: what they ask for, what they do, and what is wrong with a line that is to be one."""

from collections.abc import Sequence

from storage.kinds.clean import clean_line
from storage.kinds.filing import Conditions
from storage.views import RuleView, Tried
from widgets.language import _, ngettext
from widgets.moments import size_words


def condition_words(conditions: Conditions) -> str:
    """Return what mail must be, in words."""
    given = (
        (conditions.sender, _("from {value}")),
        (conditions.recipient, _("to {value}")),
        (conditions.subject, _("subject “{value}”")),
        (conditions.list_id, _("list {value}")),
    )
    said = [words.format(value=clean_line(value)) for value, words in given if value]
    if conditions.over is not None:
        said.append(_("{size} or more").format(size=size_words(conditions.over)))
    if conditions.under is not None:
        said.append(_("less than {size}").format(size=size_words(conditions.under)))
    return ", ".join(said) or _("(erased)")


def deed_words(rule: RuleView) -> str:
    """Return what a rule does, in words."""
    deeds = rule.deeds
    said = [f"+{clean_line(tag)}" for tag in deeds.tags]
    if deeds.assignee_id is not None:
        name = clean_line(rule.assignee) or _("somebody who is gone (#{number})").format(number=deeds.assignee_id)
        said.append(_("assigned to {name}").format(name=name))
    said += [_("spam")] if deeds.spam else []
    said += [_("ignored")] if deeds.ignores else []
    return ", ".join(said)


def tried_words(tried: Tried) -> str:
    """Return what a rule would have met in the last month, in a sentence."""
    if not tried.looked_at:
        return _("no mail came in the last month to try it on")
    return ngettext(
        "would have matched {count} of {all} message of the last month",
        "would have matched {count} of {all} messages of the last month",
        tried.looked_at,
    ).format(count=f"{tried.count:,}", all=f"{tried.looked_at:,}")


def rule_trouble_words(wrong: str, word: str, known: Sequence[str] = ()) -> str:
    """Return what is wrong with a rule's line, naming the word, and what could stand there.

    Args:
        wrong: the word of `storage.rules.rule_line.Wrong`.
        word: what was typed.
        known: what is known there, when that is a short list.
    """
    words = {
        "missing_name": _("begin with a name and a colon"),
        "long_name": _("a name has at most 60 letters"),
        "unknown_condition": _("there is no such condition"),
        "unknown_deed": _("that cannot be done"),
        "condition_after_arrow": _("conditions stand before ->"),
        "deed_before_arrow": _("what is done stands after ->"),
        "second_arrow": _("one arrow is enough"),
        "twice": _("it is said twice"),
        "missing_value": _("a value is missing"),
        "open_quote": _("the quotation mark is not closed"),
        "bad_size": _("this is no size: write 800, 500k or 2M"),
        "no_size_fits": _("nothing is of such a size"),
        "no_word": _("there is no word in it to be found"),
        "bad_tag": _("a tag is one word of at most 60 letters"),
        "no_condition": _("a condition"),
        "no_arrow": _("then -> and what is done"),
        "no_deed": _("what is done"),
        "spam_and_ignore": _("either spam or ignore"),
        "too_long": _("the line is too long"),
        "no_agent": _("nobody here is called so"),
        "name_taken": _("a rule is called so already"),
    }.get(wrong, wrong.replace("_", " "))
    if known and word:  # where a part is missing, what could stand there is offered, and the line keeps its room
        words = _("there are {known}").format(known=" ".join(known))
    return f"{clean_line(word)}  {words}" if word else words
