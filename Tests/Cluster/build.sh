#!/usr/bin/env bash
# Builds the real Kubernetes API server from Debian's source package, once, and keeps it in a cache.
#
#   Tests/Cluster/build.sh          builds what is missing; says where the programs are
#   Tests/Cluster/build.sh --check  builds nothing; exit code 0 when everything is there
#
# Debian has no binary package of kube-apiserver, but its source package `kubernetes` (1.20.2, with
# its dependencies inside) builds with Debian's Go: about four minutes of two quiet cores, some
# 250 MB of packages and 3 GB of disk while it builds, 250 MB afterwards. etcd comes from apt as it is.
#
# The cache is $VIGIE_CACHE (default ~/.cache/vigie), in `kubernetes-<version>/bin`. Two builds at
# once wait for each other; a build that was interrupted begins again where apt left it.
set -euo pipefail

readonly version=1.20.2
readonly cache=${VIGIE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/vigie}/kubernetes-$version
readonly bin=$cache/bin
readonly programs=(kube-apiserver kube-controller-manager)
readonly packages=(golang-go etcd-server dpkg-dev rsync)

say() { printf 'cluster: %s\n' "$*" >&2; }
fail() {
    say "$*"
    exit 1
}

complete() {
    local program
    for program in "${programs[@]}"; do [ -x "$bin/$program" ] || return 1; done
    command -v etcd >/dev/null
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

install_packages() {
    local missing=() package
    for package in "$@"; do
        dpkg-query -W -f='${db:Status-Abbrev}' "$package" 2>/dev/null | grep -q '^ii' || missing+=("$package")
    done
    [ ${#missing[@]} = 0 ] && return
    say "installing ${missing[*]}"
    # etcd's package starts a server where an init system runs: this machine needs only the program.
    as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
        apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# This machine's own Debian archives, once more for source packages, in a list of our own: the
# machine's lists stay as they are.
source_lists() {
    mkdir -p "$cache/apt/lists/partial" "$cache/apt/parts"
    sed 's/^Types:.*/Types: deb-src/' /etc/apt/sources.list.d/debian.sources >"$cache/apt/parts/debian.sources" 2>/dev/null ||
        sed -n 's/^deb /deb-src /p' /etc/apt/sources.list >"$cache/apt/parts/debian.list"
}

apt_source() {
    apt-get -qq -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$cache/apt/parts" \
        -o Dir::State::Lists="$cache/apt/lists" -o Dir::Cache::srcpkgcache= -o Dir::Cache::pkgcache= \
        -o APT::Sandbox::User=root "$@"
}

fetch() {
    source_lists
    apt_source update
    local work=$1
    (cd "$work" && apt_source source kubernetes >"$cache/source.log" 2>&1) ||
        fail "Debian's source package could not be fetched: see $cache/source.log"
    # Debian writes the version as 1.20.5+really1.20.2.
    mv "$work"/kubernetes-*"$version" "$work/src" ||
        fail "Debian's source package kubernetes is no longer $version: mend this script"
    # With the vendored reflect2 1.0.1 and Go 1.18 or newer the server crashes on the first custom
    # resource (github.com/modern-go/reflect2 issue 20): Debian's own 1.0.2 replaces it.
    (cd "$work" && apt-get -qq -o APT::Sandbox::User=root download golang-github-modern-go-reflect2-dev &&
        dpkg -x golang-github-modern-go-reflect2-dev_*.deb reflect2)
    local vendored=$work/src/vendor/github.com/modern-go/reflect2
    [ -d "$vendored" ] || fail "the source package has no vendored reflect2"
    find "$vendored" -name '*.go' -delete
    cp "$work"/reflect2/usr/share/gocode/src/github.com/modern-go/reflect2/*.go "$vendored/"
    rm -f "$vendored"/*_test.go
}

compile() {
    local source=$1
    export GOPATH=$source/.go GOFLAGS=-trimpath
    mkdir -p "$GOPATH/src/k8s.io"
    ln -sfn ../../.. "$GOPATH/src/k8s.io/kubernetes"
    (cd "$source" && make WHAT="${programs[*]/#/cmd/}" >"$cache/build.log" 2>&1) ||
        fail "the build failed: see $cache/build.log"
    mkdir -p "$bin"
    local program
    for program in "${programs[@]}"; do
        install -m 755 "$source/_output/bin/$program" "$bin/.$program"
        mv "$bin/.$program" "$bin/$program"
    done
}

main() {
    if complete; then
        say "ready in $bin"
        return
    fi
    [ "${1:-}" = --check ] && fail "kube-apiserver or etcd is missing: \`make cluster\` builds them"
    mkdir -p "$cache"
    exec 9>"$cache/lock"
    flock 9
    complete && return
    install_packages "${packages[@]}"
    if [ ! -x "$bin/kube-apiserver" ]; then
        local work=$cache/work
        rm -rf "$work"
        mkdir -p "$work"
        say "fetching Debian's source package kubernetes $version"
        fetch "$work"
        say "building ${programs[*]} (minutes; log: $cache/build.log)"
        compile "$work/src"
        # Go writes its caches without leave to delete them.
        chmod -R u+w "$work"
        rm -rf "$work"
    fi
    complete || fail "etcd is not on the PATH"
    say "ready in $bin"
}

main "$@"
