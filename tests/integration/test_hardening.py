"""The program is linked as CONTRIBUTING.md and SECURITY.md say: position independent, with its tables
read-only, stack protector and checked copies."""

import subprocess

import pytest
from support.broker import binary

pytestmark = pytest.mark.own


def said(*options):
    return subprocess.run(["llvm-readelf-19", *options, binary()], check=True, text=True,
                          stdout=subprocess.PIPE).stdout


@pytest.fixture(scope="module")
def symbols():
    """Those that come from shared libraries."""
    found = said("--dyn-syms")
    if "__asan_init" in said("--symbols") or "__tsan_init" in said("--symbols"):
        pytest.skip("sanitizers have checks of their own")
    return found


def test_it_is_position_independent_with_all_of_relro():
    assert "DYN" in next(line for line in said("--file-header").splitlines() if "Type:" in line)
    assert "GNU_RELRO" in said("--program-headers")
    dynamic = said("--dynamic-table")
    assert "BIND_NOW" in dynamic or "NOW" in dynamic.split("FLAGS_1", 1)[-1].splitlines()[0]
    assert "PIE" in dynamic


def test_the_stack_is_protected_and_copies_are_checked(symbols):
    assert "__stack_chk_fail" in symbols
    assert any(name in symbols for name in ("__memcpy_chk", "__snprintf_chk", "__printf_chk",
                                            "__fprintf_chk")), "no _FORTIFY_SOURCE"


def test_no_memory_is_writable_and_executable():
    for line in said("--program-headers", "--wide").splitlines():
        if line.strip().startswith(("LOAD", "GNU_STACK")):
            assert "RWE" not in line, line
