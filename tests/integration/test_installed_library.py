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
    told = run(tmp_path / "test_with_a_broker")
    assert told.startswith("100 records, 100 after a restart of the broker on port "), told


def compile_with_pkg_config(prefix, package, source, program):
    if shutil.which("pkg-config") is None:
        pytest.skip("pkg-config is not installed")
    (folder,) = prefix.glob("lib*/**/pkgconfig")
    flags = run("pkg-config", "--define-prefix", "--cflags", "--libs", "--static", package,
                env=os.environ | {"PKG_CONFIG_PATH": str(folder)}).split()
    run(COMPILER, "-std=c++23", source, "-o", program, *sanitizers(), *flags)


def test_pkg_config_finds_it(prefix, broker, tmp_path):
    compile_with_pkg_config(prefix, "barnabas", ROOT / "examples" / "list_topics.cc",
                            tmp_path / "program")
    assert "orders" in topics_of(tmp_path / "program", broker)


def test_pkg_config_finds_the_broker_for_tests(prefix, tmp_path):
    compile_with_pkg_config(prefix, "barnabas-test-broker",
                            ROOT / "examples" / "test_with_a_broker.cc", tmp_path / "program")
    assert run(tmp_path / "program").startswith("100 records, 100 after a restart")


def test_code_of_the_documentation_compiles(prefix, tmp_path):
    page = (ROOT / "docs" / "client-library.md").read_text()
    blocks = re.findall(r"^```cpp\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert len(blocks) > 8
    source = tmp_path / "page.cc"
    source.write_text("\n".join(blocks))
    run(COMPILER, "-std=c++23", "-Wall", "-Wextra", "-Werror", "-fsyntax-only",
        f"-I{prefix / 'include'}", source)


def test_no_header_needs_what_is_not_installed(prefix, tmp_path):
    headers = sorted((prefix / "include").rglob("*.h"))
    assert len(headers) > 5
    source = tmp_path / "all.cc"
    source.write_text("".join(f"#include <{header.relative_to(prefix / 'include')}>\n"
                              for header in headers))
    run(COMPILER, "-std=c++23", "-Wall", "-Wextra", "-Werror", "-fsyntax-only",
        f"-I{prefix / 'include'}", source)
