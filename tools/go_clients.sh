#!/usr/bin/env bash
# Prints the folder with the programs of tests/interop/go, which it builds once.
#
# The modules are those of go.mod and go.sum; the programs stay in
# ${BARNABAS_CACHE:-~/.cache/barnabas}/go/<hash of the sources>, and a second call needs no network.
# Needs a Go as new as go.mod says; GO names another one than `go`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../tests/interop/go"
go=${GO:-go}
command -v "$go" >/dev/null || { echo "go_clients.sh: needs Go (apt-get install golang-go)" >&2; exit 1; }
version=$("$go" env GOVERSION)
wanted=$(sed -n 's/^go //p' go.mod)
[ "$(printf '%s\n' "${version#go}" "$wanted" | sort -V | head -1)" = "$wanted" ] ||
    { echo "go_clients.sh: $version is older than $wanted; set GO to a newer one" >&2; exit 1; }

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
