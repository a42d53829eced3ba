"""The outbox: answers queued, sent, filed, held and settled; what has been sent is known for certain."""
