"""What an answer promises, and until when: in three languages; and what only looks like a promise."""

from datetime import datetime, timedelta
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest

from storage.rules.promised import LONGEST, MOST, promised

NOW = datetime(2026, 11, 25, 10, 30, tzinfo=ZoneInfo("America/Sao_Paulo"))  # a Wednesday

# A sentence, and the day of this November (or month and day) and the time of what it promises; nothing for no promise.
SENTENCES = """
I will tell you by 15:00.|25 15:00
I'll call you back at 3 pm.|25 15:00
We will send the invoice before 18:00 today.|25 18:00
I'll get back to you before Friday.|26 18:00
We will fix it within two hours.|25 12:30
You will have an answer in half an hour.|25 11:00
You'll hear from us tomorrow by noon.|26 12:00
We will answer within the day.|25 18:00
The report will be ready by the end of the day.|25 18:00
Our technician will be there between 9:00 and 11:00 tomorrow.|26 11:00
By 15:00 I will have tested it.|25 15:00
Tomorrow morning, we'll send you the replacement.|26 12:00
I will look into it and get back to you by 15:00.|25 15:00
I promise that you will have it by Monday.|30 18:00
I'm sending the part on Friday at 10.|27 10:00
We'll refund the amount within 3 business days.|30 18:00
I will write no later than 4 p.m. today.|25 16:00
We will restore the backup by December 1st.|12-01 18:00
I will send it by 15:00, and if you have questions, call me.|25 15:00
It will be fixed by next week.|12-04 18:00
I'll update you by the end of the week.|27 18:00
We will reply in 24 hours.|26 10:30
Te aviso até as 15h.|25 15:00
Vou enviar o boleto antes das 18h.|25 18:00
Retorno amanhã até o meio-dia.|26 12:00
Resolvo hoje ainda.|25 18:00
Enviarei o orçamento até sexta-feira.|27 18:00
Em até 24 horas te retorno com a resposta.|26 10:30
A gente te liga amanhã de manhã.|26 12:00
Até as 15h30 eu lhe confirmo a visita.|25 15:30
Amanhã, às 9h, o técnico vai até aí.|26 09:00
O sistema estará no ar até as 14:00.|25 14:00
Você recebe o reembolso em 2 dias úteis.|27 18:00
Prometo que te mando o contrato até segunda.|30 18:00
Vou verificar com o time e te retorno até as 17 horas.|25 17:00
Nosso técnico passa na quinta à tarde.|26 18:00
Vamos corrigir isso daqui a duas horas.|25 12:30
Respondo até o fim do dia.|25 18:00
Retornaremos até dia 30.|30 18:00
Mando o relatório até 01/12.|12-01 18:00
Eu te ligo às 3 da tarde.|25 15:00
Vou estar enviando a peça semana que vem.|12-04 18:00
Em meia hora dou um retorno.|25 11:00
Fica pronto até o final da semana.|27 18:00
Le respondo hasta las 15:00.|25 15:00
Le llamo mañana por la mañana.|26 12:00
Lo tendrá dentro de dos horas.|25 12:30
Te enviaré el informe antes del viernes.|26 18:00
Voy a revisarlo hoy mismo.|25 18:00
Mañana a las 9 lo llamaremos.|26 09:00
Pasado mañana le confirmo la fecha.|27 18:00
El técnico llegará entre las 9 y las 11.|25 11:00
Le prometo que quedará resuelto antes de las 18 h.|25 18:00
Les mandamos la factura a más tardar el lunes.|30 18:00
Recibirá el reembolso en tres días hábiles.|30 18:00
Vamos a arreglarlo esta tarde a las 4 de la tarde.|25 16:00
En media hora le doy una respuesta.|25 11:00
Se lo enviare el 1 de diciembre.|12-01 18:00
Te aviso antes del mediodía.|25 12:00
Lo resolveremos al final del día.|25 18:00
Actualizo el sistema esta noche.|25 21:00
If you call before 15:00, I will answer.|
The shop closes at 15:00.|
I will not be able to send it by 15:00.|
We won't finish before Friday.|
Will I have your answer by 15:00?|
Please send us the form by Friday.|
You will have to reply by Friday.|
I'll try to answer by 15:00.|
I think I will have it by 15:00.|
I will send it by 15:00 if the bank confirms.|
Unless you write by Friday, we will close this.|
I will be out of the office until Monday.|
I will check it and you can call before 15:00.|
Thank you for your mail of Friday at 10:00.|
I will send it in the next release.|
We will be closed on Friday.|
I will look at what you sent on Friday.|
I will call you after 15:00.|
I would have sent it by 15:00.|
We will send you 3 invoices.|
Se você ligar antes das 15h, te atendo.|
A loja fecha às 15h.|
Não vou conseguir enviar até as 15h.|
Vou tentar resolver até as 15h.|
Você consegue me mandar até sexta-feira?|
Preciso do documento até sexta-feira.|
Estarei fora até segunda-feira.|
Aguardaremos sua resposta até sexta-feira.|
Acho que envio até as 15h.|
Te aviso até as 15h se tudo der certo.|
Vou mandar a segunda via.|
Enviamos o boleto na sexta.|
Atendemos toda sexta das 9h às 18h.|
Caso precise, retorno amanhã.|
Si llama antes de las 15:00, le atiendo.|
La tienda cierra a las 15:00.|
No podré enviarlo antes de las 15:00.|
No le llamo hoy.|
¿Me lo envía antes del viernes?|
Voy a intentar resolverlo hoy.|
Estaré fuera hasta el lunes.|
Envíenos el documento antes del viernes, y lo revisaremos.|
Quizás lo tendrá mañana.|
Trabajamos los lunes a las 9.|
Espero que llegue antes del viernes.|
"""


def moment(said: str) -> datetime | None:
    if not said:
        return None
    day, clock = said.split()
    return datetime.fromisoformat(f"2026-{day if '-' in day else '11-' + day}T{clock}").replace(tzinfo=NOW.tzinfo)


@pytest.mark.parametrize(("sentence", "due"), [line.rsplit("|", 1) for line in SENTENCES.strip().split("\n")])
def test_a_sentence_promises_until_a_moment_or_nothing(sentence, due):
    assert [one.due for one in promised(sentence, now=NOW)] == [one for one in (moment(due),) if one is not None]


BODY = """Olá Ana,

obrigado pelo retorno. Vou enviar o boleto
até as 15h. Preciso do seu CNPJ até sexta-feira.

> Vou pagar até as 16h.

Te ligo amanhã às 9h!
Abraços, Bia
-- 
Respondo até as 18h.
"""  # noqa: W291 - the sign of a signature ends with a blank


def test_only_the_agents_own_words_are_read_and_each_promise_says_where_it_stands():
    found = promised(BODY, now=NOW)
    assert [(one.text, f"{one.due:%d %H:%M}") for one in found] == [
        ("Vou enviar o boleto até as 15h.", "25 15:00"),
        ("Te ligo amanhã às 9h!", "26 09:00"),
    ]
    assert all(BODY[one.start : one.end].replace("\n", " ") == one.text for one in found)


def test_a_sentence_is_long_or_comes_often_and_is_bounded():
    long = "I will send you " + "the very long report and " * 20 + "all of it by 15:00."
    assert all(len(one.text) <= LONGEST for one in promised(long, now=NOW))
    many = "\n".join(f"I will send part {number} by 15:00." for number in range(9))
    assert len(promised(many, now=NOW)) == MOST


@pytest.mark.parametrize(
    "text", ["vou " * 20_000, ", " * 20_000, "9 " * 20_000, "." * 30_000, "by 15:00 " * 5_000, "\n> " * 9_000]
)
def test_a_hostile_text_is_read_in_no_time(text):
    before = perf_counter()
    promised(text, now=NOW)
    assert perf_counter() - before < 3


def test_days_have_their_own_offset_where_the_clocks_change():
    zone = ZoneInfo("Europe/Lisbon")
    (found,) = promised("I will send it tomorrow at 10:00.", now=datetime(2026, 10, 24, 12, tzinfo=zone))
    assert found.due.utcoffset() == timedelta(0)


def test_a_time_that_has_passed_today_is_tomorrows_and_today_ends_at_midnight():
    late = NOW.replace(hour=19)
    assert [one.due for one in promised("I will tell you by 15:00.", now=late)] == [moment("26 15:00")]
    assert [one.due for one in promised("I will tell you today.", now=late)] == [moment("25 23:59")]
    assert promised("I will tell you today at 15:00.", now=late) == ()
