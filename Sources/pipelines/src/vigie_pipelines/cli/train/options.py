"""Options that all domains of `train` share."""

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

from vigie_pipelines.cli.arguments import seed
from vigie_pipelines.cli.text import Progress


def add_common(parser: argparse.ArgumentParser, *, seed_of: str) -> None:
    """--seed, --publish, --registry, --out, --quiet; `seed_of` says what is drawn from the seed."""
    parser.add_argument(
        "--seed",
        type=seed,
        default=7,
        metavar="N",
        help=f"of {seed_of}: the same seed, the same models (default: 7)",
    )
    parser.add_argument(
        "--publish",
        action="store_true",
        help="write each model to the registry as its next version",
    )
    parser.add_argument(
        "--registry",
        type=Path,
        default=Path("registry"),
        metavar="DIR",
        help="the registry folder for --publish (default: ./registry)",
    )
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="short for --publish --registry DIR"
    )
    parser.add_argument("--quiet", action="store_true", help="no progress on standard error")


def add_part(parser: argparse.ArgumentParser, parts: Sequence[str]) -> None:
    """--part, one of `parts` or all; the parser's epilog says what they are."""
    parser.add_argument(
        "--part",
        choices=[*parts, "all"],
        default="all",
        help="what to do, see below (default: all)",
    )


def add_quick(parser: argparse.ArgumentParser, what: str) -> None:
    """--quick; `what` says what is left out."""
    parser.add_argument(
        "--quick",
        action="store_true",
        help=f"{what}: shows that all works; the figures are no measure of the models",
    )


def target(options: argparse.Namespace) -> Path | None:
    """Where to publish; None when nothing is to be written."""
    if options.out is not None:
        return options.out
    return options.registry if options.publish else None


def prepare(options: argparse.Namespace) -> None:
    """Makes the registry's folder: one that cannot be made is refused before minutes of training.

    Raises OSError then.
    """
    folder = target(options)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK):
            raise PermissionError(f"{folder}: nothing can be written there")


def progress_of(options: argparse.Namespace) -> Progress:
    """What tells people how far it is."""
    return Progress(quiet=options.quiet)


def say_published(published: list[str], options: argparse.Namespace) -> None:
    """The last lines of every domain: what was written, or that nothing was."""
    for text in published:
        print(f"published {text}")
    if target(options) is None:
        print("Nothing was written: --publish writes the models to --registry.")
