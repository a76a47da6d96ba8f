"""Universal Binary JSON (ubjson.org, draft 12), as far as model files need it: writing."""

import struct
from pathlib import Path
from typing import Any

import numpy as np

_CODES = {"U": "u1", "l": ">i4", "L": ">i8", "D": ">f8"}


def dumps(value: Any) -> bytes:  # noqa: ANN401  (whatever JSON can say)
    """A value as UBJSON. NumPy arrays of one dimension become arrays of their least type."""
    match value:
        case None:
            return b"Z"
        case bool():
            return b"T" if value else b"F"
        case int():
            return _integer(value)
        case float():
            return b"D" + struct.pack(">d", value)
        case str():
            return b"S" + _text(value)
        case np.ndarray():
            return _array(value)
        case list() | tuple():
            return b"[" + b"".join(dumps(element) for element in value) + b"]"
        case dict():
            members = b"".join(_text(key) + dumps(member) for key, member in value.items())
            return b"{" + members + b"}"
    raise TypeError(f"{type(value).__name__} has no UBJSON")


def write(value: Any, path: Path) -> None:  # noqa: ANN401
    """Writes a value's UBJSON to a file."""
    path.write_bytes(dumps(value))


def _integer(value: int) -> bytes:
    return b"U" + bytes([value]) if 0 <= value < 256 else b"L" + struct.pack(">q", value)


def _text(text: str) -> bytes:
    encoded = text.encode()
    return _integer(len(encoded)) + encoded


def _array(values: np.ndarray) -> bytes:
    marker = _marker(values)
    header = b"[$" + marker.encode() + b"#" + _integer(len(values))
    return header + values.astype(_CODES[marker]).tobytes()


def _marker(values: np.ndarray) -> str:
    """The least type that holds all values exactly; -0.0 is no whole number."""
    if values.dtype.kind == "f":
        whole = np.isfinite(values) & (np.trunc(values) == values) & ~np.signbit(values)
        if not (whole & (values < 2**31)).all():
            return "D"
    if len(values) == 0 or (values.min() >= 0 and values.max() < 256):
        return "U"
    return "l" if np.abs(values.astype(np.int64)).max() < 2**31 else "L"
