"""What `cmake --install` leaves: the client library, found by CMake and by pkg-config, built and run;
the program with Kafka's names and what shells complete."""

import functools
import os
import re
import shutil
import subprocess

import pytest

from support import examples
from support.broker import ROOT, binary

COMPILER = os.environ.get("CXX", "clang++-19")


def sanitizers():
    """A library with sanitizers goes into programs that have them."""
    cache = (binary().parent / "CMakeCache.txt").read_text()
    (which,) = re.findall(r"^BARNABAS_SANITIZE:\w+=(.*)$", cache, re.MULTILINE) or [""]
    return [f"-fsanitize={which}"] if which else []


def linker():
    """The archives are large: the linker that the build has is many times as fast as GNU's."""
    return ["-fuse-ld=lld-19"] if "clang" in COMPILER else []


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


def test_the_program_has_kafkas_names_and_completion(prefix):
    bin_folder, share = prefix / "bin", prefix / "share"
    for name in ("kafka-topics", "kafka-topics.sh", "kafka-verifiable-consumer"):
        assert "barnabas " + name.removeprefix("kafka-").removesuffix(".sh") in run(
            bin_folder / name, "--help")
        for completion in ("bash-completion/completions/%s", "fish/vendor_completions.d/%s.fish"):
            assert (share / (completion % name)).resolve().stem == "barnabas"
    assert (share / "zsh/site-functions/_barnabas").read_text().startswith("#compdef barnabas ")
    told = re.search(r"^complete -F _barnabas barnabas (.+)$", run(binary(), "completion", "bash"),
                     re.MULTILINE)[1]
    assert {path.name for path in bin_folder.iterdir() if path.is_symlink()} == set(told.split())


def test_a_tool_of_kafkas_own_is_not_replaced(tmp_path):
    own = tmp_path / "bin" / "kafka-topics.sh"
    own.parent.mkdir()
    own.write_text("Kafka's own")
    install = ("cmake", "--install", binary().parent, "--prefix", tmp_path, "--component", "program")
    assert f"not ours: {own}" in run(*install)
    assert own.read_text() == "Kafka's own"
    assert (tmp_path / "bin" / "kafka-topics").readlink().name == "barnabas"
    run(*install)  # again, over its own links


def topics_of(program, broker):
    return [line.split()[0] for line in run(program, broker.bootstrap, "orders").splitlines()]


@pytest.fixture(name="built", scope="module")
def built_examples(prefix, tmp_path_factory):
    folder = tmp_path_factory.mktemp("examples")
    run("cmake", "-S", ROOT / "examples", "-B", folder, f"-DCMAKE_PREFIX_PATH={prefix}",
        f"-DCMAKE_CXX_COMPILER={COMPILER}", f"-DCMAKE_CXX_FLAGS={' '.join(sanitizers())}",
        f"-DCMAKE_EXE_LINKER_FLAGS={' '.join(linker())}")
    run("cmake", "--build", folder, "--parallel", "2")
    return folder


def test_cmake_finds_it(built, broker):
    assert "orders" in topics_of(built / "list_topics", broker)
    assert "orders" in topics_of(built / "list_topics", broker)  # which exists by now
    told = run(built / "test_with_a_broker")
    assert told.startswith("100 records, 100 after a restart of the broker on port "), told


def test_examples_do_what_they_say(built, broker, tmp_path):
    names = {path.stem for path in (ROOT / "examples").glob("*.cc")}
    judges = {"copy_exactly_once": examples.copies_exactly_once,
              "coroutine_echo": examples.echoes, "json_orders": examples.sells_json,
              "group_member": functools.partial(examples.is_a_member, directory=tmp_path),
              "share_worker": examples.works_in_a_share_group,
              "topic_settings": examples.sets_up_a_topic}
    assert names == {*judges, "list_topics", "test_with_a_broker"}
    for name, judge in judges.items():
        judge(built / name, broker)


def compile_with_pkg_config(prefix, package, source, program):
    if shutil.which("pkg-config") is None:
        pytest.skip("pkg-config is not installed")
    (folder,) = prefix.glob("lib*/**/pkgconfig")
    flags = run("pkg-config", "--define-prefix", "--cflags", "--libs", "--static", package,
                env=os.environ | {"PKG_CONFIG_PATH": str(folder)}).split()
    run(COMPILER, "-std=c++23", source, "-o", program, *sanitizers(), *linker(), *flags)


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
