"""One mailbox on one IMAP server: a session of small, safe commands, and a reader of our own for whole messages."""
