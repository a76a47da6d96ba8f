"""The documentation names every metric, as it is."""

import metrics_table


def test_the_table_of_metrics_is_what_pods_say(loaded):
    text = metrics_table.DOCUMENT.read_text()
    assert text == metrics_table.document(text, metrics_table.all_families(loaded)), (
        "run python Tests/Conformance/telemetry/metrics_table.py and commit what it writes"
    )
