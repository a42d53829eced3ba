"""Nothing that a handoff, a question, a cause or a promise said of an erased customer lies in any file."""

import sqlite3
import zlib
from datetime import UTC, datetime
from pathlib import Path

from made.letters import letter

from storage.commands.desk import agent_named
from storage.store import open_store

WORDS = (
    "zqasked",
    "zqtried",
    "zqreason",
    "zqreturned",
    "zqconsult",
    "zqcause",
    "zqsolution",
    "zqpromise",
    "zqunknown",
    "zqsecond",
    "88121",
    "zqsite",
)


def everything(home: Path) -> bytes:
    said = [path.read_bytes() for path in sorted(home.rglob("*")) if path.is_file()]
    mail = sqlite3.connect(home / "data" / "mail.db")
    said += [zlib.decompress(packed) for (packed,) in mail.execute("SELECT packed FROM mail_content WHERE NOT erased")]
    mail.close()
    return b"\n".join(said).lower()


def left(home: Path) -> list[str]:
    found = everything(home)
    return [word for word in WORDS if word.encode() in found]


def test_nothing_of_a_handoff_lies_in_any_file(run, home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    folder.mkdir()
    for number, subject in ((1, "Fatura 88121"), (2, "Outra")):
        raw = letter(number, sender="Ana Souza <ana@cliente.example>", subject=subject, body="O pedido 88121 falhou.")
        (folder / f"{number}.eml").write_bytes(raw)
    assert run("import", folder, "--address", "suporte@plantao.example").status == 0
    store = open_store(str(home / "data"))
    with store.writing() as session:
        agent_named(session, "Marta", now=datetime.now(UTC))
    store.close()
    run("reopen", "1", "2")
    for line in (
        ("promise", "add", "1", "zqpromise", "--due", "tomorrow 15:00"),
        (
            "transfer",
            "1",
            "--to",
            "n3",
            "--asked",
            "zqasked",
            "--tried",
            "zqtried",
            "--reason",
            "zqreason",
            "--destination",
            "zqteam",
        ),
        ("undo",),
        (
            "transfer",
            "1",
            "--to",
            "n2",
            "--asked",
            "zqasked",
            "--reason",
            "zqsecond",
            "--site",
            "zqsite",
            "--from",
            "tomorrow 9:00",
            "--until",
            "tomorrow 12:00",
        ),
        ("return", "1", "--reason", "zqreturned"),
        ("consult", "1", "Marta", "--text", "zqconsult"),
        ("join", "1", "2"),
        ("kind", "1", "--to", "support"),
        ("resolve", "1", "--unknown", "zqunknown"),
        ("undo",),
        ("resolve", "1", "--cause", "zqcause", "--solution", "zqsolution"),
    ):
        done = run(*line)
        assert done.status == 0, (line, done.err)
    assert left(home) == list(WORDS)
    done = run("customer", "erase", "ana@cliente.example", "--elsewhere", "erase", "--name", "Ana Souza", "--json")
    assert done.status == 0, done.err
    assert left(home) == []
