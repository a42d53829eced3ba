"""`assess`: the questions of an assessment asked on the terminal, and what follows from the answers."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from console.cli.assessed import assessment_of, run_compare, run_list, run_show, show
from console.cli.errors import DONE, Failed, Usage
from console.cli.parser import Group, Parser
from storage.kinds.clean import folded
from widgets.language import _

if TYPE_CHECKING:
    from console.cli.call import Call
    from storage.kinds.assessing import Answer, Gap, Question

_BYTES_MOST: Final = 1_000_000  # of a file of answers
_LEAVE: Final = frozenset({"q", ":q"})
_BACK: Final = frozenset({"b", ":b"})


def add(group: Group) -> None:
    """Add the commands."""
    parser = group.command(
        "assess",
        run_assess,
        words=_("assess the desk: questions, the models that suit it, and what it lacks"),
        more=_(
            "Asks one question after the other. Each answer is kept at once: who leaves with q, or is interrupted,\n"
            "goes on later where it stopped. Answer with the number or the words of a choice, several with commas.\n"
            "Enter alone passes over, b goes back. `plantao undo` takes the last answer back."
        ),
    )
    parser.add_argument("--new", action="store_true", help=_("begin anew, though one is not finished"))
    parser.add_argument("--answers", metavar="FILE", help=_("take answers from a JSON file, or - for standard input"))
    under = group.under(parser, needed=False)
    under.command("questions", run_questions, words=_("what is asked, and what can be answered"))
    under.command("list", run_list, words=_("the assessments, oldest first"))
    _numbered(under.command("show", run_show, words=_("what one says, and what follows from it")), "number")
    parser = under.command("compare", run_compare, words=_("what changed from one assessment to another"))
    _numbered(parser, "first")
    _numbered(parser, "second")
    parser = under.command("drop", run_drop, words=_("take an assessment away"))
    parser.add_argument("number", metavar="NUMBER", type=int, help=_("as `plantao assess list` gives it"))


def _numbered(parser: Parser, name: str) -> None:
    parser.add_argument(
        name,
        nargs="?",
        metavar="NUMBER",
        type=int,
        help=_("as `plantao assess list` gives it; without it the latest"),
    )


# ---------------------------------------------------------------------------------------------- asking


def run_assess(call: "Call") -> int:
    """Ask what was not answered yet, and say what follows."""
    from storage.commands import assessing as commands
    from storage.queries.assessing import assessments
    from storage.rules.assessing import unanswered

    options = call.options
    given = _from_file(options.answers) if options.answers else {}
    if not given and not sys.stdin.isatty():
        raise Usage(_("There is no terminal to ask on: give --answers FILE; `plantao assess questions` says what."))
    found = call.ask(assessments)
    number, held = found[-1] if found else (0, None)
    if held is None or held.ended_at is not None or options.new:
        number, _action = call.desk.tell_now(commands.begin, answers=given, actor=call.desk.actor, now=call.now)
    else:
        for name, said in given.items():
            call.desk.tell_now(commands.answer, number, name, said, actor=call.desk.actor, now=call.now)
    held = assessment_of(call, number)
    if sys.stdin.isatty() and options.answers != "-":
        if held.answers and not call.out.json_lines:
            call.out.error(_("Going on with number {number}.").format(number=number))
        if not _ask(call, number):
            call.out.error(_("Kept as number {number}: `plantao assess` goes on with it.").format(number=number))
            return DONE
    elif left := unanswered(held.answers):
        names = ", ".join(one.name for one in left)
        raise Failed(_("Number {number} is kept; not answered yet: {names}.").format(number=number, names=names))
    call.desk.tell_now(commands.end, number, tuple(_lacks(call)), actor=call.desk.actor, now=call.now)
    return show(call, number, assessment_of(call, number))


def _ask(call: "Call", number: int) -> bool:
    """Ask on the terminal, beside what is printed for programs; return whether all of it was answered."""
    from storage.commands import assessing as commands
    from storage.kinds.assessing import QUESTIONS

    answers = assessment_of(call, number).answers
    place, part = next((at for at, one in enumerate(QUESTIONS) if one.name not in answers), len(QUESTIONS)), None
    while place < len(QUESTIONS):
        question = QUESTIONS[place]
        said = _asked(call, question, place, new_part=question.part is not part)
        part = question.part
        if said is None:
            return False
        if said == _GO_BACK:
            place = max(0, place - 1)
            continue
        call.desk.tell_now(commands.answer, number, question.name, said, actor=call.desk.actor, now=call.now)
        place += 1
    return True


_GO_BACK: Final = ("\x08",)  # no choice has this word


def _asked(call: "Call", question: "Question", place: int, *, new_part: bool) -> "Answer | None":
    """Return the answer to a question, `_GO_BACK`, or `None` where the agent leaves."""
    from storage.kinds.assessing import QUESTIONS
    from storage.kinds.errors import BadField
    from widgets.assessing import part_words, question_words

    lines = ["", part_words(question.part).upper()] if new_part else []
    lines += ["", f"{place + 1}/{len(QUESTIONS)}  {question_words(question.name)}"]
    lines += [f"  {at}  {words}" for at, words in enumerate(_labels(question), 1)]
    call.out.error("\n".join(lines))
    while True:
        sys.stderr.write("> ")
        sys.stderr.flush()
        try:
            line = sys.stdin.readline()
        except KeyboardInterrupt:
            line = ""
        said = line.strip()
        if not line or said.lower() in _LEAVE:
            call.out.error("")
            return None
        if said.lower() in _BACK:
            return _GO_BACK
        try:
            return _read(question, said)
        except BadField:
            call.out.error(
                _("Answer with a number or the words of a choice; Enter passes over, b goes back, q leaves.")
            )


def _labels(question: "Question") -> list[str]:
    from widgets.assessing import choice_words

    return [choice_words(question.name, one) for one in question.choices]


def _read(question: "Question", said: str) -> "Answer":
    """Return an answer, also one in the words that are shown.

    Raises:
        BadField: it is none.
    """
    from storage.rules.assessing import read

    shown = {folded(label): choice for label, choice in zip(_labels(question), question.choices, strict=True)}
    if question.choices and folded(said) in shown:
        said = shown[folded(said)]
    elif question.several:
        said = ",".join(shown.get(folded(one.strip()), one) for one in said.split(","))
    return read(question, said)


def _from_file(name: str) -> "dict[str, Answer]":
    """Return the answers of a file: an object of JSON, by the questions' names.

    Raises:
        Usage: it cannot be read, or has an answer that is none.
    """
    from storage.kinds.assessing import BY_NAME
    from storage.kinds.errors import BadField

    try:
        text = sys.stdin.read(_BYTES_MOST) if name == "-" else _text_of(Path(name).expanduser())
        given = json.loads(text)
    except (OSError, ValueError) as error:
        detail = getattr(error, "strerror", None) or str(error)
        raise Usage(_("{file} cannot be read: {detail}.").format(file=name, detail=detail)) from None
    if not isinstance(given, dict):
        raise Usage(_("{file}: an object is wanted, with answers by the names of questions.").format(file=name))
    answers: dict[str, Answer] = {}
    for key, value in given.items():
        question = BY_NAME.get(key)
        if question is None:
            raise Usage(
                _("{file}: there is no question {name}; there are {names}.").format(
                    file=name, name=key[:40], names=", ".join(BY_NAME)
                )
            )
        words = ",".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
        try:
            answers[key] = _read(question, words)
        except BadField as wrong:
            told = ", ".join(question.choices) or _("at most 500 letters")
            raise Usage(
                _("{file}: {name} cannot be {value}: {choices}.").format(
                    file=name, name=key, value=wrong.value[:60], choices=told
                )
            ) from None
    return answers


def _text_of(path: Path) -> str:
    with path.open(encoding="utf-8-sig") as file:
        return file.read(_BYTES_MOST)


def _lacks(call: "Call") -> "list[Gap]":
    """Return what the record shows that the desk lacks, and the configuration."""
    from storage.kinds.assessing import Gap
    from storage.queries.assessing import gaps

    found: list[Gap] = call.ask(gaps)
    without = tuple(one.name for one in call.settings.accounts if one.hours is None)
    return [*found, Gap("hours", len(without), len(call.settings.accounts), without[:5])] if without else found


def run_questions(call: "Call") -> int:
    """Print what is asked."""
    from storage.kinds.assessing import QUESTIONS
    from widgets.assessing import part_words, question_words

    for place, one in enumerate(QUESTIONS, 1):
        labels = _labels(one)
        if call.out.json_lines:
            choices = [{"answer": choice, "words": words} for choice, words in zip(one.choices, labels, strict=True)]
            call.out.object(
                {
                    "question": one.name,
                    "part": one.part,
                    "words": question_words(one.name),
                    "several": one.several,
                    "choices": choices,
                }
            )
            continue
        if place == 1 or one.part is not QUESTIONS[place - 2].part:
            call.out.line()
            call.out.line(part_words(one.part), bold=True)
        call.out.line(f"{one.name:<12}{question_words(one.name)}")
        pairs = zip(one.choices, labels, strict=True)
        for choice, words in pairs:
            call.out.line(f"              {choice:<12}{words}")
    return DONE


def run_drop(call: "Call") -> int:
    """Take an assessment away."""
    from storage.commands import assessing as commands

    number = call.options.number
    call.desk.tell_now(commands.drop, number, actor=call.desk.actor, now=call.now)
    if call.out.json_lines:
        call.out.object({"assessment_id": number, "done": call.options.done})
    else:
        call.out.line(_("Number {number} is taken away; `plantao undo` brings it back.").format(number=number))
    return DONE
