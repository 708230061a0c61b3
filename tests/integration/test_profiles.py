"""Profiles of ~/.config/barnabas/config.toml: which brokers, and how to reach them."""

import os
import subprocess

import pytest
from support import broker as brokers
from support import tool_server, wire

pytestmark = pytest.mark.own


@pytest.fixture
def home(tmp_path):
    """A home with a configuration; call it with the text to run a command there."""
    folder = tmp_path / "home" / ".config" / "barnabas"
    folder.mkdir(parents=True)
    file = folder / "config.toml"

    def run(*words, text=None, environment=None, stdin=b""):
        if text is not None:
            file.write_text(text)
            file.chmod(0o600)
        kept = {name: value for name, value in os.environ.items()
                if name not in ("XDG_CONFIG_HOME", "BARNABAS_PROFILE")}
        done = subprocess.run([str(brokers.binary()), *map(str, words)], input=stdin,
                              capture_output=True, timeout=60, check=False,
                              env={**kept, "HOME": str(tmp_path / "home"), **(environment or {})})
        return tool_server.Said(done.returncode, done.stdout.decode(), done.stderr.decode())
    run.folder = folder
    run.file = file
    return run


def test_a_command_takes_its_brokers_from_a_profile(broker_factory, home):
    broker = broker_factory.start()
    with wire.connected(broker) as connection:
        assert wire.create_topic(connection, "orders")["errorCode"] == 0
    text = (f'default_profile = "here"\n[profiles.here]\nbootstrap_servers = "{broker.bootstrap}"\n'
            '[profiles.nowhere]\nbootstrap_servers = "127.0.0.1:1"\n'
            '[profiles.nowhere.properties]\ndefault.api.timeout.ms = 300\n'
            'request.timeout.ms = 200\n')
    said = home("topics", "--list", text=text)
    assert (said.status, said.out) == (0, "orders\n"), said
    assert home("topics", "--list", "--profile", "here").out == "orders\n"
    said = home("topics", "--list", "--profile", "nowhere")
    assert said.status == 1 and "127.0.0.1:1" in said.out, said
    said = home("topics", "--list", environment={"BARNABAS_PROFILE": "nowhere"})
    assert said.status == 1 and "127.0.0.1:1" in said.out, said
    # What the line says goes first; each kind of command has it.
    assert home("topics", "--list", "--bootstrap-server", broker.bootstrap,
                environment={"BARNABAS_PROFILE": "nowhere"}).out == "orders\n"
    assert home("cluster", "cluster-id").out.startswith("Cluster ID: ")
    assert 'topic "orders" with 1 partitions' in home("cat", "-L").out
    assert home("cat", "-P", "-t", "orders", "-q", stdin=b"x\n").status == 0
    assert home("cat", "-C", "-t", "orders", "-e", "-q").out == "x\n"
    assert home("get-offsets", "--topic", "orders").out == "orders:0:1\n"
    assert home("console-producer", "--topic", "orders", stdin=b"y\n").status == 0
    said = home("console-consumer", "--topic", "orders", "--from-beginning", "--max-messages", "2")
    assert said.out == "x\ny\n", said
    said = home("producer-perf-test", "--topic", "orders", "--num-records", "5", "--record-size", "9",
                "--throughput", "-1")
    assert said.status == 0 and said.out.startswith("5 records sent"), said
    assert home("doctor", "--json").status == 0
    moved = home.folder.parent / "elsewhere" / "barnabas"
    moved.mkdir(parents=True)
    (moved / "config.toml").write_text(text)
    home.file.unlink()
    said = home("topics", "--list", environment={"XDG_CONFIG_HOME": str(moved.parent)})
    assert said.out.splitlines()[-1:] == ["orders"], said
    said = home("topics", "--list")
    assert said.status == 1 and "--bootstrap-server" in said.errors, said


def test_secrets_come_from_elsewhere_and_stay_out_of_sight(home, tmp_path):
    login = ('[profiles.p]\nbootstrap_servers = "127.0.0.1:1"\nusername = "me"\n{}\n'
             '[profiles.p.properties]\nsasl.mechanism = "PLAIN"\ndefault.api.timeout.ms = 300\n'
             'request.timeout.ms = 200\nsecurity.protocol = "PLAINTEXT"\n')
    secret = home.folder / "password"
    secret.write_text("hidden\n")
    secret.chmod(0o600)
    for way in ('password_file = "password"', 'password_file = "~/.config/barnabas/password"',
                'password_command = ["echo", "hidden"]', 'password_environment = "SECRET"'):
        said = home("topics", "--list", "--profile", "p", text=login.format(way),
                    environment={"SECRET": "hidden"})
        assert said.status == 1 and "127.0.0.1:1" in said.out, said  # it got as far as connecting
        assert "hidden" not in said.out + said.errors and "warning" not in said.errors
    secret.chmod(0o644)
    said = home("topics", "--list", "--profile", "p",
                text=login.format('password_file = "password"'))
    assert f"warning: others may read {secret}" in said.errors, said
    for way, part in (('password_command = ["false"]', "the password: false: it ended with 1"),
                      ('password_file = "gone"', "gone"),
                      ('password_environment = "NOT_SET"', "the environment has no NOT_SET")):
        said = home("topics", "--list", "--profile", "p", text=login.format(way))
        assert said.status == 1 and part in said.errors, said
    plain = '[profiles.p]\nbootstrap_servers = "127.0.0.1:1"\nproperties = ' \
            '{ "ssl.key.password" = "hidden", "default.api.timeout.ms" = 300, ' \
            '"request.timeout.ms" = 200 }\n'
    home.file.write_text(plain)
    home.file.chmod(0o640)
    assert "warning: others may read" in home("topics", "--list", "--profile", "p").errors


def test_what_is_wrong_is_said_with_its_line(home):
    said = home("topics", "--list", text="[profiles.a]\n\nbootstrap_server = 'x:1'\n")
    assert said.status == 1
    assert f"{home.file}:3: profile 'a' has no key 'bootstrap_server'" in said.errors
    said = home("topics", "--list", "--profile", "b", text="[profiles.a]\n")
    assert said.status == 1 and "no profile 'b'; the nearest is 'a'" in said.errors
    assert home("topics", "--help").status == 0
    assert home("storage", "random-uuid", text="nonsense").status == 0
