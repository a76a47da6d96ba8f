"""Writes Sources/VigieEngine/ONNX/OPERATORS.md: which operators the engine compiles, in which types
and versions ONNX Runtime's answers have been reproduced, and which of them each export contains.

    python Tests/Fixtures/make_operator_table.py [--check]

Operators are read from the tables in Sources/VigieEngine/ONNX/Operators, types and versions from the
packs in Tests/Fixtures/onnx that the engine's tests answer, exports from Tests/Fixtures/exports.
`--check` writes nothing and fails if the file is not what would be written.
"""

import argparse
import re
import struct
import sys
import warnings
from collections import defaultdict
from pathlib import Path

import onnx
from onnx import TensorProto

REPOSITORY = Path(__file__).parents[2]
ONNX = REPOSITORY / "Sources" / "VigieEngine" / "ONNX"
TARGET = ONNX / "OPERATORS.md"
PACKS = Path(__file__).parent / "onnx"
DOMAINS = {"": "ai.onnx", "ai.onnx.ml": "ai.onnx.ml", "com.microsoft": "com.microsoft"}
# Where the operators of a set other than ai.onnx are listed.
TABLES = {"learning": "ai.onnx.ml", "microsoft": "com.microsoft"}
NAMES = {
    TensorProto.FLOAT: "f32", TensorProto.DOUBLE: "f64", TensorProto.FLOAT16: "f16",
    TensorProto.BFLOAT16: "bf16", TensorProto.INT8: "i8", TensorProto.INT16: "i16",
    TensorProto.INT32: "i32", TensorProto.INT64: "i64", TensorProto.UINT8: "u8",
    TensorProto.UINT16: "u16", TensorProto.UINT32: "u32", TensorProto.UINT64: "u64",
    TensorProto.BOOL: "bool", TensorProto.STRING: "text",
}  # fmt: skip


def compiled():
    """(operator set, operator) of every entry of the engine's tables."""
    found = set()
    for path in sorted((ONNX / "Operators").rglob("*.swift")):
        table = None
        for line in path.read_text().splitlines():
            begin = re.match(r"    static let (\w+): \[String: Builder\]", line)
            if begin:
                table = begin[1]
            elif line.startswith("    ]"):
                table = None
            entry = re.match(r'        "(\w+)":', line)
            if table and entry:
                found.add((TABLES.get(table, "ai.onnx"), entry[1]))
    return found


def packed():
    """The models of all packs."""
    for path in sorted(PACKS.glob("*.pack")):
        data, place = path.read_bytes(), 0

        def take(form):
            nonlocal place
            values = struct.unpack_from(form, data, place)  # noqa: B023 (used at once)
            place += struct.calcsize(form)
            return values

        while place < len(data):
            (length,) = take("<H")
            place += length
            (length,) = take("<I")
            yield onnx.load_from_string(data[place : place + length])
            place += length
            for _ in range(take("<H")[0]):
                _, length = take("<BH")
                place += length
                kind, rank = take("<BB")
                count = 1
                for extent in take(f"<{rank}I"):
                    count *= extent
                if kind == TensorProto.STRING:
                    for _ in range(count):
                        (length,) = take("<I")
                        place += length
                else:
                    place += count * onnx.helper.tensor_dtype_to_np_dtype(kind).itemsize


def nodes(model):
    """(operator set, operator, since version, type of the first input if it is the graph's) of nodes."""
    versions = {entry.domain: entry.version for entry in model.opset_import}
    kinds = {}

    def walk(graph):
        for value in [*graph.input, *graph.value_info, *graph.output]:
            kinds[value.name] = value.type.tensor_type.elem_type
        for value in graph.initializer:
            kinds[value.name] = value.data_type
        for node in graph.node:
            domain = "" if node.domain == "ai.onnx" else node.domain
            version = versions.get(domain, 1)
            try:
                since = onnx.defs.get_schema(node.op_type, version, domain).since_version
            except onnx.defs.SchemaError:
                since = 1
            kind = NAMES.get(kinds.get(node.input[0])) if node.input else None
            yield DOMAINS.get(domain, domain), node.op_type, since, kind
            for attribute in node.attribute:
                if attribute.HasField("g"):
                    yield from walk(attribute.g)

    yield from walk(model.graph)


def label(model):
    """The versions of ai.onnx and ai.onnx.ml: "22/1"."""
    versions = {entry.domain: str(entry.version) for entry in model.opset_import}
    return "/".join(versions[domain] for domain in ["", "ai.onnx.ml"] if domain in versions)


def exports():
    """Versions of the exporters, and (operators, opsets) by case and kind of input."""
    warnings.filterwarnings("ignore")
    from exports.case import OPSETS
    from exports.matrix import all_cases
    from make_sklearn_onnx import versions

    found = {}
    for name, case in all_cases().items():
        for kind in case.kinds:
            for opset in OPSETS:
                try:
                    model = case.convert(kind, opset)
                except Exception:  # noqa: BLE001 (a converter raises whatever it likes)
                    continue
                used = tuple(sorted({(d, op) for d, op, _, _ in nodes(model)}))
                sets = label(model)
                row = found.setdefault((case.exporter, name), {})
                row.setdefault(used, []).append((getattr(kind, "__name__", "columns"), opset, sets))
    return versions(), found


def table(rows):
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "| " + " | ".join(c.ljust(w) for c, w in zip(r, widths, strict=True)) + " |" for r in rows
    ]
    return [lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]]


def document():
    seen = defaultdict(lambda: (set(), set()))
    for model in packed():
        for domain, op, since, kind in nodes(model):
            seen[domain, op][0].add(since)
            if kind:
                seen[domain, op][1].add(kind)
    order = list(NAMES.values())
    rows = [("operator", "set", "versions answered", "types of the first input answered")]
    for domain, op in sorted(compiled(), key=lambda item: (item[0], item[1].lower())):
        since, kinds = seen.get((domain, op), (set(), set()))
        rows.append(
            (
                f"`{op}`",
                domain,
                ", ".join(str(version) for version in sorted(since)) or "–",
                ", ".join(sorted(kinds, key=order.index)) or "–",
            )
        )
    libraries, found = exports()
    lines = [
        "# Operators", "",
        "Written by `Tests/Fixtures/make_operator_table.py`; a test holds it to the engine's tables.", "",
        "Versions are those since which an operator is defined as a model's set has it. A version or a",
        "type stands here when ONNX Runtime's answers to a graph of it, in `Tests/Fixtures/onnx`, are",
        "answered by the engine; operators take further types where their files say so. A dash marks",
        "operators that no exporter here writes and that unit tests cover instead.", "",
        *table(rows), "",
        "## Exports", "",
        "Made with " + ", ".join(f"{name} {version}" for name, version in libraries.items()) + ".", "",
        "A line for each estimator and set of operators; (ml) is ai.onnx.ml, (ms) com.microsoft. The",
        "third column says for which inputs and at which operator sets the converter writes them: 22/1",
        "is ai.onnx 22 with ai.onnx.ml 1.", "",
    ]  # fmt: skip
    short = {"ai.onnx": "", "ai.onnx.ml": " (ml)", "com.microsoft": " (ms)"}
    rows = [("exporter", "estimator", "inputs: operator sets", "operators")]
    for (exporter, name), variants in found.items():
        for used, made in variants.items():
            sets = defaultdict(list)
            for kind, _, versions in made:
                if versions not in sets[kind]:
                    sets[kind].append(versions)
            where = "; ".join(f"{kind}: {', '.join(texts)}" for kind, texts in sets.items())
            operators = ", ".join(f"{op}{short.get(domain, f' ({domain})')}" for domain, op in used)
            rows.append((exporter, name, where, operators))
    # Without padding: the lines are long enough.
    lines += ["| " + " | ".join(row) + " |" for row in rows[:1]] + ["|---|---|---|---|"]
    lines += ["| " + " | ".join(row) + " |" for row in rows[1:]]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", action="store_true")
    text = document()
    if parser.parse_args().check:
        sys.exit(TARGET.read_text() != text)
    TARGET.write_text(text)


if __name__ == "__main__":
    main()
