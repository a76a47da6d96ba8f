"""The command line."""

import argparse
import os
import sys

from vigie_pipelines import __version__
from vigie_pipelines.cli import demo, register, rows, validate
from vigie_pipelines.cli.train import command as train
from vigie_pipelines.errors import PipelineError


def parser() -> argparse.ArgumentParser:
    """The whole command line's parser."""
    top = argparse.ArgumentParser(
        prog="vigie-pipelines",
        description="Trains, calibrates, validates and publishes the models that a Vigie pod "
        "serves. `vigie-pipelines COMMAND --help` explains a command.",
    )
    top.add_argument("--version", action="version", version=f"vigie-pipelines {__version__}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    train.add(commands)
    register.add(commands)
    validate.add(commands)
    rows.add(commands)
    demo.add(commands)
    return top


def main(arguments: list[str] | None = None) -> int:
    """Runs a command; its exit status. A failure that the user can mend prints one line."""
    options = parser().parse_args(arguments)
    try:
        return options.run(options)
    except BrokenPipeError:
        # The reader (head, less) has had enough. Python must not try to flush again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (PipelineError, OSError) as error:
        print(f"vigie-pipelines: {error}", file=sys.stderr)
        return 1
