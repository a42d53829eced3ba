"""Doing the same to many conversations, or taking that back: in short transactions, as one action, resumable."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlmodel import Session

from storage.commands.triage import AT_ONCE
from storage.commands.undoing import Kept, NothingStands, Undone, last_action, left_of, take_back
from storage.events import Actor, Fact
from storage.events.inverse import inverse
from storage.kinds.errors import NoSuch, Refused


class Writes(Protocol):
    """What opens writing transactions: a store."""

    def writing(self) -> AbstractContextManager[Session]:
        """Open a transaction that is committed at the end of the block."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a bulk act has come; whoever stops asking stops it, and `left` with `action_id` goes on with it.

    Attributes:
        action_id: the one action of all its parts; `None` while nothing was changed.
        total: conversations that it is about; `done` those of them that are through.
        changed: the numbers that were changed; `refused` those that a rule forbade, `missing` those there are none of.
        left: the numbers still to come.
        why: the first refusal.
    """

    action_id: int | None
    total: int
    done: int
    changed: tuple[int, ...]
    refused: tuple[int, ...]
    missing: tuple[int, ...]
    left: tuple[int, ...]
    why: Refused | None = None


def in_parts(
    store: Writes,
    command: Callable[..., int],
    numbers: Sequence[int],
    *,
    actor: Actor,
    clock: Callable[[], datetime],
    action_id: int | None = None,
    at_once: int = AT_ONCE,
    **choices: Any,
) -> Iterator[Progress]:
    """Do a command of `storage.commands.triage` to conversations, at most `at_once` of them in a transaction.

    What a rule forbids for some does not keep the others of their part from it.

    Args:
        store: where.
        command: takes session, numbers, actor, now and action_id, and returns the action's id.
        numbers: the conversations.
        actor: who decides.
        clock: tells the present (UTC).
        action_id: of the act that this goes on with.
        at_once: conversations in one transaction.
        choices: of the command.

    Yields:
        How far it has come, after each transaction.
    """
    rest = list(dict.fromkeys(numbers))
    total, changed, refused, missing = len(rest), list[int](), list[int](), list[int]()
    why: Refused | None = None
    while rest:
        part, rest = rest[:at_once], rest[at_once:]
        waiting = [part]
        while waiting:
            wanted = waiting.pop()
            try:
                with store.writing() as session:
                    action_id = command(session, wanted, actor=actor, now=clock(), action_id=action_id, **choices)
            except Refused as no:
                why = why or no
                named = [one for one in wanted if one in no.ids]
                others = [one for one in wanted if one not in no.ids]
                if named or len(wanted) == 1:
                    refused += named or wanted
                    waiting += [others] if named and others else []
                else:  # it names what an alias of ours stands for
                    waiting += [[one] for one in reversed(wanted)]
            except NoSuch as no:
                if no.name not in wanted:
                    raise
                missing.append(no.name)
                waiting += [others] if (others := [one for one in wanted if one != no.name]) else []
            else:
                changed += wanted
        yield Progress(
            action_id, total, total - len(rest), tuple(changed), tuple(refused), tuple(missing), tuple(rest), why
        )


@dataclass(frozen=True, slots=True)
class TakenBack:
    """How far taking an action back has come.

    Attributes:
        undoes: the action taken back; `action_id` the new one, `None` while nothing could be.
        total: conversations that the action was about; `done` those of them that are through.
        taken: the conversations taken back, `kept` those left alone.
        facts: what was taken back in the first part that could be, as it had been recorded.
    """

    undoes: int
    action_id: int | None
    total: int
    done: int
    taken: tuple[int, ...]
    kept: tuple[Kept, ...]
    facts: tuple[Fact, ...]

    def told(self, *, again: bool) -> list[tuple[str, dict[str, Any]]]:
        """Return kind and fields of the facts that say what was done before it was taken back, first to last.

        Args:
            again: it was an undo that was taken back: what that took back is done again.
        """
        facts = [found for fact in reversed(self.facts) if (found := inverse(fact))] if again else self.facts
        return [(fact.kind, fact.model_dump(mode="json", exclude={"kind", "happened_at"})) for fact in facts]


def undo_in_parts(
    store: Writes,
    *,
    actor: Actor,
    clock: Callable[[], datetime],
    redo: bool = False,
    action_id: int | None = None,
    at_once: int = AT_ONCE,
) -> Iterator[TakenBack]:
    """Take an action back, or an undo with `redo`, at most `at_once` conversations in a transaction.

    Args:
        store: where.
        actor: the agent and the console.
        clock: tells the present (UTC).
        redo: take back the last undo rather than the last action.
        action_id: the action; `None` takes the last one. What was taken back of it before is not touched again.
        at_once: conversations in one transaction.

    Yields:
        How far it has come, after each transaction.

    Raises:
        Refused: as `storage.commands.undoing.take_back`, when nothing at all can be taken back.
    """
    undoes, into, about, found = 0, None, list[int | None](), False
    taken: list[int] = []
    kept: list[Kept] = []
    facts: tuple[Fact, ...] = ()
    refusal: Refused | None = None
    done = 0
    while not found or done < len(about):
        try:
            with store.writing() as session:
                if not found:  # and taken back at once: beside a sync each turn is waited for
                    undoes = action_id if action_id is not None else last_action(session, actor, redo=redo)
                    (into, about), found = left_of(session, undoes), True
                if not about:
                    break
                part = about[done : done + at_once]
                back: Undone = take_back(session, undoes, actor=actor, now=clock(), only=part, into=into)
        except Refused as no:
            if not found:
                raise
            refusal = no
            kept += no.kept if isinstance(no, NothingStands) else ()
        else:
            into = back.action_id
            kept += back.kept
            facts = facts or back.facts
            taken += dict.fromkeys(fact.about for fact in back.facts if fact.about is not None)
        done += len(part)
        yield TakenBack(undoes, into, len(about), done, tuple(taken), tuple(kept), facts)
    if into is None:
        raise refusal or Refused("final")
