"""Commands and their answers on one connection: tags, literals, refusals, and what the server says unasked."""

import itertools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from console.mail.imap.answers import (
    Answer,
    AnswerBroken,
    Bound,
    Continuation,
    Data,
    Status,
    read_answer,
    small,
)
from console.mail.imap.errors import FolderMissing, MailboxLost, ServerRefused
from console.mail.imap.server import Server
from console.mail.imap.stream import Stream, encode_name, guarded, without_secret

ANSWERS_MOST = 20_000_000
"""Answers to one command; a server that goes on for ever is not listened to for ever."""
_PLAIN = re.compile(rb"[\x20\x21\x23-\x5b\x5d-\x7e]{0,900}\Z")

Take = Callable[[Data], bool]
"""Is given each untagged answer, and says whether it was an answer to the command."""


@dataclass(frozen=True, slots=True)
class Literal:
    """Part of a command that goes over the wire as counted bytes."""

    said: bytes


Part = str | Literal


@dataclass(frozen=True, slots=True)
class Sent:
    """A command that awaits its end."""

    tag: str
    attempted: str


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended, with the status answers that came before (response codes stand in them)."""

    last: Status
    before: Sequence[Status]

    def argument(self, code: str) -> str | None:
        """Return what stood beside a response code, `None` when it did not come."""
        return next((each.argument for each in [*self.before, self.last] if each.code == code), None)


def nothing(_data: Data) -> bool:
    """Await no untagged answer."""
    return False


class Dialogue:
    """Says commands and hears answers; one thread at a time.

    Attributes:
        server: where it goes.
        capabilities: in capitals, as last heard.
        modseqs: whether the selected folder counts its changes (CONDSTORE); asking where it does not is an error.
        exists: how many messages the selected folder has, as last heard.
        news: whether the server said unasked that the selected folder changed; whoever acts on it puts it back.
        settle: called before a command is said, so that an earlier one whose answer is still on its way can be heard.
    """

    def __init__(self, server: Server, stream: Stream) -> None:
        self.server = server
        self.stream: Stream | None = stream
        self.capabilities = stream.capabilities
        self.modseqs = False
        self.exists = 0
        self.news = False
        self.settle: Callable[[], None] | None = None
        self._tags = (f"P{number}" for number in itertools.count(1))

    def go_on(self, stream: Stream) -> None:
        """Use another connection from now on, to which nothing has been said yet; the one before is closed."""
        self.close()
        self.stream, self.capabilities, self.settle = stream, stream.capabilities, None
        self.modseqs, self.exists, self.news = False, 0, False

    def run(self, attempted: str, *parts: Part, take: Take = nothing, bound: Bound = small) -> Ended:
        """Say a command and hear it out.

        Args:
            attempted: what errors call it; no secret.
            parts: the command, joined with blanks.
            take: is given the untagged answers.
            bound: of the literals in them.

        Raises:
            ServerRefused: the server said NO or BAD; the session goes on.
            MailboxLost: the connection is gone.
        """
        return self.hear(self.say(attempted, *parts), take=take, bound=bound)

    def say(self, attempted: str, *parts: Part) -> Sent:
        """Say a command; its answer must be heard before the next is said.

        Raises:
            ServerRefused: the server does not want the literal in it.
            MailboxLost: the connection is gone.
        """
        if self.settle is not None:
            settle, self.settle = self.settle, None
            settle()
        tag = next(self._tags)
        synchronous = "LITERAL+" not in self.capabilities
        with self.whole(attempted) as stream:
            said = bytearray(tag.encode())
            for part in parts:
                said += b" "
                if isinstance(part, str):
                    said += part.encode("ascii")
                elif synchronous:
                    said += b"{%d}\r\n" % len(part.said)
                    stream.send(bytes(said))
                    self._await_continuation(tag, attempted)
                    said = bytearray(part.said)
                else:
                    said += b"{%d+}\r\n" % len(part.said) + part.said
            stream.send(bytes(said) + b"\r\n")
        return Sent(tag, attempted)

    def say_line(self, line: bytes, attempted: str) -> None:
        """Say a line that is part of a command, such as DONE."""
        with self.whole(attempted) as stream:
            stream.send(line + b"\r\n")

    def hear(self, sent: Sent, *, take: Take = nothing, bound: Bound = small) -> Ended:
        """Hear answers until the command ends; arguments and errors are those of `run`."""
        before: list[Status] = []
        with self.whole(sent.attempted):
            for _ in range(ANSWERS_MOST):
                answer = self._read(bound, sent.attempted)
                if isinstance(answer, Data):
                    if not take(answer):
                        self._heard_unasked(answer)
                elif isinstance(answer, Status):
                    if answer.tag:
                        if answer.tag != sent.tag:
                            raise AnswerBroken("the end of a command that was never said")
                        return self._ended(answer, before, sent.attempted)
                    if len(before) < 1000:
                        before.append(answer)
        raise MailboxLost(self.server.host, sent.attempted, "the answer has no end")

    def hear_one(self, attempted: str) -> Answer:
        """Hear one answer, as inside IDLE; unasked news is noted."""
        with self.whole(attempted):
            answer = self._read(small, attempted)
            if isinstance(answer, Data):
                self._heard_unasked(answer)
            return answer

    def close(self) -> None:
        """Close the connection; harmless when done twice."""
        stream, self.stream = self.stream, None
        if stream is not None:
            stream.close()

    def lost(self, attempted: str, words: str) -> MailboxLost:
        """Close the connection and return the error to raise."""
        self.close()
        return MailboxLost(self.server.host, attempted, words)

    def whole(self, attempted: str) -> "_Whole":
        """Guard a block that reads what the server said: if it breaks, the connection is closed."""
        return _Whole(self, attempted)

    def _read(self, bound: Bound, attempted: str) -> Answer:
        assert self.stream is not None
        answer = read_answer(self.stream, bound)
        if isinstance(answer, Status) and answer.word == "BYE" and not answer.tag:
            words = without_secret(self.server, answer.text)
            raise MailboxLost(self.server.host, attempted, words or "the server said goodbye")
        return answer

    def _await_continuation(self, tag: str, attempted: str) -> None:
        for _ in range(ANSWERS_MOST):
            match self._read(small, attempted):
                case Continuation():
                    return
                case Status() as status if status.tag:
                    if status.tag != tag or status.word == "OK":
                        raise AnswerBroken("a command ended before it was said")
                    self._ended(status, [], attempted)
                case Data() as data:
                    self._heard_unasked(data)
        raise AnswerBroken("no end before a literal")

    def _ended(self, last: Status, before: list[Status], attempted: str) -> Ended:
        if last.word == "OK":
            return Ended(last, before)
        code = last.code or ("BAD" if last.word == "BAD" else "")
        refusal = FolderMissing if code in {"NONEXISTENT", "TRYCREATE"} else ServerRefused
        raise refusal(self.server.host, attempted, without_secret(self.server, last.text), code=code)

    def _heard_unasked(self, data: Data) -> None:
        match data.name:
            case "EXISTS" if data.number is not None:
                self.news |= data.number != self.exists
                self.exists = data.number
            case "EXPUNGE":
                self.exists = max(0, self.exists - 1)
                self.news = True
            case "VANISHED" | "FETCH":
                self.news = True
            case "CAPABILITY":
                self.capabilities = capabilities(data.pieces[0].decode("latin-1"))


class _Whole:
    """Either the block ends, or the server refused it, or the connection is closed: never a connection half heard."""

    __slots__ = ("_attempted", "_dialogue", "_guard")

    def __init__(self, dialogue: Dialogue, attempted: str) -> None:
        self._dialogue = dialogue
        self._attempted = attempted
        self._guard = guarded(dialogue.server, attempted)

    def __enter__(self) -> Stream:
        if self._dialogue.stream is None:
            raise MailboxLost(self._dialogue.server.host, self._attempted, "the connection is closed")
        self._guard.__enter__()
        return self._dialogue.stream

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if kind is not None and not isinstance(error, ServerRefused):
            self._dialogue.close()
        self._guard.__exit__(kind, error, trace)  # type: ignore[arg-type]  # a traceback


def capabilities(text: str) -> frozenset[str]:
    """Read a list of capabilities, in capitals."""
    return frozenset(text.upper().split())


def quoted(said: bytes) -> Part:
    """Return a string as a quoted one where the grammar allows it, else as a literal."""
    return f'"{said.decode("ascii")}"' if _PLAIN.match(said) else Literal(said)


def folder_part(name: str) -> Part:
    """Return a folder name as it goes over the wire."""
    return quoted(encode_name(name))
