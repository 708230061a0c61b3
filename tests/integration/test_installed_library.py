"""The client library as it is installed: found by CMake and by pkg-config, built and run."""

import os
import re
import shutil
import subprocess

import pytest

from support.broker import ROOT, binary

COMPILER = os.environ.get("CXX", "clang++-19")


def sanitizers():
    """A library with sanitizers goes into programs that have them."""
    cache = (binary().parent / "CMakeCache.txt").read_text()
    (which,) = re.findall(r"^BARNABAS_SANITIZE:\w+=(.*)$", cache, re.MULTILINE) or [""]
    return [f"-fsanitize={which}"] if which else []


def run(*words, **options):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True,
                          timeout=300, check=False, **options)
    assert done.returncode == 0, f"{words}:\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(name="prefix", scope="module")
def installed(tmp_path_factory):
    prefix = tmp_path_factory.mktemp("installed")
    run("cmake", "--install", binary().parent, "--prefix", prefix)
    return prefix


def topics_of(program, broker):
    return [line.split()[0] for line in run(program, broker.bootstrap, "orders").splitlines()]


def test_cmake_finds_it(prefix, broker, tmp_path):
    run("cmake", "-S", ROOT / "examples", "-B", tmp_path, f"-DCMAKE_PREFIX_PATH={prefix}",
        f"-DCMAKE_CXX_COMPILER={COMPILER}", f"-DCMAKE_CXX_FLAGS={' '.join(sanitizers())}")
    run("cmake", "--build", tmp_path)
    assert "orders" in topics_of(tmp_path / "list_topics", broker)
    assert "orders" in topics_of(tmp_path / "list_topics", broker)  # which exists by now


def test_pkg_config_finds_it(prefix, broker, tmp_path):
    if shutil.which("pkg-config") is None:
        pytest.skip("pkg-config is not installed")
    (folder,) = prefix.glob("lib*/**/pkgconfig")
    flags = run("pkg-config", "--define-prefix", "--cflags", "--libs", "--static", "barnabas",
                env=os.environ | {"PKG_CONFIG_PATH": str(folder)}).split()
    run(COMPILER, "-std=c++23", ROOT / "examples" / "list_topics.cc", "-o", tmp_path / "program",
        *sanitizers(), *flags)
    assert "orders" in topics_of(tmp_path / "program", broker)


def test_no_header_needs_what_is_not_installed(prefix, tmp_path):
    headers = sorted((prefix / "include").rglob("*.h"))
    assert len(headers) > 5
    source = tmp_path / "all.cc"
    source.write_text("".join(f"#include <{header.relative_to(prefix / 'include')}>\n"
                              for header in headers))
    run(COMPILER, "-std=c++23", "-Wall", "-Wextra", "-Werror", "-fsyntax-only",
        f"-I{prefix / 'include'}", source)
