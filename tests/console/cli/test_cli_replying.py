"""`plantao reply` and `plantao outbox`: reviewed first, queued once, taken back in time, and told as it is."""

import json
from pathlib import Path

import pytest

from console.config.settings import load_settings
from console.mail.sync import add_mailboxes
from storage.store import open_store

CONFIGURED = """
agent = "Vera Lopes"
undo_window = 600

[[account]]
name = "import"
address = "suporte@plantao.example"
imap = "127.0.0.1:{port}"
smtp = "127.0.0.1:{port}"
smtp_tls = "none"
smtp_user = ""
tls = "none"
"""
NOWHERE = 1  # a port at which nobody listens


def rows(said) -> list[dict]:
    return [json.loads(line) for line in said.out.splitlines()]


@pytest.fixture
def desk(run, home: Path, filled: Path):
    """The desk of `filled`, with an account by which its mail can leave."""
    name = json.loads(run("show", 1, "--json").out)["mailbox"]
    (home / "config.toml").write_text(CONFIGURED.format(port=NOWHERE).replace('"import"', json.dumps(name)))
    store = open_store(str(home / "data"))
    add_mailboxes(store, load_settings(home / "config.toml").accounts)
    store.close()
    return run


def sent(said) -> dict:
    assert said.status == 0, said.err
    (row,) = rows(said)
    return row


def shown(run, number) -> dict:
    return json.loads(run("show", number, "--json").out)


def last(run, number) -> dict:
    return shown(run, number)["messages"][-1]


def test_an_answer_is_queued_and_stands_in_its_conversation(desk):
    said = desk("reply", 1, "Já corrigimos.", "--json")
    row = sent(said)
    assert (row["conversation_id"], row["recipients"], row["done"]) == (1, ["c1@cliente.example"], "reply")
    assert "@plantao.example" in row["header_id"]
    assert "no sync is running" in said.err
    view = shown(desk, 1)
    mine = view["messages"][-1]
    assert view["status"] == "waiting"
    assert (mine["subject"], mine["reply_text"].strip()) == ("Re: Fatura em dobro", "Já corrigimos.")
    assert mine["delivery"]["state"] == "queued"
    assert [one["address"] for one in mine["delivery"]["recipients"]] == ["c1@cliente.example"]
    assert desk("draft", "list").out == ""


def test_it_goes_to_whom_the_options_name_from_the_mailbox_they_name(desk):
    to = ("--to", "Rui <rui@cliente.example>, eva@cliente.example", "--cc", "cc@cliente.example")
    row = sent(
        desk(
            "reply",
            1,
            *to,
            "--bcc",
            "bcc@cliente.example",
            "--without",
            "c1@cliente.example",
            "--subject",
            "Nota",
            "Segue a nota.",
            "--then",
            "resolved",
            "--from",
            "suporte@plantao.example",
            "--json",
        )
    )
    addresses = {f"{name}@cliente.example" for name in ("rui", "eva", "cc", "bcc")}
    assert set(row["recipients"]) == addresses
    mine = last(desk, 1)
    assert [one["address"] for one in mine["to"] + mine["cc"]] == [
        f"{name}@cliente.example" for name in ("rui", "eva", "cc")
    ]
    assert (mine["subject"], shown(desk, 1)["status"]) == ("Nota", "resolved")
    done = desk("reply", 1, "Oi", "--without", "nobody@cliente.example")
    assert (done.status, "none of its recipients" in done.err) == (2, True)
    done = desk("reply", 1, "Oi", "--from", "nowhere")
    assert (done.status, "There is no mailbox nowhere" in done.err) == (1, True)


def test_a_message_is_forwarded_and_leaves_the_conversation_where_it_stands(desk):
    row = sent(desk("reply", 2, "--forward", "--to", "rui@cliente.example", "Podes ver?", "--json"))
    mine = last(desk, 2)
    assert row["recipients"] == ["rui@cliente.example"]
    assert (mine["subject"], shown(desk, 2)["status"]) == ("Fwd: Não consigo entrar", "closed")
    assert mine["text"].startswith("Podes ver?")
    assert "Olá Não consigo entrar" in mine["text"]


def test_a_conversation_is_begun(desk):
    row = sent(desk("reply", "--new", "--to", "Eva <eva@cliente.example>", "--subject", "Aviso", "Mudámos.", "--json"))
    view = shown(desk, row["conversation_id"])
    assert (row["conversation_id"], view["status"], view["subject"]) == (7, "waiting", "Aviso")


def test_the_text_comes_from_an_argument_a_file_or_standard_input(desk, spawn, tmp_path: Path):
    (tmp_path / "text").write_text("De um ficheiro.\x1b[2J\r\nE mais.\n")
    sent(desk("reply", 1, "--file", tmp_path / "text", "--json"))
    assert last(desk, 1)["text"].strip() == "De um ficheiro.[2J\nE mais."
    said = spawn("reply", "m2", "--sender", "-", "--json", given="Pela entrada.\n")
    assert sent(said)["conversation_id"] == 2
    assert last(desk, 2)["text"].strip() == "Pela entrada."
    said = spawn("reply", 3, "-", given="x" * 1_000_001)
    assert (said.status, "standard input has more than 1 MB of text" in said.err) == (2, True)
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    for name, words in (("bytes", "no text in UTF-8"), ("missing", "No such file"), (".", "is no file")):
        said = desk("reply", 3, "--file", tmp_path / name)
        assert said.status in {1, 2}
        assert words in said.err
    said = desk("reply", 3, "um", "dois")
    assert (said.status, "One text is wanted" in said.err) == (2, True)
    assert len(shown(desk, 3)["messages"]) == 1


def untouched(run, number: int) -> bool:
    view = shown(run, number)
    return view["status"] == "closed" and len(view["messages"]) == 1 and run("draft", "list").out == ""


def test_the_review_stops_it_until_it_is_said_to_be_right(desk):
    secret = "A chave é AKIAIOSFODNN7EXAMPLE, [nome]. Segue em anexo."
    said = desk("reply", 2, secret)
    assert said.status == 1
    assert "stop: a key of AWS in the text" in said.err
    assert "--right secret" in said.err
    assert "--right attachment_absent" in said.err
    assert "Nothing was done" in said.err
    assert "AKIAIOSFODNN7EXAMPLE" not in said.err
    assert untouched(desk, 2)
    assert desk("reply", 2, secret, "--right", "secret").status == 1
    assert sent(desk("reply", 2, secret, "--force", "--json"))["conversation_id"] == 2
    said = desk("reply", 3, "Oi", "--to", "new@cliente.example")
    assert (said.status, "look: new against the last message: new@cliente.example" in said.err) == (0, True)
    said = desk("reply", 3, "Oi", "--right", "everything")
    assert (said.status, "write one of nothing_written, no_subject" in said.err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("",), 1, "nothing is written yet"),
        (("\x1b\x07\u202e",), 1, "nothing is written yet"),
        (("Oi", "--to", "ana at acme"), 1, "ana at acme is no mail address"),
        (("Oi", "--without", "c2@cliente.example"), 1, "it goes to nobody yet"),
        (("Oi", "--subject", "Oi\nBcc: eve@evil.example"), 2, "--subject is one line"),
        (("Oi", "--to", "ana@cliente.example\r\nBcc: eve@evil.example"), 2, "--to is one line"),
        (("Oi", "--cc", "ana@cliente.example\u2028x"), 2, "--cc is one line"),
        (("Oi", "--message", "m999"), 1, "There is no message m999"),
        (("Oi", "--message", "m1"), 1, "There is no message m1"),
        (("Oi", "--response", "none"), 1, "There is no response none"),
        (("Oi", "--set", "a=b"), 2, "name the response, too"),
        (("Oi", "--attach", "/nowhere/a.pdf"), 1, "/nowhere/a.pdf cannot be attached: No such file"),
        (("Oi", "--attach", "/tmp"), 1, "/tmp cannot be attached: Is a directory"),
        (("Oi", "--attach", "/dev/null"), 1, "/dev/null cannot be attached"),
        (("Oi", "--attach", "a\0b"), 1, "cannot be attached"),
    ],
)
def test_what_cannot_be_sent_is_a_sentence_and_nothing_is_done(desk, arguments, status, words):
    said = desk("reply", 2, *arguments)
    assert said.status == status
    assert words in said.err
    assert said.out == ""
    assert untouched(desk, 2)


def test_what_is_attached_goes_with_it_and_its_name_begins_no_header(desk, tmp_path: Path):
    name = "a\r\nBcc: eve@evil.example\u202e.pdf"
    (tmp_path / name).write_bytes(b"%PDF-1.4")
    row = sent(desk("reply", 2, "Segue em anexo.", "--attach", tmp_path / name, "--json"))
    assert row["recipients"] == ["c2@cliente.example"]
    (file,) = last(desk, 2)["attachments"]
    assert file["size"] == 8
    assert "Bcc" not in {line.split(":")[0] for line in desk("show", "m8", "--headers").out.splitlines()}


@pytest.mark.parametrize("size", [60_000_000, 38_000_000])
def test_a_message_that_is_too_large_is_not_made(desk, tmp_path: Path, size):
    with (tmp_path / "large.bin").open("wb") as file:
        file.truncate(size)
    said = desk("reply", 2, "Segue em anexo.", "--attach", tmp_path / "large.bin")
    assert said.status == 1
    assert "MB; this desk and most servers take at most 50" in said.err
    assert untouched(desk, 2)


def test_without_a_way_out_nothing_is_done(desk, home: Path):
    configured = (home / "config.toml").read_text()
    (home / "config.toml").write_text(
        "".join(line for line in configured.splitlines(keepends=True) if "smtp" not in line)
    )
    said = desk("reply", 2, "Oi")
    assert (said.status, "has no SMTP server" in said.err) == (78, True)
    (home / "config.toml").write_text('agent = "Vera Lopes"\n')
    said = desk("reply", 2, "Oi")
    assert (said.status, "has no account here" in said.err) == (78, True)
    assert untouched(desk, 2)
    assert desk("reply", 2, "Oi", "--draft").status == 0


def test_a_canned_response_is_filled_with_this_customers_values(desk):
    text = "Olá {{ customer.first_name }}! Até {{ promised.date }}."
    assert (
        desk(
            "response",
            "add",
            "ate",
            "--language",
            "pt_BR",
            "--title",
            "Até",
            "--text",
            text,
            "--put",
            "avisado",
            "--status",
            "on_hold",
        ).status
        == 0
    )
    said = desk("reply", 2, "--response", "ate")
    assert (said.status, "give promised.date with --set NAME=TEXT" in said.err) == (1, True)
    assert untouched(desk, 2)
    sent(desk("reply", 2, "--response", ";ate", "--set", "promised.date=sexta", "--json"))
    assert last(desk, 2)["text"].strip() == "Olá Cliente! Até sexta."
    view = shown(desk, 2)
    assert (view["status"], view["tags"]) == ("on_hold", ["avisado"])
    assert rows(desk("response", "list", "--json"))[0]["sent"] == 1
    assert desk("undo").status == 0
    assert (shown(desk, 2)["status"], shown(desk, 2)["tags"]) == ("closed", [])
    assert rows(desk("draft", "list", "--json"))[0]["text"] == "Olá Cliente! Até sexta."


def test_a_reply_is_kept_as_a_draft_and_sent_from_nowhere(desk):
    said = desk("reply", 2, "Olá [nome].", "--draft", "--json")
    assert (said.status, rows(said)[0]["done"]) == (0, "draft")
    assert "stop: [nome] has no value" in said.err
    assert rows(desk("draft", "list", "--json"))[0]["text"] == "Olá [nome]."
    said = desk("reply", 2, "Outro.", "--draft")
    assert (said.status, "You have a draft in #2 already" in said.err) == (1, True)
    sent(desk("reply", 2, "Sem ele.", "--json"))  # a command does not take what is being written
    assert [one["text"] for one in rows(desk("draft", "list", "--json"))] == ["Olá [nome]."]


def test_an_answer_is_taken_back_until_it_leaves(desk):
    row = sent(desk("reply", 2, "Cedo demais.", "--json"))
    assert desk("undo").status == 0
    assert (shown(desk, 2)["status"], len(shown(desk, 2)["messages"])) == ("closed", 1)
    assert rows(desk("outbox", "list", "--done", "--json"))[0]["state"] == "cancelled"
    assert rows(desk("draft", "list", "--json"))[0]["text"] == "Cedo demais."
    said = desk("redo")
    assert (said.status, "cannot be taken back" in said.err) == (1, True)
    assert row["message_id"] == 8


def test_the_outbox_is_listed_held_released_and_dropped(desk):
    row = sent(desk("reply", 1, "Um.", "--json"))
    number = row["message_id"]
    sent(desk("reply", 2, "Dois.", "--json"))
    listed = rows(desk("outbox", "list", "--json"))
    assert [one["conversation_id"] for one in listed] == [1, 2]
    assert set(listed[0]) == {
        "conversation_id",
        "mailbox",
        "customer",
        "subject",
        "message_id",
        "agent",
        "state",
        "hold",
        "queued_at",
        "leaves_at",
        "trouble",
        "next_at",
        "recipients",
    }
    assert rows(desk("outbox", "hold", f"m{number}", "--json"))[0]["hold"] == "agent"
    assert "held" in desk("outbox", "list").out
    said = desk("outbox", "hold", number)
    assert (said.status, f"m{number} is held already" in said.err) == (1, True)
    assert rows(desk("outbox", "release", number, "--json"))[0]["hold"] is None
    said = desk("outbox", "settle", number, "sent")
    assert (said.status, f"What became of m{number} is known" in said.err) == (1, True)
    assert rows(desk("outbox", "drop", number, "--json"))[0]["state"] == "cancelled"
    assert [one["conversation_id"] for one in rows(desk("outbox", "list", "--json"))] == [2]
    assert rows(desk("draft", "list", "--json"))[0]["text"] == "Um."
    said = desk("outbox", "drop", number)
    assert (said.status, f"m{number} has left, or may have" in said.err) == (1, True)
    said = desk("outbox", "hold", 999)
    assert (said.status, "There is no message 999 in the outbox" in said.err) == (1, True)
    assert desk("outbox", "hold", "x").status == 2


def test_what_an_answer_promises_is_hinted_at_written_down_and_kept(desk):
    said = desk("reply", 1, "Te aviso amanhã até as 15h.", "--json")
    assert "reads" not in said.out
    assert "--promises" in said.err
    assert sent(said)["promises"] == []
    assert desk("promise", "list").out == ""
    row = sent(desk("reply", 1, "Te aviso amanhã até as 15h.", "--promises", "--promise", "the price@2h", "--json"))
    assert [one["text"] for one in row["promises"]] == ["the price", "Te aviso amanhã até as 15h."]
    listed = rows(desk("promise", "list", "--json"))
    assert [one["text"] for one in listed] == ["the price", "Te aviso amanhã até as 15h."]
    assert [one["conversation_id"] for one in rows(desk("list", "is:promised promise<3h", "--json"))] == [1]
    said = desk("reply", 1, "Aqui está o preço.", "--keeps", listed[0]["promise_id"], "--json")
    assert "--keeps" in said.err  # the other one is open
    assert [one["text"] for one in rows(desk("promise", "list", "--json"))] == ["Te aviso amanhã até as 15h."]
    desk("undo")
    assert len(rows(desk("promise", "list", "--json"))) == 2


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--promise", "the price"), "TEXT@WHEN"),
        (("--promise", "the price@never"), "is no moment"),
        (("--promise", "the price@2020-01-01"), "has passed"),
        (("--promises", "--draft"), "A draft promises nothing yet"),
    ],
)
def test_what_cannot_be_promised_with_an_answer_is_said(desk, options, said):
    done = desk("reply", 1, "Oi.", *options)
    assert (done.status, said in done.err) == (2, True), done.err
