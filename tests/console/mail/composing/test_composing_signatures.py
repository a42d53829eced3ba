"""A signature stands below the text once, under the line that mail programs know it by."""

import pytest

from console.mail.composing import signed


def test_a_signature_stands_under_its_line():
    assert signed("Olá\n\n", "Ana\nLumen") == "Olá\n\n-- \nAna\nLumen\n"
    assert signed("", "Ana") == "-- \nAna\n"


@pytest.mark.parametrize("signature", ["", " \n", "-- \n", "--"])
def test_no_signature_leaves_the_text_as_it_is(signature: str):
    assert signed("Olá \n", signature) == "Olá \n"


@pytest.mark.parametrize("signature", ["Ana\nLumen", "-- \nAna\nLumen\n", "\nAna \r\nLumen\r\n"])
def test_a_text_is_signed_once(signature: str):
    once = signed("Olá", signature)
    assert once == "Olá\n\n-- \nAna\nLumen\n"
    assert signed(once, signature) == once
    assert signed("Olá\n--\nAna\nLumen", signature) == "Olá\n--\nAna\nLumen"  # an editor took the space
    assert signed("Veja -- \nAna\nLumen", signature) != "Veja -- \nAna\nLumen"
