"""The made-up company of `plantao demo`: its mail, and a real IMAP and SMTP server on this machine that serve it."""
