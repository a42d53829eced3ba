"""Taking mail in: what came is new, joins, is known, is quarantined or ignored, and the counts add up."""

from storage.commands.intake.deliveries import Counts, Delivery, Place, TakenIn
from storage.commands.intake.taking import take_in

__all__ = ["Counts", "Delivery", "Place", "TakenIn", "take_in"]
