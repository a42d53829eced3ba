"""How customers are answered: what opens the composer, and what its keys do."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from console.screens.commands.base import MAIN, Command, Run, Where, act
from storage.kinds import DraftKind, Status
from widgets.language import _

if TYPE_CHECKING:
    from console.screens.composer import ComposerScreen
    from console.screens.main import MainScreen

_COMPOSER: Final[frozenset[Where]] = frozenset({"composer"})
_REVIEW: Final[frozenset[Where]] = frozenset({"review"})
_BESIDE: Final[frozenset[Where]] = frozenset({"beside"})
_SHEET: Final[frozenset[Where]] = frozenset({"composer", "review"})
_QUOTE: Final[frozenset[Where]] = frozenset({"quote"})
_DRAFTS: Final[frozenset[Where]] = frozenset({"drafts"})
_OUTBOX: Final[frozenset[Where]] = frozenset({"outbox"})


def commands() -> Sequence[Command]:
    """Return what opens the composer, in the order of use."""
    return (
        Command(
            "reply",
            ("r",),
            _("reply"),
            _("answer everybody who takes part"),
            MAIN,
            _compose(DraftKind.REPLY),
            "conversation",
            _("answer write respond all"),
        ),
        Command(
            "reply-sender",
            ("R",),
            "",
            _("answer the sender alone"),
            MAIN,
            _compose(DraftKind.REPLY_SENDER),
            "conversation",
            _("answer write one"),
        ),
        Command(
            "note",
            ("i",),
            _("note"),
            _("write a note for the desk; it is never sent"),
            MAIN,
            _compose(DraftKind.NOTE),
            "conversation",
            _("internal comment"),
        ),
        Command(
            "forward",
            ("f",),
            "",
            _("forward the message with its files"),
            MAIN,
            _compose(DraftKind.FORWARD),
            "conversation",
            _("pass on send colleague"),
        ),
        Command(
            "canned",
            (";",),
            _("canned"),
            _("answer everybody with a canned response"),
            MAIN,
            _compose(DraftKind.REPLY, picking=True),
            "conversation",
            _("response template snippet macro"),
        ),
        Command(
            "new",
            ("m",),
            "",
            _("write a new message"),
            MAIN,
            _compose(DraftKind.NEW),
            anywhere=True,
            also=_("compose mail"),
        ),
        Command(
            "drafts",
            ("g d",),
            "",
            _("what you are writing, and what you threw away"),
            MAIN,
            act("drafts"),
            anywhere=True,
            also=_("unsent write"),
        ),
        Command(
            "outbox",
            ("g o",),
            "",
            _("what is on its way out, what waits, and what may have been sent"),
            MAIN,
            act("outbox"),
            anywhere=True,
            also=_("sent failed queued delivery cancel leaves"),
        ),
    )


def inside() -> Sequence[Command]:
    """Return what works in the composer and on the pages that it opens, in the order of use."""
    rows = (
        ("send", ("^s",), _("review and send"), _("look the draft over; again sends it"), _COMPOSER, review),
        (
            "fields",
            ("Tab",),
            "",
            _("from field to field, or take what is offered"),
            _COMPOSER,
            act("fields"),
        ),
        ("fields-back", ("Shift+Tab",), "", _("to the field before"), _COMPOSER, act("fields_back")),
        (
            "leave-draft",
            ("Esc",),
            _("close"),
            _("close; the draft is kept"),
            _COMPOSER,
            act("escape"),
        ),
        ("edit", ("^o",), _("editor"), _("write in $VISUAL or $EDITOR, and come back"), _COMPOSER, act("edit")),
        ("attach-file", ("^f",), _("attach"), _("attach a file, or take one off"), _COMPOSER, attach),
        (
            "pick-response",
            ("^p",),
            _("canned"),
            _("insert a canned response"),
            _COMPOSER,
            pick,
        ),
        ("quote-lines", ("^y",), _("quote"), _("quote lines of the message that is answered"), _COMPOSER, act("quote")),
        ("read", ("^r",), _("read"), _("read the conversation, and come back"), _COMPOSER | _BESIDE, act("read")),
        ("copy", ("^c",), "", _("copy what is chosen"), _COMPOSER, act("copy")),
        ("redraw-composer", ("^l",), "", _("draw the screen anew"), _SHEET, act("redraw")),
        ("help-writing", ("^g",), _("help"), _("every key and command"), _COMPOSER, act("help")),
        ("fold-beside", ("z",), _("quotes"), _("show quotes and signatures, or fold them"), _BESIDE, act("fold")),
        ("back-to-text", ("q", "Esc", "h"), _("back to the text"), _("back to the text"), _BESIDE, act("escape")),
        ("next-beside", ("n",), _("next"), _("the next message of the conversation"), _BESIDE, act("next_message")),
        ("previous-beside", ("N",), "", _("the message before"), _BESIDE, act("previous_message")),
        ("send-now", ("^s", "Enter"), _("send"), _("send it"), _REVIEW, send),
        ("go-there", ("Tab",), _("goes there"), _("go to where it stands"), _REVIEW, act("go_there")),
        ("redact", ("x",), _("leave it out"), _("leave the secret out of the text"), _REVIEW, act("redact")),
        ("attach", ("a", "^f"), _("attach"), _("attach a file"), _REVIEW, attach),
        ("right", ("y",), _("it is right"), _("it is right as it is"), _REVIEW, act("right")),
        (
            "take-promise",
            ("p",),
            _("promise"),
            _("write the promise down, or let it be kept by this"),
            _REVIEW,
            act("promise"),
        ),
        (
            "change-promise",
            ("c",),
            _("change"),
            _("write the promise down in other words, or until another moment"),
            _REVIEW,
            act("promise_otherwise"),
        ),
        ("read-news", ("n",), _("read it"), _("read what came"), _REVIEW, act("read_news")),
        ("then-waiting", ("w",), _("wait"), _("the conversation waits for the customer then"), _REVIEW, _then("w")),
        ("then-resolved", ("e",), _("resolve"), _("the conversation is resolved then"), _REVIEW, _then("e")),
        ("then-open", ("o",), _("stay open"), _("the conversation stays open then"), _REVIEW, _then("o")),
        ("next-finding", ("j", "↓"), "", _("the next one"), _REVIEW, _finding(1)),
        ("previous-finding", ("k", "↑"), "", _("the one before"), _REVIEW, _finding(-1)),
        ("leave-review", ("Esc", "q"), _("back to the text"), _("back to the text"), _REVIEW, act("escape")),
        ("mark-line", ("Space",), _("mark"), _("mark the line"), _QUOTE, act("mark")),
        ("mark-range", ("V",), _("range"), _("mark from here to where you go"), _QUOTE, act("range")),
        ("mark-lines", ("*",), _("all"), _("mark all lines"), _QUOTE, act("mark_all")),
        ("insert-lines", ("Enter",), _("quote"), _("quote what is marked"), _QUOTE, act("choose")),
        ("close-quote", ("Esc", "q"), _("close"), _("quote nothing"), _QUOTE, act("close")),
        ("open-draft", ("Enter", "l"), _("go on"), _("go on with the draft, or recall it"), _DRAFTS, act("open")),
        ("drop-draft", ("D",), _("throw away"), _("throw the draft away; it can be recalled"), _DRAFTS, act("drop")),
        ("recall-draft", ("u",), _("recall"), _("recall a draft that was thrown away"), _DRAFTS, act("recall")),
        ("open-message", ("Enter", "l"), _("read"), _("read its conversation"), _OUTBOX, act("open")),
        ("hold-message", ("p",), _("hold"), _("keep it from leaving"), _OUTBOX, act("hold")),
        ("release-message", ("r",), _("let it leave"), _("let it leave now, or once more"), _OUTBOX, act("release")),
        ("drop-message", ("D",), _("give up"), _("give it up; it is a draft again"), _OUTBOX, act("drop")),
        ("was-sent", ("y",), _("was sent"), _("it may have been sent: it was"), _OUTBOX, act("sent")),
        ("was-not-sent", ("n",), _("was not"), _("it may have been sent: it was not"), _OUTBOX, act("lost")),
        ("send-again", ("a",), _("again"), _("it may have been sent: send it again"), _OUTBOX, act("again")),
        ("undo-in-outbox", ("u",), "", _("take your last action back"), _OUTBOX, act("undo")),
        ("close-outbox", ("q", "h", "Esc"), _("close"), _("back to where you were"), _OUTBOX, act("close")),
        ("close-drafts", ("q", "h", "Esc"), _("close"), _("back to where you were"), _DRAFTS, act("close")),
    )
    return [
        Command(name, keys, word, sentence, where, run, hidden=True, footer=name == "help-writing")
        for name, keys, word, sentence, where, run in rows
    ]


def _compose(kind: DraftKind, *, picking: bool = False) -> Run:
    def run(screen: "MainScreen", rest: str) -> None:
        screen.compose_draft(kind, rest, picking=picking)

    return run


def _then(key: str) -> Run:
    def run(screen: "ComposerScreen", _rest: str) -> None:
        screen.action_then({"w": Status.WAITING, "e": Status.RESOLVED}.get(key))

    return run


def _finding(by: int) -> Run:
    def run(screen: "ComposerScreen", _rest: str) -> None:
        screen.action_finding(by)

    return run


async def review(screen: "ComposerScreen", _rest: str) -> None:
    """Look the draft over."""
    await screen.to_review()


def pick(screen: "ComposerScreen", _rest: str) -> None:
    """Insert a canned response."""
    screen.pick()


async def send(screen: "ComposerScreen", _rest: str) -> None:
    """Send what was looked over."""
    await screen.send_reviewed()


async def attach(screen: "ComposerScreen", _rest: str) -> None:
    """Attach a file."""
    if screen.note:
        screen.say_refusal(_("A note takes no files: attach them to an answer."))
        return
    await screen.attach()
