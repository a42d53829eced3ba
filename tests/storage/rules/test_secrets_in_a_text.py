"""The named list of secrets: what is found, what only looks like one, and what is left of a text without them."""

from time import process_time

import pytest

from storage.rules.secrets import NAMES, masked, redacted, secrets_in

LETTERS = "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF" * 8
SECRETS = {
    "private_key": [
        "-----BEGIN RSA PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----",
        "-----BEGIN PGP PRIVATE KEY BLOCK-----",
    ],
    "aws_key": ["AKIA" + "ABCDEFGH234567AB", "ASIA" + "ABCDEFGH234567AB"],
    "google_key": ["AIza" + LETTERS[:35]],
    "google_secret": ["GOCSPX-" + LETTERS[:28]],
    "azure_key": ["AccountKey=" + LETTERS[:86] + "=="],
    "github_token": ["ghp_" + LETTERS[:36], "github_pat_" + LETTERS[:40]],
    "gitlab_token": ["glpat-" + LETTERS[:20]],
    "slack_token": [
        "xoxb-" + "1234567890-" + LETTERS[:12],
        "hooks.slack.com/services/T0000000/B0000000/" + LETTERS[:24],
    ],
    "stripe_key": ["sk_live_" + LETTERS[:24], "whsec_" + LETTERS[:32]],
    "sendgrid_key": ["SG." + LETTERS[:22] + "." + LETTERS[:43]],
    "ai_key": ["sk-ant-" + LETTERS[:40], "sk-proj-" + LETTERS[:48]],
    "package_token": ["npm_" + LETTERS[:36], "pypi-AgE" + LETTERS[:60]],
    "telegram_token": ["123456789:AA" + LETTERS[:33]],
    "bearer_token": ["Authorization: Bearer " + LETTERS[:40]],
    "jwt": ["eyJ" + LETTERS[:20] + ".eyJ" + LETTERS[:40] + "." + LETTERS[:43]],
    "url_password": ["postgres://app:s3cret@db.example/x", "https://ana:senha@host.example", "amqp://u:p%40x@10.0.0.1"],
    "private_address": ["10.0.0.12", "192.168.1.1", "172.16.3.4", "172.31.255.255", "169.254.169.254"],
}


def test_every_name_has_an_example():
    assert set(SECRETS) == set(NAMES)


@pytest.mark.parametrize(("name", "secret"), [(name, one) for name, some in SECRETS.items() for one in some])
@pytest.mark.parametrize("around", ["{}", "Oi, Ana: {}.", "(«{}»)\nfim", "> {}"])
def test_what_is_found(name, secret, around):
    text = around.format(secret)
    found = list(secrets_in(text))
    assert found
    assert found[0].name == name
    assert secret.startswith(text[found[0].start : found[0].end][:20])


NONE = """
O pedido 88127 de R$ 1.940,00, cartão final 4471.
Versão 10.2.1 do aplicativo
versão 10.2.1.4.5
O IP 8.8.8.8 e o 172.32.0.1 são públicos.
300.168.1.1 e 192.168.1.999
https://host.example/a:b@c
https://host.example:8080/x
ana@acme.example
-----BEGIN PUBLIC KEY-----
-----BEGIN CERTIFICATE-----
AKIA is how they begin
sk_test_1234567890abcdefghij
the sk-8 skates
ghp_short
eyJ is how JWTs begin
f47ac10b-58cc-4372-a567-0e02b2c3d479
3b1f9e0c5d7a2b4c6d8e0f1a3b5c7d9e
11987654321
xoxo, Ana
npm_config_cache
Authorization: Bearer
"""


@pytest.mark.parametrize("text", NONE.strip().split("\n"))
def test_what_only_looks_like_one(text):
    assert list(secrets_in(text)) == []


def test_a_secret_is_told_once_and_never_whole():
    text = "Authorization: Bearer eyJ" + LETTERS[:20] + ".eyJ" + LETTERS[:40] + "." + LETTERS[:43]
    assert [one.name for one in secrets_in(text)] == ["bearer_token"]
    assert masked("AKIAABCDEFGH234567AB") == "AKIA…"
    assert masked("abc") == "…"


def test_a_text_without_its_secrets():
    key = "-----BEGIN PRIVATE KEY-----\nMIIE\nabc\n-----END PRIVATE KEY-----"
    text = f"host 10.0.0.1 e {key} fim ghp_{LETTERS[:36]}"
    assert redacted(text) == ("host […] e […] fim […]", 3)
    assert redacted("nada") == ("nada", 0)
    assert redacted("-----BEGIN PRIVATE KEY-----\nMIIE") == ("[…]", 1)


@pytest.mark.parametrize(
    "piece", ["eyJ", "eyJaaaaaaaaaa.", "a://b:", "10.", "-----BEGIN ", "sk-", "xoxb-", "SG.", "a", "1:AA"]
)
def test_a_long_hostile_text_takes_time_by_its_length_alone(piece):
    begun = process_time()
    list(secrets_in(piece * (100_000 // len(piece))))
    assert process_time() - begun < 3
