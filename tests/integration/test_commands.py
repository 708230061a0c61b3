"""What Kafka's tools do not have: the data directory, completion, links, a broker that is away."""

import json
import os
import subprocess

import pytest
from support import broker as brokers
from support import kafka_tools, tool_server, wire
from support.terminals import on_a_terminal

pytestmark = pytest.mark.own


def ours(*words):
    done = subprocess.run([str(brokers.binary()), *map(str, words)], stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=60, check=False)
    return tool_server.Said(done.returncode, done.stdout.decode(), done.stderr.decode())


def test_the_tree_of_a_broker_that_runs_and_of_one_that_is_stopped(broker_factory):
    broker = broker_factory.start()
    with wire.connected(broker) as connection:
        assert wire.create_topic(connection, "orders", 2)["errorCode"] == 0
        assert wire.create_topic(connection, "returns")["errorCode"] == 0

    def look(*words):
        said = ours("metadata", *words, "--data-dir", broker.data)
        assert (said.status, said.errors) == (0, ""), said
        return said.out.splitlines()
    running = [look("ls", "/brokers/topics"), look("tree"), look("find", "--name", "ord*")]
    assert running[0] == ["orders", "returns"]
    assert running[2] == ["/brokers/topics/orders", "/config/topics/orders"]
    assert json.loads(look("get", "/brokers/topics/orders")[0])["partitions"] == {
        "0": [1], "1": [1]}
    broker.stop()
    assert [look("ls", "/brokers/topics"), look("tree"), look("find", "--name", "ord*")] == running
    assert all(isinstance(json.loads(line), dict) for line in look("find", "--json"))
    for words in (["get", "/nowhere"], ["get"], ["ls", "nowhere"], ["ls", "/a/"]):
        said = ours("metadata", *words, "--data-dir", broker.data)
        assert said.status == 1 and said.errors.startswith("barnabas metadata: "), said
    assert "cluster.db" in ours("metadata", "ls", "--data-dir", broker.directory).errors
    broker.start()  # nobody has touched its files


def test_storage(broker_factory, tmp_path):
    broker = broker_factory.make()
    file = tmp_path / "server.properties"
    file.write_text(f"node.id=1\nlog.dirs={broker.data}\n")
    said = ours("storage", "info", "--config", file)
    assert (said.status, said.out) == (1, f"Found problem:\n  {broker.data} does not exist\n\n")
    cluster = "4L6g3nShT-eMCtK--X86sw"
    refused = ours("storage", "format", "-t", cluster, "-c", file, "-S", "SCRAM-SHA-256=[name=a]")
    assert refused.status == 1 and "--add-scram: no listener" in refused.errors
    assert not broker.data.exists()
    said = ours("storage", "format", "-t", cluster, "-c", file, "--standalone", "-r", "4.0")
    assert (said.status, said.out) == (
        0, f"Formatting data directory {broker.data} for cluster {cluster}.\n")
    again = ours("storage", "format", "-t", cluster, "-c", file, "-g", "--json")
    assert json.loads(again.out) == {"directory": str(broker.data), "formatted": False}
    broker.start()
    told = ours("cluster", "cluster-id", "--bootstrap-server", broker.bootstrap)
    assert told.out == f"Cluster ID: {cluster}\n"
    levels = {line.split()[1]: line.split()[7] for line in ours(
        "features", "--bootstrap-server", broker.bootstrap, "describe").out.splitlines()}
    assert levels == {"group.version": "1", "share.version": "0", "transaction.version": "2"}
    broker.stop()
    said = ours("storage", "info", "-c", file)
    assert said.status == 0 and f"Found log directory:\n  {broker.data}\n" in said.out
    assert f"cluster.id={cluster}, " in said.out and "node.id=1, version=1}" in said.out
    mine = tmp_path / "mine"
    (mine / "Documents").mkdir(parents=True)
    other = tmp_path / "other.properties"
    other.write_text(f"node.id=1\nlog.dirs={mine}\n")
    said = ours("storage", "format", "-t", cluster, "-c", other)
    assert said.status == 1 and "is no broker's" in said.errors and len(list(mine.iterdir())) == 1
    found = json.loads(ours("storage", "info", "-c", file, "--json").out)
    assert found["problems"] == [] and found["metadata"]["node.id"] == "1"
    ids = {ours("storage", "random-uuid").out for _ in range(5)}
    assert len(ids) == 5 and all(len(one) == 23 for one in ids)


def in_bash(script, words):
    line = " ".join(f"'{word}'" for word in words)
    return ["bash", "-c", f"source {script}; COMP_WORDS=({line}); COMP_CWORD={len(words) - 1}; _barnabas; "
            "printf '%s\\n' \"${COMPREPLY[@]}\""]


def in_zsh(script, words):
    """The script's own function; what offers its words to the terminal prints them instead."""
    line = " ".join(f"'{word}'" for word in words)
    return ["zsh", "-f", "-c",
            "compdef() { }; _files() { }\n"
            "_describe() { local word; for word in ${(P)@[-1]}; do\n"
            "    [[ $word == $PREFIX* ]] && print -r -- ${word%%:*}; done }\n"
            f"source {script}; words=({line}) CURRENT={len(words)} PREFIX='{words[-1]}'; _barnabas; true"]


def in_fish(script, words):
    name = words[0].rpartition("/")[2]
    return ["fish", "--no-config", "-c",
            f"source {script}; complete -C '{' '.join([name, *words[1:]])}' | string split -f 1 \\t"]


@pytest.mark.parametrize("shell, call", [("bash", in_bash), ("zsh", in_zsh), ("fish", in_fish)])
def test_completion_in_a_shell(tmp_path, shell, call):
    script = tmp_path / shell
    script.write_text(ours("completion", shell).out)
    subprocess.run([shell, "-n", script], check=True)

    def completed(*words):
        done = subprocess.run(call(script, words), capture_output=True, text=True, check=True,
                              env={**os.environ, "HOME": str(tmp_path)})
        return done.stdout.split()
    assert completed("barnabas", "to") == ["topics"]
    assert completed("barnabas", "topics", "--under-r") == ["--under-replicated-partitions"]
    assert completed("/opt/kafka/bin/kafka-topics.sh", "--under-r") == [
        "--under-replicated-partitions"]
    assert completed("barnabas", "cluster", "clu") == ["cluster-id"]
    assert completed("barnabas", "kafka-topi") == ["kafka-topics"]
    assert completed("barnabas", "kafka-topics.sh", "--under-r") == [
        "--under-replicated-partitions"]
    assert completed("barnabas", "log", "repair", "--dry") == ["--dry-run"]
    assert completed("kafka-storage", "rand") == ["random-uuid"]


@pytest.mark.parametrize("name", [*kafka_tools.CLASSES, "kafka-storage"])
def test_kafkas_names_are_links_and_words(tmp_path, name):
    own = ours(name.removeprefix("kafka-"), "--help")
    assert own.status == 0 and f"barnabas {name.removeprefix('kafka-')}" in own.out
    for called in (name, f"{name}.sh"):
        assert ours(called, "--help") == own
        link = tmp_path / called
        os.symlink(brokers.binary(), link)
        done = subprocess.run([link, "--help"], capture_output=True, text=True, check=True)
        assert done.stdout == own.out


def test_a_broker_that_is_away_is_named(tmp_path):
    config = tmp_path / "client.properties"
    config.write_text("default.api.timeout.ms=300\nrequest.timeout.ms=200\n")
    said = ours("topics", "--bootstrap-server", "127.0.0.1:1", "--list", "--command-config", config)
    assert said.status == 1 and "127.0.0.1:1" in said.out, said
    config.write_text("request.timeout.msx=200\n")
    said = ours("topics", "--bootstrap-server", "127.0.0.1:1", "--list", "--command-config", config)
    assert said.status == 1 and "request.timeout.ms" in said.out, said


def test_long_work_shows_how_far_it_is_on_a_terminal(broker_factory, tmp_path):
    """On the error output: what is printed goes where it is sent, as ever."""
    broker = broker_factory.start({"offsets.topic.num.partitions": "1",
                                   "share.coordinator.state.topic.num.partitions": "1"})
    many, few = 1100, 3
    offsets = tmp_path / "offsets.json"
    with wire.connected(broker) as connection:
        for topic, partitions in (("wide", many), ("narrow", few)):
            assert wire.create_topic(connection, topic, partitions)["errorCode"] == 0
    to = ("--bootstrap-server", broker.bootstrap)

    def runs_of(topic, partitions):
        offsets.write_text(json.dumps({"version": 1, "partitions": [
            {"topic": topic, "partition": number, "offset": 0} for number in range(partitions)]}))
        yield ("delete-records", *to, "--offset-json-file", offsets), "low_watermark: 0"
        for command in ("consumer-groups", "share-groups"):
            yield (command, *to, "--reset-offsets", "--group", command, "--topic", topic,
                   "--to-earliest", "--execute"), topic

    for topic, partitions in (("wide", many), ("narrow", few)):
        for words, part in runs_of(topic, partitions):
            printed = tmp_path / "printed"
            with printed.open("wb") as out:
                status, shown = on_a_terminal(*words, stdout=out)
            assert status == 0, shown
            assert printed.read_text().count(part) >= partitions, (words, shown)
            if partitions == many:
                assert "% of 1,100" in shown and shown.endswith("\r\033[K"), (words, shown)
            else:
                assert "% of" not in shown, (words, shown)
            said = ours(*words)
            assert said.status == 0 and "% of" not in said.out + said.errors, said


def test_many_groups_show_how_far_they_are(broker_factory):
    broker = broker_factory.start({"offsets.topic.num.partitions": "1"})
    with wire.connected(broker) as connection:
        assert wire.create_topic(connection, "orders")["errorCode"] == 0
    words = ["consumer-groups", "--bootstrap-server", broker.bootstrap, "--reset-offsets", "--topic",
             "orders", "--to-offset", 5, "--dry-run"]
    for number in range(20):
        words += ["--group", f"group-{number}"]
    status, shown = on_a_terminal(*words)
    assert status == 0 and "% of 20" in shown, shown
    # The warning that each offset is moved takes the place of the bar.
    assert "\r\033[KWARN New offset (5) is higher" in shown, shown
