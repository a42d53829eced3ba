"""A Dovecot of our own for the tests: loopback, free ports, a temporary folder, users made on demand, and another client's hands."""

import contextlib
import datetime as dt
import functools
import grp
import imaplib
import ipaddress
import itertools
import os
import shutil
import signal
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from servers import grounds

imaplib._MAXLINE = 50_000_000  # type: ignore[attr-defined]  # SEARCH ALL of a large folder is one line

_FIRST_OF_24 = """\
dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
"""

_OF_24 = """
ssl_server_cert_file = {home}/cert.pem
ssl_server_key_file = {home}/key.pem
auth_allow_cleartext = yes
mail_driver = maildir
mail_path = ~/Maildir
passdb passwd-file {{
  passwd_file_path = {home}/users/%{{user}}
}}
userdb passwd-file {{
  passwd_file_path = {home}/users/%{{user}}
}}
"""

_OF_23 = """
ssl_cert = <{home}/cert.pem
ssl_key = <{home}/key.pem
disable_plaintext_auth = no
mail_location = maildir:~/Maildir
passdb {{
  driver = passwd-file
  args = {home}/users/%u
}}
userdb {{
  driver = passwd-file
  args = {home}/users/%u
}}
"""

_OF_BOTH = """
base_dir = {run_at}/run
state_dir = {run_at}/state
log_path = {home}/dovecot.log
protocols = imap
listen = 127.0.0.1
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
mail_uid = {user}
mail_gid = {group}
first_valid_uid = 1
first_valid_gid = 1
ssl = yes
auth_mechanisms = plain
auth_failure_delay = 0
mail_max_userip_connections = 1000
mail_fsync = never
service imap-login {{
  chroot =
  process_min_avail = 1
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service imap {{
  process_limit = 1024
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Sent {{
    special_use = \\Sent
    auto = create
  }}
  mailbox Archive {{
    special_use = \\Archive
    auto = create
  }}
  mailbox Drafts {{
    special_use = \\Drafts
    auto = create
  }}
}}
"""


@dataclass
class Dovecot:
    """A running Dovecot.

    Attributes:
        home: its temporary folder.
        port: plain IMAP that offers STARTTLS.
        tls_port: IMAP over implicit TLS.
        certificate: the self-made certificate, to be trusted as an authority; good for localhost and 127.0.0.1.
    """

    home: Path
    port: int
    tls_port: int
    _process: "subprocess.Popen[bytes] | None" = None
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)
    _passwords: dict[str, str] = field(default_factory=dict)

    @property
    def certificate(self) -> Path:
        return self.home / "cert.pem"

    @property
    def log(self) -> str:
        """What the server wrote so far."""
        path = self.home / "dovecot.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def start(self) -> None:
        """Start it, again on the same ports, and wait until it answers."""
        assert self._process is None, "it runs already"
        binary = _binary()
        assert binary is not None
        command = grounds.unprivileged([binary, "-F", "-c", self.home / "dovecot.conf"])
        self._process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        grounds.until_true(
            lambda: grounds.answers(self.port) and grounds.answers(self.tls_port), "Dovecot", process=self._process
        )

    def stop(self) -> None:
        """Stop it, and with it every connection."""
        process, self._process = self._process, None
        if process is not None and process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)
            with contextlib.suppress(ProcessLookupError):  # who still serves a connection
                os.killpg(process.pid, signal.SIGKILL)

    def user(self, name: str = "agent", *, password: str = "secreta!", store: str = "maildir") -> tuple[str, str]:
        """Make a user with an empty mailbox and return `(user, password)`; the name gets a number, so each is fresh.

        Args:
            name: how the user name begins.
            password: may hold any character but a colon, a NUL and line ends.
            store: ``maildir`` or ``mdbox``.
        """
        user = f"{name}{next(self._numbers)}"
        home = self.home / "homes" / user
        home.mkdir()
        grounds.hand_over(home)
        line = line_of_user(user, password, home=home, store=store)
        (self.home / "users" / user).write_text(line, encoding="utf-8")
        self._passwords[user] = password
        return user, password

    def set_password(self, user: str, password: str) -> None:
        """Change a user's password, as somebody does who rotates them."""
        path = self.home / "users" / user
        path.write_text(path.read_text("utf-8").replace(f"}}{self._passwords[user]}:", f"}}{password}:"), "utf-8")
        self._passwords[user] = password

    @contextlib.contextmanager
    def other_client(self, user: str, folder: str | None = "INBOX") -> Iterator[imaplib.IMAP4]:
        """Sign in as another mail program of this user, with `folder` selected unless it is `None`."""
        client = imaplib.IMAP4("127.0.0.1", self.port, timeout=60)
        try:
            secret = self._passwords[user].encode()
            client.authenticate("PLAIN", lambda _: b"\0" + user.encode() + b"\0" + secret)
            if folder is not None:
                _done(client.select(_quoted(folder)))
            yield client
        finally:
            with contextlib.suppress(imaplib.IMAP4.error, OSError):
                client.logout()

    def append(
        self, user: str, messages: Iterable[bytes], folder: str = "INBOX", *, flags: str = "", date: str | None = None
    ) -> list[int]:
        """Deliver messages and return their UIDs; `date` is an INTERNALDATE with its quotes.

        They go in few commands (MULTIAPPEND), some thousands a second.
        """
        uids: list[int] = []
        before = f" ({flags})" + (f" {date}" if date else "")
        with self.other_client(user, None) as client:
            waiting = iter(messages)
            while several := list(itertools.islice(waiting, 500)):
                said = [f"X3 APPEND {_quoted(folder)}".encode()]
                said += [before.encode() + b" {%d+}\r\n" % len(message) + message for message in several]
                client.send(b"".join(said) + b"\r\n")
                while not (line := client.readline()).startswith(b"X3 "):
                    assert line, "the connection was lost"
                assert line.startswith(b"X3 OK [APPENDUID "), line
                first, _, last = line.split(b"]")[0].split()[-1].partition(b":")
                uids.extend(range(int(first), int(last or first) + 1))
        return uids

    def flag(self, user: str, uids: Sequence[int], change: str, folder: str = "INBOX") -> None:
        """Store flags as another client, as in `flag(user, [1, 2], "+FLAGS (\\\\Seen)")`."""
        with self.other_client(user, folder) as client:
            item, _, flags = change.partition(" ")
            _done(client.uid("STORE", ",".join(map(str, uids)), item, flags))

    def expunge(self, user: str, uids: Sequence[int], folder: str = "INBOX") -> None:
        """Remove messages for good as another client."""
        with self.other_client(user, folder) as client:
            every = ",".join(map(str, uids))
            _done(client.uid("STORE", every, "+FLAGS.SILENT", r"(\Deleted)"))
            client.send(b"X1 UID EXPUNGE " + every.encode() + b"\r\n")
            while not client.readline().startswith(b"X1 OK"):
                pass

    def move(self, user: str, uids: Sequence[int], to: str, folder: str = "INBOX") -> None:
        """Move messages as another client."""
        with self.other_client(user, folder) as client:
            client.send(b"X2 UID MOVE " + ",".join(map(str, uids)).encode() + b" " + _quoted(to).encode() + b"\r\n")
            while not (line := client.readline()).startswith(b"X2 "):
                pass
            assert line.startswith(b"X2 OK"), line

    def uids(self, user: str, folder: str = "INBOX") -> list[int]:
        """The UIDs that the folder holds now."""
        with self.other_client(user, folder) as client:
            _, data = client.uid("SEARCH", "ALL")
            return [int(word) for word in (data[0] or b"").split()]

    def flags(self, user: str, folder: str = "INBOX") -> dict[int, frozenset[str]]:
        """The flags of every message now, without \\Recent."""
        with self.other_client(user, folder) as client:
            _, data = client.uid("FETCH", "1:*", "(FLAGS)")
            found = {}
            for row in data:
                if isinstance(row, bytes) and b"UID " in row:
                    words = {word.decode() for word in imaplib.ParseFlags(row)} - {r"\Recent"}
                    found[int(row.split(b"UID ")[1].split(b")")[0].split()[0])] = frozenset(words)
            return found

    def raw(self, user: str, uid: int, folder: str = "INBOX") -> bytes:
        """The bytes of one message."""
        with self.other_client(user, folder) as client:
            _, data = client.uid("FETCH", str(uid), "(BODY.PEEK[])")
            assert isinstance(data[0], tuple)
            return data[0][1]

    def renumber(self, user: str, folder: str = "INBOX") -> None:
        """Give a Maildir folder a new UIDVALIDITY and its messages new UIDs, as a restored server does."""
        maildir = self.home / "homes" / user / "Maildir"
        if folder != "INBOX":
            maildir /= "." + folder.replace("/", ".")
        list_of_uids = maildir / "dovecot-uidlist"
        assert list_of_uids.exists(), f"{folder} was never opened"
        for path in [list_of_uids, *maildir.glob("dovecot.index*")]:
            path.unlink()
        # The next number is kept in this file's name and content; a time alone could give the old number again.
        root = self.home / "homes" / user / "Maildir"
        following = int((root / "dovecot-uidvalidity").read_text(), 16) + 7
        for path in root.glob("dovecot-uidvalidity.*"):
            path.rename(root / f"dovecot-uidvalidity.{following:08x}")
        (root / "dovecot-uidvalidity").write_text(f"{following:08x}")

    def recreate(self, user: str, folder: str) -> None:
        """Delete a folder and create it anew: empty, with another UIDVALIDITY."""
        with self.other_client(user, None) as client:
            _done(client.delete(_quoted(folder)))
            _done(client.create(_quoted(folder)))


def _binary() -> str | None:
    return shutil.which("dovecot", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")


@functools.cache
def _is_24() -> bool:
    """Say whether the Dovecot here reads the configuration of 2.4, in which half of the settings have other names."""
    binary = _binary()
    assert binary is not None
    said = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True).stdout
    major, minor = said.split(".")[:2]
    return (int(major), int(minor)) >= (2, 4)


def configure(home: Path, *, run_at: Path, port: int, tls_port: int) -> None:
    """Write `home/dovecot.conf`, in the words of the Dovecot that is here; its sockets are to stand in `run_at`."""
    who = grounds.account()
    text = _FIRST_OF_24 + _OF_BOTH + _OF_24 if _is_24() else _OF_BOTH + _OF_23
    group = grp.getgrgid(who.pw_gid).gr_name
    text = text.format(home=home, run_at=run_at, user=who.pw_name, group=group, port=port, tls_port=tls_port)
    (home / "dovecot.conf").write_text(text)


def line_of_user(user: str, password: str, *, home: Path, store: str) -> str:
    """Return the line of a passwd-file that makes a user whose mail is kept in `home` as ``maildir`` or ``mdbox``."""
    path = {"maildir": "~/Maildir", "mdbox": "~/mdbox"}[store]
    place = f"userdb_mail_driver={store} userdb_mail_path={path}" if _is_24() else f"userdb_mail={store}:{path}"
    return f"{user}:{{PLAIN}}{password}::::{home}::{place}\n"


def _quoted(folder: str) -> str:
    return '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _done(answer: tuple[str, object]) -> None:
    assert answer[0] == "OK", answer


def certify(home: Path) -> None:
    """Write `cert.pem` and `key.pem`, good for localhost and 127.0.0.1, signed by nobody but itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (home / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    secret = home / "key.pem"
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    grounds.hand_over(secret)
    secret.chmod(0o600)


@contextlib.contextmanager
def running() -> Iterator[Dovecot]:
    """Run a Dovecot for the length of the block; skip, or fail where CI=true, when it is not installed."""
    if _binary() is None:
        grounds.missing("Dovecot is not installed, so nothing was tested against it")
    home = grounds.folder("plantao-dovecot-")
    port, tls_port = grounds.free_ports(2)
    for name in ("run", "state", "homes", "users"):
        (home / name).mkdir()
        grounds.hand_over(home / name)
    certify(home)
    configure(home, run_at=home, port=port, tls_port=tls_port)
    server = Dovecot(home, port, tls_port)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        grounds.remove(home)
