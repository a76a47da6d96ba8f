#!/bin/sh
# Makes the committed demo registry anew, and the Swift tests' fixtures from it.
#
# Needs the data packages (README, "Data"). Set SOURCE_DATE_EPOCH to keep the manifests' dates.
set -eu
cd "$(dirname "$0")/.."
python=${PYTHON:-python3}
export PYTHONPATH=src

rm -rf demo-registry.partial
# The LSTM needs Keras: PYTHON=… of an environment with vigie-pipelines[cash,lstm,data].
for what in "credit --data gmsc" "credit --data german" "hr --model lr" \
    "cash --models arima prophet lstm" "fraud --part model" "anomaly --part model" intents; do
    # shellcheck disable=SC2086  # words on purpose
    "$python" -m vigie_pipelines train $what --publish --registry demo-registry.partial
done
"$python" tools/make_watchlist_demo.py demo-registry.partial
"$python" -m vigie_pipelines validate demo-registry.partial
rm -rf demo-registry
mv demo-registry.partial demo-registry
"$python" tools/make_credit_fixtures.py
