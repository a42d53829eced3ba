"""doctor says what is whole and what is not; --reparse makes the derived rows anew and changes nothing decided."""

import json
from pathlib import Path

from storage.store import open_store
from storage.store.engine import sqlite_driver

sqlite3 = sqlite_driver()  # two SQLites in one process do not see each other's locks


def findings(run, *arguments: str) -> dict[str, list[dict]]:
    found: dict[str, list[dict]] = {}
    for line in run("doctor", "--json", *arguments).out.splitlines():
        one = json.loads(line)
        found.setdefault(one["what"], []).append(one)
    return found


def all_rows(home: Path, *tables: str) -> dict[str, list[tuple]]:
    store = sqlite3.connect(home / "data/desk.db")
    rows = {table: sorted(store.execute(f"SELECT * FROM {table}"), key=repr) for table in tables}
    store.close()
    return rows


def test_a_healthy_desk_has_nothing_to_do(run, filled: Path):
    said = run("doctor")
    assert said.status == 0, said.out
    assert "!!" not in said.out
    found = findings(run)
    assert all(one["ok"] and not one["remedy"] for some in found.values() for one in some)
    assert {"store", "engine", "integrity", "chain", "search", "rights", "mailbox"} <= set(found)
    assert "SQLite" in found["engine"][0]["said"]


def test_a_changed_log_is_found(run, home: Path, filled: Path):
    store = sqlite3.connect(home / "data/desk.db", isolation_level=None)
    store.execute("UPDATE event SET public = replace(public, 'reference', 'quoted') WHERE kind = 'joined'")
    store.close()
    found = findings(run)
    assert not found["chain"][0]["ok"]
    assert run("doctor").status == 1


def test_an_index_that_lost_a_message_is_found_and_made_anew(run, home: Path, filled: Path):
    store = sqlite3.connect(home / "data/desk.db", isolation_level=None)
    store.execute("DELETE FROM search_entry WHERE message_id = 2")
    store.close()
    assert not findings(run)["search"][0]["ok"]


def test_folders_that_others_can_read_are_named(run, home: Path, filled: Path):
    (home / "data").chmod(0o755)
    found = findings(run)
    assert [one["ok"] for one in found["rights"]].count(False) == 1
    assert any("chmod" in one["remedy"] for one in found["rights"])


def test_quarantined_mail_is_listed(run, tmp_path: Path):
    (tmp_path / "x.eml").write_bytes(
        b"From: a@example.org\n" + b"".join(b"X-%d: y\n" % n for n in range(10_000)) + b"\nx\n"
    )
    assert run("import", tmp_path).status == 0
    found = findings(run)
    assert "too many headers" in found["quarantine"][0]["said"]
    assert "plantao export quarantined" in found["quarantine"][1]["said"]
    assert run("doctor").status == 0  # kept, named, and nothing to be done about it


def test_reparse_makes_the_same_rows_again(run, home: Path, filled: Path):
    tables = ("message_text", "cited", "print", "quoted_print", "subject_key", "search_entry", "message", "event")
    before = all_rows(home, *tables)
    said = run("doctor", "--reparse")
    assert said.status == 0
    assert said.out.startswith("read again: 7, changed: 0, raw mail gone or unreadable: 0\n")
    assert all_rows(home, *tables) == before
    assert json.loads(run("search", "consigo", "--json").out)["conversation_id"] == 2


def test_reparse_mends_texts_of_an_older_reader(run, home: Path, filled: Path):
    run("doctor", "--reparse")
    with open_store(str(home / "data")).writing() as session:
        from storage.search import add, remove

        remove(session, [2])
        session.connection().exec_driver_sql(
            "UPDATE message_text SET version = 0, subject = 'olddd', text = 'olddd words', reply_text = '' WHERE message_id = 2"
        )
        add(session, [2])
    assert not findings(run)["texts"][0]["ok"]
    assert len(run("search", "olddd", "--json").out.splitlines()) == 1
    assert "changed: 1" in run("doctor", "--reparse").out
    assert run("search", "olddd").out == ""
    assert json.loads(run("search", "consigo", "--json").out)["subject"] == "Não consigo entrar"
    assert run("doctor").status == 0


def test_reparse_keeps_texts_whose_raw_mail_is_gone(run, home: Path, filled: Path):
    mail = sqlite3.connect(home / "data/mail.db", isolation_level=None)
    mail.execute("UPDATE mail_content SET packed = x'', erased = 1 WHERE rowid = 1")
    mail.close()
    assert "read again: 6, changed: 0, raw mail gone or unreadable: 1" in run("doctor", "--reparse").out
    assert len(run("export", "messages").out.splitlines()) == 7


def test_an_acknowledgement_that_would_not_go_out_is_named(run, home: Path, filled: Path):
    (home / "config").mkdir(mode=0o700, exist_ok=True)
    file = Path(run("config", "path").out.split()[0])
    file.parent.mkdir(parents=True, exist_ok=True)
    account = '[[account]]\nname = "suporte"\naddress = "suporte@example.org"\nimap = "localhost:1143"\n'
    file.write_text(account + 'acknowledge = "recebido"\n')
    file.chmod(0o600)
    remedies = [one["remedy"] for one in findings(run)["acknowledge"]]
    assert len(remedies) == 2
    assert "SMTP" in remedies[0]
    assert "recebido" in remedies[1]
    file.write_text(account + 'smtp = "localhost:1025"\nacknowledge = "recebido"\n')
    given = ("--language", "pt_BR", "--title", "Recebido", "--shared", "--text")
    assert run("response", "add", "recebido", *given, "Olá. {{ agent.name }} responde {{ promised.when }}.").status == 0
    (one,) = findings(run)["acknowledge"]
    assert not one["ok"]
    assert "agent.name, promised.when" in one["remedy"]
    assert run("response", "edit", "recebido", "--text", "Olá. Recebemos {{ conversation.number }}.").status == 0
    (one,) = findings(run)["acknowledge"]
    assert one["ok"]
    assert "recebido" in one["said"]


def test_what_was_looked_at_is_said_in_the_reader_s_language(run, filled, monkeypatch):
    stable = [json.loads(line)["what"] for line in run("doctor", "--json").out.splitlines()]
    monkeypatch.setenv("LANGUAGE", "es")
    assert [json.loads(line)["what"] for line in run("doctor", "--json").out.splitlines()] == stable
    said = run("doctor").out
    for words in ("configuración", "permisos", "motor", "cadena", "salida", "índice", "(0 cuentas)"):
        assert words in said
    for word in ("rights", "engine", "integrity", "outbox"):
        assert f" {word} " not in said
