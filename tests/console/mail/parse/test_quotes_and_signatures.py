# ruff: noqa: FBT001 - a parameter of the test
"""What the author wrote is told apart from quotations and signatures, in the languages and shapes programs write."""

import time

import pytest

from console.mail.parse.markers import Text
from console.mail.parse.quotes import split

ANSWER = "Sim, pode mandar amanhã.\n\nObrigada"
OLD = "Can we deliver tomorrow?\nThe lorry is free."

ATTRIBUTIONS = {
    "gmail pt": "Em qui., 12 de mar. de 2020 às 10:15, Ana Souza <ana@loja.example> escreveu:",
    "gmail es": "El jue, 12 mar 2020 a las 10:15, Ana Souza (<ana@loja.example>) escribió:",
    "gmail en": "On Thu, Mar 12, 2020 at 10:15 AM Ana Souza <ana@loja.example> wrote:",
    "gmail fr": "Le jeu. 12 mars 2020 à 10:15, Ana Souza <ana@loja.example> a écrit :",
    "gmail de": "Am Do., 12. März 2020 um 10:15 Uhr schrieb Ana Souza <ana@loja.example>:",
    "gmail it": "Il giorno gio 12 mar 2020 alle ore 10:15 Ana Souza <ana@loja.example> ha scritto:",
    "gmail nl": "Op do 12 mrt. 2020 om 10:15 schreef Ana Souza <ana@loja.example>:",
    "gmail pl": "czw., 12 mar 2020 o 10:15 Ana Souza <ana@loja.example> napisał(a):",
    "gmail ru": "чт, 12 мар. 2020 г. в 10:15, Ana Souza <ana@loja.example>:",
    "gmail uk": "чт, 12 бер. 2020 р. о 10:15 Ana Souza <ana@loja.example> пише:",
    "gmail sv": "Den tors 12 mars 2020 kl 10:15 skrev Ana Souza <ana@loja.example>:",
    "gmail no": "tor. 12. mar. 2020 kl. 10:15 skrev Ana Souza <ana@loja.example>:",
    "gmail da": "Den tor. 12. mar. 2020 kl. 10.15 skrev Ana Souza <ana@loja.example>:",
    "gmail fi": "to 12. maalisk. 2020 klo 10.15 Ana Souza (ana@loja.example) kirjoitti:",
    "gmail cs": "čt 12. 3. 2020 v 10:15 odesílatel Ana Souza <ana@loja.example> napsal:",
    "gmail tr": "Ana Souza <ana@loja.example>, 12 Mar 2020 Per, 10:15 tarihinde şunu yazdı:",
    "gmail hu": "Ana Souza <ana@loja.example> ezt írta (időpont: 2020. márc. 12., Cs, 10:15):",
    "gmail ro": "În joi, 12 mar. 2020 la 10:15, Ana Souza <ana@loja.example> a scris:",
    "gmail zh": "Ana Souza <ana@loja.example> 于2020年3月12日周四 上午10:15写道：",
    "gmail ja": "2020年3月12日(木) 10:15 Ana Souza <ana@loja.example>:",
    "gmail ko": "2020년 3월 12일 (목) 오전 10:15, Ana Souza <ana@loja.example>님이 작성:",
    "gmail old": "2020-03-12 10:15 GMT-03:00 Ana Souza <ana@loja.example>:",
    "gmail broken over lines": "On Thu, Mar 12, 2020 at 10:15 AM Ana Maria de Souza e Silva <\nana.maria@loja.example> wrote:",
    "gmail broken before the end": "Em qui., 12 de mar. de 2020 às 10:15, Ana Souza <ana@loja.example\n> escreveu:",
    "thunderbird pt": "Em 12/03/2020 10:15, Ana Souza escreveu:",
    "thunderbird es": "El 12/3/20 a las 10:15, Ana Souza escribió:",
    "thunderbird de": "Am 12.03.2020 um 10:15 schrieb Ana Souza:",
    "thunderbird fr": "Le 12/03/2020 à 10:15, Ana Souza a écrit :",
    "thunderbird pl": "W dniu 12.03.2020 o 10:15, Ana Souza pisze:",
    "thunderbird ru": "12.03.2020 10:15, Ana Souza пишет:",
    "thunderbird sv": "Den 2020-03-12 kl. 10:15, skrev Ana Souza:",
    "thunderbird zh": "在 2020/3/12 10:15, Ana Souza 写道:",
    "apple pt": "Em 12 de mar. de 2020, à(s) 10:15, Ana Souza <ana@loja.example> escreveu:",
    "apple es": "El 12 mar 2020, a las 10:15, Ana Souza <ana@loja.example> escribió:",
    "apple en": "On 12 Mar 2020, at 10:15, Ana Souza <ana@loja.example> wrote:",
    "apple sv": "12 mars 2020 kl. 10:15 skrev Ana Souza <ana@loja.example>:",
    "yahoo pt": "    Em quinta-feira, 12 de março de 2020 10:15:00 BRT, Ana Souza <ana@loja.example> escreveu:  ",
    "yahoo en": "On Thursday, March 12, 2020, 10:15:00 AM GMT-3, Ana Souza <ana@loja.example> wrote:",
    "zoho": "---- On Thu, 12 Mar 2020 10:15:00 -0300 Ana Souza <ana@loja.example> wrote ----",
    "zoho pt": "---- Em qui, 12 mar 2020 10:15:00 -0300 Ana Souza <ana@loja.example> escreveu ----",
    "notes": "Ana Souza <ana@loja.example> wrote on 12/03/2020 10:15:00:",
    "mutt": "On Thu, Mar 12, 2020 at 10:15:00AM -0300, Ana Souza wrote:",
}

HEADERS = {
    "outlook en": "From: Ana Souza <ana@loja.example>\nSent: Thursday, 12 March 2020 10:15\nTo: Desk <desk@x.example>\nSubject: RE: Delivery",
    "outlook pt": "De: Ana Souza <ana@loja.example>\nEnviado: quinta-feira, 12 de março de 2020 10:15\nPara: Desk\nAssunto: RES: Entrega",
    "outlook pt, em": "De: Ana Souza <ana@loja.example>\nEnviada em: quinta-feira, 12 de março de 2020 10:15\nPara: Desk\nAssunto: Entrega",
    "outlook es": "De: Ana Souza [mailto:ana@loja.example]\nEnviado el: jueves, 12 de marzo de 2020 10:15\nPara: Desk\nAsunto: Entrega",
    "outlook de": "Von: Ana Souza\nGesendet: Donnerstag, 12. März 2020 10:15\nAn: Desk\nBetreff: Lieferung",
    "outlook it": "Da: Ana Souza\nInviato: giovedì 12 marzo 2020 10:15\nA: Desk\nOggetto: Consegna",
    "outlook zh": "发件人: Ana Souza <ana@loja.example>\n发送时间: 2020年3月12日 10:15\n收件人: Desk\n主题: 交货",
    "outlook bold": "*From:* Ana Souza <ana@loja.example>\n*Sent:* Thursday, March 12, 2020\n*To:* Desk\n*Subject:* Delivery",
    "rule above": "________________________________\nDe: Ana Souza <ana@loja.example>\nEnviado: quinta-feira, 12 de março\nPara: Desk\nAssunto: Entrega",
    "original message": "-----Original Message-----\nFrom: Ana Souza\nSent: Thursday\nTo: Desk\nSubject: Delivery",
    "original pt": "-----Mensagem original-----\nDe: Ana Souza\nEnviada em: quinta-feira\nPara: Desk\nAssunto: Entrega",
    "samsung pt": "-------- Mensagem original --------\nDe: Ana Souza <ana@loja.example>\nData: 12/03/2020 10:15 (GMT-03:00)",
    "proton": "‐‐‐‐‐‐‐ Original Message ‐‐‐‐‐‐‐\nOn Thursday, March 12th, 2020 at 10:15, Ana <ana@loja.example> wrote:",
    "reply above": "##- Please type your reply above this line -##",
    "reply above pt": "----- Por favor, responda acima desta linha -----",
}


@pytest.mark.parametrize("line", ATTRIBUTIONS.values(), ids=ATTRIBUTIONS.keys())
@pytest.mark.parametrize("marked", [True, False], ids=["quote marks", "no quote marks"])
def test_an_answer_above_a_quotation_stands_alone(line: str, marked: bool) -> None:
    old = "\n".join("> " + one for one in OLD.split("\n")) if marked else OLD
    apart = split(Text(f"{ANSWER}\n\n{line}\n\n{old}\n"))
    assert apart.reply == ANSWER
    assert apart.quoted == OLD


@pytest.mark.parametrize("block", HEADERS.values(), ids=HEADERS.keys())
def test_an_answer_above_a_header_block_stands_alone(block: str) -> None:
    apart = split(Text(f"{ANSWER}\n\n{block}\n\n{OLD}\n"))
    assert apart.reply == ANSWER
    assert apart.quoted.endswith(OLD)


@pytest.mark.parametrize("line", ATTRIBUTIONS.values(), ids=ATTRIBUTIONS.keys())
def test_an_answer_below_a_quotation_stands_alone(line: str) -> None:
    old = "\n".join("> " + one for one in OLD.split("\n"))
    apart = split(Text(f"{line}\n{old}\n\n{ANSWER}\n"))
    assert apart.reply == ANSWER
    assert apart.quoted == OLD


def test_answers_between_quotations_are_kept_in_order() -> None:
    text = "On 12 Mar 2020, at 10:15, Ana wrote:\n> Red?\nYes.\n> Blue?\nNo.\n"
    apart = split(Text(text))
    assert apart.reply == "Yes.\n\nNo."
    assert apart.quoted == "Red?\nBlue?"


def test_nested_quotations_lose_all_their_marks() -> None:
    apart = split(Text("Ok\n\nOn 12 Mar 2020 Ana wrote:\n> Now?\n> > Later\n>> Never"))
    assert apart.quoted == "Now?\nLater\nNever"


@pytest.mark.parametrize(
    "end",
    [
        "-- \nAna Souza\nLoja Exemplo",
        "--\nAna Souza",
        "Enviado do meu iPhone",
        "Enviado desde mi iPhone",
        "Sent from my iPhone",
        "Sent from Outlook for Android<https://x.example/1>",
        "Get Outlook for iOS<https://x.example/1>",
        "Obter o Outlook para Android",
        "Envoyé de mon iPhone",
        "Von meinem iPhone gesendet",
        "Inviato da iPhone",
        "Verstuurd vanaf mijn iPhone",
        "Wysłane z iPhone'a",
        "Отправлено с iPhone",
        "Skickat från min iPhone",
        "Enviado a partir do Outlook para iOS",
        "发自我的iPhone",
    ],
)
def test_a_signature_goes(end: str) -> None:
    assert split(Text(f"{ANSWER}\n\n{end}\n")).reply == ANSWER
    assert split(Text(f"{ANSWER}\n\n{end}\n\nOn 12 Mar 2020, Ana wrote:\n> Can we?\n")).reply == ANSWER


@pytest.mark.parametrize(
    "text",
    [
        "Ele escreveu:\n\nnada disso vale.",
        "Please note:\nFrom: the station take bus 2.\nTo: the end.",
        "Use this table:\n\n| a | b |\n|---|---|\n| 1 | 2 |",
        "I wrote a letter on 12 March 2020.\nNobody answered: why?",
        "De: é uma preposição.",
        "Schedule\n09:30 - breakfast:\n10:00 - meeting:",
        "The original message was lost.",
        "sent from the shop on Monday, arrived Tuesday, broken, with the box open and wet",
    ],
)
def test_ordinary_text_is_left_whole(text: str) -> None:
    assert split(Text(text)).reply == text


def test_a_mail_that_is_only_a_quotation_shows_it() -> None:
    assert split(Text("> just this")).reply == "> just this"
    assert split(Text("> just this")).quoted == "just this"


@pytest.mark.parametrize(
    "hostile",
    [
        "wrote:\n" * 200_000,
        "On 12 Mar 2020 " * 60_000 + "wrote:",
        ">" * 1_000_000,
        "> " * 500_000,
        ">\n" * 500_000,
        "From: a\n" * 200_000,
        "From:\nTo:\n" * 100_000,
        "From: a\n\n" * 100_000,
        "-" * 1_000_000,
        "-" * 1_000_000 + "\n",
        ("-" * 100 + "\n") * 20_000,
        "- " * 500_000,
        ("----- Forwarded message" + "-" * 50 + "\n") * 20_000,
        "----- Forwarded message" + " " * 500_000,
        " " * 1_000_000 + "x",
        ("On 12 Mar 2020 a@b.example <" + "\n") * 50_000,
        "sent from my " + "a" * 1_000_000,
        ("sent from my " + "a " * 100 + "\n") * 5_000,
        "<" * 500_000 + ":",
        "a@" * 500_000 + ":",
        ("12/03/2020 10:15 " + "<a@" * 60 + ":\n") * 5_000,
        "10:15 " * 200_000 + ">:",
        "Please reply " + "reply above " * 80_000 + "-",
    ],
    ids=lambda text: text[:30].strip() or "space",
)
def test_hostile_text_is_split_in_linear_time(hostile: str) -> None:
    started = time.process_time()
    split(Text(hostile))
    assert time.process_time() - started < 5
