"""Where the mail of an account leaves, and who keeps its copy."""

import pytest

from console.config.accounts import Account
from console.mail.imap.server import Tls
from console.mail.outgoing import NoWayOut, server_keeps_copy, smtp_server_of


def account(**more: object) -> Account:
    return Account.model_validate({"name": "vendas", "address": "vendas@x.example", "imap": "imap.x.example"} | more)


def test_an_account_without_a_server_says_what_to_add():
    with pytest.raises(NoWayOut, match="vendas has no SMTP server: add smtp = "):
        smtp_server_of(account(), "secret")


def test_a_server_is_signed_in_to_as_the_account_says():
    server = smtp_server_of(account(smtp="smtp.x.example:587", user="v"), "secret")
    assert (server.host, server.port, server.tls) == ("smtp.x.example", 587, Tls.STARTTLS)
    assert (server.user, server.password, server.plain_allowed) == ("v", "secret", False)
    other = smtp_server_of(account(smtp="smtp.x.example", smtp_user="out", smtp_tls="none"), "secret")
    assert (other.user, other.tls, other.plain_allowed) == ("out", Tls.NONE, True)
    nobody = smtp_server_of(account(smtp="smtp.x.example", smtp_user=""), "secret")
    assert (nobody.user, nobody.password) == ("", "")  # what nobody asks for is told to nobody
    assert "secret" not in repr(server)


@pytest.mark.parametrize(
    ("smtp", "said", "capabilities", "keeps"),
    [
        ("smtp.gmail.com", "auto", (), True),
        ("smtp.gmail.com", "append", (), False),
        ("smtp.office365.com:587", "auto", (), True),
        ("SMTP-mail.outlook.com:587", "auto", (), True),
        ("smtp-relay.gmail.com", "auto", (), False),
        ("x.mail.protection.outlook.com:25", "auto", (), False),
        ("smtp.gmail.com.evil.example", "auto", (), False),
        ("smtp.x.example", "auto", (), False),
        ("smtp.x.example", "server", (), True),
        ("smtp.x.example", "auto", ("X-GM-EXT-1",), False),  # the mailbox is Gmail's, its mail leaves elsewhere
        ("imap.x.example:465", "auto", ("IMAP4REV1", "X-GM-EXT-1"), True),
    ],
)
def test_a_copy_is_put_among_the_sent_mail_unless_the_server_does(smtp, said, capabilities, keeps):
    assert server_keeps_copy(account(smtp=smtp, sent_copy=said), capabilities) is keeps


def test_nothing_leaves_where_there_is_no_server():
    assert not server_keeps_copy(account(), ("X-GM-EXT-1",))
