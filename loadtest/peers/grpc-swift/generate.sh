#!/usr/bin/env bash
# Writes Sources/ping-peer/Generated from ../protos, with the plugins of the packages that the peer
# is built on. Its output is committed: building the plugins takes longer than building the peer.
set -euo pipefail
cd "$(dirname "$0")"
scratch=../../../.build/peers/grpc-swift
for product in protoc-gen-swift protoc-gen-grpc-swift-2; do
    swift build -c release --scratch-path "$scratch" --product "$product"
done
out=Sources/ping-peer/Generated
mkdir -p "$out"
protoc -I../protos --plugin="$scratch/release/protoc-gen-swift" \
    --plugin="$scratch/release/protoc-gen-grpc-swift-2" \
    --swift_out="$out" --grpc-swift-2_out="$out" \
    --grpc-swift-2_opt=Client=false ping.proto infer.proto
