#!/usr/bin/env bash
# Turns the .proto files below this folder into the committed code:
#   Sources/CVigieProtos                  C by protoc-c, and the serialized descriptors
#   Sources/VigieProtos/Generated         Swift handles by swift_plugin.py
#   Tests/VigieProtosTests/Generated      the list of all message types
#
# generate.sh           writes the code
# generate.sh --check   fails when the committed code is not what this would write
#
# Needs protoc 3.21, protoc-c 1.4 and Python's protobuf: on Debian 12 the packages
# protobuf-compiler, protobuf-c-compiler and python3-protobuf.
set -euo pipefail

protos=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$protos")
python=${VIGIE_PROTOS_PYTHON:-/usr/bin/python3}

for tool in protoc protoc-c "$python"; do
    command -v "$tool" >/dev/null || {
        echo "generate.sh: $tool is missing: apt-get install protobuf-compiler" \
            "protobuf-c-compiler python3-protobuf" >&2
        exit 2
    }
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$protos"
mapfile -t files < <(find . -name '*.proto' -printf '%P\n' | LC_ALL=C sort)

# Swift, and the descriptors.
mkdir -p "$work/plugin" "$work/c" "$work/made/c/generated" "$work/made/c/include"
printf '#!/bin/sh\nPYTHONDONTWRITEBYTECODE=1 exec "%s" "%s"\n' \
    "$python" "$protos/swift_plugin.py" >"$work/protoc-gen-vigie"
chmod +x "$work/protoc-gen-vigie"
protoc -I. --plugin="$work/protoc-gen-vigie" --vigie_out="$work/plugin" "${files[@]}"

# C, from files that are freed of what protoc-c should not see.
protoc -I. --include_imports --descriptor_set_out="$work/all.binpb" "${files[@]}"
PYTHONDONTWRITEBYTECODE=1 "$python" plugin/for_protoc_c.py "$work/all.binpb" "$work/c.binpb"
protoc-c --descriptor_set_in="$work/c.binpb" --c_out="$work/c" "${files[@]}"
for file in "${files[@]}"; do
    stem=${file%.proto}
    mkdir -p "$work/made/c/generated/$(dirname "$stem")" "$work/made/c/include/$(dirname "$stem")"
    mv "$work/c/$stem.pb-c.c" "$work/made/c/generated/$stem.pb-c.c"
    mv "$work/c/$stem.pb-c.h" "$work/made/c/include/$stem.pb-c.h"
done
mv "$work/plugin/c/descriptors.c" "$work/made/c/generated/descriptors.c"
mv "$work/plugin/c/include/vigie_protos.h" "$work/made/c/include/vigie_protos.h"
cat >"$work/made/c/include/module.modulemap" <<'EOF'
module CVigieProtos {
    header "vigie_protos.h"
    export *
}
EOF
mv "$work/plugin/swift" "$work/made/swift"
mv "$work/plugin/tests" "$work/made/tests"

places=(
    "c/generated Sources/CVigieProtos/generated"
    "c/include Sources/CVigieProtos/include"
    "swift Sources/VigieProtos/Generated"
    "tests Tests/VigieProtosTests/Generated"
)
stale=0
for place in "${places[@]}"; do
    read -r made committed <<<"$place"
    if [[ ${1:-} == --check ]]; then
        diff -rq "$root/$committed" "$work/made/$made" >&2 || stale=1
    else
        rm -rf "${root:?}/$committed"
        mkdir -p "$root/$committed"
        cp -r "$work/made/$made/." "$root/$committed/"
    fi
done
if [[ $stale == 1 ]]; then
    echo "generate.sh: the generated code is not that of Protos/*.proto: run Protos/generate.sh" \
        "and commit what it writes" >&2
    exit 1
fi
