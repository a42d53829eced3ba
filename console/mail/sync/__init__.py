"""Mailboxes kept in step with their servers: first sync, news, flags, what is gone, and the desk's own changes."""

from console.mail.sync.running import (
    LEASE,
    Outcome,
    SyncElsewhere,
    Trouble,
    add_mailboxes,
    stop_on_signals,
    sync_once,
    watch,
)

__all__ = ["LEASE", "Outcome", "SyncElsewhere", "Trouble", "add_mailboxes", "stop_on_signals", "sync_once", "watch"]
