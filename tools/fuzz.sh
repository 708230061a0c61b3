#!/usr/bin/env bash
# Runs the fuzz targets of build/fuzz, one on each core: tools/fuzz.sh SECONDS_EACH [NAME]
# The corpus grows in build/fuzz/corpus; an input that fails is left in build/fuzz/failures.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export seconds=${1:-60}
only=${2:-}
export corpus=build/fuzz/corpus failures=build/fuzz/failures
mkdir -p "$corpus" "$failures"
tools/fuzz_corpus.py "$corpus"

run_one() {  # run_one PROGRAM: says everything at once when it has ended
    local program=$1 name regressions=() said status=0
    name=$(basename "$program")
    name=${name#fuzz_}
    mkdir -p "$corpus/$name"
    [ -d "tests/fuzz/regressions/$name" ] && regressions=("tests/fuzz/regressions/$name")
    said=$("$program" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -max_len=65536 \
        -print_final_stats=0 -verbosity=0 -artifact_prefix="$failures/$name-" \
        "$corpus/$name" "${regressions[@]}" </dev/null 2>&1) || status=1
    printf '== %s, %s s\n' "$name" "$seconds"
    grep -v -e '^"' -e 'ecommended dictionary' <<<"$said" || true  # nothing else was said
    if [ "$status" -ne 0 ]; then
        echo "$name failed; repeat with: $program $failures/$name-<what it says above>"
    fi
    return "$status"
}
export -f run_one

programs=$(find build/fuzz -type f -executable -name "fuzz_*$only*" | sort)
[ -n "$programs" ] || { echo "no fuzz target ${only:+is called $only}" >&2; exit 1; }
xargs -n 1 -P "$(nproc)" bash -c 'run_one "$1"' run_one <<<"$programs"
