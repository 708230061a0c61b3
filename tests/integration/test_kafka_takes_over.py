"""Log directories that Barnabas wrote, handed to Apache Kafka and back: the records stay."""

import os
import re
import shutil
import time
from pathlib import Path

import pytest
from confluent_kafka import Producer
from support import archives, batches, kraft_metadata, log_directories, serving, wire
from support.transactions import RawProducer
from support.waiting import wait_until

pytestmark = pytest.mark.own

NOW = int(time.time() * 1000) - 3_600_000
DAY = 86_400_000
SEGMENT = 64 << 10
IDEMPOTENT = ("deleted", "plain", "rolled")  # a client takes half a second to get its id
CODECS = ("none", "gzip", "snappy", "lz4", "zstd")
TOPICS = {
    **{f"codec-{codec}": (2, {}) for codec in CODECS},
    "append-time": (1, {"message.timestamp.type": "LogAppendTime"}),
    "compacted": (1, {"cleanup.policy": "compact", "internal.segment.bytes": str(SEGMENT),
                      "min.cleanable.dirty.ratio": "0.01"}),
    "deleted": (2, {"internal.segment.bytes": str(SEGMENT)}),
    "empty": (1, {}),
    "idempotent": (1, {}),
    "transacted": (2, {"internal.segment.bytes": str(SEGMENT)}),
}
# Kafka's log says of a log what it finds there only at this level.
SAYS_ALL = ["-Dorg.slf4j.simpleLogger.log.org.apache.kafka.storage.internals.log=info"]
COMPLAINTS = re.compile(r" ERROR | FATAL | WARN org\.apache\.kafka\.storage|found invalid|corrupt|"
                        r"stray|rebuilding (?!producer)|inconsistent", re.IGNORECASE)
TORN = ("codec-zstd-0", "deleted-0")  # what a test spoils, and Kafka cuts
CUTS = "Corruption found in segment"
REFUSED = "Error processing append operation"  # what a test sends to be refused
RECOVERS = re.compile(r"Recovering (unflushed|logs)|Attempting recovery|no clean shutdown")
KAFKA = {"log.cleaner.backoff.ms": 100, "log.retention.ms": -1,
         "transaction.abort.timed.out.transaction.cleanup.interval.ms": 3_600_000}
BARNABAS = {"log.cleaner.backoff.ms": 50, "log.segment.delete.delay.ms": 100,
            "log.retention.ms": -1}
BEYOND = 1_000_000  # of every producer id that Barnabas gives out here


def some_records(count, since=NOW, seed=0):
    """(timestamp, key, value, headers): each kind of null and empty is among them."""
    for i in range(count):
        key = None if i % 7 == 0 else b"" if i % 11 == 0 else b"key %d" % (i % 40)
        value = None if i % 13 == 0 else b"" if i % 17 == 0 else b"%d %d " % (seed, i) * (i % 30)
        headers = [] if i % 3 else [("name", b"%d" % i), ("name", None), ("", b"")]
        yield since + 10 * i - 3 * (i % 5), key, value, headers


def send(broker, topic, partition, records, codec="none"):
    """Through a real client; each must be acknowledged."""
    troubles = []
    producer = Producer({"bootstrap.servers": broker.bootstrap, "compression.type": codec,
                         "enable.idempotence": topic in IDEMPOTENT, "linger.ms": 2,
                         "batch.size": 4000})
    for timestamp, key, value, headers in records:
        producer.produce(topic, value, key, partition, timestamp=timestamp, headers=headers,
                         on_delivery=lambda error, _: error and troubles.append(error))
        producer.poll(0)
    assert producer.flush(30) == 0 and not troubles, troubles[:3]


def send_batch(connection, topic, pairs, **fields):
    """Kafka takes an emptied segment for one with records up to its file's time: without the ten
    minutes, a lookup by time would find nothing behind it."""
    timestamp = int(time.time() * 1000) + 600_000
    answer = wire.produce(connection, topic, batches.build(pairs, timestamp=timestamp, **fields))
    assert answer["errorCode"] == 0, answer
    return answer["baseOffset"]


def own_configs(connection, topics):
    """{topic: {name: value}} of what is set on the topics themselves."""
    answer = connection.call("DescribeConfigs", 4, resources=[
        {"resourceType": 2, "resourceName": topic, "configurationKeys": None} for topic in topics])
    return {result["resourceName"]: {config["name"]: config["value"]
                                     for config in result["configs"] if config["configSource"] == 1}
            for result in answer["results"]}


def round_of_keys(number, keys=50, size=200):
    """Values for all keys; in each round another one is deleted instead."""
    return [(b"key %d" % k, None if k == number % keys else b"%d %d " % (k, number) + b"v" * size)
            for k in range(keys)]


def write_rounds(connection, topic, rounds):
    """Values by key, each round in another codec, then segments that close the one before."""
    for number in rounds:
        send_batch(connection, topic, round_of_keys(number), codec=CODECS[number % len(CODECS)])
    for _ in range(3):
        send_batch(connection, topic, [(b"filler", os.urandom(SEGMENT // 2))])


def latest_by_key(broker, topic):
    found = serving.records(broker, [(topic, 0)])[topic, 0]
    return len(found), {key: value for _, _, key, value, _ in found}


def assert_compacted(broker, topic, last_round):
    """Waits until old values are gone, and looks at what is left."""
    wait_until(lambda: latest_by_key(broker, topic)[0] < 250, 60, "it is compacted", poll_s=0.2)
    _, found = latest_by_key(broker, topic)
    for key, value in round_of_keys(last_round):
        assert found.get(key) == value, key


def freeze(connection, topic):
    """From now on what can be compacted stays as it is until thaw()."""
    wire.set_topic_config(connection, topic, min_compaction_lag_ms=DAY)


def thaw(connection, topic):
    wire.set_topic_config(connection, topic, min_compaction_lag_ms=0)


class Transactions:
    """Two producers whose transactions lie among one another in both partitions, some of them
    aborted; what the second one has begun at the end stays open."""

    COMMITS = ((True, True), (False, True), (True, False), (False, False))

    def __init__(self, connection):
        self.ids = {name: self._producer(connection, name).producer_id for name in ("one", "two")}
        one, two = (self._producer(connection, name) for name in self.ids)
        for number in range(12):
            for producer in (one, two):
                for partition in range(2):
                    producer.send("transacted", [b"%d" % number * 2000] * 3, partition)
            for producer, commit in zip((one, two), self.COMMITS[number % 4]):
                producer.end(commit)
        two.send("transacted", [b"open"])

    @staticmethod
    def _producer(connection, name):
        return RawProducer(connection, name, version=1, timeout_ms=900_000).init()

    def check(self, seen):
        """That there is something to compare."""
        for partition in range(2):
            shown = [record[3][:2] for record in
                     seen["transacted", partition, "read_committed"]]
            assert shown.count(b"00") == 6 and shown.count(b"33") == 0, shown
            everything = seen["transacted", partition, "read_uncommitted"]
            assert len(everything) == 72 + (partition == 0)

    def go_on(self, broker):
        """The other broker's coordinator knows both: what is open is aborted, and they go on."""
        with wire.connected(broker) as connection:
            for name, number in self.ids.items():
                producer = self._producer(connection, name)
                assert producer.producer_id == number, name
                producer.send("transacted", [b"gone on"])
                producer.end(True)
            wait_until(lambda: self._ends_in(connection, 0) == self._ends_in(connection, 1), 30,
                       "nothing is open any more")

    @staticmethod
    def _ends_in(connection, isolation):
        return wire.list_offset(connection, "transacted", 0, serving.LATEST,
                                isolation=isolation)["offset"]


class Sequence:
    """An idempotent producer whose batches the test numbers itself."""

    def __init__(self, connection, topic):
        answer = connection.call("InitProducerId", 4, transactionalId=None,
                                 transactionTimeoutMs=60_000, producerId=-1, producerEpoch=-1)
        assert answer["errorCode"] == 0, answer
        self.topic, self.sent = topic, []
        self.fields = {"producer_id": answer["producerId"],
                       "producer_epoch": answer["producerEpoch"]}

    def _batch(self, number):
        return batches.build([(b"number", b"%d" % number)] * 3, base_sequence=3 * number,
                             timestamp=NOW + number, **self.fields)

    def send(self, connection, count):
        for _ in range(count):
            answer = wire.produce(connection, self.topic, self._batch(len(self.sent)))
            assert answer["errorCode"] == 0, answer
            self.sent.append(answer["baseOffset"])

    def check(self, connection):
        """The last batch is known (a snapshot keeps no more), a gap is seen, the next goes on."""
        end = wire.end_offset(connection, self.topic)
        answer = wire.produce(connection, self.topic, self._batch(len(self.sent) - 1))
        assert (answer["errorCode"], answer["baseOffset"]) == (0, self.sent[-1]), answer
        gap = wire.produce(connection, self.topic, self._batch(len(self.sent) + 1))
        assert gap["errorCode"] == 45, gap  # OUT_OF_ORDER_SEQUENCE_NUMBER
        assert wire.end_offset(connection, self.topic) == end, "nothing of it was appended"
        self.send(connection, 1)
        assert self.sent[-1] == end


def fill(broker):
    """Every kind of topic; answers the producers of `idempotent` and of `transacted`."""
    with wire.connected(broker) as connection:
        for name, (count, configs) in TOPICS.items():
            assert wire.create_topic(connection, name, count, configs)["errorCode"] == 0
        for codec in CODECS:
            for partition in range(2):
                send(broker, f"codec-{codec}", partition, some_records(300, seed=partition), codec)
        send(broker, "append-time", 0, some_records(100), "lz4")
        send(broker, "deleted", 0, some_records(2000), "none")
        deleted = connection.call("DeleteRecords", 2, timeoutMs=30_000, topics=[
            {"name": "deleted", "partitions": [{"partitionIndex": 0, "offset": 1234}]}])
        assert deleted["topics"][0]["partitions"][0]["lowWatermark"] == 1234, deleted
        write_rounds(connection, "compacted", range(60))
        assert_compacted(broker, "compacted", 59)
        freeze(connection, "compacted")
        write_rounds(connection, "compacted", range(60, 70))
        sequence = Sequence(connection, "idempotent")
        sequence.send(connection, 9)
        transactions = Transactions(connection)
    return sequence, transactions


def append_everywhere(broker, partitions, since):
    """More records behind what is there; each acknowledged one is there."""
    with wire.connected(broker) as connection:
        for topic, partition in partitions:
            if topic == "compacted":  # there, a record has a key
                continue
            codec = topic.rpartition("-")[2]
            end = wire.end_offset(connection, topic, partition)
            send(broker, topic, partition, some_records(50, since, seed=partition),
                 codec if codec in CODECS else "none")
            assert wire.end_offset(connection, topic, partition) == end + 50, topic


def copy_of(directories, folder):
    """What Barnabas's directories hold, somewhere else."""
    copies = [Path(folder) / f"copy-{number}" for number in range(len(directories))]
    for directory, copy in zip(directories, copies):
        shutil.copytree(directory, copy)
    return copies


def listed(directories):
    return ",".join(map(str, directories))


def start_kafka(broker_factory, directories, settings=None):
    node = log_directories.properties(directories[0])["node.id"]
    return broker_factory.start(
        {**KAFKA, **(settings or {}), "node.id": node, "log.dirs": listed(directories)},
        kind="kafka", name="kafka", arguments=SAYS_ALL)


def complaints(broker):
    """What Kafka said of logs, or anything, that is not as it should be."""
    return [line for line in broker.log_of_this_run().splitlines()
            if COMPLAINTS.search(line) and REFUSED not in line]


def recoveries(broker):
    """What Kafka read again of logs; its metadata log it reads in any case."""
    return [line for line in broker.log_of_this_run().splitlines()
            if RECOVERS.search(line) and "__cluster_metadata" not in line]


def partitions_of(directories):
    return sorted(partition for directory in directories
                  for partition in log_directories.partitions(directory)
                  if not partition[0].startswith("__"))


def assert_goes_on(broker, partitions, producers, since, rounds):
    """What a broker does with logs that another one wrote, beside serving them."""
    sequence, transactions = producers
    transactions.go_on(broker)
    with wire.connected(broker) as connection:
        sequence.check(connection)
        append_everywhere(broker, partitions, since)
        thaw(connection, "compacted")
        write_rounds(connection, "compacted", rounds)
        assert_compacted(broker, "compacted", rounds[-1])
        freeze(connection, "compacted")


def test_after_an_orderly_stop(broker_factory, tmp_path):
    """Two log directories; Kafka serves, compacts and appends; Barnabas takes them back."""
    directories = [tmp_path / "one", tmp_path / "two"]
    ours = broker_factory.start({**BARNABAS, "log.dirs": listed(directories)})
    sequence, transactions = fill(ours)
    partitions = partitions_of(directories)
    before = serving.everything(ours, partitions)
    transactions.check(before)
    with wire.connected(ours) as connection:
        configs = own_configs(connection, TOPICS)
    assert ours.stop() == 0
    copies = copy_of(directories, tmp_path)
    kraft_metadata.write(copies, configs, BEYOND, tmp_path)
    cleaned = log_directories.compacted_up_to(copies)["compacted", 0]
    assert cleaned > 2000

    kafka = start_kafka(broker_factory, copies)
    serving.wait_for_leaders(kafka, partitions)
    serving.assert_same(serving.everything(kafka, partitions), before)
    said = kafka.log_of_this_run()
    assert said.count("clean shutdown file was found") == len(copies), said
    assert not recoveries(kafka)
    assert_goes_on(kafka, partitions, (sequence, transactions), NOW + DAY // 100, range(70, 90))
    assert f"in offset range [{cleaned}, " in kafka.log_of_this_run()
    after = serving.everything(kafka, partitions)
    assert not complaints(kafka)
    kafka.stop()
    cleaned = log_directories.compacted_up_to(copies)["compacted", 0]

    again = broker_factory.start({**BARNABAS, "log.dirs": listed(copies)}, name="again")
    serving.assert_same(serving.everything(again, partitions), after)
    assert re.search(r"opened: \d+ of \d+ logs, 0 bytes scanned", again.log()), again.tail()
    assert_goes_on(again, partitions, (sequence, transactions), NOW + DAY // 50, range(90, 110))
    assert f"compacted-0: compacting [{cleaned}, " in again.log()
    assert not [line for line in again.log().splitlines() if " error " in line]


def tear(folder):
    """Half a batch at the end of the log, as a crash leaves it."""
    newest = max(folder.glob("*.log"))
    whole = batches.build([(b"key", bytes(200))], base_offset=1 << 40)
    with newest.open("ab") as file:
        file.write(whole[:len(whole) // 2])


def test_after_a_kill(broker_factory, tmp_path):
    """Nothing was flushed, two logs end in the middle of a batch; and Kafka is killed as well."""
    ours = broker_factory.start({**BARNABAS, "flush.before.ack": "never",
                                 "replica.high.watermark.checkpoint.interval.ms": 100})
    sequence, transactions = fill(ours)
    starts = ours.data / "log-start-offset-checkpoint"
    wait_until(lambda: starts.exists() and log_directories.checkpoint(starts), 30,
               "that records were deleted is written down")
    partitions = partitions_of([ours.data])
    before = serving.everything(ours, partitions)
    transactions.check(before)
    with wire.connected(ours) as connection:
        configs = own_configs(connection, TOPICS)
    ours.kill()
    copies = copy_of([ours.data], tmp_path)
    kraft_metadata.write(copies, configs, BEYOND, tmp_path)
    for name in TORN:
        tear(copies[0] / name)

    kafka = start_kafka(broker_factory, copies)
    serving.wait_for_leaders(kafka, partitions)
    serving.assert_same(serving.everything(kafka, partitions), before)
    assert recoveries(kafka)
    cuts = [f"partition={name}, dir={copies[0]}] {CUTS}" for name in TORN]
    assert not [line for line in complaints(kafka) if not any(cut in line for cut in cuts)]
    assert_goes_on(kafka, partitions, (sequence, transactions), NOW + DAY // 100, range(70, 90))
    after = serving.everything(kafka, partitions)
    kafka.kill()
    for name in TORN:
        tear(copies[0] / name)

    again = broker_factory.start({**BARNABAS, "log.dirs": listed(copies)}, name="again")
    serving.assert_same(serving.everything(again, partitions), after)
    assert_goes_on(again, partitions, (sequence, transactions), NOW + DAY // 50, range(90, 110))
    assert not [line for line in again.log().splitlines() if " error " in line]


def abort_open_transactions(broker, partition, seen):
    """Through WriteTxnMarkers, which Kafka's coordinator sends."""
    found = seen[(*partition, "producers")]
    still_open = [(number, state[0]) for number, state in found.items() if state[3] >= 0]
    assert still_open
    with wire.connected(broker) as connection:
        answer = connection.call("WriteTxnMarkers", 1, markers=[
            {"producerId": number, "producerEpoch": epoch, "transactionResult": False,
             "coordinatorEpoch": 5, "topics": [
                 {"name": partition[0], "partitionIndexes": [partition[1]]}]}
            for number, epoch in still_open])
        for marker in answer["markers"]:
            assert marker["topics"][0]["partitions"][0]["errorCode"] == 0, answer


def without_old_producers(seen):
    """Kafka forgets them by the timestamps of their records, Barnabas when it heard no more of
    them; who has an open transaction is never forgotten."""
    return {what: {number: state for number, state in found.items()
                   if state[2] >= NOW or state[3] >= 0} if what[2] == "producers" else found
            for what, found in seen.items()}


def assert_comes_back_by_renaming(broker_factory, copies, settings, topic):
    """Kafka has set the topic's folder aside, because its own metadata do not know the topic."""
    (aside,) = copies[0].glob(f"{topic}-0.*-stray")
    ours = broker_factory.start({**BARNABAS, **settings, "log.dirs": listed(copies)}, name="back")
    with wire.connected(ours) as connection:
        refused = wire.produce(connection, topic, batches.build([(b"key", b"value")]))
    assert refused["errorCode"] == 56 and str(aside) in refused["errorMessage"], refused
    assert f"{topic}-0 is offline: its folder was set aside as {aside}" in ours.log()
    assert ours.stop() == 0
    aside.rename(copies[0] / f"{topic}-0")
    ours.start()
    assert [value for _, _, _, value, _ in serving.records(ours, [(topic, 0)])[topic, 0]] == [b"here"]
    assert ours.stop() == 0


@pytest.mark.parametrize("name,killed", [
    ("kafka-4.4-clean", False),
    pytest.param("kafka-4.4-crashed", True, marks=pytest.mark.skipif(
        not os.environ.get("BARNABAS_LONG"), reason="20 s: with BARNABAS_LONG=1"))])
def test_what_kafka_left_goes_back(broker_factory, tmp_path, name, killed):
    """Kafka's own directory, with its metadata log, after Barnabas has written to it."""
    frozen = {"log.cleaner.min.compaction.lag.ms": 10 * 365 * DAY}
    directories = archives.unpack(name, tmp_path)
    partitions = partitions_of(directories)
    ours = broker_factory.start({**BARNABAS, **frozen, "log.dirs": listed(directories)})
    append_everywhere(ours, partitions, NOW)
    with wire.connected(ours) as connection:
        wire.create_topic(connection, "made-meanwhile")
        send_batch(connection, "made-meanwhile", [(b"only", b"here")])
    before = without_old_producers(serving.everything(ours, partitions))
    unstable = ("transactional", 0)
    assert len(before[(*unstable, "read_committed")]) < len(before[(*unstable, "read_uncommitted")])
    if killed:
        ours.kill()
    else:
        assert ours.stop() == 0
    copies = copy_of(directories, tmp_path)

    kafka = start_kafka(broker_factory, copies, frozen)
    serving.wait_for_leaders(kafka, partitions)
    serving.assert_same(without_old_producers(serving.everything(kafka, partitions)), before)
    assert bool(recoveries(kafka)) == killed
    assert list(copies[0].glob("made-meanwhile-0.*-stray")), "Kafka does not know it, and keeps it"
    assert not [line for line in complaints(kafka) if "made-meanwhile" not in line]
    abort_open_transactions(kafka, unstable, before)
    append_everywhere(kafka, partitions, NOW + DAY // 100)
    after = without_old_producers(serving.everything(kafka, partitions))
    assert after[(*unstable, "read_committed")][-1] == after[(*unstable, "read_uncommitted")][-1]
    kafka.stop()
    assert_comes_back_by_renaming(broker_factory, copies, frozen, "made-meanwhile")

    (copies[0] / "cluster.db").unlink()  # as if Barnabas had never been there
    again = broker_factory.start({**BARNABAS, **frozen, "log.dirs": listed(copies)}, name="again")
    serving.assert_same(without_old_producers(serving.everything(again, partitions)), after)
    append_everywhere(again, partitions, NOW + DAY // 50)
