"""What typing on a telephone does to a sentence."""

import unicodedata

import numpy as np

_POLITE = {
    "before": ("", "", "hi, ", "hello, ", "please ", "bonjour, ", "svp ", "euh ", "ok "),
    "after": ("", "", "", "?", " ?", "!", ".", " thanks", " merci", " svp", " please"),
}


def without_accents(text: str) -> str:
    """é as e, ç as c, œ as oe."""
    plain = unicodedata.normalize("NFD", text.replace("œ", "oe"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def disturbed(text: str, random: np.random.Generator) -> str:
    """The sentence with other case, without accents, with a typing error or a polite word."""
    before, after = _POLITE["before"], _POLITE["after"]
    text = before[random.integers(len(before))] + text + after[random.integers(len(after))]
    if random.random() < 0.6:
        text = without_accents(text)
    if random.random() < 0.5:
        text = _with_typing_error(text, random)
    match random.integers(4):
        case 0:
            return text.upper()
        case 1:
            return text.capitalize()
        case _:
            return text


def _with_typing_error(text: str, random: np.random.Generator) -> str:
    """One letter left out, doubled, or exchanged with the next."""
    if len(text) < 6:
        return text
    at = int(random.integers(1, len(text) - 1))
    match random.integers(3):
        case 0:
            return text[:at] + text[at + 1 :]
        case 1:
            return text[:at] + text[at] + text[at:]
        case _:
            return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
