"""reassign-partitions and leader-election where Kafka's tools have no word: JSON, and a broker whose
directory is away."""

import json
import shutil
import subprocess

import pytest
from support import batches, tool_server, wire
from support import broker as brokers
from support.waiting import wait_until

pytestmark = pytest.mark.own


def ours(broker, command, *words):
    done = subprocess.run([str(brokers.binary()), command, "--bootstrap-server", broker.bootstrap,
                           *map(str, words)], stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=60, check=False)
    return tool_server.Said(done.returncode, done.stdout.decode(), done.stderr.decode())


def lines_of(said, status=0):
    assert said.status == status and (status != 0 or said.errors == ""), said
    return [json.loads(line) for line in said.out.splitlines()]


@pytest.fixture
def broker(broker_factory, tmp_path):
    broker = broker_factory.make({"log.dirs": f"{tmp_path / 'a'},{tmp_path / 'b'}"})
    broker.dirs = [tmp_path / "a", tmp_path / "b"]
    broker.start()
    with wire.connected(broker) as connection:
        assert wire.create_topic(connection, "placed", 2)["errorCode"] == 0
        for partition in range(2):
            for _ in range(5):
                batch = batches.build([(b"k", bytes(100_000))])
                assert wire.produce(connection, "placed", batch, partition)["errorCode"] == 0
    yield broker


def plan_file(tmp_path, *directories):
    path = tmp_path / "plan.json"
    path.write_text(json.dumps({"version": 1, "partitions": [
        {"topic": "placed", "partition": number, "replicas": [1], "log_dirs": [str(directory)]}
        for number, directory in enumerate(directories)]}))
    return path


def test_a_move_in_json_from_its_proposal_to_its_end(broker, tmp_path):
    topics = tmp_path / "topics.json"
    topics.write_text('{"topics": [{"topic": "placed"}]}')
    proposed, = lines_of(ours(broker, "reassign-partitions", "--json", "--generate",
                              "--topics-to-move-json-file", topics, "--broker-list", 1))
    dirs = [one.pop("log_dirs") for one in proposed["current"]["partitions"]]
    assert dirs == [[str(directory)] for directory in broker.dirs]
    assert [one.pop("log_dirs") for one in proposed["proposed"]["partitions"]] == [["any"]] * 2
    assert proposed["current"] == proposed["proposed"]
    assert lines_of(ours(broker, "reassign-partitions", "--json", "--list")) == []

    plan = ("--json", "--reassignment-json-file", plan_file(tmp_path, *reversed(broker.dirs)))
    told = lines_of(ours(broker, "reassign-partitions", "--execute", *plan,
                         "--replica-alter-log-dirs-throttle", 1000))
    assert [one["log_dirs"] for one in told[0]["current"]["partitions"]] == dirs
    assert told[1] == {"throttle": "replica-alter-dir", "bytesPerSecond": 1000}
    assert [one["started"] for one in told[2:]] == [True] * 4
    told = lines_of(ours(broker, "reassign-partitions", "--verify", *plan))
    assert [one["completed"] for one in told[:2]] == [True, True]
    assert [one["state"] for one in told[2:]] == ["in-progress"] * 2, "the throttle stays"

    told = lines_of(ours(broker, "reassign-partitions", "--cancel", *plan))
    assert [one.get("targetLogDir") for one in told] == [*map(str, broker.dirs), None]
    assert told[-1] == {"throttlesCleared": True}
    lines_of(ours(broker, "reassign-partitions", "--execute", *plan))

    def moved():
        said = lines_of(ours(broker, "reassign-partitions", "--verify", *plan))
        return [one.get("state") for one in said[2:]] == ["completed", "completed", None]
    wait_until(moved, 60, "both replicas have moved")
    assert [(broker.dirs[0] / f"placed-{number}").exists() for number in (0, 1)] == [False, True]
    with wire.connected(broker) as connection:
        assert [wire.end_offset(connection, "placed", number) for number in (0, 1)] == [5, 5]


def test_what_is_refused_in_json(broker, tmp_path):
    wrong = tmp_path / "wrong.json"
    wrong.write_text('{"partitions": [{"topic": "placed", "partition": 0, "replicas": [7]}]}')
    said = ours(broker, "reassign-partitions", "--json", "--execute", "--reassignment-json-file",
                wrong)
    assert (said.status, said.out, said.errors) == (1, "", "Error: Unknown broker id 7\n")
    told = lines_of(ours(broker, "leader-election", "--json", "--election-type", "preferred",
                         "--topic", "nobody", "--partition", 0), 1)
    assert told == [{"topic": "nobody", "partition": 0, "elected": False,
                     "error": "UNKNOWN_TOPIC_OR_PARTITION", "message": "No such topic as nobody"}]


def test_nobody_can_lead_what_is_in_a_directory_that_is_away(broker):
    shutil.rmtree(broker.dirs[1])

    def elect(kind):
        return ours(broker, "leader-election", "--json", "--election-type", kind,
                    "--all-topic-partitions")
    wait_until(lambda: elect("preferred").out != "", 30, "the directory is offline")
    for kind, error in (("preferred", "PREFERRED_LEADER_NOT_AVAILABLE"),
                        ("unclean", "ELIGIBLE_LEADERS_NOT_AVAILABLE")):
        told, = lines_of(elect(kind), 1)
        assert (told["topic"], told["elected"], told["error"]) == ("placed", False, error)
        assert "could not be elected" in elect(kind).errors
