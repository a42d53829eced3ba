"""The starter library: thirty-two responses in each of the desk's three languages, inside the package."""

from pathlib import Path
from typing import Final

STARTER: Final = Path(__file__).parent / "starting"
"""The folder of their files."""
