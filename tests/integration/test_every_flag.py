"""Each flag of each command is used, and does what it says: rows of lines in support/every_flag. What
--help names and no row uses fails, so that no flag comes untested."""

import json
import re
import shlex

import pytest
from support import tool_server
from support.every_flag import of_admin, of_clients, of_files
from support.every_flag.world import World

pytestmark = pytest.mark.own

ROWS = {**of_admin.ROWS, **of_clients.ROWS, **of_files.ROWS}
#: Proven by tests of their own, for all commands.
OF_EVERY_COMMAND = {"--help", "--version", "--profile"}
#: A file of CSV for --from-file, kcat's -V, and a delimiter that somebody has asked for.
OTHER_FORMS = ("--export", "-V", "-D")
#: Their status tells that they found something; what, is their output.
FINDERS = {"doctor", "log"}
#: Commands whose actions have a --help each.
ACTIONS_APART = {"log": ("check", "repair")}
SERVERS = {"--bootstrap-server", "-b", "--bootstrap-controller"}
FLAG = re.compile(r"^  (?:-(\w), ?)?--([A-Za-z][\w.-]*)")


def _world(tmp_path_factory):
    from conftest import BrokerFactory
    factory = BrokerFactory(tmp_path_factory.mktemp("broker"))
    built = World(factory, tmp_path_factory.mktemp("world"))
    yield built
    built.close()
    factory.close()


world = pytest.fixture(scope="module")(_world)
#: Another, so that what rows change is changed there, too.
world_of_json = pytest.fixture(scope="module", name="world_of_json")(_world)


def helped(*words):
    said = tool_server.run_ours(words[0], *words[1:], "--help")
    assert said.status == 0 and said.errors == "", said
    return said.out


def flags_of(command):
    """{action, or "" for what all have: [the spellings of a flag, ...]}, as --help tells."""
    if command in ACTIONS_APART:
        return {action: _flags(helped(command, action)).get("", [])
                for action in ACTIONS_APART[command]}
    return _flags(helped(command))


def _flags(text):
    flags, heading = {}, ""
    for line in text.splitlines():
        if line and not line.startswith(" "):
            heading = line.rstrip(":").split()[0]
        elif found := FLAG.match(line):
            letter, name = found.groups()
            action = "" if heading in ("Options", "OPTIONS", "Of") else heading
            spellings = {f"--{name}"} | ({f"-{letter}"} if letter else set())
            flags.setdefault(action, []).append(spellings)
    return flags


def spelled(words):
    """The flags of a line, as they are written there: "-vv" is -v, and -1 is a number."""
    return {word.split("=")[0] if word.startswith("--") else word[:2]
            for word in words if re.match("--?[A-Za-z]", word)}


def completed_words():
    """{command: the words that a shell completes behind it}"""
    script = tool_server.run_ours("completion", "bash").out
    return {found[1]: set(found[2].split())
            for found in re.finditer(r'^ +([\w|.-]+)\) words="(.*)" ;;$', script, re.MULTILINE)}


def test_each_command_has_rows():
    assert {names.split("|")[0] for names in completed_words()} == set(ROWS)


def takes_servers(command):
    return any("--bootstrap-server" in spellings
               for flags in flags_of(command).values() for spellings in flags)


def line_of(row, world):
    """The row's words, with the broker where nobody else is named."""
    words = row.words(world.values)
    if takes_servers(words[0]) and not spelled(words) & SERVERS:
        words += ["--bootstrap-server", world.broker.bootstrap]
    return words


@pytest.mark.parametrize("command", ROWS)
def test_each_flag_has_a_row(command, world):
    used = {}
    for row in ROWS[command]:
        words = line_of(row, world)
        if words[0] == command:
            used.setdefault(words[1] if len(words) > 1 else "", set()).update(spelled(words))
    anywhere = set().union(*used.values())
    missing = [f"{action} {'/'.join(sorted(spellings))}".strip()
               for action, flags in flags_of(command).items() for spellings in flags
               if not spellings & OF_EVERY_COMMAND
               and not spellings & (used.get(action, set()) if action else anywhere)]
    assert missing == [], f"no row of {command} uses them"


@pytest.mark.parametrize("command", ROWS)
def test_each_flag_does_what_it_says(command, world):
    for row in ROWS[command]:
        row.judge(*world.run(line_of(row, world), row.stdin), world.values)


def takes_json(command):
    return any("--json" in spellings for flags in flags_of(command).values() for spellings in flags)


@pytest.mark.parametrize("command", ROWS)
def test_with_json_all_that_is_printed_is_json(command, world_of_json):
    """Whatever the row asks for, and whatever goes wrong: then a sentence is on the error output."""
    if not takes_json(command):
        pytest.skip("it prints none")
    for row in ROWS[command]:
        words = line_of(row, world_of_json)
        if any(word in words for word in OTHER_FORMS):
            continue
        asked = words if "--json" in words else [*words, "--json"]
        said, _ = world_of_json.run(asked, row.stdin)
        for line in said.out.splitlines():
            assert isinstance(parsed(line), dict), (asked, line, said)
        if row.status != 0:
            assert said.status != 0 and (said.errors or command in FINDERS), (asked, said)
        elif row.errors and row.out:  # beside what it prints
            assert said.errors, (asked, said)


def parsed(line):
    try:
        return json.loads(line)
    except ValueError:
        return None


@pytest.mark.parametrize("command", ROWS)
def test_a_shell_completes_what_help_names(command):
    words = next(words for names, words in completed_words().items()
                 if command in names.split("|"))
    names = {spelling for flags in flags_of(command).values() for spellings in flags
             for spelling in spellings if spelling.startswith("--")}
    assert names - words - {"--help"} == set()
    assert {word for word in words if word.startswith("--")} - names == set()


def examples_of(*words):
    """The lines behind --help's heading, each a list of words up to where the shell has its own."""
    _, _, behind = helped(*words).partition("\nExamples\n")
    lines = [re.split(r" [<>|] ", line.strip())[0] for line in behind.splitlines()]
    return [shlex.split(line) for line in lines if line]


@pytest.mark.parametrize("command", ROWS)
def test_help_has_examples_with_flags_that_there_are(command):
    flags = flags_of(command)
    known = set().union(*(spellings for some in flags.values() for spellings in some))
    known |= {spelling for spelling in OF_EVERY_COMMAND if spelling in helped(command)}
    for action in ("", *ACTIONS_APART.get(command, ())):
        examples = examples_of(command, *filter(None, [action]))
        assert examples
        for words in examples:
            assert words[:2] == ["barnabas", command], words
            assert not action or words[2] == action, words
            assert spelled(words) <= known, words


@pytest.mark.parametrize("command", ROWS)
def test_help_and_version(command):
    for action in ACTIONS_APART.get(command, ("",)):
        words = [command, *filter(None, [action])]
        assert f"barnabas {command}" in helped(*words)
        if "--version" not in helped(*words):
            continue
        said = tool_server.run_ours(words[0], *words[1:], "--version")
        assert (said.status, said.errors) == (0, ""), said
        assert re.fullmatch(r"\d+\.\d+\S*\n", said.out), said


@pytest.mark.parametrize("command", [name for name in ROWS if name not in of_files.ROWS])
def test_a_profile_says_which_broker(command, world, monkeypatch, tmp_path):
    """A line that ends well with the broker in it; its effects are the other tests' business."""
    folder = tmp_path / "barnabas"
    folder.mkdir()
    file = folder / "config.toml"
    file.write_text(f'[profiles.here]\nbootstrap_servers = "{world.broker.bootstrap}"\n')
    file.chmod(0o600)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("BARNABAS_PROFILE", raising=False)
    row = next(row for row in ROWS[command]
               if row.line.split()[0] == command and row.status == 0)
    words = row.words(world.values)
    said, _ = world.run([*words, "--profile", "here"], row.stdin)
    assert said.status == 0, (words, said)
    said, _ = world.run([*words, "--profile", "elsewhere"], row.stdin)
    assert said.status == 1 and "elsewhere" in said.errors, (words, said)
