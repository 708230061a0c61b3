#!/usr/bin/env bash
# Prints the folder with the programs of tests/interop/node and the packages that they use.
#
# It is a copy with what package-lock.json pins, made once by npm in
# ${BARNABAS_CACHE:-~/.cache/barnabas}/node/<hash of the sources>; a second call needs no network.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../tests/interop/node"
command -v npm >/dev/null || { echo "node_clients.sh: needs npm (apt-get install nodejs npm)" >&2; exit 1; }

root=${BARNABAS_CACHE:-$HOME/.cache/barnabas}/node
made=$root/$(cat ./*.json ./*.js | sha256sum | cut -c1-16)
mkdir -p "$root"
exec 9>"$root/.lock"
flock -w 600 9 # two test runs may ask at once
if [ ! -f "$made/.complete" ]; then
    mkdir -p "$made"
    cp ./*.json ./*.js "$made/"
    (cd "$made" && timeout 500 npm ci --no-audit --no-fund --ignore-scripts --loglevel=error >&2)
    touch "$made/.complete"
fi
printf '%s\n' "$made"
