"""What keeps automatic answers from going out, each a sentence: for the sync's log, and for ``doctor``."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from console.config.accounts import Account
from console.config.errors import ConsoleError
from storage.commands.acknowledging import given_enough
from storage.queries.answering import senders
from storage.queries.responses import responses
from storage.queries.told import desk_values
from storage.rules.profile import CHOICES
from storage.store import Store
from widgets.language import _, ngettext


class NotReady(ConsoleError):
    """What would answer mail by itself cannot go out as it stands; nothing was sent.

    Attributes:
        account: its name.
        words: what is the matter and what to do, as a sentence.
    """

    def __init__(self, account: str, words: str) -> None:
        super().__init__(account, words)
        self.account = account
        self.words = words

    def __str__(self) -> str:
        """Name the account, and say what is the matter."""
        return f"{self.account}: {self.words}"


def faults(store: Store, account: Account) -> tuple[NotReady, ...]:
    """Return what would keep an account's automatic answers from going out, whoever the customer is.

    Args:
        store: open.
        account: from the configuration.

    Raises:
        StoreTrouble: the store cannot be read.
    """
    shortcodes = list(dict.fromkeys(one for one in (account.acknowledge, account.out_of_hours) if one))
    found: list[NotReady] = []
    if shortcodes and account.smtp is None:
        found.append(NotReady(account.name, no_server_words()))
    if shortcodes:
        with store.reading() as session:
            team = responses(session, agent_id=None)
            desk = desk_values(session)
        for shortcode in shortcodes:
            views = [one for one in team if one.canned.shortcode == shortcode]
            if not views:
                found.append(NotReady(account.name, missing_words(shortcode)))
            for one in views:
                named = f"{shortcode} ({one.canned.language})"
                try:
                    names = blanks(one.canned.body, desk)
                except ConsoleError as trouble:  # it cannot be read, or passes a limit
                    found.append(NotReady(account.name, f"{named}: {trouble}"))
                    continue
                if names is not None:
                    found.append(NotReady(account.name, unfilled_words(named, names)))
        if _given_enough(store, account):
            found.append(NotReady(account.name, flood_words(account.acknowledge_most)))
    return tuple(found)


def _given_enough(store: Store, account: Account) -> bool:
    """Say whether the account's mailbox answers nothing more by itself for now."""
    with store.reading() as session:
        number = next((one.mailbox_id for one in senders(session) if one.name == account.name), None)
        return number is not None and given_enough(
            session, number, now=datetime.now(UTC), most=account.acknowledge_most
        )


def blanks(body: str, desk: Mapping[str, Sequence[str]] | None = None) -> list[str] | None:
    """Return what has no value for some customers where no agent writes; `None` when all is well.

    Args:
        body: the template.
        desk: what profiles may tell there (`storage.queries.told.desk_values`).
    """
    from console.library.checking import customers
    from console.library.rendering import Template

    names: dict[str, None] = {}
    empty = False
    template = Template(body)
    for one in customers(template, desk or CHOICES):
        done = template.render({name: value for name, value in one.values.items() if not name.startswith("agent.")})
        names |= dict.fromkeys(one.name for one in done.missing)
        empty = empty or not done.text
    return list(names) if names or empty else None


def flood_words(most: int) -> str:
    """Say that an hour's answers are given."""
    return ngettext(
        "it gave {count} automatic answer in an hour, its most (acknowledge_most): what else comes gets none.",
        "it gave {count} automatic answers in an hour, its most (acknowledge_most): what else comes gets none.",
        most,
    ).format(count=most)


def no_server_words() -> str:
    """Say that there is no way out."""
    return _('nothing is acknowledged without an SMTP server: add smtp = "HOST:PORT" to the account.')


def missing_words(shortcode: str) -> str:
    """Say that there is no such response."""
    return _("nothing is acknowledged: the team has no canned response {name}. Add it, shared.").format(name=shortcode)


def unfilled_words(shortcode: str, names: Sequence[str]) -> str:
    """Say that a response was left unsent because it would have had blanks."""
    if not names:
        return _("an acknowledgement was not sent: nothing comes out of {name}. Mend the response.").format(
            name=shortcode
        )
    return _("an acknowledgement was not sent: in {name} there is no value for {places}. Mend the response.").format(
        name=shortcode, places=", ".join(names)
    )
