#!/bin/sh
# A short load on a pod with the demo registry: `make load`. What is given is passed on to vigie-load.
#
#     loadtest/load_demo.sh BIN_DIR [FLAGS…]
set -eu
bin=${1:?usage: load_demo.sh BIN_DIR [FLAGS...]}
shift
here=$(cd "$(dirname "$0")" && pwd)

out=$(mktemp)
"$bin/vigie" serve --registry "$here/../Sources/pipelines/demo-registry" --listen 127.0.0.1:0 \
    --log-level error > "$out" 2>&1 &
pod=$!
trap 'kill "$pod" 2>/dev/null || true; wait "$pod" 2>/dev/null || true; rm -f "$out"' EXIT INT TERM

address=
for _ in $(seq 150); do
    address=$(sed -n 's/^vigie ready: grpc \([^ ]*\) .*/\1/p' "$out")
    [ -z "$address" ] || break
    kill -0 "$pod" 2>/dev/null || break
    sleep 0.1
done
[ -n "$address" ] || {
    echo "the pod did not become ready:" >&2
    cat "$out" >&2
    exit 2
}
"$bin/vigie-load" --target "$address" --scenario "$here/scenarios/mixed-methods.yaml" \
    --duration 10s --html "$bin/load.html" "$@"
echo "the same with plots: $bin/load.html"
