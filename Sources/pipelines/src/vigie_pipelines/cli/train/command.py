"""`vigie-pipelines train`: the domains under one command."""

import argparse

from vigie_pipelines.cli.train import credit, fraud


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command to the parser."""
    parser = subparsers.add_parser(
        "train",
        help="train, measure, calibrate and publish models",
        description="Trains models, prints how good they are on rows that they have not seen, and, "
        "with --publish, writes registry versions.",
    )
    domains = parser.add_subparsers(dest="domain", required=True, metavar="DOMAIN")
    credit.add(domains)
    fraud.add(domains)
