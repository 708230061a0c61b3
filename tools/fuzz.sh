#!/usr/bin/env bash
# Runs the fuzz targets of build/fuzz: tools/fuzz.sh SECONDS_EACH [NAME]
# The corpus grows in build/fuzz/corpus; an input that fails is left in build/fuzz/failures.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
seconds=${1:-60}
only=${2:-}
corpus=build/fuzz/corpus
failures=build/fuzz/failures
mkdir -p "$corpus" "$failures"
tools/fuzz_corpus.py "$corpus"

status=0
ran=0
while read -r program; do
    name=$(basename "$program")
    name=${name#fuzz_}
    [[ -z $only || $name == *"$only"* ]] || continue
    ran=$((ran + 1))
    mkdir -p "$corpus/$name"
    echo "== $name, $seconds s"
    regressions=()
    [ -d "tests/fuzz/regressions/$name" ] && regressions=("tests/fuzz/regressions/$name")
    if ! "$program" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -max_len=65536 \
        -print_final_stats=0 -verbosity=0 -artifact_prefix="$failures/$name-" \
        "$corpus/$name" "${regressions[@]}" </dev/null 2>&1 |
        grep -v -e '^"' -e 'ecommended dictionary'; then
        echo "$name failed; repeat with: $program $failures/$name-<what it says above>"
        status=1
    fi
done < <(find build/fuzz -type f -executable -name 'fuzz_*' | sort)
[ "$ran" -gt 0 ] || { echo "no fuzz target ${only:+is called $only}" >&2; exit 1; }
exit "$status"
