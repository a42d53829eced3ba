"""`doctor`: is the store whole, is everything where it should be, and what stands in the way."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from console.cli.accounts import state_words
from console.cli.errors import DONE, FAILED
from console.cli.output import columns
from console.cli.parser import Group
from widgets.language import _, ngettext
from widgets.quarantine import quarantined_words

if TYPE_CHECKING:
    from console.cli.call import Call
    from storage.store import Store


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        what: its word, stable, for programs.
        said: what was found.
        remedy: what to do about it; empty when nothing is wrong.
    """

    what: str
    said: str
    remedy: str = ""

    @property
    def ok(self) -> bool:
        """Whether nothing is to be done."""
        return not self.remedy


def add(group: Group) -> None:
    """Add the command."""
    parser = group.command(
        "doctor",
        run_doctor,
        words=_("say how the store, the folders and the mailboxes are"),
        more=_("Ends with status 1 when something is wrong, and says what to do about it."),
    )
    parser.add_argument(
        "--reparse", action="store_true", help=_("read all raw mail again, and make texts and search index anew")
    )
    parser.add_argument("--rebuild", action="store_true", help=_("make the clocks of all conversations anew"))


def run_doctor(call: "Call") -> int:
    """Look at everything, and tell."""
    if call.options.reparse:
        _reparse(call)
    if call.options.rebuild:
        _rebuild(call)
    status = DONE
    for finding in _findings(call):
        status = status if finding.ok else FAILED
        if call.out.json_lines:
            call.out.object({"what": finding.what, "ok": finding.ok, "said": finding.said, "remedy": finding.remedy})
            continue
        cells = [("ok" if finding.ok else "!!", 2), (_what_words(finding.what), 14)]
        call.out.line(columns(cells, last=finding.said, width=10_000))
        if finding.remedy:
            call.out.line(columns([("", 2), ("", 14)], last=finding.remedy, width=10_000))
    return status


def _what_words(what: str) -> str:
    """Return what was looked at, for a person, in at most fourteen cells."""
    return {
        "acknowledge": _("auto answers"),
        "calendar": _("calendar"),
        "chain": _("chain"),
        "configuration": _("configuration"),
        "engine": _("engine"),
        "integrity": _("integrity"),
        "mailbox": _("mailbox"),
        "outbox": _("outbox"),
        "policy": _("policy"),
        "quarantine": _("quarantine"),
        "rights": _("rights"),
        "rota": _("rota"),
        "search": _("search index"),
        "store": _("store"),
        "texts": _("texts"),
    }.get(what, what)


def _rebuild(call: "Call") -> None:
    from console.mail.clocks import make_anew

    changed = make_anew(call.store)
    if not call.out.json_lines:
        said = ngettext(
            "The clocks are made anew: {count} row is not as it was.",
            "The clocks are made anew: {count} rows are not as they were.",
            changed,
        )
        call.out.line(said.format(count=changed))


def _findings(call: "Call") -> Iterator[Finding]:
    yield from _folders(call)
    store = call.store
    yield Finding("store", store.place)
    looks: tuple[Callable[[Call, Store], Iterator[Finding]], ...] = (
        _engine,
        _integrity,
        _chain,
        _index,
        _versions,
        _mailboxes,
        _acknowledging,
        _laid_down,
        _outbox,
        _quarantine,
    )
    for look in looks:
        yield from look(call, store)


def _folders(call: "Call") -> Iterator[Finding]:
    yield Finding(
        "configuration",
        ngettext("{file} ({count} account)", "{file} ({count} accounts)", len(call.settings.accounts)).format(
            file=call.configuration_file, count=len(call.settings.accounts)
        ),
    )
    private = [call.configuration_file, call.paths.state]
    if call.store_url.startswith("sqlite:///"):
        desk = Path(call.store_url.removeprefix("sqlite:///"))
        private += [desk.parent, desk, desk.with_name("mail.db")]
    for place in private:
        if not place.exists():
            continue
        mode = place.stat().st_mode & 0o777
        if mode & 0o077:
            remedy = _("Others of this machine can read it: chmod go= {place}").format(place=place)
            yield Finding("rights", f"{place} {mode:04o}", remedy)
        else:
            yield Finding("rights", f"{place} {mode:04o}")


def _engine(_call: "Call", store: "Store") -> Iterator[Finding]:
    dialect = store.engine.dialect
    with store.engine.connect() as connection:
        if dialect.name == "sqlite":
            version = connection.exec_driver_sql("SELECT sqlite_version()").scalar_one()
            driver = getattr(dialect.dbapi, "__name__", "sqlite3") if dialect.dbapi else "sqlite3"
            fixed = tuple(int(part) for part in version.split(".")) >= (3, 51, 3)
            remedy = (
                ""
                if fixed
                else _("This SQLite can damage a store in rare cases (the WAL-reset bug): install sqlcipher3.")
            )
            yield Finding("engine", f"SQLite {version}, {driver}", remedy)
        else:
            version = connection.exec_driver_sql("SHOW server_version").scalar_one()
            yield Finding("engine", f"PostgreSQL {version}, {dialect.driver}")


def _integrity(_call: "Call", store: "Store") -> Iterator[Finding]:
    from storage.store.integrity import damages

    for name, said in damages(store):
        if said:
            yield Finding("integrity", f"{name}: {said}", _("The file is damaged: restore a backup."))
        else:
            yield Finding("integrity", _("{name} is whole").format(name=name))


def _chain(_call: "Call", store: "Store") -> Iterator[Finding]:
    from storage.record import verify

    with store.reading() as session:
        verified = verify(session)
    said = _("{count} facts, head {head}").format(count=verified.facts, head=verified.head.hex()[:16])
    if verified.broken_at is None:
        yield Finding("chain", said)
    else:
        said = _("fact {number} does not fit the one before").format(number=verified.broken_at)
        yield Finding("chain", said, _("The log was changed or damaged from there on: compare it with a backup."))


def _index(_call: "Call", store: "Store") -> Iterator[Finding]:
    from storage.search import check, outdated, waiting

    with store.writing() as session:
        whole, old, behind = check(session), outdated(session), waiting(session)
        session.rollback()
    remedy = _("Run plantao doctor --reparse.")
    if not whole:
        yield Finding("search", _("the search index is not whole"), remedy)
    elif old:
        yield Finding("search", _("the search index was made by another version"), remedy)
    elif behind:
        said = ngettext("{count} message is not indexed yet", "{count} messages are not indexed yet", behind)
        yield Finding("search", said.format(count=behind), _("plantao sync does it."))
    else:
        yield Finding("search", _("the search index is whole and in step"))


def _versions(_call: "Call", store: "Store") -> Iterator[Finding]:
    from storage.commands.reparse import outdated_messages

    with store.reading() as session:
        count = outdated_messages(session)
    if count:
        said = ngettext(
            "{count} message was read by an older version", "{count} messages were read by an older version", count
        )
        yield Finding("texts", said.format(count=count), _("Run plantao doctor --reparse."))


def _mailboxes(call: "Call", store: "Store") -> Iterator[Finding]:
    from storage.queries.mailboxes import states
    from widgets.text import trouble_words

    configured = {account.name for account in call.settings.accounts}
    with store.reading() as session:
        views = states(session)
    for one in views:
        said = f"{one.name} {one.address}: {state_words(one.state)}"
        if one.words or one.trouble:
            said += f" ({one.words or trouble_words(one.trouble)})"
        if one.state == "stopped":
            yield Finding("mailbox", said, _("Run plantao account check {name}.").format(name=one.name))
        elif one.name in configured or one.live_since is not None:
            yield Finding("mailbox", said)
        else:
            yield Finding("mailbox", _("{name}: imported").format(name=one.name))


def _acknowledging(call: "Call", store: "Store") -> Iterator[Finding]:
    accounts = [one for one in call.settings.accounts if one.acknowledge or one.out_of_hours]
    if not accounts:
        return
    from console.mail.acknowledging import faults

    for account in accounts:
        found = faults(store, account)
        for one in found:
            yield Finding("acknowledge", account.name, one.words)
        if not found:
            words = ", ".join(dict.fromkeys(one for one in (account.acknowledge, account.out_of_hours) if one))
            yield Finding(
                "acknowledge", _("{name} answers new mail with {words}").format(name=account.name, words=words)
            )


def _laid_down(call: "Call", store: "Store") -> Iterator[Finding]:
    from console.cli.checking_laid import faults

    yield from (Finding(*one) for one in faults(call, store))


def _outbox(_call: "Call", store: "Store") -> Iterator[Finding]:
    from storage.queries.outbox import counts

    with store.reading() as session:
        found = counts(session)
    words = (
        (found.going, _("on its way: {count}")),
        (found.held, _("held: {count}")),
        (found.failed, _("not sent: {count}")),
        (found.uncertain, _("may have been sent: {count}")),
    )
    said = ", ".join(sentence.format(count=count) for count, sentence in words if count)
    remedy = _("plantao outbox list shows it; settle, release or drop it.") if found.failed or found.uncertain else ""
    yield Finding("outbox", said or _("nothing is on its way"), remedy)


def _quarantine(_call: "Call", store: "Store") -> Iterator[Finding]:
    from storage.queries.mailboxes import quarantined

    with store.reading() as session:
        kept = quarantined(session)
    for one in kept[:20]:
        yield Finding("quarantine", quarantined_words(one))
    if len(kept) > 20:
        yield Finding(
            "quarantine", ngettext("and {count} more", "and {count} more", len(kept) - 20).format(count=len(kept) - 20)
        )
    if kept:
        yield Finding("quarantine", _("`plantao export quarantined` numbers them, and saves one as it came"))


def _reparse(call: "Call") -> None:
    from os import cpu_count

    from console.mail.importing import index_all
    from console.mail.reading import Readers
    from console.mail.rereading import reread
    from storage.search import outdated, reindex

    def report(done: int, total: int) -> None:
        call.out.progress(_("{done} of {total} messages read again").format(done=done, total=total))

    call.must_be_there()
    store = call.open_store(durable=False)
    with store.writing() as session:
        if outdated(session):
            reindex(session)
    with Readers(cpu_count() or 1) as readers:
        done = reread(store, readers, report=report)
    index_all(store)
    call.out.progress_done()
    if call.out.json_lines:
        return
    call.out.line(
        _("read again: {read}, changed: {changed}, raw mail gone or unreadable: {lost}").format(**asdict(done))
    )
