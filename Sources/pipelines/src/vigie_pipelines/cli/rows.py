"""`vigie-pipelines rows`: real rows as a client would send them."""

import argparse
import json
import sys
from contextlib import nullcontext
from pathlib import Path

import numpy as np

from vigie_pipelines.cli.arguments import seed, whole
from vigie_pipelines.data import sources
from vigie_pipelines.data.features import named_values


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command to the parser."""
    parser = subparsers.add_parser(
        "rows",
        help="print a data set's rows as JSON lines of named features",
        description='Prints rows as JSON lines: {"id": …, "features": {name: value, …}, '
        '"label": 0 or 1}. The label (1: defaulted) is kept apart from the features; a missing '
        "value is null. Kaggle's GiveMeSomeCredit may be used but not passed on: do not commit or "
        "publish its rows.",
    )
    parser.add_argument(
        "--data", choices=[*sources.CREDIT_KEYS, "hr"], required=True, help="the data set"
    )
    parser.add_argument(
        "--hmeq",
        type=Path,
        metavar="FILE",
        help="HMEQ's csv (default: hmeq.csv in $VIGIE_DATA, or in ../shared/data beside the "
        "repository)",
    )
    parser.add_argument("--limit", type=whole(0), metavar="N", help="at most so many rows")
    parser.add_argument(
        "--shuffle", action="store_true", help="in an order drawn from --seed, not the file's"
    )
    parser.add_argument("--seed", type=seed, default=7, metavar="N", help="default: 7")
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="write there (default: standard output)"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Prints the rows."""
    dataset = sources.read(options.data, hmeq_path=options.hmeq, seed=options.seed)
    order = np.arange(len(dataset))
    if options.shuffle:
        order = np.random.default_rng(options.seed).permutation(order)
    output = options.out.open("w", encoding="utf-8") if options.out else nullcontext(sys.stdout)
    with output as file:
        for index in order[: options.limit]:
            line = {
                "id": f"{dataset.key}-{index + 1}",
                "features": named_values(dataset.rows[index], dataset.features),
                "label": int(dataset.labels[index]),
            }
            file.write(json.dumps(line) + "\n")
    return 0
