"""New mail answered by itself: what is made and queued, and what keeps it from going out."""

from console.mail.acknowledging.faults import NotReady, faults
from console.mail.acknowledging.making import Acknowledging

__all__ = ["Acknowledging", "NotReady", "faults"]
