"""`vigie-pipelines demo`: real applicants through a real pod, while a version is published."""

import argparse
from pathlib import Path

from vigie_pipelines.cli.arguments import whole
from vigie_pipelines.data import sources
from vigie_pipelines.errors import DataNotFoundError, PipelineError


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command to the parser."""
    parser = subparsers.add_parser(
        "demo",
        help="score real applicants through a pod while a new model version is published",
        description="Starts a pod on a copy of a registry, calls it from several threads with real "
        "applicants of GiveMeSomeCredit (German credit if that is not installed), publishes the "
        "newest version of the model half-way, shows who was scored and how, and keeps the pod up "
        "until Ctrl-C. Exits with 1 when a single call failed.",
    )
    parser.add_argument(
        "--vigie",
        type=Path,
        default=Path(".build/release/vigie"),
        metavar="FILE",
        help="the pod's executable (default: .build/release/vigie)",
    )
    parser.add_argument(
        "--registry",
        type=Path,
        default=Path("Sources/pipelines/demo-registry"),
        metavar="DIR",
        help="the registry to copy (default: Sources/pipelines/demo-registry)",
    )
    parser.add_argument(
        "--listen",
        default="127.0.0.1:8500",
        metavar="HOST:PORT",
        help="the pod's gRPC address (default: 127.0.0.1:8500)",
    )
    parser.add_argument(
        "--admin",
        default="127.0.0.1:8501",
        metavar="HOST:PORT",
        help="the pod's admin address (default: 127.0.0.1:8501)",
    )
    parser.add_argument(
        "--rows", type=whole(1), default=5000, metavar="N", help="real applicants (default: 5000)"
    )
    parser.add_argument(
        "--seconds", type=float, default=10, metavar="S", help="length of the load (default: 10)"
    )
    parser.add_argument(
        "--callers", type=whole(1), default=4, metavar="N", help="threads that call (default: 4)"
    )
    parser.add_argument(
        "--exit", action="store_true", help="end the pod when all is shown, not at Ctrl-C"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Runs the demonstration."""
    try:
        from vigie_pipelines.demo.run import demonstrate
    except ModuleNotFoundError as error:
        raise PipelineError(
            f"the demonstration needs {error.name}: pip install 'vigie-pipelines[demo]'"
        ) from None
    try:
        model, dataset = "credit-default", sources.read("gmsc")
    except DataNotFoundError:
        model, dataset = "credit-german", sources.read("german")
    return demonstrate(options, model, dataset)
