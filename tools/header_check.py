"""Each header compiles alone: tools/lint.py --headers.

What most headers include anyway, and what takes a compiler seconds to read, is read once: a header
is compiled behind a precompiled header if it reaches everything in that by its own includes.
"""

import concurrent.futures
import functools
import os
import pathlib
import re
import shlex
import subprocess
import tempfile
import threading

INCLUDE = re.compile(r'^\s*#include ([<"])([^>"]+)[>"]', re.MULTILINE)
# The costly ones; of the sets that a header reaches, it takes the last.
SHARED = [("fmt/format.h",), ("fmt/format.h", "boost/asio/awaitable.hpp"),
          ("fmt/format.h", "gtest/gtest.h")]
WITH_VALUE = ("-o", "-c", "-MF", "-MT", "-include", "-include-pch", "-Xclang")


def flags_of(entry):
    """The compiler and its flags, without files and without the build's own precompiled header."""
    words = shlex.split(entry["command"])
    start = next(i for i, word in enumerate(words) if "clang++" in word or "g++" in word)
    keep, skip = [], False
    for word in words[start:]:
        if skip:
            skip = False
        elif word in WITH_VALUE:
            skip = True
        elif not word.endswith((".cc", ".pch", ".hxx")) and word != "-MD" and \
                not word.startswith("-Winvalid-pch"):
            keep.append(word)
    return keep


class HeaderCheck:
    """`roots`: the folders that includes are relative to."""

    def __init__(self, roots):
        self._roots = roots
        self._folder = tempfile.TemporaryDirectory(prefix="lint-")
        self._made, self._lock = {}, threading.Lock()

    def run(self, jobs):
        """[(header, entry of compile_commands.json)] -> [(header, what the compiler says)] of those
        that do not compile."""
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            results = list(pool.map(lambda job: (job[0], self._compile(*job)), jobs))
        self._folder.cleanup()
        return [(header, text) for header, text in results if text]

    def _compile(self, header, entry):
        flags, where = flags_of(entry), entry["directory"]
        reached = self._reached(header)
        shared = [names for names in SHARED if set(names) <= reached]
        if shared and "clang" in flags[0]:
            flags += ["-include-pch", self._precompiled(shared[-1], flags, where)]
        # Included, not the main file: there `#pragma once` means nothing.
        run = subprocess.run(flags + ["-fsyntax-only", "-x", "c++", "-"], cwd=where,
                             input=f'#include "{header}"\n', capture_output=True, text=True)
        return run.stderr or "no reason given" if run.returncode else ""

    @functools.cache
    def _includes(self, file):
        """(those of ours, names of others)"""
        ours, others = [], set()
        for _, name in INCLUDE.findall(file.read_text()):
            found = next((root / name for root in self._roots if (root / name).exists()), None)
            if found:
                ours.append(found)
            else:
                others.add(name)
        return ours, others

    def _reached(self, header):
        seen, waiting, reached = {header}, [header], set()
        while waiting:
            ours, others = self._includes(waiting.pop())
            reached |= others
            waiting += [file for file in ours if file not in seen]
            seen.update(ours)
        return reached

    def _precompiled(self, names, flags, where):
        """Its path; made once for each set of flags, but for those that say where to look."""
        options = tuple(word for word in flags if not word.startswith("-I"))
        with self._lock:
            future = self._made.get((names, options))
            if future:
                mine = False
            else:
                mine, future = True, concurrent.futures.Future()
                self._made[names, options] = future
                path = pathlib.Path(self._folder.name) / f"{len(self._made)}.h"
        if mine:
            try:
                path.write_text("".join(f"#include <{name}>\n" for name in names))
                subprocess.run(flags + ["-x", "c++-header", str(path), "-o", f"{path}.pch"],
                               cwd=where, check=True)
                future.set_result(f"{path}.pch")
            except Exception as failure:  # pylint: disable=broad-except  # told by result()
                future.set_exception(failure)
        return future.result()
