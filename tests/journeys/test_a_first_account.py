"""The first start: a mailbox is set up by keys alone, against servers that refuse whatever is wrong first."""

import pytest
from made.letters import letter
from made.window import ROOT, window
from servers import grounds

pytestmark = [pytest.mark.slow, pytest.mark.server]

SECRET = "sëcret"  # what the tests' SMTP server takes of every user
KEYRING = """
import pathlib, keyring.backend
KEPT = pathlib.Path(__file__).with_name("kept")
class Keyring(keyring.backend.KeyringBackend):
    priority = 1
    def get_password(self, service, user):
        return KEPT.read_text() if KEPT.exists() else None
    def set_password(self, service, user, secret):
        KEPT.write_text(secret)
"""


@pytest.fixture
def home(tmp_path):
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture
def starting(home, tmp_path):
    """What a first start finds around it: a home with nothing in it, and a keyring."""
    (tmp_path / "ring").mkdir()
    (tmp_path / "ring" / "filed.py").write_text(KEYRING, encoding="utf-8")
    return {
        "PLANTAO_HOME": str(home),
        "PYTHONPATH": f"{ROOT}:{tmp_path / 'ring'}",
        "PYTHON_KEYRING_BACKEND": "filed.Keyring",
    }


def lit(text):
    """The row of the field that has the keys."""
    return next((row for row, line in enumerate(text.split("\n")[:15]) if line.startswith("▌")), None)


def fill(shown, field, text):
    """Go to a field by Tab, and write another text into it."""
    while f"▌{field}" not in shown.text:
        before = lit(shown.text)
        shown.press("\t")
        shown.until(lambda screen, row=before: lit(screen) not in {row, None})
    shown.press("\x15", text)
    shown.shows(field, "•" * len(text) if field == "password" else text)


def test_a_mailbox_is_set_up_by_keys_and_its_mail_comes(starting, home, tmp_path, dovecot, faulty_smtp):
    user, _secret = dovecot.user("first", password=SECRET)
    dovecot.append(user, [letter(number, subject=f"Pedido {number}") for number in range(1, 4)])
    (nobody,) = grounds.free_ports(1)
    with window(size=(80, 24), **starting) as shown:
        shown.shows("set up a mailbox", "The address to which customers write.", "nothing is written yet")
        shown.press("\x13")
        shown.shows("Type the address", "Type the server that mail is read from")
        shown.press("suporte@lumen.example")
        shown.shows("imap.lumen.example:993", "smtp.lumen.example:465", "Guessed from the address")
        fill(shown, "imap", f"127.0.0.1:{nobody}")
        shown.shows("protected none")
        fill(shown, "smtp", f"127.0.0.1:{faulty_smtp.port}")
        fill(shown, "user", user)
        fill(shown, "password", "falsch")
        shown.shows("••••••", "ready to be tried")
        assert "falsch" not in shown.text
        shown.press("\x13")
        shown.shows("cannot read", f"127.0.0.1:{nobody} cannot be reached", "▌imap")
        fill(shown, "imap", f"127.0.0.1:{dovecot.tls_port}")
        fill(shown, "protected", "implicit")
        shown.press("\x13")
        shown.shows("cannot read", "certificate of 127.0.0.1 cannot be trusted", "▌imap")
        fill(shown, "imap", f"127.0.0.1:{dovecot.port}")
        fill(shown, "protected", "none")
        shown.press("\x13")
        shown.shows("cannot read", "refused user and password", "▌password")
        shown.press("\x15", SECRET)
        fill(shown, "smtp", f"127.0.0.1:{faulty_smtp.port}")
        fill(shown, "protected", "starttls")
        shown.press("\x13")
        shown.shows("cannot send", "offers no STARTTLS", "▌protected")
        assert not (home / "config.toml").exists()
        assert not (tmp_path / "ring" / "kept").exists()
        shown.press("\x15", "none", "\x13")
        shown.shows("added: suporte", "Pedido 1", "Pedido 3")
        shown.press(":quit\r")
        assert shown.ends() == 0
        assert SECRET.encode() not in shown.sent
        assert b"falsch" not in shown.sent
    written = (home / "config.toml").read_text(encoding="utf-8")
    assert f'imap = "127.0.0.1:{dovecot.port}"' in written
    assert (tmp_path / "ring" / "kept").read_text(encoding="utf-8") == SECRET
    kept = [path.read_bytes() for path in home.rglob("*") if path.is_file()]
    assert not any(SECRET.encode() in content for content in kept)


def test_esc_leaves_with_nothing_written_and_a_command_comes_back(starting, home):
    with window(size=(80, 24), **starting) as shown:
        shown.press("quem@")  # before anything stands there: no letter is a key
        shown.shows("set up a mailbox", "▌address   quem@")
        shown.press(*"lumen.example")
        shown.shows("imap.lumen.example:993")
        shown.press("\x1b")
        shown.shows("No mailbox yet.", ":account add")
        assert not (home / "config.toml").exists()
        shown.press(":", *"account add", "\r")
        shown.shows("set up a mailbox", "The address to which customers write.")
        shown.press("\x1b")
        shown.shows("No mailbox yet.")
        shown.press("x")
        shown.shows("address and servers")
        shown.press("\x1b")
        shown.shows("No mailbox yet.")
        shown.press("q")
        assert shown.ends() == 0
    assert not (home / "config.toml").exists()
