"""Mail leaves: what is due is sent, step by step on record, and its copy is laid among the sent mail."""

from console.mail.sending.sender import MailboxSender

__all__ = ["MailboxSender"]
