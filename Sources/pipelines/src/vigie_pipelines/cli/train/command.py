"""`vigie-pipelines train`: the domains under one command."""

import argparse
from collections.abc import Callable

from vigie_pipelines.cli.train import anomaly, cash, credit, fraud, intents
from vigie_pipelines.cli.train.options import prepare


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command to the parser."""
    parser = subparsers.add_parser(
        "train",
        help="train, measure, calibrate and publish models",
        description="Trains models, prints how good they are on rows that they have not seen, and, "
        "with --publish, writes registry versions.",
    )
    domains = parser.add_subparsers(dest="domain", required=True, metavar="DOMAIN")
    cash.add(domains)
    credit.add(domains)
    anomaly.add(domains)
    fraud.add(domains)
    intents.add(domains)
    for domain in domains.choices.values():
        domain.set_defaults(run=_prepared(domain.get_default("run")))


def _prepared(run: Callable[[argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
    def prepared(options: argparse.Namespace) -> int:
        prepare(options)
        return run(options)

    return prepared
