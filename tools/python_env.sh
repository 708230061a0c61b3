#!/usr/bin/env bash
# Prints the Python interpreter that runs tests/integration and tests/interop.
#
# It is a virtual environment with the pinned packages of tests/support/requirements.txt, made once
# by pip in ${BARNABAS_CACHE:-~/.cache/barnabas}/python/<hash of that list>; a second call needs no
# network. Needs Python 3.11 or newer; PYTHON names another interpreter than python3.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
list=tests/support/requirements.txt
python=${PYTHON:-python3}
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    { echo "python_env.sh: $python is older than 3.11; set PYTHON to a newer one" >&2; exit 1; }

version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
root=${BARNABAS_CACHE:-$HOME/.cache/barnabas}/python
venv=$root/$version-$(sha256sum "$list" | cut -c1-16)
mkdir -p "$root"
exec 9>"$root/.lock"
flock -w 600 9 # two test runs may ask at once
if [ ! -f "$venv/.complete" ]; then
    rm -rf "$venv"
    "$python" -m venv "$venv" >&2 ||
        { echo "python_env.sh: no venv module (apt-get install python3-venv)" >&2; exit 1; }
    timeout 500 "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$list" >&2
    touch "$venv/.complete"
fi
printf '%s\n' "$venv/bin/python"
