#!/usr/bin/env python3
"""The API reference of include/barnabas, by Doxygen: tools/docs.py

Fails on every warning of Doxygen's about our headers but one kind: a member without a comment. A name that says all there
is to say has none (CONTRIBUTING.md); types, and what comments refer to, have to be there.
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
WARNINGS = ROOT / "build" / "docs" / "warnings.txt"

EXPECTED = [
    # "Member x (function) of class y is not documented", "... of file z ...".
    re.compile(r"warning: Member .* of (class|struct|namespace|file|group) .* is not documented"),
    # Specialisations of other libraries' templates, in namespaces of which Doxygen sees nothing.
    re.compile(r"warning: Compound (fmt|std)::.* is not documented"),
    re.compile(r"warning: Internal inconsistency: scope for class (fmt|std)::"),
]


def main():
    WARNINGS.parent.mkdir(parents=True, exist_ok=True)
    run = subprocess.run(["doxygen", "docs/Doxyfile"], cwd=ROOT, check=False)
    if run.returncode:
        return f"doxygen failed with status {run.returncode}"
    wrong = [line.removeprefix(f"{ROOT}/") for line in WARNINGS.read_text().splitlines()
             if line.strip() and not any(each.search(line) for each in EXPECTED)]
    for line in wrong:
        print(line)
    print(f"docs: build/docs/html/index.html, {len(wrong)} problems")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
