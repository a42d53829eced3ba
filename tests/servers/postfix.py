"""A Postfix of our own for the tests: a real server for mail that leaves, which takes it for two made-up domains and passes nothing on."""

import contextlib
import itertools
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from servers import dovecot, grounds

DOMAINS = ("customer.example", "desk.example")

REFUSED = "refused@customer.example"  # 550 at RCPT TO
LATER = "later@customer.example"  # 451 at RCPT TO
BOUNCED = "bounced@customer.example"  # taken with 250, then a delivery report comes back to the sender
NOT_FROM = "nobody@desk.example"  # as a sender 553 at MAIL FROM
NOT_NOW_FROM = "busy@desk.example"  # as a sender 450 at MAIL FROM
BOXES = 1000  # addresses that `into` can give

# Restrictions are looked at when each command comes and not together at RCPT TO; nothing slows a client down, no name is
# looked up, no header that a message lacks is added, and nothing but the two domains is deliverable.
MAIN = """
compatibility_level = 3.6
queue_directory = {home}/queue
data_directory = {home}/data
command_directory = {commands}
daemon_directory = {daemons}
mail_owner = postfix
setgid_group = postdrop
enable_long_queue_ids = yes
maillog_file = {home}/log/postfix.log
maillog_file_prefixes = {home}
inet_interfaces = loopback-only
inet_protocols = ipv4
myhostname = mx.desk.example
myorigin = desk.example
mydestination =
mynetworks =
alias_maps =
alias_database =
local_recipient_maps =
local_header_rewrite_clients =
relay_domains =
relayhost =
default_transport = error:5.4.4 nothing leaves this server
relay_transport = error:5.4.4 nothing leaves this server
transport_maps = inline:{{ {{ {bounced} = full:5.2.2 this mailbox is full }} }}
virtual_mailbox_domains = {domains}
virtual_mailbox_base = /
virtual_mailbox_maps = texthash:{home}/etc/boxes, static:{home}/arrived/
virtual_mailbox_limit = 0
virtual_minimum_uid = 1
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
message_size_limit = {size}
smtputf8_enable = yes
smtpd_tls_security_level = may
smtpd_tls_cert_file = {home}/cert.pem
smtpd_tls_key_file = {home}/key.pem
smtpd_delay_reject = no
smtpd_sender_restrictions = check_sender_access inline:{{
    {{ {not_from} = 553 5.7.1 not an address of yours }}
    {{ {not_now_from} = 450 4.7.1 too much mail from you }} }}
smtpd_relay_restrictions = reject_unauth_destination
smtpd_recipient_restrictions = check_recipient_access inline:{{
    {{ {refused} = 550 5.1.1 nobody of this name }}
    {{ {later} = 451 4.3.0 try again later }} }}
smtpd_peername_lookup = no
smtpd_error_sleep_time = 0
smtpd_soft_error_limit = 1000000
smtpd_hard_error_limit = 1000000
smtpd_client_connection_count_limit = 0
smtpd_timeout = 300
in_flow_delay = 0
"""

# service type private unpriv chroot wakeup maxproc command
MASTER = """
{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
showq unix n - n - - showq
error unix - - n - - error
full unix - n n - - pipe flags=q user=nobody argv=/bin/sh -c {{echo 5.2.2 this mailbox is full; exit 69}}
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""

_QUEUES = ("incoming", "deferred", "active", "maildrop")
_TO = re.compile(rb"^Delivered-To: (.*)\n", re.MULTILINE)
_TAKEN = re.compile(rb"\bid ([0-9A-Za-z]+)[;\s]")  # in the first Received


@dataclass(frozen=True)
class Postfix:
    """A running Postfix.

    Attributes:
        home: its temporary folder.
        port: SMTP that offers STARTTLS, SIZE, PIPELINING, 8BITMIME and SMTPUTF8, and asks for no user.
    """

    home: Path
    port: int
    _read: dict[str, tuple[bytes, str, bytes]] = field(default_factory=dict, repr=False)
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count, repr=False)

    @property
    def certificate(self) -> Path:
        """The self-made certificate, to be trusted as an authority; good for localhost and 127.0.0.1."""
        return self.home / "cert.pem"

    def log(self) -> str:
        """What the server wrote so far."""
        path = self.home / "log" / "postfix.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def arrived(self, address: str | None = None) -> list[bytes]:
        """Read what was delivered to `address` so far, or to anybody, in the order in which it was taken, without waiting.

        The server's own lines (Return-Path, Delivered-To, Received) stand on top; line ends are LF, as in a Maildir.
        """
        new = self.home / "arrived" / "new"
        for path in new.iterdir() if new.exists() else ():
            if path.name not in self._read:
                content = path.read_bytes()
                to, taken = _TO.search(content), _TAKEN.search(content)
                assert to is not None, content[:1000]
                assert taken is not None, content[:1000]
                self._read[path.name] = (taken[1], to[1].decode(), content)
        # The queue manager shuffles what stands close together; a long queue id begins with the moment, made to be sorted.
        kept = sorted(self._read.values())
        return [content for _taken, to, content in kept if address in {None, to}]

    def wait_for(self, count: int, address: str | None = None) -> list[bytes]:
        """Wait until `count` messages arrived (for `address`) and return them all; more than `count` is the caller's to see."""
        grounds.until_true(lambda: len(self.arrived(address)) >= count, f"{count} messages for {address or 'anybody'}")
        return self.arrived(address)

    def idle(self) -> bool:
        """Say whether nothing is on its way: what was taken is delivered, and `arrived` tells all of it."""
        # In this order a message that moves meanwhile is met at least once.
        queues = [self.home / "queue" / name for name in (*_QUEUES, "deferred", "incoming")]
        return not any(files for queue in queues for _folder, _folders, files in os.walk(queue))

    def until_idle(self) -> None:
        """Wait until nothing is on its way, such as before counting that nothing came twice."""
        grounds.until_true(self.idle, "Postfix to deliver what it took")

    def into(self, maildir: Path) -> str:
        """Return an address of its own whose mail is delivered into this Maildir, so that a Dovecot shows it by IMAP.

        The folder is `dovecot.home / "homes" / user / "Maildir"`; `arrived` does not see what goes there.
        """
        if not maildir.exists():  # Dovecot makes it when the user first comes, and takes it as it finds it
            maildir.mkdir()
            grounds.hand_over(maildir)
        number = next(self._numbers)
        (self.home / "boxes" / str(number)).symlink_to(maildir, target_is_directory=True)
        return f"box{number}@desk.example"


def _path() -> str:
    return os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"


def _daemons() -> Path | None:
    """Find the folder of Postfix's own programs, `master` among them."""
    places = ("/usr/lib/postfix/sbin", "/usr/libexec/postfix", "/usr/lib/postfix")
    return next((Path(each) for each in places if Path(each, "master").exists()), None)


def _lay_out(home: Path, port: int, daemons: Path, size: int) -> None:
    """Make the folders as `postfix check` would, which takes seconds, and the configuration."""
    home.chmod(0o711)  # Postfix's own account passes through to its queue
    for name in ("etc", "queue", "data", "log", "arrived"):
        (home / name).mkdir()
    grounds.hand_over(home / "arrived")
    shutil.chown(home / "data", "postfix")
    for name in (*_QUEUES, "bounce", "corrupt", "defer", "flush", "hold", "saved", "trace", "private", "public"):
        (home / "queue" / name).mkdir()
        shutil.chown(home / "queue" / name, "postfix")
    (home / "queue" / "pid").mkdir()
    who = grounds.account()
    (home / "etc" / "main.cf").write_text(
        MAIN.format(
            home=home,
            commands=Path(shutil.which("postmap", path=_path()) or "/usr/sbin/postmap").parent,
            daemons=daemons,
            domains=", ".join(DOMAINS),
            uid=who.pw_uid,
            gid=who.pw_gid,
            size=size,
            refused=REFUSED,
            later=LATER,
            bounced=BOUNCED,
            not_from=NOT_FROM,
            not_now_from=NOT_NOW_FROM,
        )
    )
    (home / "etc" / "master.cf").write_text(MASTER.format(port=f"127.0.0.1:{port}"))
    dovecot.certify(home)
    shutil.chown(home / "key.pem", "root")
    (home / "boxes").mkdir()
    boxes = [f"box{number}@desk.example {str(home).lstrip('/')}/boxes/{number}/\n" for number in range(BOXES)]
    (home / "etc" / "boxes").write_text("".join(boxes))
    for path in (home / "etc").iterdir():
        os.utime(path, (0, 0))  # Postfix waits up to two seconds for a file just written, lest it be half of one


@contextlib.contextmanager
def running(*, message_size_limit: int = 10_240_000) -> Iterator[Postfix]:
    """Run a Postfix for the length of the block; skip, or fail where CI=true, when it is missing or we are not root.

    It starts in a fraction of a second, so a test that wants another `message_size_limit` (bytes) runs one of its own.
    """
    daemons = _daemons()
    if daemons is None:
        grounds.missing("Postfix is not installed, so nothing was sent through it")
    if not grounds.ROOT:
        grounds.missing("Postfix must be started by root, so nothing was sent through it")
    home = grounds.folder("plantao-postfix-")
    (port,) = grounds.free_ports(1)
    try:
        _lay_out(home, port, daemons, message_size_limit)
        command = [daemons / "master", "-c", home / "etc", "-d"]
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        # The system's own signal at a parent's death is forgotten when a process takes another user's rights, as this
        # one does now and then; the end of a pipe is not.
        guard = subprocess.Popen(
            ["/bin/sh", "-c", 'read _; kill "$0"', str(process.pid)], stdin=subprocess.PIPE, start_new_session=True
        )
        try:
            grounds.until_true(lambda: grounds.answers(port), "Postfix", process=process)
            yield Postfix(home, port)
        finally:
            guard.kill()
            guard.communicate()
            _end(process)
    finally:
        grounds.remove(home)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Stop the master, which stops who works for it, and whoever is left of its group."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(10)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
