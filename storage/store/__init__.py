"""The store itself: how it is opened, locked, migrated, and where raw mail lies."""

from storage.store.opening import Store, open_store

__all__ = ["Store", "open_store"]
