"""What an address lets one guess of its account."""

import pytest

from console.config.guessing import Guess, guess, guess_tls
from console.config.settings import read_account


def account(name, address, **more):
    return read_account({"name": name, "address": address, "imap": "mx.lumen.example:143", **more})


@pytest.mark.parametrize(
    ("address", "guessed"),
    [
        ("", Guess()),
        ("suporte", Guess("suporte")),
        ("suporte@lumen", Guess("suporte")),
        (" Suporte@Lumen.Example ", Guess("suporte", "imap.lumen.example:993", "smtp.lumen.example:465")),
        ("fale.conosco+vip@a.example", Guess("fale.conosco-vip", "imap.a.example:993", "smtp.a.example:465")),
        ("ação@a.example", Guess("acao", "imap.a.example:993", "smtp.a.example:465")),
        ("x@a b.example", Guess("x")),
    ],
)
def test_name_and_servers_follow_from_the_address(address, guessed):
    assert guess(address) == guessed


def test_an_account_of_the_same_domain_knows_the_servers_and_keeps_its_name():
    known = (account("suporte", "suporte@lumen.example", smtp="mx.lumen.example:587"),)
    servers = ("mx.lumen.example:143", "mx.lumen.example:587")
    assert guess("vendas@lumen.example", known) == Guess("vendas", *servers)
    assert guess("suporte@outra.example", known).name == "outra"
    assert guess("suporte@suporte.example", known).name == "suporte-suporte.example"


@pytest.mark.parametrize(
    ("server", "tls"),
    [
        ("imap.lumen.example", "implicit"),
        ("imap.lumen.example:143", "starttls"),
        ("smtp.lumen.example:587", "starttls"),
        ("127.0.0.1:4567", "none"),
        ("imap.lumen.example:4567", "implicit"),
        ("imap lumen", ""),
    ],
)
def test_how_a_server_is_spoken_to_follows_from_its_port(server, tls):
    assert guess_tls(server, port=993) == tls
