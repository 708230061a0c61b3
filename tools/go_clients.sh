#!/usr/bin/env bash
# Prints the folder with the programs of tests/interop/go, which it builds once.
#
# The modules are those of go.mod and go.sum; the programs stay in
# ${BARNABAS_CACHE:-~/.cache/barnabas}/go/<hash of the sources>, and a second call needs no network.
# A Go that is older than go.mod says (Debian 12 has 1.19) fetches the one that is wanted: toolchains
# are modules too. GO names another one than `go`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../tests/interop/go"
go=${GO:-go}
command -v "$go" >/dev/null || { echo "go_clients.sh: needs Go (apt-get install golang-go)" >&2; exit 1; }
version=$("$go" env GOVERSION)
wanted=$(sed -n 's/^go //p' go.mod)
if [ "$(printf '%s\n' "${version#go}" "$wanted" | sort -V | head -1)" != "$wanted" ]; then
    toolchain=golang.org/toolchain@v0.0.1-go$wanted.linux-$(dpkg --print-architecture)
    # Outside of the module, whose go.mod an old Go cannot read.
    folder=$(cd / && timeout 500 "$go" mod download -json "$toolchain" |
        sed -n 's/^.*"Dir": "\(.*\)".*$/\1/p')
    [ -n "$folder" ] ||
        { echo "go_clients.sh: $version is older than $wanted; $toolchain cannot be had" >&2; exit 1; }
    # A module's files are not executable.
    find "$folder/bin" "$folder/pkg/tool" -type f -exec chmod u+wx {} +
    go=$folder/bin/go
    unset GOROOT
    version=$("$go" env GOVERSION)
fi

root=${BARNABAS_CACHE:-$HOME/.cache/barnabas}/go
made=$root/$( (echo "$version"; cat go.mod go.sum */*.go) | sha256sum | cut -c1-16)
mkdir -p "$root"
exec 9>"$root/.lock"
flock -w 600 9 # two test runs may ask at once
if [ ! -f "$made/.complete" ]; then
    mkdir -p "$made"
    # Without optimisation it takes a sixth less; the programs mostly wait.
    timeout 500 "$go" build -mod=readonly -buildvcs=false -trimpath -gcflags='all=-N -l' -ldflags='-s -w' \
        -o "$made/" ./franz ./sarama >&2
    touch "$made/.complete"
fi
printf '%s\n' "$made"
