#!/usr/bin/env bash
# Runs Python tests: tools/pytest.sh FILE... [pytest options], from any folder.
#
# BARNABAS_BINARY is the program under test (build/release/barnabas);
# BARNABAS_TEST_BROKER=kafka runs the tests that are not Barnabas's own against Apache Kafka instead.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
python=$("$root/tools/python_env.sh")
exec "$python" -m pytest -c "$root/tests/pytest.ini" -q "$@"
