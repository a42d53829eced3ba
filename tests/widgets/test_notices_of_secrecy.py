"""What firms put under each of their mails is folded; what a customer says is not."""

import pytest

from widgets.legal import without_notice

EN = (
    "This e-mail and any attachments are confidential and intended solely for the addressee. If you have received it\n"
    "in error, please notify the sender and delete it."
)
ES = (
    "Este mensaje y sus adjuntos son confidenciales y van dirigidos exclusivamente a su destinatario. Si lo ha recibido "
    "por error, le rogamos que lo elimine y avise al remitente."
)
PT = (
    "AVISO LEGAL: Esta mensagem contém informação sigilosa, de uso exclusivo do destinatário. Se você a recebeu por "
    "engano, apague-a e avise quem a enviou."
)
GREEN = "Antes de imprimir, pense no meio ambiente."


@pytest.mark.parametrize("notice", [EN, ES, PT, GREEN, f"{PT}\n\n{EN}", f"{GREEN}\n\n{ES}\n"])
def test_a_notice_at_the_end_is_taken_off(notice):
    assert without_notice(f"Oi,\n\no boleto não chegou.\n\nAna\n\n{notice}") == "Oi,\n\no boleto não chegou.\n\nAna"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Oi.",
        EN,
        f"{PT}\n\n{EN}",
        f"{EN}\n\nIsso acima veio no e-mail de vocês, por quê?",
        "Is the number of my contract confidential? I got a mail for somebody else, and it was not addressed to me at all, so what do I do.",
        "Please delete my account and notify me when it is done.",
        "The printer does not print. The environment is Windows 11, and the driver is the one of last week, which we put in anew after the fault.\n"
        * 4,
        "x" * 20_000,
    ],
)
def test_what_somebody_says_stays(text):
    assert without_notice(text) == text
