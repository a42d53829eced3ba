"""The form for a mailbox: its address, its servers, its password; tried against the servers before it is kept."""

from asyncio import to_thread
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import ClassVar, Final

from textual import events, on, work
from textual.app import ComposeResult
from textual.worker import Worker

from console.config.accounts import Account
from console.config.editing import enrol, refuse_taken
from console.config.errors import AccountInvalid, AccountTaken, ConsoleError
from console.config.guessing import guess, guess_tls
from console.config.servers import IMPLICIT_PORT, SUBMISSIONS_PORT
from console.config.settings import read_account
from console.screens.commands.base import Where
from console.screens.ground import DeskScreen, NewAccounts
from storage.kinds.errors import DeskError
from widgets.bars import KeyRow, PaneTitle, TitleRow, Trouble, TroubleBar
from widgets.fields import FieldLine, Fields
from widgets.language import _
from widgets.line import Span, one_line
from widgets.look import Look
from widgets.setting_up import Advice, HeadRow, State, StepRows

FIELDS: Final = ("address", "name", "imap", "tls", "smtp", "smtp_tls", "user", "password", "password_command")
"""By the names of `Account`, but for the password."""

_GUESSED: Final = ("name", "imap", "tls", "smtp", "smtp_tls", "user")


def field_words(name: str) -> str:
    """Return the label of a field."""
    return {
        "address": _("address"),
        "name": _("name"),
        "imap": _("imap"),
        "tls": _("protected"),
        "smtp": _("smtp"),
        "smtp_tls": _("protected"),
        "user": _("user"),
        "password": _("password"),
        "password_command": _("or command"),
    }[name]


def advice(name: str) -> str:
    """Return what a field wants."""
    return {
        "address": _("The address to which customers write."),
        "name": _("What the desk calls this mailbox."),
        "imap": _("Where mail is read, as in imap.example.org:993."),
        "tls": _("implicit (TLS from the start), starttls, or none: only for a server on this machine."),
        "smtp": _("Where mail is sent, as in smtp.example.org:465. Empty: nothing is sent from here."),
        "smtp_tls": _("implicit (TLS from the start), starttls, or none: only for a server on this machine."),
        "user": _("What the servers know the mailbox by: mostly the whole address."),
        "password": _("It goes into the system's keyring and nowhere else. Some providers want one made for programs."),
        "password_command": _("A program that prints the password, instead of typing it, as in pass show mail."),
    }[name]


def faults(values: Mapping[str, str], known: tuple[Account, ...]) -> tuple[Account | None, dict[str, str]]:
    """Return the account that the fields describe, or a sentence for each field that keeps it from being one.

    Args:
        values: by `FIELDS`.
        known: the accounts there are.
    """
    wrong = _missing(values)
    said = {name: text.strip() or None for name, text in values.items() if name != "password"}
    if said["smtp"] is None:
        said["smtp_tls"] = None
    try:
        account = read_account(said)
        refuse_taken(known, account)
    except AccountInvalid as invalid:
        for problem in invalid.problems:
            name = problem.key.removeprefix("account.")
            if name != "name" or values["address"].strip():  # it follows from the address
                wrong.setdefault(name if name in FIELDS else "address", problem.sentence.removeprefix(f"{name}: "))
    except AccountTaken as taken:
        wrong.setdefault(taken.key, str(taken))
    else:
        return (None if wrong else account), wrong
    return None, wrong


def _missing(values: Mapping[str, str]) -> dict[str, str]:
    """Return a sentence for each field that is empty and must not be, or full beside one that rules it out."""
    typed = {name for name, text in values.items() if text.strip() or (name == "password" and text)}
    wrong = {
        "address": _("Type the address to which customers write."),
        "name": _("Give it a short name."),
        "imap": _("Type the server that mail is read from."),
    }
    wrong = {name: sentence for name, sentence in wrong.items() if name not in typed}
    if "address" in wrong:
        wrong.pop("name", None)  # it follows from the address
    if typed >= {"password", "password_command"}:
        wrong["password_command"] = _("Either a password or a command: empty one of the two.")
    elif not typed & {"password", "password_command"}:
        wrong["password"] = _("Type the password, or name a program below that prints it.")
    return wrong


class EnrolScreen(DeskScreen):
    """A form that becomes an account; leaves with the account once it is written, with nothing when it is not.

    Args:
        look: how it is drawn.
        doors: where accounts are written, and who is told.
        ahead: keys that were pressed before it came.
    """

    AUTO_FOCUS: ClassVar[str] = ""
    CSS: ClassVar[str] = """
    EnrolScreen { background: $background; }
    EnrolScreen Fields { margin-top: 1; }
    EnrolScreen #row-imap, EnrolScreen #row-smtp, EnrolScreen #row-user { margin-top: 1; }
    EnrolScreen.low #row-imap, EnrolScreen.low #row-smtp, EnrolScreen.low #row-user { margin-top: 0; }
    """

    def __init__(self, look: Look, doors: NewAccounts, ahead: Sequence[events.Key] = ()) -> None:
        super().__init__()
        self._ahead = "".join(one.character or "" for one in ahead if one.is_printable)
        self._doors = doors
        self.fields = Fields(look, FIELDS, words=field_words, secret={"password"}, id="fields")
        self._head = HeadRow(look, _("set up a mailbox"), id="head")
        self._title = TitleRow(look, id="title")
        self._advice = Advice(look, id="advice")
        self._steps = StepRows(look, id="steps")
        self._trouble_bar = TroubleBar(look, id="trouble")
        self._troubles: list[Trouble] = []
        self._touched: set[str] = set()
        self._visited: set[str] = set()
        self._trial: Worker[None] | None = None
        self._writing = False

    @property
    def where(self) -> Where:
        """There is one form."""
        return "enrol"

    def compose(self) -> ComposeResult:
        """Yield the form and the rows around it."""
        yield self._head
        yield self._title
        yield self.fields
        yield self._advice
        yield self._steps
        yield self._trouble_bar
        yield KeyRow(self.look)

    def on_mount(self) -> None:
        """Begin with the address."""
        self.query_one(KeyRow).show(*self.ground.keymap.footer("enrol"))
        self.fields.put({"address": self._ahead}, quietly=False)
        self.fields.go_to("address")
        self.on_resize()

    def on_resize(self) -> None:
        """Give up the air between the fields where the window is low."""
        self.set_class(self.app.size.height < 24, "low")
        self._paint()

    def _values(self) -> dict[str, str]:
        return {name: self.fields.value(name) for name in FIELDS}

    # ------------------------------------------------------------------------------------------ what is typed

    @on(Fields.Changed)
    def _changed(self, message: Fields.Changed) -> None:
        """Let what follows from a field follow, unless it was typed by hand."""
        if message.name in _GUESSED:
            self._touched.add(message.name)
        self._guess()
        self._troubles.clear()
        self._paint()

    def _guess(self) -> None:
        address = self.fields.value("address")
        guessed = guess(address, self.ground.accounts)
        at_host = {"name": guessed.name, "imap": guessed.imap, "smtp": guessed.smtp}
        follows = {**at_host, "user": address.strip() if guessed.imap else ""}
        self._follow(follows)
        self._follow(
            {
                "tls": guess_tls(self.fields.value("imap"), port=IMPLICIT_PORT),
                "smtp_tls": guess_tls(self.fields.value("smtp"), port=SUBMISSIONS_PORT),
            }
        )

    def _follow(self, values: Mapping[str, str]) -> None:
        self.fields.put({name: text for name, text in values.items() if name not in self._touched})

    def typed_ahead(self, event: events.Key) -> bool:
        """Leave letters to the field; say whether it is one."""
        if event.is_printable and not self.is_mounted:
            self._ahead += event.character or ""
            return True
        return bool(event.is_printable and event.character and self.fields.focused_name)

    @on(FieldLine.Steered)
    def _steered(self, message: FieldLine.Steered) -> None:
        self.fields.step(message.by)

    @on(Fields.Left)
    def _left(self) -> None:
        self.action_try()

    def on_descendant_focus(self, _event: events.DescendantFocus) -> None:
        """Say what the field wants that has the keys now."""
        self._paint()

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        """Say what is wrong with a field once it is left."""
        if event.widget.name:
            self._visited.add(event.widget.name)

    def action_fields(self) -> None:
        """Go to the next field, from the last to the first."""
        if not self.fields.step(1):
            self.fields.go_to(FIELDS[0])

    def action_fields_back(self) -> None:
        """Go to the field before, from the first to the last."""
        if self.fields.focused_name == FIELDS[0] or not self.fields.step(-1):
            self.fields.go_to(FIELDS[-1])

    # ------------------------------------------------------------------------------------------ trying, and keeping

    @property
    def trying(self) -> bool:
        """Whether the servers are being asked, or the account is being written."""
        return self._trial is not None and self._trial.is_running

    def action_try(self) -> None:
        """Try the account against its servers, and keep it when they let it in; or go to what keeps it from that."""
        if self.trying:
            return
        account, wrong = faults(self._values(), tuple(self.ground.accounts))
        self._troubles.clear()
        if account is None:
            self._visited.update(FIELDS)
            self.fields.go_to(next(name for name in FIELDS if name in wrong))
            self._paint()
            return
        self._trial = self._try(account)
        self._paint()

    @work(exclusive=True, group="trial")
    async def _try(self, account: Account) -> None:
        from console.mail.signing_in import check
        from console.screens.trials import trial_troubles

        secret = None if account.password_command else self.fields.value("password")
        came = await to_thread(check, account, secret)
        if troubles := trial_troubles(account, came):
            self._refused([trouble for trouble, _field in troubles], troubles[0][1])
            return
        self._writing = True
        self._paint()
        try:
            settings = await to_thread(enrol, self._doors.file, account, secret, now=self.now())
        except ConsoleError as error:
            self._writing = False
            words = Trouble(_("not written"), one_line(str(error)), "", "^s", _("tries again"))
            self._refused([words], "password_command" if secret is not None else "name")
            return
        self.ground.accounts = settings.accounts
        with suppress(DeskError):  # the sync does it as well
            await to_thread(self._put_down, account)
        self._doors.begin()
        self.dismiss(account)

    def _put_down(self, account: Account) -> None:
        """Let the desk know of the mailbox at once, so that the queue says that its mail is on the way."""
        from console.mail.sync import add_mailboxes

        add_mailboxes(self.desk.store, [one for one in self.ground.accounts if one.name == account.name])

    def _refused(self, troubles: list[Trouble], field: str) -> None:
        self._troubles = troubles
        self._trial = None
        self.fields.go_to(field)
        self._paint()

    def action_escape(self) -> None:
        """Stop trying, else leave with nothing written."""
        if self._writing:
            return
        if self.trying:
            assert self._trial is not None
            self._trial.cancel()
            self._trial = None
            self._paint()
            return
        self.dismiss(None)

    # ------------------------------------------------------------------------------------------ drawing

    def _paint(self) -> None:
        """Draw the rows around the fields."""
        values = self._values()
        account, wrong = faults(values, tuple(self.ground.accounts))
        here = self.fields.focused_name
        shown = [name for name in FIELDS if name in wrong and name in self._visited]
        said: list[tuple[Span, ...]] = [((advice(here), "muted"),)] if here not in ("", *shown) else []
        shown.sort(key=lambda name: name != here)
        said += [((f"{field_words(name)}  ", "late"), (wrong[name], "text")) for name in shown]
        self._advice.show(*said)
        address = values["address"].strip()
        self._title.show([PaneTitle(self.app.size.width, _("sign in with a password"), address, focused=True)])
        addressed = bool(address) and not wrong.keys() & {"address", "name", "imap", "tls", "smtp", "smtp_tls"}
        steps: tuple[tuple[State, str], ...] = (
            ("done" if addressed else "now", _("address and servers")),
            ("done" if self._writing else "now" if addressed else "then", _("sign in")),
            ("now" if self._writing else "then", _("the newest mail comes")),
        )
        self._steps.show(steps, self._below(values))
        self._head.show(
            (_("being tried: Esc stops"), "soon")
            if self.trying and not self._writing
            else (_("ready to be tried"), "ok")
            if account is not None
            else (_("nothing is written yet"), "muted")
        )
        self._trouble_bar.show(self._troubles)

    def _below(self, values: Mapping[str, str]) -> str:
        """Return the row below the steps: what was only guessed, else where the account will stand."""
        if values["imap"] and not self._touched & {"imap", "smtp"}:
            servers = ", ".join(filter(None, (values["imap"], values["smtp"])))
            return _("Guessed from the address: {servers}").format(servers=one_line(servers))
        return _("It will stand in {file}, without its password.").format(file=one_line(str(self._doors.file)))
