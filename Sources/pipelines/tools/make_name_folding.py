"""Writes Sources/VigieEngine/Text/NameFolding+Table.swift: what each character of a name becomes.

    python Sources/pipelines/tools/make_name_folding.py

A character is decomposed (NFKD), case-folded (Unicode's full folding) and decomposed again; marks
and invisible characters are dropped, punctuation and symbols become a space. The table belongs to
the Unicode version of the Python that made it, whatever the toolchain that compiles it: a name's
normal form must not change under a list. Hangul syllables are left to arithmetic.
"""

import unicodedata
from pathlib import Path

TARGET = Path(__file__).parents[2] / "VigieEngine/Text/NameFolding+Table.swift"
HANGUL = range(0xAC00, 0xD7A4)
SURROGATES = range(0xD800, 0xE000)


def _kept(character: str) -> str:
    category = unicodedata.category(character)
    if category[0] == "M":
        return ""
    if category[0] in "PSZ" or character in "\t\n\v\f\r\x85":
        return " "
    return "" if category in ("Cc", "Cf", "Co", "Cn") else character


def fold(code: int) -> str:
    """What a character becomes."""
    decomposed = unicodedata.normalize("NFKD", chr(code)).casefold()
    folded = "".join(map(_kept, unicodedata.normalize("NFKD", decomposed)))
    return " " if folded.strip() == "" and " " in folded else folded


def _runs() -> list[str]:
    """Entries "first-last=text" (all become the text), "first-last>first" (one after the other)."""
    changed: list[tuple[int, str]] = []
    for code in range(0x80, 0x110000):
        if code in HANGUL or code in SURROGATES or unicodedata.category(chr(code)) in ("Cn", "Co"):
            continue
        folded = fold(code)
        if folded != chr(code):
            changed.append((code, folded))
    entries: list[str] = []
    index = 0
    while index < len(changed):
        first, text = changed[index]
        same = index + 1
        while same < len(changed) and changed[same] == (first + same - index, text):
            same += 1
        step = index + 1
        while (
            len(text) == 1
            and step < len(changed)
            and changed[step] == (first + step - index, chr(ord(text) + step - index))
        ):
            step += 1
        end = max(same, step)
        last = first + end - index - 1
        span = f"{first:X}" if last == first else f"{first:X}-{last:X}"
        if step > same:
            entries.append(f"{span}>{ord(text):X}")
        else:
            entries.append(f"{span}={'_' if text == ' ' else text}")
        index = end
    return entries


def main() -> None:
    """Writes the file."""
    lines = [""]
    for entry in _runs():
        if len(lines[-1]) + len(entry) + 1 > 92:
            lines.append("")
        lines[-1] += entry + ";"
    body = "\n".join(f"        {line}\\" for line in lines)
    version = unicodedata.unidata_version
    TARGET.write_text(
        f'''// Made by Sources/pipelines/tools/make_name_folding.py: do not edit.
// swift-format-ignore-file

extension NameFolding {{
    /// The version of Unicode that the table is of.
    public static let unicodeVersion = "{version}"

    /// Entries from U+0080 on, ascending, each with ";" after it: "first-last=text", "_" for a
    /// space, or "first-last>first of as many".
    static let table: StaticString = """
{body}

        """
}}
''',
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
