"""`vigie-pipelines train intents`."""

import argparse

from vigie_pipelines.cli.text import table
from vigie_pipelines.cli.train.options import (
    add_common,
    add_quick,
    progress_of,
    say_published,
    target,
)
from vigie_pipelines.intents.corpus import PER_INTENT
from vigie_pipelines.intents.served import TrainedIntents, train_intents

_EPILOG = """\
Cross-validated figures are of utterances made from templates: easy. Held-out ones are of sentences
written by hand that are nowhere in the training set. How many strangers the threshold stops is
measured by keeping whole intents from training and asking for them.

example:
  vigie-pipelines train intents --out ./registry
"""
_QUICK = 8


def add(domains: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the domain to the parser."""
    parser = domains.add_parser(
        "intents",
        help="the chatbot's intents, French and English",
        description="Trains the chatbot's intent classifier on the utterances in this package.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_common(parser, seed_of="the templates' expansion and typing errors")
    add_quick(parser, f"{_QUICK} utterances from templates an intent and language")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Trains, prints and publishes."""
    progress = progress_of(options)
    trained = train_intents(
        seed=options.seed,
        say=progress.say,
        per_intent=_QUICK if options.quick else PER_INTENT,
    )
    print(_report(trained))
    registry = target(options)
    say_published([] if registry is None else [str(trained.publish(registry))], options)
    return 0


def _report(trained: TrainedIntents) -> str:
    v, h = trained.validation, trained.held_out
    lines = [
        ["cross-validated", f"{v.accuracy:.4f}", f"{v.macro_f1:.4f}"],
        ["held out", f"{h.accuracy:.4f}", f"{h.macro_f1:.4f}"],
        *(["  " + code, f"{value:.4f}", ""] for code, value in h.by_language.items()),
    ]
    found = [
        table(["utterances", "accuracy", "macro F1"], lines),
        f"temperature {v.temperature:.3f}, calibration error {v.calibration_error:.4f}",
        f"threshold {v.threshold}: {v.strangers_found:.1%} of unknown intents are under it, "
        f"{v.known_kept:.1%} of understood utterances are not; of the held-out sentences it lets "
        f"{h.answered:.1%} through, {h.answered_accuracy:.1%} of them right",
        "held-out confusions: "
        + ", ".join(f"{a} as {b}" + (f" ({n})" if n > 1 else "") for a, b, n in h.confusions),
    ]
    return "\n".join(found)
