"""Whose is what when somebody is erased or mail grows too old: nothing of theirs is left, nothing of others goes."""

import json
import sqlite3
import zlib
from email.header import Header
from pathlib import Path

import pytest
from made.letters import letter

from console.mail import erasing as finishing
from console.mail.importing import find, import_mail
from console.mail.reading import Readers
from storage.drivers import sqlite_driver
from storage.kinds.errors import StoreLocked
from storage.packing import packed
from storage.store import open_store, sweeping

HERS = letter(1, sender="Ana Souza <ana@cliente.example>", body="Uma carta dela.")
MANUAL = "---\nshortcode: manual\nlanguage: pt_BR\ntitle: Manual\nattachments: [manual.txt]\n---\nSegue o manual.\n"


def other(body: str = "Nada a ver com isso.", *, sender: str = "Outro <outro@longe.example>") -> bytes:
    return letter(2, sender=sender, subject="Outra", body=body)


def old(number: int, **given) -> bytes:
    return letter(number, **given).replace(b"Nov 2026", b"Nov 2023")


def everything(home: Path) -> bytes:
    """What lies in the files of a desk, as it lies there, and its mail unpacked."""
    said = [path.read_bytes() for path in sorted(home.rglob("*")) if path.is_file()]
    mail = sqlite3.connect(home / "data" / "mail.db")
    said += [zlib.decompress(one) for (one,) in mail.execute("SELECT packed FROM mail_content WHERE NOT erased")]
    mail.close()
    return b"\n".join(said).lower()


@pytest.fixture
def told(run):
    """Run a command that must not fail."""

    def told(*arguments: object) -> str:
        done = run(*arguments)
        assert done.status == 0, (arguments, done.err, done.out)
        return done.out

    return told


@pytest.fixture
def brought(told, tmp_path: Path):
    """Import these letters."""

    def brought(*mails: bytes) -> Path:
        folder = tmp_path / "letters"
        folder.mkdir(exist_ok=True)
        first = len(list(folder.iterdir())) + 1
        for number, raw in enumerate(mails, first):
            (folder / f"{number}.eml").write_bytes(raw)
        told("import", folder, "--address", "suporte@plantao.example")
        return folder

    return brought


@pytest.fixture
def erase(told):
    """Erase somebody, Ana if nobody is named."""

    def erase(how: str, who: str = "ana@cliente.example", name: str = "Ana Souza") -> dict:
        said = told("customer", "erase", who, "--elsewhere", how, "--servers", "keep", "--name", name, "--json")
        return json.loads(said)

    return erase


def elsewhere(told, who: str = "ana@cliente.example") -> list[str]:
    said = json.loads(told("customer", "erase", who, "--preview", "--json"))
    return [one["what"] for one in said["elsewhere"]]


@pytest.mark.parametrize(
    ("sender", "body", "who", "name"),
    [
        ("Mariana <mariana@cliente.example>", "texto precioso", "ana@cliente.example", "Ana Souza"),
        ("Ana Souza <outra@longe.example>", "Prezada Ana Souza, texto precioso", "ana@cliente.example", "Ana Souza"),
        ("Outro <outro@longe.example>", "segue a tabela, texto precioso", "bela@longe.example", "Bela"),
    ],
)
def test_drafts_to_others_stay(told, home, tmp_path, brought, erase, sender, body, who, name):
    brought(HERS, other(sender=sender), letter(3, sender="Bela <bela@longe.example>", subject="Cor", body="Azul."))
    (tmp_path / "draft.txt").write_text(body)
    number = json.loads(told("search", "nada", "--json").splitlines()[0])["conversation_id"]
    told("reply", str(number), "--draft", "--file", tmp_path / "draft.txt")
    erase("keep", who, name)
    assert b"texto precioso" in everything(home)


def test_what_named_her_once_is_forgotten_as_well(told, home, brought, erase):
    brought(HERS, other())
    told("organization", "new", "Padaria")
    told("organization", "note", "add", "Padaria", "quem compra é Ana Souza")
    told("undo")
    told("customer", "set", "outro@longe.example", "role=chefe de Ana Souza")
    told("customer", "set", "outro@longe.example", "role=chefe")
    erase("erase")
    assert b"ana souza" not in everything(home)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("José Álvaro", "Falei com JOSÉ ÁLVARO ontem"),
        ("Ângela Lima", "a ângela lima ligou"),
        ("Ana Souza", "a Ana\nSouza ligou"),
        ("Ana Souza", "a Ana  Souza ligou"),
    ],
)
def test_a_name_is_found_however_it_is_written(told, brought, name, said):
    brought(letter(1, sender=f"{Header(name, 'utf-8').encode()} <zz@cliente.example>", body="Oi."), other(said))
    assert elsewhere(told, "zz@cliente.example") == ["message"]


def test_former_names_and_quotes_in_names_are_found(told, brought):
    brought(HERS, other("falei com Ana Souza ontem"))
    told("customer", "set", "ana@cliente.example", 'name=Ana "Nina" Dias')
    told("organization", "new", "Padaria")
    told("organization", "note", "add", "Padaria", 'Compras:\nAna "Nina" Dias decide')
    assert elsewhere(told) == ["message", "entry"]


def test_bytes_on_their_way_in_are_not_taken(home, tmp_path, brought, erase):
    """An import has written bytes, and not yet the rows that point at them."""
    brought(HERS)
    hers = other("meu pedido", sender="Mariana Lima <mariana@cliente.example>")
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "2.eml").write_bytes(hers)
    store = open_store(str(home / "data"), durable=False)
    put = store.content.put

    def slow(contents) -> None:
        put(contents)
        erase("keep")

    store.content.put = slow
    with Readers(0) as readers:
        import_mail(store, find(tmp_path / "more"), mailbox_id=1, readers=readers)
    store.close()
    assert b"meu pedido" in everything(home)


def test_files_of_responses_stay(told, home, tmp_path, brought, erase):
    brought(HERS)
    folder = tmp_path / "responses"
    (folder / "attachments").mkdir(parents=True)
    (folder / "attachments" / "manual.txt").write_text("Manual da Ana Souza: conteudo precioso")
    (folder / "manual.md").write_text(MANUAL)
    told("response", "import", folder)
    erase("keep")
    assert b"conteudo precioso" in everything(home)


def test_older_mail_of_ours_to_her_stays_away_and_leaves_no_bytes(home, brought, erase):
    brought(HERS)
    erase("erase")
    forwarded = (
        "Veja.\n\n---------- Forwarded message ---------\nFrom: Ana Souza <ana@cliente.example>\n"
        "Date: Mon, 2 Nov 2026 at 09:00\nSubject: Velha\nTo: <x@plantao.example>\n\ntexto velho\n"
    )
    ours = "suporte@plantao.example"
    copy = letter(1, sender="Ana Souza <ana@cliente.example>", body="Uma carta dela.", more="X-Copy: 1\n")
    brought(
        letter(22, sender=ours, to="Ana Souza <ana@cliente.example>", subject="Re: x", body="resposta antiga"),
        letter(23, sender=ours, subject="Fwd: Velha", body=forwarded),
        copy,
    )
    assert b"ana@cliente" not in everything(home)
    raw = b"".join(path.read_bytes() for path in (home / "data").iterdir() if path.is_file())
    assert packed(copy)[40:120] not in raw


def test_a_note_beside_mail_of_others_is_for_the_agent_to_decide(told, home, brought, erase):
    brought(HERS, other(sender="Rui Lima <rui@longe.example>"))
    told("note", "2", "combinado com o cliente do pedido")
    told("join", "1", "2")
    erase("keep")
    assert b"combinado com" in everything(home)


def test_a_reason_in_a_conversation_that_was_joined_goes(told, home, brought, erase):
    brought(HERS, letter(2, sender="Ana Souza <ana@cliente.example>", subject="Outro assunto", body="Mais."))
    told("take", "2", "--reason", "ela chora muito")
    told("join", "1", "2")
    erase("erase")
    assert b"ela chora muito" not in everything(home)


def test_typed_lines_of_others_stay_and_accents_are_found(home, brought, erase):
    brought(letter(1, sender=f"{Header('Érica Souza', 'utf-8').encode()} <erica@cliente.example>", body="Oi."))
    (home / "state").mkdir(exist_ok=True)
    lines = home / "state" / "lines"
    lines.write_text("/érica souza\n:customer america@cliente.example\n:theme dark\n")
    erase("keep", "erica@cliente.example", "Érica Souza")
    assert lines.read_text() == ":customer america@cliente.example\n:theme dark\n"


def test_a_reader_keeps_no_file_from_being_written_anew(home, brought, erase, monkeypatch):
    monkeypatch.setattr(sweeping, "_WAIT_SECONDS", 0.1)
    brought(HERS, other())
    reader = sqlite_driver().connect(home / "data" / "desk.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM message").fetchone()
    assert erase("keep")["files_clean"] is False
    raw = (home / "data" / "mail.db").read_bytes()
    assert packed(HERS)[40:120] not in raw
    reader.execute("COMMIT")
    reader.close()
    store = open_store(str(home / "data"))
    assert finishing.finish(store) is True
    assert finishing.finish(store) is None
    store.close()


def test_a_store_that_cannot_be_written_anew_now_gives_its_receipt(brought, erase, monkeypatch):
    def locked(store):
        raise StoreLocked(store.place)

    brought(HERS)
    monkeypatch.setattr(finishing, "sweep", locked)
    assert erase("keep")["files_clean"] is False


def test_retention_forgets_whom_its_mail_alone_told_of(told, home, tmp_path, brought, erase):
    (tmp_path / "customers.csv").write_text("address,name\nli@cliente.example,Li da Silva\n")
    told("customer", "import", tmp_path / "customers.csv")
    cc = "Cc: Zeca Pagodinho <zeca@longe.example>\n"
    offer = {"sender": "suporte@plantao.example", "to": "Bia Costa <bia@outra.example>", "body": "nossa oferta"}
    brought(
        HERS,
        other("falei com Ana Souza", sender="Rui Lima <rui@longe.example>"),
        old(5, sender="Li <li@cliente.example>", subject="Velha", body="Oi.", more=cc),
        old(6, subject="Oferta", **offer),
    )
    erase("erase")  # which takes Rui's only letter, and forgets him not
    told("retention", "run", "--json")
    told("retention", "set", "import", "2y")
    told("retention", "run", "--yes", "--json")
    said = everything(home)
    names = (b"zeca@longe", b"bia@outra", b"rui lima", b"li da silva")
    assert [one in said for one in names] == [False, False, True, True]
