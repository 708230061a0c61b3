"""Our reassign-partitions and leader-election beside Kafka's own tools on the same broker.

What an exception's stack trace says on Kafka's side is left out; ours says the cause in a line.
"""

import itertools
import json
import re

import pytest
from support import batches, tool_server, wire
from support.waiting import wait_until

REASSIGN, ELECT = "kafka-reassign-partitions", "kafka-leader-election"
TRACE = re.compile(r"^(Caused by: )?[a-z]\w*(\.[\w$]+)+(Exception|Error)\b|^\tat |^\s*\.\.\. \d+ more")


@pytest.fixture(scope="module")
def java():
    server = tool_server.ToolServer()
    yield server
    server.close()


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    from conftest import BrokerFactory
    folder = tmp_path_factory.mktemp("reassign")
    factory = BrokerFactory(folder)
    dirs = [str(folder / "a"), str(folder / "b")]
    broker = factory.start({"log.dirs": ",".join(dirs)})
    broker.dirs = dirs
    with wire.connected(broker) as connection:
        for topic, partitions in {"orders": 3, "returns": 1}.items():
            assert wire.create_topic(connection, topic, partitions)["errorCode"] == 0
    yield broker
    factory.close()


@pytest.fixture
def both(java, broker):
    """Runs Kafka's tool and ours, and returns what both said."""
    def run(tool, *arguments):
        words = ["--bootstrap-server", broker.bootstrap, *arguments]
        return java.run(tool, *words), tool_server.run_ours(tool, *words)
    return run


@pytest.fixture
def file(tmp_path):
    def write(content):
        path = tmp_path / "file.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path
    return write


def told(text):
    """The lines in front of a stack trace."""
    return list(itertools.takewhile(lambda line: not TRACE.search(line), text.splitlines()))


def same(pair, status=None):
    """Output, complaint and status are equal; returns the lines of Kafka's output."""
    kafka, ours = pair
    assert told(ours.out) == told(kafka.out), (kafka, ours)
    assert (ours.status, ours.complaint()) == (kafka.status, kafka.complaint()), (kafka, ours)
    assert status is None or ours.status == status, (kafka, ours)
    return told(kafka.out)


def wanted(*partitions):
    return {"version": 1, "partitions": [
        {"topic": topic, "partition": number, "replicas": replicas, **more}
        for topic, number, replicas, more in partitions]}


ALL = wanted(("orders", 2, [1], {}), ("orders", 0, [1], {"log_dirs": ["any"]}),
             ("returns", 0, [1], {}))


def test_nothing_is_under_way(both, tmp_path):
    assert same(both(REASSIGN, "--list"), 0) == ["No partition reassignments found."]
    config = tmp_path / "admin.properties"
    config.write_text("client.id=me\nrequest.timeout.ms=9000\n")
    same(both(REASSIGN, "--list", "--command-config", config), 0)


def test_a_reassignment_is_generated(both, file):
    topics = file({"version": 1, "topics": [{"topic": "orders"}, {"topic": "returns"}]})
    plan = ("--generate", "--topics-to-move-json-file", topics)
    said = same(both(REASSIGN, *plan, "--broker-list", "1"), 0)
    assert said[0] == "Current partition replica assignment"
    assert len(json.loads(said[1])["partitions"]) == 4
    same(both(REASSIGN, *plan, "--broker-list", "1,7", "--disable-rack-aware"), 0)
    for brokers in ("7", "1,1", "x", "1,,2"):
        same(both(REASSIGN, *plan, "--broker-list", brokers), 1)
    for content in ({"topics": [{"topic": "orders"}, {"topic": "orders"}]},
                    {"topics": [{"topic": "nobody"}]}, {"topics": [{"name": "orders"}]},
                    {"topics": "orders"}, {"version": 9}, "nonsense", []):
        plan = ("--generate", "--topics-to-move-json-file", file(content), "--broker-list", "1")
        same(both(REASSIGN, *plan), 1)
    same(both(REASSIGN, "--generate", "--topics-to-move-json-file", file({}), "--broker-list",
              "1"), 0)


def test_what_is_there_is_executed_verified_and_cancelled(both, file):
    plan = ("--reassignment-json-file", file(ALL))
    said = same(both(REASSIGN, "--execute", *plan), 0)
    assert said[-1] == "Successfully started partition reassignments for orders-0,orders-2,returns-0"
    same(both(REASSIGN, "--execute", *plan, "--additional", "--timeout", 5000,
              "--disallow-replication-factor-change"), 0)
    said = same(both(REASSIGN, "--verify", *plan), 0)
    assert "Reassignment of partition orders-2 is completed." in said
    same(both(REASSIGN, "--verify", *plan, "--preserve-throttles"), 0)
    same(both(REASSIGN, "--cancel", *plan), 0)
    same(both(REASSIGN, "--cancel", *plan, "--preserve-throttles", "--timeout", 5000), 0)
    plan = ("--reassignment-json-file", file(wanted(("returns", 0, [1], {}))))
    for action in ("--execute", "--verify", "--cancel"):
        same(both(REASSIGN, action, *plan), 0)


def test_throttles_are_set_and_taken_away(java, broker, both, file):
    plan = ("--reassignment-json-file", file(wanted(
        ("orders", 0, [1], {}), ("orders", 1, [1], {"log_dirs": [where(broker, "orders", 1)]}))))

    def throttles():
        said = [tool_server.run_ours("kafka-configs", "--bootstrap-server", broker.bootstrap,
                                     "--describe", *words).out
                for words in (["--broker", 1], ["--topic", "orders"])]
        return re.findall(r"^  (\S+=\S*)", "".join(said), re.MULTILINE)
    to = ("--bootstrap-server", broker.bootstrap)
    set_by, cleared_by, outputs = [], [], []
    for run in (java.run, tool_server.run_ours):
        said = run(REASSIGN, *to, "--execute", *plan, "--throttle", 5000,
                   "--replica-alter-log-dirs-throttle", 6000)
        assert said.status == 0, said
        set_by.append(throttles())
        outputs.append(said.out)
        assert run(REASSIGN, *to, "--verify", *plan, "--preserve-throttles").status == 0
        assert throttles() == set_by[-1], "they are preserved"
        assert run(REASSIGN, *to, "--verify", *plan).status == 0
        cleared_by.append(throttles())
    assert outputs[1] == outputs[0]
    assert "The inter-broker throttle limit was set to 5000 B/s" in outputs[0]
    assert set_by[1] == set_by[0] and cleared_by == [[], []]
    assert set(set_by[0]) == {
        "leader.replication.throttled.rate=5000", "follower.replication.throttled.rate=5000",
        "replica.alter.log.dirs.io.max.bytes.per.second=6000",
        "leader.replication.throttled.replicas=0:1,1:1",
        "follower.replication.throttled.replicas="}, set_by


WRONG = [
    wanted(("orders", 0, [7], {})), wanted(("orders", 0, [1, 1], {})),
    wanted(("orders", 0, [], {})), wanted(), {}, {"version": 2}, {"version": "1"}, [],
    wanted(("orders", 0, [1], {}), ("orders", 0, [1], {})), wanted(("nobody", 0, [1], {})),
    wanted(("orders", 9, [1], {})), wanted(("orders", 0, [1], {"log_dirs": ["a", "b"]})),
    wanted(("orders", "0", [1], {})), wanted((7, 0, [1], {})), wanted(("orders", 0, 1, {})),
    wanted(("orders", 0, [1], {"log_dirs": [1]})), {"partitions": [{"topic": "orders"}]},
    {"partitions": [{"partition": 0}]}, {"partitions": {}}, {"partitions": [1]},
]


@pytest.mark.parametrize("content", WRONG, ids=range(len(WRONG)))
def test_wrong_files_are_refused(both, file, content):
    plan = ("--reassignment-json-file", file(content))
    same(both(REASSIGN, "--execute", *plan), 1)
    for action in ("--verify", "--cancel"):
        kafka, ours = both(REASSIGN, action, *plan, "--preserve-throttles")
        if "IndexOutOfBounds" in kafka.out:  # a partition one behind the last
            continue
        same((kafka, ours))


def test_a_file_that_is_no_json_and_one_that_is_not_there(both, file, tmp_path):
    for path in (file("nonsense"), tmp_path / "nothing.json"):
        for action in ("--execute", "--verify", "--cancel"):
            kafka, ours = both(REASSIGN, action, "--reassignment-json-file", path)
            assert (ours.status, kafka.status) == (1, 1), (kafka, ours)
            assert ours.out.startswith("Error: ") and kafka.out.startswith("Error: ")


def where(broker, topic, partition=0):
    with wire.connected(broker) as connection:
        answer = connection.call("DescribeLogDirs", 5, topics=[
            {"topic": topic, "partitions": [partition]}])
        (found,) = [one["logDir"] for one in answer["results"] for logs in one["topics"]
                    for log in logs["partitions"] if not log["isFutureKey"]]
        return found


def story_of_a_move(run, broker, topic, file):
    """A replica is sent to the other directory, called back, and sent again; what was said of it,
    directories and the topic by one name."""
    with wire.connected(broker) as connection:
        assert wire.create_topic(connection, topic)["errorCode"] == 0
        for _ in range(10):
            batch = batches.build([(b"k", bytes(100_000))])
            assert wire.produce(connection, topic, batch)["errorCode"] == 0
    here = where(broker, topic)
    (there,) = set(broker.dirs) - {here}
    said = []

    def step(action, directory, *more):
        plan = file(wanted((topic, 0, [1], {"log_dirs": [directory]})))
        one = run(REASSIGN, "--bootstrap-server", broker.bootstrap, action,
                  "--reassignment-json-file", plan, *more)
        for name, instead in ((here, "HERE"), (there, "THERE"), (topic, "TOPIC")):
            one.out = one.out.replace(name, instead)
        said.append((action, one.status, told(one.out)))
        return said[-1][2]
    step("--verify", there)
    step("--execute", there, "--replica-alter-log-dirs-throttle", 2000)
    step("--verify", there)
    step("--verify", here)
    step("--cancel", there, "--preserve-throttles")
    wait_until(lambda: "not being moved" in run(
        REASSIGN, "--bootstrap-server", broker.bootstrap, "--verify", "--reassignment-json-file",
        file(wanted((topic, 0, [1], {"log_dirs": [there]}))), "--preserve-throttles").out, 30,
        "it is called back")
    step("--cancel", there)
    step("--execute", there)
    wait_until(lambda: where(broker, topic) == there, 30, "it has moved")
    assert any("completed successfully" in line for line in step("--verify", there))
    step("--execute", there)
    step("--execute", "/no/such/directory")
    return said


@pytest.mark.own  # how soon a move begins, and is over, is this broker's
def test_replicas_move_between_directories(java, broker, file):
    kafka = story_of_a_move(java.run, broker, "their-replica", file)
    ours = story_of_a_move(tool_server.run_ours, broker, "own-replica", file)
    assert ours == kafka
    lines = [line for _, _, said in kafka for line in said]
    for sentence in ("Reassignment of replica TOPIC-0-1 is still in progress.",
                     "Reassignment of replica TOPIC-0-1 completed successfully.",
                     "Partition TOPIC-0 on broker 1 is being moved to log dir THERE instead of "
                     "HERE.",
                     "Successfully started moving log directory to HERE for replica TOPIC-0 with "
                     "broker 1 ",
                     "Error: Failed to alter dir for TOPIC-0-1"):
        assert sentence in lines, (sentence, lines)


def test_leaders_are_elected(both, file):
    pairs = [{"topic": "orders", "partition": 1}, {"topic": "returns", "partition": 0}]
    for kind in ("preferred", "UNCLEAN"):
        begin = ("--election-type", kind)
        assert same(both(ELECT, *begin, "--all-topic-partitions"), 0) == []
        assert same(both(ELECT, *begin, "--topic", "orders", "--partition", 0), 0) == [
            "Valid replica already elected for partitions orders-0"]
        kafka, ours = both(ELECT, *begin, "--path-to-json-file", file({"partitions": pairs}))
        assert sorted(re.split(r"[ ,\n]+", ours.out)) == sorted(re.split(r"[ ,\n]+", kafka.out))
        assert (ours.status, ours.errors) == (kafka.status, kafka.errors) == (0, "")
        for topic, number in (("nobody", 0), ("orders", 9)):
            said = same(both(ELECT, *begin, "--topic", topic, "--partition", number), 1)
            assert "UnknownTopicOrPartitionException: No such" in said[0]
        same(both(ELECT, *begin, "--path-to-json-file", file({"partitions": []})), 0)


def test_elections_with_configurations(both, tmp_path):
    config = tmp_path / "admin.properties"
    config.write_text("request.timeout.ms=9000\ndefault.api.timeout.ms=20000\n")
    begin = ("--election-type", "preferred", "--all-topic-partitions")
    same(both(ELECT, *begin, "--command-config", config), 0)
    same(both(ELECT, *begin, "--admin.config", config), 0)
    same(both(ELECT, *begin, "--admin.config", config, "--command-config", config), 1)


def test_wrong_election_files(both, file):
    pair = {"topic": "orders", "partition": 0}
    for content in ({}, {"partitions": [pair, pair]}, "nonsense", {"partitions": [{}]},
                    {"partitions": 1}, []):
        kafka, ours = both(ELECT, "--election-type", "preferred", "--path-to-json-file",
                           file(content))
        # The class of an exception that is wrapped stands in front of its sentence.
        kafka.errors = re.sub(r"^(\w+\.)+\w+Exception: ", "", kafka.errors)
        same((kafka, ours), 1)


WRONG_LINES = {
    REASSIGN: ["", "--list --verify", "--execute", "--generate --broker-list 1",
               "--generate --topics-to-move-json-file f", "--verify", "--cancel",
               "--list --throttle 1", "--list --additional", "--list --preserve-throttles",
               "--verify --reassignment-json-file f --timeout 1",
               "--verify --reassignment-json-file f --broker-list 1",
               "--execute --reassignment-json-file f --preserve-throttles",
               "--execute --reassignment-json-file f --disable-rack-aware",
               "--execute --reassignment-json-file", "--nonsense",
               "--list --bootstrap-controller b"],
    ELECT: ["", "--election-type preferred", "--topic t --partition 0",
            "--election-type preferred --topic t", "--election-type preferred --partition 1",
            "--election-type preferred --topic t --all-topic-partitions",
            "--election-type preferred --all-topic-partitions --partition 1",
            "--election-type best --all-topic-partitions",
            "--election-type preferred --topic t --partition x", "--nonsense"],
}


@pytest.mark.parametrize("tool", WRONG_LINES)
def test_wrong_lines_are_refused_in_kafkas_words(both, tool):
    for line in WRONG_LINES[tool]:
        kafka, ours = both(tool, *line.split())
        kafka.errors = re.sub(r"^Exception in thread \"main\" [\w.$]+: ", "", kafka.errors)
        assert (ours.status, ours.complaint()) == (kafka.status, kafka.complaint()), (line, kafka)


def test_brokers_are_asked_for(java):
    for tool, line in ((REASSIGN, "--list"), (ELECT, "--election-type preferred --topic t")):
        kafka, ours = java.run(tool, *line.split()), tool_server.run_ours(tool, *line.split())
        assert (ours.status, ours.complaint()) == (kafka.status, kafka.complaint()), (line, kafka)


def test_every_option_of_kafkas_tools_is_known(java):
    for tool in (REASSIGN, ELECT):
        kafka = java.run(tool, "--help")
        names = set(re.findall(r"^--([a-z][a-z.-]+)", kafka.out + kafka.errors, re.MULTILINE))
        assert len(names) > 5, kafka
        ours = tool_server.run_ours(tool, "--help")
        known = set(re.findall(r"--([a-z][a-z.-]+)", ours.out))
        assert names - known == set(), tool
