"""Our commands beside Kafka's own tools on the same broker: what they print, and how they end.

Kafka's tools print many lists in the order of Java's hash tables: such output is compared sorted.
"""

import json
import re
import uuid

import pytest
from support import batches, tool_server, wire
from support.groups import commit, ready
from support.transactions import RawProducer
from support.waiting import wait_until

TOPICS = {"orders": 3, "returns": 1, "a.b": 1}
GROUP_SETTINGS = {"group.share.assignment.interval.ms": "0",
                  "share.coordinator.state.topic.num.partitions": "3",
                  "group.initial.rebalance.delay.ms": "0"}


@pytest.fixture(scope="module")
def java():
    server = tool_server.ToolServer()
    yield server
    server.close()


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    from conftest import BrokerFactory
    factory = BrokerFactory(tmp_path_factory.mktemp("commands"))
    broker = factory.start(GROUP_SETTINGS)
    with wire.connected(broker) as connection:
        for topic, partitions in TOPICS.items():
            assert wire.create_topic(connection, topic, partitions)["errorCode"] == 0
            for partition in range(partitions):
                batch = batches.build([(b"k", b"v")] * (10 + partition))
                assert wire.produce(connection, topic, batch, partition)["errorCode"] == 0
        ready(connection, "readers")
        commit(connection, "readers", {("orders", 0): 4, ("orders", 2): 12, ("returns", 0): 10})
    yield broker
    factory.close()


@pytest.fixture
def both(java, broker):
    """Runs a tool of Kafka's and ours, and returns what both said."""
    def run(tool, *arguments, to_broker=True):
        words = ["--bootstrap-server", broker.bootstrap, *arguments] if to_broker else arguments
        return java.run(tool, *words), tool_server.run_ours(tool, *words)
    return run


def same(pair, ordered=True, out=None):
    """Output and status are equal, and what was complained about; returns Kafka's output."""
    kafka, ours = pair
    shown = out or (lambda text: text)
    one, other = shown(kafka.out), shown(ours.out)
    if not ordered:
        one, other = sorted(one.splitlines()), sorted(other.splitlines())
    assert other == one, (kafka, ours)
    assert (ours.status, ours.complaint()) == (kafka.status, kafka.complaint()), (kafka, ours)
    return kafka.out


def test_topics_are_listed_and_described(both):
    tool = "kafka-topics"
    assert "orders\n" in same(both(tool, "--list"))
    same(both(tool, "--list", "--exclude-internal"))
    same(both(tool, "--list", "--topic", "ord.*"))
    same(both(tool, "--list", "--topic", "nothing"))
    said = same(both(tool, "--describe", "--exclude-internal"), ordered=False)
    assert "PartitionCount: 3" in said
    same(both(tool, "--describe", "--topic", "orders"))
    same(both(tool, "--describe", "--topic", "orders", "--partition-size-limit-per-response", 2))
    topic_id = re.search(r"Topic: orders\tTopicId: (\S+)", said)[1]
    same(both(tool, "--describe", "--topic-id", topic_id))
    for report in ("--under-replicated-partitions", "--unavailable-partitions",
                   "--under-min-isr-partitions", "--at-min-isr-partitions"):
        same(both(tool, "--describe", "--exclude-internal", report), ordered=False)
    same(both(tool, "--describe", "--exclude-internal", "--topics-with-overrides"), ordered=False)
    same(both(tool, "--describe", "--topic", "nothing"))
    same(both(tool, "--describe", "--topic", "nothing", "--if-exists"))


def in_turn(java, broker, tool, theirs, ours):
    """The same done twice, ours with the name in capitals, which are undone in what was said."""
    to = ("--bootstrap-server", broker.bootstrap)
    kafka = java.run(tool, *to, *[str(word).replace("NAME", theirs) for word in ours])
    mine = tool_server.run_ours(tool, *to, *[str(word).replace("NAME", theirs.upper())
                                             for word in ours])
    mine.out = mine.out.replace(theirs.upper(), theirs)
    mine.errors = mine.errors.replace(theirs.upper(), theirs)
    return kafka, mine


def test_topics_are_created_altered_and_deleted(java, broker):
    def turn(*words):
        return same(in_turn(java, broker, "kafka-topics", "made", words))
    assert "Created topic made." in turn("--create", "--topic", "NAME", "--partitions", 2,
                                         "--replication-factor", 1, "--config",
                                         "retention.ms=1000")
    turn("--create", "--topic", "NAME", "--if-not-exists")
    assert "already exists" in turn("--create", "--topic", "NAME")
    turn("--create", "--topic", "NAME_with.both", "--replica-assignment", "1,1")
    kafka, ours = in_turn(java, broker, "kafka-topics", "made",
                          ["--create", "--topic", "NAME2", "--config", "nonsense=1"])
    begins = "Error while executing topic command : "  # Kafka's tool knows the names itself
    assert (ours.status, ours.out.startswith(begins)) == (kafka.status, True)
    turn("--create", "--topic", "NAME2", "--config", "retention.ms")
    turn("--create", "--topic", "NAME2", "--partitions", 0)
    turn("--create", "--topic", "NAME2", "--replication-factor", 0)
    turn("--create", "--topic", "NAME2", "--replication-factor", 3)
    turn("--create", "--topic", "NAME2", "--replica-assignment", "1:1")
    turn("--alter", "--topic", "NAME", "--partitions", 4)
    turn("--alter", "--topic", "NAME", "--partitions", 4)
    turn("--alter", "--topic", "NAMEx", "--partitions", 4)
    turn("--alter", "--topic", "NAMEx", "--partitions", 4, "--if-exists")
    turn("--delete", "--topic", "NAME")
    turn("--delete", "--topic", "NAME")
    turn("--delete", "--topic", "NAME", "--if-exists")


WRONG_LINES = {
    "kafka-topics": ["", "--list --describe", "--create", "--alter --topic t", "--list --topic",
                     "--list --config a=b", "--describe --if-exists", "--nonsense",
                     "--create --topic t --replica-assignment 1 --partitions 1",
                     "--describe --topics-with-overrides --unavailable-partitions"],
    "kafka-configs": ["--describe", "--alter --topic t", "--describe --topic t --broker 1",
                      "--describe --entity-type nonsense", "--describe --broker x",
                      "--describe --entity-type topics --entity-default",
                      "--alter --topic t --add-config a", "--alter --topic t --add-config a=b=c",
                      "--describe --topic t --add-config a=b",
                      "--alter --entity-type topics --add-config a=b",
                      "--alter --entity-type brokers --add-config a=b"],
    "kafka-get-offsets": ["--time soon", "--topic-partitions a:x", "--partitions x",
                          "--topic t --topic-partitions t", "--nonsense", "--topic nothing"],
    "kafka-groups": ["--describe", "--consumer", "--list --group-type odd", "--list --nonsense",
                     "--list --consumer --share", "--list --share --protocol share",
                     "--list --streams --consumer", "--list --group-type share --consumer",
                     "--list --group-type"],
    "kafka-consumer-groups": ["--list --describe --all-groups", "--describe",
                              "--describe --group g --members --state",
                              "--delete --group g --topic t", "--delete-offsets --group g",
                              "--describe --group g --all-groups", "--list --state nonsense",
                              "--list --type nonsense",
                              "--reset-offsets --group g --to-earliest --dry-run",
                              "--reset-offsets --group g --topic t --to-earliest --to-latest "
                              "--dry-run"],
    "kafka-share-groups": ["--list --describe --all-groups", "--describe", "--delete",
                           "--delete --group g --all-groups", "--list --state Reconciling",
                           "--reset-offsets --group g --topic orders --to-earliest",
                           "--reset-offsets --topic orders --to-earliest --execute",
                           "--delete --group g --topic t",
                           "--reset-offsets --group g --to-earliest --execute",
                           "--delete-offsets --group g"],
    "kafka-delete-records": [""],
    "kafka-log-dirs": ["", "--describe --broker-list 7"],
}


@pytest.mark.parametrize("tool", WRONG_LINES)
def test_wrong_lines_are_refused_in_kafkas_words(both, tool):
    for line in WRONG_LINES[tool]:
        kafka, ours = both(tool, *line.split())
        assert ours.status == kafka.status, (line, kafka, ours)
        # Sets of options and states have no order in Java.
        one, other = (sorted(re.split(r"[ ,:]+", (said.complaint() or said.out).strip("\n.")))
                      for said in (kafka, ours))
        # An exception that nobody catches ends Kafka's tool with a stack trace.
        one = [word for word in one if not re.match(r"Exception$|in$|thread$|\"main\"$|[a-z.]+\.\w+"
                                                    r"Exception$", word)]
        other = [word for word in other if word not in ("in",)]
        assert other == one, (line, kafka, ours)


#: What the cluster, or a look at files, refuses: FILE.json stands for one of FILES.
REFUSED = {
    "kafka-topics": ["--create --topic bad/name", "--create --topic .",
                     "--create --topic okay --replication-factor 99999",
                     "--create --topic a_b.c --partitions -1",
                     "--create --topic okay --replica-assignment 1,9",
                     "--create --topic orders --if-not-exists", "--delete", "--delete --topic nowhere",
                     "--alter --topic orders --partitions 1", "--alter --topic orders --partitions 3",
                     "--alter --topic orders --partitions 0",
                     "--describe --topic-id AAAAAAAAAAAAAAAAAAAAAQ", "--list --topic (",
                     "--list extra"],
    "kafka-configs": ["--alter --topic nowhere --add-config retention.ms=1",
                      "--alter --topic orders --add-config nonsense=1",
                      "--alter --topic orders --delete-config nonsense",
                      "--alter --topic orders --add-config-file /nowhere/file",
                      "--alter --broker 1 --add-config node.id=2",
                      "--alter --broker 1 --add-config nonsense=2"],
    "kafka-get-offsets": ["--topic nowhere", "--topic orders --partitions 9",
                          "--topic-partitions orders:9"],
    "kafka-consumer-groups": ["--reset-offsets --group readers --topic orders --to-offset -5 --dry-run",
                              "--reset-offsets --all-groups --topic orders --to-earliest --dry-run "
                              "--execute"],
    "kafka-share-groups": ["--delete --group nobody", "--delete-offsets --group nobody --topic orders"],
    "kafka-delete-records": ["--offset-json-file broken.json", "--offset-json-file version2.json",
                             "--offset-json-file twice.json", "--offset-json-file empty.json"],
    "kafka-log-dirs": ["--describe --broker-list x", "--describe --topic-list nowhere"],
    "kafka-leader-election": ["--election-type preferred", "--election-type odd --all-topic-partitions",
                              "--election-type preferred --topic orders",
                              "--election-type preferred --topic nowhere --partition 0",
                              "--election-type unclean --topic orders --partition 0",
                              "--election-type preferred --path-to-json-file nowhere.json",
                              "--election-type preferred --path-to-json-file twice.json",
                              "--election-type preferred --path-to-json-file broken.json"],
    "kafka-features": ["upgrade", "upgrade --feature nonsense=1", "upgrade --feature group.version",
                       "downgrade --feature group.version=9", "disable --feature nonsense"],
    "kafka-transactions": ["abort --topic orders --partition 0",
                           "abort --topic orders --partition 0 --start-offset 5", "find-hanging",
                           "find-hanging --broker-id 9"],
}
FILES = {"broken.json": "{nonsense", "version2.json": '{"version": 2, "partitions": []}',
         "twice.json": '{"version": 1, "partitions": [{"topic": "orders", "partition": 0, "offset": 1},'
                       ' {"topic": "orders", "partition": 0, "offset": 2}]}',
         "nowhere.json": '{"partitions": [{"topic": "nowhere", "partition": 0}]}', "empty.json": ""}


@pytest.mark.parametrize("tool", REFUSED)
def test_what_is_refused_is_refused_alike(both, tool, tmp_path):
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    for line in REFUSED[tool]:
        same(both(tool, *(tmp_path / word if word in FILES else word for word in line.split())))


def test_configs(both, java, broker):
    tool = "kafka-configs"
    for words in (["--topic", "orders"], ["--entity-type", "topics", "--entity-name", "orders"],
                  ["--topic", "nothing"], ["--broker", 1], ["--broker-defaults"], ["--broker", 7],
                  ["--group", "readers"], ["--group", "nothing"], ["--entity-type", "brokers"],
                  ["--topic", "orders", "--all"]):
        same(both(tool, "--describe", *words))
    same(both(tool, "--describe", "--entity-type", "topics"), ordered=False)

    def turn(*words):
        return same(in_turn(java, broker, tool, "settings", words))
    in_turn(java, broker, "kafka-topics", "settings", ["--create", "--topic", "NAME"])
    assert turn("--alter", "--topic", "NAME", "--add-config",
                "retention.ms=1234567,cleanup.policy=[compact,delete]") == \
        "Completed updating config for topic settings.\n"
    turn("--describe", "--topic", "NAME")
    turn("--alter", "--topic", "NAME", "--delete-config", "retention.ms")
    turn("--alter", "--topic", "NAME", "--delete-config", "retention.ms")
    turn("--describe", "--topic", "NAME")
    kafka, ours = in_turn(java, broker, tool, "settings",
                          ["--alter", "--topic", "NAME", "--add-config", "retention.ms=soon"])
    assert (ours.status, ours.out) == (kafka.status, kafka.out) and "soon" in ours.errors
    for words in (["--add-config", "log.cleaner.threads=2"],
                  ["--delete-config", "log.cleaner.threads"]):
        same(both(tool, "--alter", "--broker", 1, *words))
        same(both(tool, "--alter", "--broker-defaults", *words))
        same(both(tool, "--describe", "--broker", 1))
    turn("--alter", "--group", "NAME", "--add-config", "share.record.lock.duration.ms=20000")
    turn("--describe", "--group", "NAME")


def test_configs_from_a_file(java, broker, tmp_path):
    file = tmp_path / "added.properties"
    file.write_text("retention.ms=77\ncleanup.policy=compact,delete\n")
    in_turn(java, broker, "kafka-topics", "filed", ["--create", "--topic", "NAME"])
    for words in (["--alter", "--topic", "NAME", "--add-config-file", file],
                  ["--describe", "--topic", "NAME"]):
        said = same(in_turn(java, broker, "kafka-configs", "filed", words))
    assert "retention.ms=77" in said


def test_offsets(both):
    tool = "kafka-get-offsets"
    assert "orders:2:12\n" in same(both(tool))
    for words in ("--topic orders", "--topic ord.*,ret.*", "--topic orders --partitions 0,2",
                  "--topic-partitions orders:1-,returns", "--topic-partitions :0",
                  "--topic-partitions orders:-2", "--exclude-internal-topics", "--time earliest",
                  "--time -2 --topic orders", "--time max-timestamp --topic orders",
                  "--time -4 --topic orders", "--time latest-tiered --topic orders",
                  "--time 0 --topic orders", "--time 99999999999999 --topic orders"):
        same(both(tool, *words.split()))


def test_groups_of_all_kinds_are_listed(both):
    tool = "kafka-groups"
    assert "readers" in same(both(tool, "--list"), ordered=False)
    for words in ("--consumer", "--share", "--streams", "--group-type classic", "--group-type SHARE",
                  "--protocol consumer", "--group-type classic --protocol consumer",
                  "--group-type consumer --protocol share"):
        same(both(tool, "--list", *words.split()), ordered=False)


def test_groups_are_listed_and_described(both):
    tool = "kafka-consumer-groups"
    assert "readers\n" in same(both(tool, "--list"), ordered=False)
    for words in ("--list --state", "--list --type", "--list --state --type", "--list --state empty",
                  "--list --type classic", "--list --type consumer --state Stable"):
        same(both(tool, *words.split()), ordered=False)
    for words in ("", "--offsets", "--verbose", "--state", "--state --verbose", "--members",
                  "--members --verbose", "--timeout 10000"):
        same(both(tool, "--describe", "--group", "readers", *words.split()))
    same(both(tool, "--describe", "--all-groups"))
    same(both(tool, "--validate-regex", "a.*", to_broker=False))
    kafka, ours = both(tool, "--validate-regex", "(", to_broker=False)
    assert ours.out.split(": ")[0] == kafka.out.split(": ")[0] and ours.status == kafka.status


def test_a_group_that_is_not_there(both):
    for words in (["--describe", "--group", "nobody"],
                  ["--describe", "--group", "nobody", "--members"]):
        for tool in ("kafka-consumer-groups", "kafka-share-groups"):
            kafka, ours = both(tool, *words)
            # The sentence behind the class is the broker's of one of the two requests that ask;
            # the stack trace of Kafka's tool is left out.
            begins = kafka.out.split("Exception: ")[0]
            assert "GroupIdNotFound" in begins and ours.out.split("Exception: ")[0] == begins
            assert ours.status == kafka.status


def test_offsets_of_groups_are_reset(java, both, broker, tmp_path):
    tool = "kafka-consumer-groups"
    plan = ("--reset-offsets", "--group", "readers")
    for scope in (["--topic", "orders"], ["--topic", "orders:0,2", "--topic", "returns"],
                  ["--all-topics"]):
        for scenario in ("--to-earliest", "--to-latest", "--to-current", "--to-offset 3",
                         "--to-offset 1000", "--to-datetime 2020-01-01T00:00:00.000",
                         "--to-datetime 2100-01-01T00:00:00.000+02:00", "--by-duration P1D"):
            same(both(tool, *plan, *scope, *scenario.split(), "--dry-run"), ordered=False)
    for shift in ("-2", "1", "100"):
        same(both(tool, *plan, "--all-topics", "--shift-by", shift, "--dry-run"), ordered=False)
    exported = same(both(tool, *plan, "--all-topics", "--to-earliest", "--dry-run", "--export"),
                    ordered=False)
    file = tmp_path / "plan.csv"
    file.write_text(exported)
    same(both(tool, *plan, "--from-file", file, "--dry-run"), ordered=False)
    same(both(tool, *plan, "--all-topics", "--to-earliest"), ordered=False)
    kafka, ours = both(tool, *plan, "--topic", "nothing", "--to-earliest", "--dry-run")
    begins = "\nError: Executing consumer group command failed due to "
    assert kafka.out.startswith(begins) and ours.out.startswith(begins)
    assert ours.status == kafka.status

    def turn(*words):
        return same(in_turn(java, broker, tool, "moved", words), ordered=False)
    turn("--reset-offsets", "--group", "NAME", "--topic", "orders", "--to-offset", 5, "--execute")
    assert "5" in turn("--describe", "--group", "NAME")
    turn("--delete-offsets", "--group", "NAME", "--topic", "orders:1")
    turn("--delete-offsets", "--group", "NAME", "--topic", "orders")
    turn("--reset-offsets", "--group", "NAME", "--topic", "orders", "--to-offset", 5, "--execute")
    turn("--delete", "--group", "NAME")


def test_a_group_that_cannot_be_deleted(both):
    kafka, ours = both("kafka-consumer-groups", "--delete", "--group", "nobody")
    cut = "could not be deleted due to: org.apache.kafka.common.errors.GroupIdNotFoundException: "
    assert cut in kafka.out and ours.out.split(cut)[0] == kafka.out.split(cut)[0]
    assert ours.status == kafka.status


def test_share_groups(java, both, broker):
    tool = "kafka-share-groups"

    def turn(*words):
        return same(in_turn(java, broker, tool, "sharers", words), ordered=False)
    for scenario in ("--to-earliest", "--to-latest", "--to-datetime 2020-01-01T00:00:00.000"):
        turn("--reset-offsets", "--group", "NAME", "--topic", "orders", *scenario.split(),
             "--dry-run")
    turn("--reset-offsets", "--group", "NAME", "--topic", "orders", "--to-earliest", "--execute")
    same(both(tool, "--list"), ordered=False)
    same(both(tool, "--list", "--state"), ordered=False)
    same(both(tool, "--list", "--state", "Empty"), ordered=False)
    for words in ("", "--offsets", "--offsets --verbose", "--state", "--state --verbose",
                  "--members", "--members --verbose"):
        same(both(tool, "--describe", "--group", "sharers", *words.split()))
    same(both(tool, "--describe", "--all-groups"))
    turn("--delete-offsets", "--group", "NAME", "--topic", "orders")
    turn("--delete", "--group", "NAME")
    turn("--delete", "--group", "NAME")


def settle(ask):
    """A member that joins with heartbeats until it has partitions."""
    epoch, has = 0, False

    def beat():
        nonlocal epoch, has
        answer = ask(epoch)
        assert answer["errorCode"] in (0, 14, 15, 16), answer  # it may still have to be found
        if answer["errorCode"] == 0:
            epoch = answer["memberEpoch"]
            has = has or bool(answer["assignment"] and answer["assignment"]["topicPartitions"])
        return has

    wait_until(beat, 30, "the member has partitions")


def test_groups_with_members(both, broker):
    with wire.connected(broker) as connection:
        member = str(uuid.uuid4())
        for key_type, group in ((0, "watchers"), (0, "workers")):
            connection.call("FindCoordinator", 4, keyType=key_type, coordinatorKeys=[group])
        settle(lambda epoch: connection.call(
            "ConsumerGroupHeartbeat", 1, groupId="watchers", memberId=member, memberEpoch=epoch,
            rebalanceTimeoutMs=60_000 if epoch == 0 else -1,
            subscribedTopicNames=["orders", "returns"] if epoch == 0 else None,
            topicPartitions=[] if epoch == 0 else None))
        settle(lambda epoch: connection.call(
            "ShareGroupHeartbeat", 1, groupId="workers", memberId=member, memberEpoch=epoch,
            subscribedTopicNames=["orders"] if epoch == 0 else None))
        for words in ("--members", "--members --verbose", "--offsets", "--verbose", "--state",
                      "--state --verbose"):
            same(both("kafka-consumer-groups", "--describe", "--group", "watchers",
                      *words.split()))
            same(both("kafka-share-groups", "--describe", "--group", "workers", *words.split()))
        said = same(both("kafka-consumer-groups", "--reset-offsets", "--group", "watchers",
                         "--topic", "orders", "--to-earliest", "--dry-run"))
        assert "can only be reset if" in said
        same(both("kafka-share-groups", "--delete", "--group", "workers"))
        same(both("kafka-share-groups", "--reset-offsets", "--group", "workers", "--topic",
                  "orders", "--to-earliest", "--execute"))


def test_records_are_deleted(java, broker, tmp_path):
    said = []
    for run, topic in ((java.run, "gone"), (tool_server.run_ours, "own-gone")):
        with wire.connected(broker) as connection:
            assert wire.create_topic(connection, topic)["errorCode"] == 0
            batch = batches.build([(b"k", b"v")] * 10)
            assert wire.produce(connection, topic, batch)["errorCode"] == 0
        for offset in (4, 99):
            file = tmp_path / f"{topic}.json"
            file.write_text(json.dumps({"version": 1, "partitions": [
                {"topic": topic, "partition": 0, "offset": offset}]}))
            said.append(run("kafka-delete-records", "--bootstrap-server", broker.bootstrap,
                            "--offset-json-file", file))
    kafka, too_far, ours, ours_too_far = said
    assert ours.out.replace("own-", "") == kafka.out and "low_watermark: 4" in kafka.out
    cut = "OffsetOutOfRangeException: "  # the sentence behind it is the client's own
    assert cut in too_far.out
    assert ours_too_far.out.replace("own-", "").split(cut)[0] == too_far.out.split(cut)[0]
    assert [one.status for one in said] == [0, 0, 0, 0]


def test_log_directories(both):
    """Kafka's JSON has the order of hash tables; partitions are compared by name."""
    def sorted_lists(text):
        lines = text.splitlines()
        found = json.loads(lines[-1])
        for one in found["brokers"]:
            for directory in one["logDirs"]:
                directory["partitions"].sort(key=lambda part: part["partition"])
        return [*lines[:-1], list(found), found]
    said = same(both("kafka-log-dirs", "--describe"), out=lambda text: str(sorted_lists(text)))
    assert '"partition":"orders-0"' in said
    same(both("kafka-log-dirs", "--describe", "--topic-list", "orders", "--broker-list", "1"),
         out=lambda text: str(sorted_lists(text)))


def test_transactions(both, broker):
    with wire.connected(broker) as connection:
        producer = RawProducer(connection, "payments").init()
        producer.add_partitions("orders", 0)
        producer.produce("orders", [b"1"])
        tool = "kafka-transactions"
        same(both(tool, "list"), ordered=False)
        same(both(tool, "list", "--duration-filter", 0), ordered=False)
        same(both(tool, "list", "--transactional-id-pattern", "pay.*"), ordered=False)

        def without_duration(text):
            """It grows between the two."""
            return re.sub(r"\d+ *\t(\S+ *\t)$", r"\1", text, flags=re.MULTILINE)
        said = same(both(tool, "describe", "--transactional-id", "payments"), out=without_duration)
        assert "Ongoing" in said
        said = same(both(tool, "describe-producers", "--topic", "orders", "--partition", 0))
        start = re.search(r"\t(\d+)\s*\t$", said, re.MULTILINE)[1]
        same(both(tool, "describe-producers", "--topic", "orders", "--partition", 0,
                  "--broker-id", 1))
        same(both(tool, "find-hanging", "--topic", "orders"))
        same(both(tool, "find-hanging", "--broker-id", 1, "--max-transaction-timeout", 0))
        for words in (["find-hanging"], ["find-hanging", "--partition", 0, "--broker-id", 1],
                      ["abort", "--topic", "orders", "--partition", 0],
                      ["abort", "--topic", "orders", "--partition", 0, "--producer-id", 1],
                      ["abort", "--topic", "orders", "--partition", 0, "--start-offset", 123456]):
            same(both(tool, *words))
        kafka, ours = both(tool, "describe", "--transactional-id", "nobody")
        assert ours.complaint().split(": ")[0] == kafka.complaint().split(": ")[0]
        assert ours.status == kafka.status == 1
        ours = tool_server.run_ours(tool, "--bootstrap-server", broker.bootstrap, "abort",
                                    "--topic", "orders", "--partition", 0, "--start-offset", start)
        assert (ours.status, ours.out, ours.errors) == (0, "", "")


def test_features(both):
    tool = "kafka-features"
    assert "group.version" in same(both(tool, "describe"))
    same(both(tool, "describe", "--node-id", 1))
    for words in ("upgrade --feature share.version=1 --dry-run",
                  "upgrade --feature share.version=99 --dry-run", "upgrade",
                  "upgrade --feature nonsense=1", "upgrade --feature nonsense",
                  "upgrade --feature share.version=1 --feature share.version=1",
                  "downgrade --feature share.version=0 --dry-run",
                  "disable --feature share.version --unsafe --dry-run"):
        same(both(tool, *words.split()))


def test_features_of_releases(both):
    tool = "kafka-features"
    for words in ("version-mapping", "version-mapping --release-version 3.9",
                  "version-mapping --release-version 2.0",
                  "feature-dependencies --feature metadata.version=20 --feature share.version=1",
                  "feature-dependencies --feature eligible.leader.replicas.version=1",
                  "feature-dependencies --feature nonsense=1",
                  "feature-dependencies --feature group.version=9",
                  "feature-dependencies --feature group.version",
                  "feature-dependencies --feature metadata.version=99", "feature-dependencies",
                  "upgrade --release-version 1.0", "upgrade --metadata 1.0",
                  "upgrade --release-version 4.0 --feature group.version=1",
                  "upgrade --metadata 4.0 --dry-run",
                  "downgrade --metadata 3.9 --feature group.version=0 --dry-run"):
        same(both(tool, *words.split()))
    for words in (["describe"], ["--bootstrap-controller", "h:1", "--bootstrap-server", "h:1",
                                 "describe"]):
        same(both(tool, *words, to_broker=False))


def test_a_release_is_asked_for_feature_by_feature(both):
    """Barnabas has not all of Kafka's features, and refuses them all for the first that it has not:
    which that is depends on the order in which Java keeps them."""
    def wanted(text):
        return re.sub(r"Invalid update .* has no such feature\.", "no such feature", text)
    for words in ("upgrade --release-version 4.4", "upgrade --release-version 3.8",
                  "downgrade --release-version 3.9 --unsafe"):
        said = same(both("kafka-features", *words.split(), "--dry-run"), out=wanted)
        assert "Can not " in said, said


class StorageTools:
    """kafka-storage and ours."""

    def __init__(self):
        self.server = tool_server.ToolServer("broker")

    def theirs(self, *arguments):
        return self.server.run("kafka-storage", *arguments)

    @staticmethod
    def ours(*arguments):
        return tool_server.run_ours("kafka-storage", *arguments)

    def both(self, *arguments):
        return self.theirs(*arguments), self.ours(*arguments)


@pytest.fixture(scope="module")
def storage():
    tools = StorageTools()
    yield tools
    tools.server.close()


RELEASES = ("3.3-IV3", "3.3", "3.5", "3.9-IV0", "3.9.1", "4.0-IV1", "4.0-IV2", "4.0", "4.1",
            "4.2-IV0", "4.2", "4.4-IV0", "4.4.0", "4.5-IV0", "4.5", "4", "2.8-IV1", "3.3-IV0",
            "4.4-SNAPSHOT", "")
LEVELS = ("metadata.version=6", "metadata.version=7", "metadata.version=34", "metadata.version=35",
          "kraft.version=1", "kraft.version=2", "transaction.version=2", "group.version=1",
          "group.version=-1", "share.version=2", "share.version=3", "streams.version=1",
          "eligible.leader.replicas.version=0", "eligible.leader.replicas.version=1", "nonsense=1",
          "group.version=x", "group.version=", "group.version = 1", "group.version",
          "metadata.version=99999")


def test_what_storage_knows_of_releases(storage):
    same(storage.both("version-mapping"))
    for release in RELEASES:
        same(storage.both("version-mapping", "-r", release))
    for level in LEVELS:
        same(storage.both("feature-dependencies", "-f", level))
    same(storage.both("feature-dependencies", "--feature", "group.version=0", "--feature",
                 "eligible.leader.replicas.version=1"))


def test_directories_are_formatted(storage, tmp_path):
    """Each tool sees what the other has done as its own."""
    cluster, other = "4L6g3nShT-eMCtK--X86sw", "AAAAAAAAQjKARVsqayEU9Q"

    def settings(name, node=1):
        file = tmp_path / f"{name}-{node}.properties"
        file.write_text(f"""process.roles=broker,controller\nnode.id={node}
controller.listener.names=CONTROLLER\ncontroller.quorum.voters={node}@127.0.0.1:9093
listeners=PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093
log.dirs={tmp_path}/{name}-b,{tmp_path}/{name}-a\n""")
        return file
    for name, formatter in (("theirs", storage.theirs), ("ours", storage.ours)):
        file = settings(name)
        same(storage.both("info", "-c", file))
        (tmp_path / f"{name}-a").write_text("a file")
        same(storage.both("info", "-c", file))
        (tmp_path / f"{name}-a").unlink()
        done = formatter("format", "-t", cluster, "-c", file)
        assert done.status == 0 and f"directory {tmp_path}/{name}-a " in done.out, done
        assert f"cluster.id={cluster}" in same(storage.both("info", "-c", file))
        same(storage.both("format", "-t", cluster, "-c", file, "--ignore-formatted"),
             out=lambda text: text.splitlines()[-1])
        for words, status in ((["-t", cluster, "-c", file], 1), (["-t", other, "-c", file], 1),
                              (["-t", other, "-c", file, "-g"], 1),
                              (["-t", cluster, "-c", settings(name, 2), "-g"], 1)):
            kafka, ours = storage.both("format", *words)
            java = "Exception in thread \"main\" java.lang.RuntimeException: "
            assert ours.status == kafka.status == status
            told = kafka.complaint().removeprefix(java)
            # Kafka's names any of them.
            told, ours.errors = (re.sub(r"(ours|theirs)-[ab]\b", "one", text)
                                 for text in (told, ours.errors))
            assert ours.complaint() == told, words


def test_what_is_wrong_with_a_format_is_said_as_kafka_says_it(storage, tmp_path):
    file = tmp_path / "server.properties"
    file.write_text(f"process.roles=broker,controller\nnode.id=1\nlog.dirs={tmp_path}/d\n"
                    "controller.listener.names=CONTROLLER\n"
                    "controller.quorum.voters=1@127.0.0.1:9093\n"
                    "listeners=PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093\n")
    begin = ["format", "-t", "4L6g3nShT-eMCtK--X86sw", "-c", file]
    for words in ("-r 9.9", "-r 4.5", "-f nonsense=1", "-r 4.0 -f metadata.version=20",
                  "-r 2.0 -f nonsense=1"):
        same(storage.both(*begin, *words.split()))
    for words in (["-f", "group.version"], ["-f", "group.version=x"], ["-f", "group.version=9"],
                  ["-r", "4.0-IV0", "-f", "eligible.leader.replicas.version=1"]):
        kafka, ours = storage.both(*begin, *words)
        assert (ours.status, ours.out) == (kafka.status, "")
        assert kafka.complaint().endswith(ours.complaint()), (kafka, ours)
    for words in (["-s", "-N"], ["-N", "-I", "x"]):
        kafka, ours = storage.both(*begin, *words)
        assert ours.status == kafka.status == 1
        assert "not allowed with argument" in " ".join(kafka.errors.split())
        assert " ".join(ours.errors.split()) in " ".join(kafka.errors.split())
    assert not (tmp_path / "d").exists()


def test_the_cluster(both, broker):
    for words in (["cluster-id"], ["list-endpoints"],
                  ["list-endpoints", "--include-fenced-brokers"]):
        same(both("kafka-cluster", *words, "--bootstrap-server", broker.bootstrap,
                  to_broker=False))
    assert "Produce(0): " in same(both("kafka-broker-api-versions"))
    same(both("kafka-cluster", "api-versions", "-b", broker.bootstrap, to_broker=False))


def test_every_option_of_kafkas_tools_is_known(java):
    """Kafka's help names its options; what ours does not take is listed here, with the reason."""
    missing = {"kafka-configs": set(), "kafka-topics": set()}
    for tool in ("kafka-topics", "kafka-configs", "kafka-get-offsets", "kafka-consumer-groups",
                 "kafka-share-groups", "kafka-delete-records", "kafka-log-dirs",
                 "kafka-broker-api-versions"):
        kafka = java.run(tool, "--help")
        names = set(re.findall(r"^--([a-z][a-z-]+)", kafka.out + kafka.errors, re.MULTILINE))
        assert len(names) > 3, kafka
        ours = tool_server.run_ours(tool, "--help")
        assert ours.status == 0
        known = set(re.findall(r"--([a-z-]+)", ours.out))
        assert names - known == missing.get(tool, set()), tool


COMMANDS = ["topics --list", "topics --describe", "configs --describe --topic orders",
            "get-offsets", "consumer-groups --list", "consumer-groups --describe --all-groups",
            "share-groups --list", "log-dirs --describe", "reassign-partitions --list",
            "leader-election --election-type preferred --all-topic-partitions", "broker-api-versions"]


@pytest.mark.own
def test_json_is_an_object_a_line(broker):
    for line in (*COMMANDS, "features describe", "transactions list",
                 "consumer-groups --describe --group readers --state",
                 "consumer-groups --reset-offsets --group readers --all-topics --to-latest "
                 "--dry-run"):
        words = line.split()
        said = tool_server.run_ours(f"kafka-{words[0]}", *words[1:], "--json",
                                    "--bootstrap-server", broker.bootstrap)
        assert said.status == 0, said
        for one in said.out.splitlines():
            assert isinstance(json.loads(one), dict), line
