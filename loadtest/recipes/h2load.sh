#!/bin/sh
# Ping with h2load (Debian: nghttp2-client): a closed loop that sends one body as fast as answers come.
#
#     loadtest/recipes/h2load.sh HOST:PORT [REQUESTS [CONNECTIONS [STREAMS]]]
#
# h2load counts a gRPC error as a success, since its HTTP status is 200: the bytes of DATA that came back
# tell. Each Ping brings its 203 bytes of message and 5 of prefix back; fewer were errors, and the exit code
# is 1 then.
set -eu
address=${1:?usage: h2load.sh HOST:PORT [REQUESTS [CONNECTIONS [STREAMS]]]}
requests=${2:-100000}
connections=${3:-8}
streams=${4:-32}

body=$(mktemp)
trap 'rm -f "$body"' EXIT
# A gRPC frame: a zero byte, the length in four bytes, the message. The message is field 1 (0x0a) of 200
# bytes (0xc8 0x01).
printf '\000\000\000\000\313\012\310\001' > "$body"
head -c 200 /dev/zero >> "$body"

h2load -n "$requests" -c "$connections" -m "$streams" -d "$body" \
    -H 'content-type: application/grpc' -H 'te: trailers' \
    "http://$address/vigie.v1.Diagnostics/Ping" | tee "$body.out"
data=$(sed -n 's/.*traffic:.*(\([0-9]*\)) data.*/\1/p' "$body.out")
rm -f "$body.out"
[ "$data" = "$((requests * 208))" ] || {
    echo "$data bytes of DATA came back, expected $((requests * 208)): some answers were errors" >&2
    exit 1
}
