"""The review before an answer leaves: what it finds, and above all what it must not find."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from storage.kinds import DraftKind
from storage.kinds.mail import Correspondent
from storage.kinds.review import Check, Finding, Place, ReviewFacts, Severity, Unseen, Writes, Written
from storage.rules.mentions import addresses_in, attachment_mention
from storage.rules.placeholders import placeholders
from storage.rules.reviewing import ATTACHED_LARGE, address_of, review

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
ANA, LI = Correspondent("Ana Souza", "ana@acme.example"), Correspondent("Li", "li@acme.example")
FACTS = ReviewFacts(
    expected=(ANA,), known=frozenset({ANA.address}), own=frozenset({"suporte@lumen.example"}), language="pt"
)
GOOD = Written(
    DraftKind.REPLY, ("Ana Souza <ana@acme.example>",), subject="Re: Fatura", body="Oi, Ana. Está feito.", language="pt"
)


def found(written: Written = GOOD, facts: ReviewFacts = FACTS, right=()) -> dict[Check, Finding]:
    return {one.check: one for one in review(written, facts, right) if one.severity is not Severity.OK}


def test_an_answer_that_is_well_has_nothing_to_settle_and_says_whom_it_reaches():
    assert [(one.check, one.severity, one.what) for one in review(GOOD, FACTS)] == [
        (Check.RECIPIENTS, Severity.OK, "ana@acme.example")
    ]


PLACEHOLDERS = """
Oi, {{ customer.first_name }}.|{{ customer.first_name }}
Prazo: {{prazo}} dias|{{prazo}}
{% if vip %}Obrigado|{% if vip %}
Olá ${nome}, tudo bem?|${nome}
Oi {{ Ana|{{
Oi, [NOME]!|[NOME]
Dear [NAME],|[NAME]
Hi [Your Name]|[Your Name]
Estimado [nombre]:|[nombre]
O prazo é [data de entrega].|[data de entrega]
[INSERT DATE HERE]|[INSERT DATE HERE]
[CLIENTE]|[CLIENTE]
[?]|[?]
Oi, «…».|«…»
Oi, «nome».|«nome»
Hola «NOMBRE»|«NOMBRE»
Hi <name>, thanks|<name>
Olá <nome do cliente>|<nome do cliente>
O valor é R$ XXX.|XXX
Pedido XXXXX|XXXXX
No dia XX/XX/2026|
No dia XX/XX/XXXX|XX/XX/XXXX
O prazo é de ____ dias|____
Depends on TBD.|TBD
TODO: ask Bruno|TODO:
Lorem ipsum dolor|Lorem ipsum
Custa ??? reais|???
"""


@pytest.mark.parametrize("line", PLACEHOLDERS.strip().split("\n"))
def test_what_was_left_to_be_filled_in(line):
    text, _, what = line.partition("|")
    assert [text[start:end].strip() for start, end in placeholders(text)] == ([what] if what else [])


NO_PLACEHOLDERS = """
Tudo certo, Ana.
[ERROR] connection refused
[INFO] 2026-11-23 job done
[WARN] disk
ERROR [MAIN] x
array[INDEX] = 3
see [1] and [12]
[link](https://x.example)
[EXTERNAL] Re: Fatura
[URGENTE] Fatura
Ela disse «não entra» e desligou.
Dijo «no puedo entrar» dos veces.
«Bom dia», escreveu Ana.
O cartão XXXX-XXXX-XXXX-4471
cartão XXXX 4471
no século XXI
kisses xxx
talla XXL
A camiseta XXXL serve
Le costó todo: TODO está bien.
TODOS os pedidos
<ana@acme.example>
<https://x.example/name>
<br> <b>x</b>
"__init__" and snake___case
________________________________
---
Por quê???
o JSON {"a": {"b": 1}}
[...]
[…]
quotation […] goes on
> Oi, {{ nome }}
> [NOME]
fn(x)[A]
[PATCH v2] fix
[API-1234] is the ticket
[X] feito
"""


@pytest.mark.parametrize("text", NO_PLACEHOLDERS.strip().split("\n"))
def test_what_only_looks_like_a_placeholder(text):
    assert [text[start:end] for start, end in placeholders(text)] == []


ATTACHED = """
Segue em anexo o comprovante.
Em anexo vai o comprovante da anulação.
Segue anexo o boleto.
Seguem anexos os boletos.
Anexo segue a nota.
Anexei a nota fiscal.
Anexamos o comprovante.
O comprovante vai anexado.
A nota está anexada a este e-mail.
Anexo: nota.pdf
Segue em anexo o seu boleto.
Adjunto le envío la factura.
Le adjunto la factura.
Te adjunto el comprobante.
Adjuntamos la factura.
Se adjunta la factura.
En el archivo adjunto está la factura.
Va adjunta la factura.
Adjunto encontrará el comprobante.
Please find attached the invoice.
The invoice is attached.
I've attached the invoice.
I have attached the log.
I attach the log.
We are attaching the log.
See the attachment.
See attached.
Attached is the invoice.
Attached you will find it.
Please find enclosed the invoice.
It is attached to this e-mail.
"""


@pytest.mark.parametrize("text", ATTACHED.strip().split("\n"))
def test_an_attachment_is_mentioned(text):
    mention = attachment_mention(f"Oi.\n\n{text}\nAté.")
    assert mention is not None
    start, end = mention
    assert 5 <= start < end <= 5 + len(text)


NOT_ATTACHED = """
Oi, Ana. Está feito.
Recebi o seu anexo, obrigado.
O anexo que você enviou não abre.
O arquivo que você anexou está vazio.
O seu e-mail veio sem anexo.
Não chegou nenhum anexo.
Poderia anexar o comprovante?
Por favor, anexe o comprovante.
Pode mandar o comprovante?
Su adjunto no se abre.
El archivo que adjuntó está vacío.
Su correo llegó sin adjuntos.
¿Podría adjuntar la factura?
Por favor adjunte la factura.
Could you attach the log?
Please attach the log.
Your attachment did not open.
The attachment you sent is empty.
The file you attached is empty.
You have attached the wrong file.
There was no attachment in your mail.
It came without attachments.
The fee is attached to your account.
I am attached to the idea.
O diretor adjunto responde amanhã.
El director adjunto responderá.
Abra o anexo e confirme.
> Segue em anexo o comprovante.
A cláusula está no Anexo II do contrato.
"""


@pytest.mark.parametrize("text", NOT_ATTACHED.strip().split("\n"))
def test_an_attachment_of_others_or_none_is_not_mentioned(text):
    assert attachment_mention(text) is None


def test_an_attachment_mentioned_and_absent_points_at_the_words_and_what_is_attached_settles_it():
    body = "Oi, Ana.\n\nEm anexo vai o comprovante."
    finding = found(replace(GOOD, body=body))[Check.ATTACHMENT_ABSENT]
    assert finding.severity is Severity.STOP
    assert body[finding.place.start : finding.place.end].startswith("Em anexo")
    assert finding.remedies == ("attach", "right")
    assert not found(replace(GOOD, body=body, attachments=("comprovante.pdf",)))


def test_what_is_said_to_be_right_stays_right_while_it_is_the_same():
    draft = replace(GOOD, body="Segue em anexo.")
    key = found(draft)[Check.ATTACHMENT_ABSENT].key
    assert found(draft, right={key}) == {}
    moved = replace(draft, body="Oi, Ana.\nSegue em anexo.")  # it stands elsewhere, and is the same
    assert found(moved, right={key}) == {}
    assert Check.PLACEHOLDER in found(replace(draft, body="Segue em anexo. [NOME]"), right={key})


def test_what_cannot_be_sent_is_not_settled_by_saying_that_it_is_right():
    draft = replace(GOOD, to=())
    finding = found(draft)[Check.NO_RECIPIENT]
    assert "right" not in finding.remedies
    assert Check.NO_RECIPIENT in found(draft, right={finding.key})


def test_recipients_new_and_dropped_against_the_last_message():
    facts = replace(FACTS, expected=(ANA, LI), known=frozenset({ANA.address, LI.address}))
    draft = replace(GOOD, to=("ana@acme.example",), cc=("Bob <BOB@other.example>",))
    findings = found(draft, facts)
    assert findings[Check.NEW_RECIPIENT].what == "bob@other.example"
    assert findings[Check.DROPPED_RECIPIENT].what == "li@acme.example"
    assert not found(replace(draft, cc=("li@acme.example",)), facts)


@pytest.mark.parametrize("kind", [DraftKind.REPLY_SENDER, DraftKind.FORWARD, DraftKind.NEW])
def test_only_an_answer_to_all_drops_anybody(kind):
    facts = replace(FACTS, expected=(ANA, LI))
    assert not found(replace(GOOD, kind=kind), facts)


def test_a_forward_and_a_new_message_may_go_to_anybody():
    for kind in (DraftKind.FORWARD, DraftKind.NEW):
        assert not found(replace(GOOD, kind=kind, to=("bob@other.example",)))


def test_somebody_who_took_no_part_before_is_looked_at():
    facts = replace(FACTS, strangers=frozenset({"eve@evil.example"}))
    findings = found(replace(GOOD, cc=("eve@evil.example",)), facts)
    assert set(findings) == {Check.STRANGER}


@pytest.mark.parametrize("entry", ["ana", "ana@", "Ana Souza", "a b@c.example", "x@y@z", "<>", "ana@acme.example>, x"])
def test_an_address_that_is_none(entry):
    assert address_of(entry) == ""
    findings = found(replace(GOOD, to=(entry, "ana@acme.example")))
    assert findings[Check.BAD_ADDRESS].what == entry.strip()


@pytest.mark.parametrize("entry", ["ana@acme.example", " Ana <ANA@acme.example> ", '"Souza, Ana" <ana@acme.example>'])
def test_an_address_with_and_without_a_name(entry):
    assert address_of(entry) == "ana@acme.example"


def test_news_that_came_while_writing():
    facts = replace(FACTS, unseen=(Unseen(7, "Ana Souza", NOON), Unseen(8, "Bruno", NOON, ours=True)))
    findings = found(facts=facts)
    assert findings[Check.CUSTOMER_WROTE].severity is Severity.LOOK
    assert findings[Check.CUSTOMER_WROTE].remedies == ("read-news", "right")
    assert findings[Check.COLLEAGUE_ANSWERED].severity is Severity.STOP
    assert review(GOOD, facts)[0].check is Check.COLLEAGUE_ANSWERED  # the gravest first
    right = {findings[Check.CUSTOMER_WROTE].key, findings[Check.COLLEAGUE_ANSWERED].key}
    assert not found(facts=facts, right=right)
    later = replace(facts, unseen=(*facts.unseen, Unseen(9, "Ana Souza", NOON)))
    assert [one.message_id for one in found(facts=later, right=right).values()] == [9]


def test_a_colleague_who_writes_to_the_same_customer():
    finding = found(facts=replace(FACTS, writing=(Writes("Bruno", NOON, 4213),)))[Check.COLLEAGUE_WRITES]
    assert (finding.severity, finding.what, finding.other) == (Severity.LOOK, "Bruno", "4213")


def test_secrets_in_the_text_are_pointed_at_and_not_told():
    body = "A chave é AKIAABCDEFGH234567AB.\n> no host 10.0.0.12"
    findings = [one for one in review(replace(GOOD, body=body), FACTS) if one.check is Check.SECRET]
    assert [(one.severity, one.what, one.other) for one in findings] == [
        (Severity.STOP, "AKIA…", "aws_key"),
        (Severity.LOOK, "10.0.0.12", "private_address"),
    ]
    assert [body[one.place.start : one.place.end] for one in findings] == ["AKIAABCDEFGH234567AB", "10.0.0.12"]
    assert not found(replace(GOOD, body=body), right={one.key for one in findings})


def test_secrets_in_a_note_are_pointed_at_and_stop_nothing():
    body = "Visto no 10.0.0.12 com AKIAABCDEFGH234567AB."
    (finding,) = review(Written(DraftKind.NOTE, body=body), FACTS)
    assert (finding.check, finding.severity, finding.other) == (Check.SECRET, Severity.LOOK, "aws_key")
    assert finding.remedies[0] == "redact"
    assert review(Written(DraftKind.NOTE, body="Visto no 10.0.0.12, com bob@other.example."), FACTS) == ()


def test_another_customers_address_in_the_text():
    facts = replace(FACTS, others=frozenset({"bob@other.example"}))
    body = "Oi, Ana. Falei com Bob@Other.example hoje."
    finding = found(replace(GOOD, body=body), facts)[Check.OTHER_CUSTOMER]
    assert finding.severity is Severity.STOP
    assert body[finding.place.start : finding.place.end] == "Bob@Other.example"
    assert not found(replace(GOOD, body="Escreva a suporte@lumen.example ou ana@acme.example."), facts)
    assert Check.OTHER_CUSTOMER in found(
        replace(GOOD, body="Oi.\n> de bob@other.example"), facts
    )  # quoted, it leaves too
    sent_to = replace(GOOD, kind=DraftKind.FORWARD, to=("bob@other.example",), body="Oi, bob@other.example")
    assert not found(sent_to, facts)


def test_addresses_that_a_text_names():
    text = "a@b.example, <C@D.example>; http://u:p@h.example/x, x@localhost, a.b+c@d-e.example."
    assert [address for address, _, _ in addresses_in(text)] == [
        "a@b.example",
        "c@d.example",
        "p@h.example",
        "a.b+c@d-e.example",
    ]


@pytest.mark.parametrize(
    ("draft", "customer", "told"),
    [("en", "pt", True), ("pt", "pt", False), ("", "pt", False), ("en", "", False), ("es", "pt", True)],
)
def test_a_language_that_is_not_the_customers(draft, customer, told):
    findings = found(replace(GOOD, language=draft), replace(FACTS, language=customer))
    assert (Check.LANGUAGE in findings) is told


def test_nothing_written_no_subject_and_large_or_missing_files():
    assert "right" not in found(replace(GOOD, body=" \n"))[Check.NOTHING_WRITTEN].remedies
    assert "right" in found(replace(GOOD, body="> quoted"))[Check.NOTHING_WRITTEN].remedies
    assert not found(replace(GOOD, kind=DraftKind.FORWARD, body="", attachments=("mail.eml",)))
    assert Check.NO_SUBJECT in found(replace(GOOD, subject=" "))
    facts = replace(FACTS, gone=("a.pdf",), attached_bytes=ATTACHED_LARGE + 1)
    assert {Check.ATTACHMENT_GONE, Check.ATTACHMENTS_LARGE} <= set(found(replace(GOOD, attachments=("a.pdf",)), facts))


def test_a_note_is_never_sent_so_only_an_empty_one_is_told():
    note = Written(DraftKind.NOTE, body="Segue em anexo [NOME] para bob@other.example", language="en")
    assert not found(note, replace(FACTS, others=frozenset({"bob@other.example"})))
    assert Check.NOTHING_WRITTEN in found(replace(note, body=""))


def test_a_place_is_where_it_stands():
    body = "Oi, [NOME].\nO prazo é {{ prazo }}."
    findings = [one for one in review(replace(GOOD, body=body), FACTS) if one.check is Check.PLACEHOLDER]
    assert [(one.what, one.place) for one in findings] == [
        ("[NOME]", Place("body", 4, 10)),
        ("{{ prazo }}", Place("body", 22, 33)),
    ]
    assert all(body[one.place.start : one.place.end] == one.what for one in findings)


@pytest.mark.parametrize(
    "piece", ["[", "{{", "«", "<a", "_", "X", "segue em ", "a@", "adjunto ", "attached to ", "?", "the "]
)
def test_a_long_hostile_draft_takes_time_by_its_length_alone(piece):
    from time import process_time

    def seconds(size: int) -> float:
        written = replace(GOOD, body=piece * (size // len(piece)))
        begun = process_time()
        review(written, FACTS)
        return process_time() - begun

    assert seconds(100_000) < 1.5
