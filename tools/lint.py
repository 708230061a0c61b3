#!/usr/bin/env python3
"""The rules of CONTRIBUTING.md that a program can check.

  tools/lint.py               modules, sizes, banned calls, tests that nobody runs (fast)
  tools/lint.py --headers all   also: each header compiles alone (ours: those of src and include)
  tools/lint.py --tidy        also: clang-tidy on the files that differ from the main branch
  tools/lint.py --tidy --all  also: clang-tidy on every file
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys

from header_check import HeaderCheck

ROOT = pathlib.Path(__file__).resolve().parent.parent
DATABASE = ROOT / "build" / "lint"  # where each file is compiled alone, without a precompiled header
SOURCE = ROOT / "src"
PUBLIC = ROOT / "include" / "barnabas"
# The part of include/barnabas that every module speaks. The rest is what `client` promises.
VOCABULARY = {"admin/acl_operation", "bytes", "error_code", "result", "strong", "time", "types", "uuid"}
# What a public header is there to show, besides fmt and the standard library.
SHOWN = {"serdes_json": "boost/json/"}
HEADER_LINES, SOURCE_LINES, FUNCTION_LINES, COLUMNS = 300, 600, 70, 100
OURS_INCLUDED = re.compile(r'^\s*#include ["<]([\w./]+)[">]', re.MULTILINE)
TIDY_INCLUDERS = 3  # clang-tidy takes that many of the sources that include a changed header
LONG = re.compile(r"// long: \S")

# The operating system is reached through runtime's ports alone.
BANNED = [
    (re.compile(r"\b(steady|system|high_resolution)_clock::now\b"), "runtime::Clock"),
    (re.compile(r"(?<![\w.>:])(?:::)?s?rand\(\)|std::random_device|std::mt19937"),
     "runtime::Random"),
    (re.compile(r"(?<![\w.>])::(open|socket|pread|pwrite|pwritev|fsync|fdatasync)\("),
     "runtime's ports"),
    (re.compile(r"std::(ifstream|ofstream|fstream)\b"), "runtime::Disk"),
    (re.compile(r"std::this_thread::sleep"), "runtime::sleep_for"),
]
BAN_EXEMPT = {"runtime"}


def module_lists():
    """{module: set of the modules it may include}, from src/modules.cmake."""
    text = re.sub(r"#.*", "", (SOURCE / "modules.cmake").read_text())
    modules = {}
    for call in re.finditer(r"add_module\(\s*(\w+)([^)]*)\)", text):
        uses, keyword = set(), ""
        for word in call.group(2).split():
            if word in ("USES", "LIBRARIES", "ALONE", "PCH"):
                keyword = word
            elif keyword == "USES":
                uses.add(word)
        modules[call.group(1)] = uses
    return modules


def check_cycles(modules, problems):
    for name in modules:
        trail, seen = [(name, (name,))], set()
        while trail:
            at, path = trail.pop()
            for used in modules.get(at, ()):
                if used == name:
                    problems.append(f"modules in a cycle: {' -> '.join(path + (name,))}")
                elif used not in modules:
                    problems.append(f"module {at} lists {used}, which does not exist")
                elif used not in seen:
                    seen.add(used)
                    trail.append((used, path + (used,)))


def check_modules(files, modules, problems):
    for folder in sorted(p for p in SOURCE.iterdir() if p.is_dir()):
        readme = folder / "README.md"
        if folder.name not in modules:
            problems.append(f"src/{folder.name}: not in src/modules.cmake")
        elif not readme.exists():
            problems.append(f"src/{folder.name}: has no README.md")
        elif len(readme.read_text().splitlines()) > 40:
            problems.append(f"src/{folder.name}/README.md: more than 40 lines")
    check_cycles(modules, problems)
    include = re.compile(r'^\s*#include "([a-z_]+)/')
    for file in files:
        if SOURCE not in file.parents:
            continue
        module = file.relative_to(SOURCE).parts[0]
        for number, line in enumerate(file.read_text().splitlines(), 1):
            used = (include.match(line) or [None, None])[1]
            if used in modules and used != module and used not in modules.get(module, set()):
                problems.append(f"{rel(file)}:{number}: {module} may not use {used} "
                                f"(its list in src/modules.cmake does not name it)")


def check_public(files, modules, problems):
    """include/barnabas stands below base: it includes itself, fmt and the standard library only, and
    of it the modules below `client` may use the vocabulary, and what bears their own name."""
    include = re.compile(r'^\s*#include ([<"])([^>"]+)[>"]')
    allowed = {name for name, uses in modules.items() if name == "client" or "client" in uses}
    for file in files:
        public = PUBLIC in file.parents
        module = file.relative_to(SOURCE).parts[0] if SOURCE in file.parents else None
        if not public and module is None:
            continue
        for number, line in enumerate(file.read_text().splitlines(), 1):
            found = include.match(line)
            kind, name = found.groups() if found else ("", "")
            ours = name.startswith("barnabas/")
            shown = SHOWN.get(file.stem, "barnabas/")
            if public and (kind == '"' or "/" in name and not ours and name != "fmt/format.h" and
                           not name.startswith(shown)):
                problems.append(f"{rel(file)}:{number}: a public header includes <barnabas/...>, "
                                f"<fmt/format.h> and the standard library, not {name}")
            elif public and file.stem in VOCABULARY and file.parent == PUBLIC and ours and \
                    name[len("barnabas/"):-len(".h")] not in VOCABULARY:
                problems.append(f"{rel(file)}:{number}: the vocabulary may not use {name}")
            elif module and ours and module not in allowed and \
                    name[len("barnabas/"):-len(".h")] not in VOCABULARY | {module}:
                problems.append(f"{rel(file)}:{number}: {module} may not use {name}: it is the "
                                f"client's, and its list in src/modules.cmake does not name that")


def function_lengths(lines):
    """(first line, length) of each function body. clang-format fixes the layout: a body opens with
    a line that ends in '{' and closes with the first '}' that is indented no deeper."""
    opener = re.compile(r"^(\s*)\S.*\)[^;]*\{$")
    other = re.compile(r"^\s*(if|for|while|switch|else|do|catch|try|return|co_return|namespace|"
                       r"class|struct|enum|union|extern|\}|TEST)\b|= \{$|= \[.*\{$")
    for number, line in enumerate(lines):
        found = opener.match(line)
        if not found or other.search(line):
            continue
        for end in range(number + 1, len(lines)):
            if lines[end].lstrip().startswith("}") and \
                    len(lines[end]) - len(lines[end].lstrip()) <= len(found.group(1)):
                yield number + 1, end - number + 1
                break


def check_sizes(files, problems):
    for file in files:
        lines = file.read_text().splitlines()
        limit = HEADER_LINES if file.suffix == ".h" else SOURCE_LINES
        if len(lines) > limit and not any(LONG.search(line) for line in lines[:12]):
            problems.append(f"{rel(file)}: {len(lines)} lines, at most {limit} "
                            f"(split it by idea, or give a reason: // long: ...)")
        for number, line in enumerate(lines, 1):
            if len(line) > COLUMNS and not re.search(r"https?://|NOLINT", line):
                problems.append(f"{rel(file)}:{number}: {len(line)} columns, at most {COLUMNS}")
            if re.search(r"\bFIXME\b", line):
                problems.append(f"{rel(file)}:{number}: FIXME does not reach the main branch")
        for number, length in function_lengths(lines):
            near = lines[max(0, number - 3):number + 1]
            if length > FUNCTION_LINES and not any(LONG.search(line) for line in near):
                problems.append(f"{rel(file)}:{number}: a function of {length} lines, at most "
                                f"{FUNCTION_LINES}")


def check_bans(files, problems):
    for file in files:
        text = file.read_text()
        if file.suffix == ".h" and "#pragma once" not in text:
            problems.append(f"{rel(file)}: no #pragma once")
        public = PUBLIC in file.parents
        if not public and (SOURCE not in file.parents or
                           file.relative_to(SOURCE).parts[0] in BAN_EXEMPT):
            continue
        for number, line in enumerate(text.splitlines(), 1):
            code = line.split("//")[0]
            for pattern, instead in BANNED:
                if pattern.search(code):
                    problems.append(f"{rel(file)}:{number}: only runtime may do this; "
                                    f"use {instead}")


def check_python_tests(problems):
    """A file of Python tests that no CMakeLists.txt names is run by nobody."""
    for folder in sorted({file.parent for file in (ROOT / "tests").rglob("test_*.py")}):
        lists = folder / "CMakeLists.txt"
        named = set(re.findall(r"FILE (test_\w+\.py)", lists.read_text() if lists.exists() else ""))
        for file in sorted(folder.glob("test_*.py")):
            if file.name not in named:
                problems.append(f"{rel(file)}: no add_pytest() in {rel(lists)} runs it")


def compile_flags():
    database = DATABASE / "compile_commands.json"
    if not database.exists():
        sys.exit("lint: configure first: cmake --preset lint, or ./dev lint")
    return {entry["file"]: entry for entry in json.loads(database.read_text())}


def included_name(header):
    """As an #include says it: relative to the folder that the compiler is told of."""
    root = PUBLIC.parent if PUBLIC in header.parents else ROOT / rel(header).parts[0]
    return str(header.relative_to(root))


def includers(files):
    """{what an #include says: the files that say it}"""
    found = {}
    for file in files:
        for name in OURS_INCLUDED.findall(file.read_text()):
            found.setdefault(name, []).append(file)
    return found


def sources_with(header, including):
    """The sources that a header gets into, those that name it themselves first."""
    seen, waiting = {header}, [header]
    while waiting:
        at = waiting.pop(0)
        # A header beside the source may be named by its file name alone.
        near = [f for f in including.get(at.name, ()) if f.parent == at.parent]
        users = {*including.get(included_name(at), ()), *near} - seen
        seen |= users
        yield from sorted(f for f in users if f.suffix == ".cc")
        waiting += sorted(f for f in users if f.suffix == ".h")


def entry_for(header, flags, including):
    """How a target compiles that the header is part of: its module, or of tests and bench a source
    that includes it, else one near it."""
    if SOURCE in header.parents or PUBLIC in header.parents:
        module = header.relative_to(SOURCE).parts[0] if SOURCE in header.parents else "client"
        return next((e for f, e in flags.items() if f"/src/{module}/" in f), None)
    for source in sources_with(header, including):
        if str(source) in flags:
            return flags[str(source)]
    for folder in header.parents:  # the fuzz targets are in no build but their own
        if folder == ROOT:
            return None
        near = next((e for f, e in flags.items() if f.startswith(f"{folder}/")), None)
        if near:
            return near
    return None


def check_headers(files, headers, problems):
    flags, including = compile_flags(), includers(files)
    jobs = []
    for file in headers:
        entry = entry_for(file, flags, including)
        if entry:
            jobs.append((file, entry))
        else:
            problems.append(f"{rel(file)}: nothing that could include it is compiled")
    for header, text in HeaderCheck([SOURCE, PUBLIC.parent, ROOT / "tests", ROOT / "bench"]).run(jobs):
        problems.append(f"{rel(header)}: does not compile alone:\n{text[:1500]}")


def changed_files():
    """What differs from the main branch, committed or not, and what git does not know yet."""
    def git(*words):
        run = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True)
        return run.stdout.strip("\0\n")
    base = git("merge-base", "HEAD", "origin/main") or "HEAD"
    names = [*git("diff", "--name-only", "-z", base).split("\0"),
             *git("ls-files", "--others", "--exclude-standard", "-z").split("\0")]
    return {ROOT / name for name in names if name}


def tidy_choice(files, changed):
    """The changed sources, and for each changed header a few that include it: by them it is seen."""
    compiled, including = compile_flags(), includers(files)
    chosen = {f for f in files if f.suffix == ".cc" and f in changed}
    for header in (f for f in files if f.suffix == ".h" and f in changed):
        users = [f for f in sources_with(header, including) if str(f) in compiled]
        if not chosen.intersection(users):
            chosen.update(users[:TIDY_INCLUDERS])
    return sorted(chosen)


def check_tidy(files, everything, problems):
    chosen = [f for f in files if f.suffix == ".cc"] if everything else \
        tidy_choice(files, changed_files())

    def tidy(file):
        return subprocess.run(["clang-tidy-19", "-p", str(DATABASE), "--quiet",
                               str(file)], capture_output=True, text=True)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for file, run in zip(chosen, pool.map(tidy, chosen)):
            if run.returncode:
                problems.append(f"{rel(file)}: clang-tidy:\n{run.stdout[:3000]}")


def rel(file):
    return file.relative_to(ROOT)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--headers", choices=("ours", "all"))
    parser.add_argument("--tidy", action="store_true")
    parser.add_argument("--all", action="store_true")
    arguments = parser.parse_args()
    files = sorted(p for folder in ("src", "include", "tests", "bench") if (ROOT / folder).exists()
                   for p in (ROOT / folder).rglob("*") if p.suffix in (".h", ".cc"))
    modules, problems = module_lists(), []
    check_modules(files, modules, problems)
    check_public(files, modules, problems)
    check_sizes(files, problems)
    check_bans(files, problems)
    check_python_tests(problems)
    if arguments.headers:
        everywhere = arguments.headers == "all"
        check_headers(files, [h for h in files if h.suffix == ".h" and
                              (everywhere or SOURCE in h.parents or PUBLIC in h.parents)], problems)
    if arguments.tidy:
        check_tidy(files, arguments.all, problems)
    for problem in problems:
        print(problem)
    print(f"lint: {len(files)} files, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
