"""What the sync process must not load with its mailboxes."""

import subprocess
import sys


def test_the_session_loads_no_screen_and_no_store() -> None:
    code = "import sys, console.mail.imap.session, console.mail.imap.libraries, console.mail.backoff; print(*sorted({n.split('.')[0] for n in sys.modules}))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert "imapclient" in said.stdout.split()
    assert not {"textual", "rich", "sqlalchemy", "sqlmodel"} & set(said.stdout.split())
