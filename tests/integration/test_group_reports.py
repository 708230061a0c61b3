"""What the broker tells of its groups: how old is what they have not read, and why they rebalance.

About Barnabas alone: the metrics page and the lines of the log are its own.
"""

import itertools
import re
import time
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from support import batches, groups, wire
from support.ports import free_port
from support.share_members import set_group_config
from support.waiting import wait_until

pytestmark = pytest.mark.own

REBALANCE_IN_PROGRESS, MEMBER_ID_REQUIRED = 27, 79
HOUR_S, TEN_MINUTES_S, LATE_S = 3600, 600, 120  # LATE_S: how much later the page may be read
EXPIRES_MS = 3000  # long enough for a member that is heard of, where the machine is slow
LAG_OF = 'barnabas_group_lag{group="%s",topic="%s",partition="0"}'
AGE_OF = 'barnabas_group_oldest_unconsumed_age_seconds{group="%s",topic="%s",partition="0"}'
SETTINGS = {"group.initial.rebalance.delay.ms": "0", "group.min.session.timeout.ms": "1000",
            "group.consumer.assignment.interval.ms": "0",
            "group.consumer.min.session.timeout.ms": "1000",
            "group.consumer.min.heartbeat.interval.ms": "100",
            "group.share.assignment.interval.ms": "0",
            "group.share.min.session.timeout.ms": "1000",
            "group.share.min.heartbeat.interval.ms": "100",
            "offsets.topic.num.partitions": "3",
            "share.coordinator.state.topic.num.partitions": "3",
            "share.coordinator.state.topic.replication.factor": "1",
            "share.coordinator.state.topic.min.isr": "1"}


class Page:
    """The metrics page of a broker."""

    def __init__(self):
        self.port = free_port()
        self.settings = {**SETTINGS, "metrics.listeners": f"127.0.0.1:{self.port}"}

    def samples(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=30) as page:
            lines = page.read().decode().splitlines()
        return {name: float(value) for name, value in
                (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))}

    def by_label(self, metric, label):
        """{the label's value: the sample}, without those that are 0."""
        pattern = re.compile(rf'{metric}{{{label}="(.*)"}}')
        return {match[1]: int(value) for name, value in self.samples().items()
                if value and (match := pattern.fullmatch(name))}


# --- the age of the oldest record that was not read


def produce_of_old(connection, topic):
    """Five records of an hour ago, and five of ten minutes ago."""
    now_s = time.time()
    for age_s in (HOUR_S, TEN_MINUTES_S):
        batch = batches.build([(b"k", b"v")] * 5, timestamp=int((now_s - age_s) * 1000))
        assert wire.produce(connection, topic, batch)["errorCode"] == 0


def check_age(page, group, topic, age_s, lag):
    seen = page.samples()
    assert seen[LAG_OF % (group, topic)] == lag
    age = seen[AGE_OF % (group, topic)]
    assert age_s <= age <= age_s + (LATE_S if age_s else 0)


def test_the_age_of_what_a_group_has_not_read(broker_factory):
    page = Page()
    broker = broker_factory.start(page.settings)
    with wire.connected(broker) as connection:
        wire.create_topic(connection, "t")
        produce_of_old(connection, "t")
        groups.ready(connection, "g")
        # In the midst of a batch its first record stands for the ones that are not read.
        for offset, age_s in ((0, HOUR_S), (4, HOUR_S), (5, TEN_MINUTES_S), (9, TEN_MINUTES_S),
                              (10, 0)):
            assert groups.commit(connection, "g", {("t", 0): offset}) == {("t", 0): 0}
            check_age(page, "g", "t", age_s, 10 - offset)
        assert groups.commit(connection, "g", {("t", 0): 0}) == {("t", 0): 0}
        check_age(page, "g", "t", HOUR_S, 10)
        deleted = connection.call("DeleteRecords", 2, timeoutMs=30_000, topics=[
            {"name": "t", "partitions": [{"partitionIndex": 0, "offset": 5}]}])
        assert deleted["topics"][0]["partitions"][0]["errorCode"] == 0
        # What is gone will not be read any more: the oldest that is there counts.
        check_age(page, "g", "t", TEN_MINUTES_S, 10)
    broker.stop()
    broker.start()
    with wire.connected(broker) as connection:
        groups.ready(connection, "g")
        # What has to come from the disk is on the next page: nobody waits for it.
        wait_until(lambda: AGE_OF % ("g", "t") in page.samples(), 30, "the batch is in memory")
        check_age(page, "g", "t", TEN_MINUTES_S, 10)


class ShareReader:
    """A member of a share group that reads one partition and acknowledges as it is told."""

    def __init__(self, connection, group, topic):
        self.connection, self.group = connection, group
        self.topic_id = wire.metadata(connection, [topic])["topics"][0]["topicId"]
        self.epochs = itertools.count()
        state = {"epoch": 0}

        def has_all():
            answer = connection.call(
                "ShareGroupHeartbeat", 1, groupId=group, memberId="m", memberEpoch=state["epoch"],
                subscribedTopicNames=[topic])
            assert answer["errorCode"] == 0, answer
            state["epoch"] = answer["memberEpoch"]
            return answer["assignment"]["topicPartitions"] != []

        wait_until(has_all, 30, f"the member of {group} has its partition")

    def call(self, api, acknowledged=(), **values):
        batches_of = [{"firstOffset": first, "lastOffset": last, "acknowledgeTypes": [1]}
                      for first, last in acknowledged]
        answer = self.connection.call(
            api, 1, groupId=self.group, memberId="m", shareSessionEpoch=next(self.epochs),
            topics=[{"topicId": self.topic_id, "partitions": [
                {"partitionIndex": 0, "acknowledgementBatches": batches_of}]}], **values)
        assert answer["errorCode"] == 0, answer
        return answer["responses"]

    def acquire(self, count):
        def acquired():
            for topic in self.call("ShareFetch", maxWaitMs=500, minBytes=1, maxBytes=1 << 20,
                                   maxRecords=100, batchSize=100):
                for part in topic["partitions"]:
                    assert part["errorCode"] == 0, part
                    have.extend(part["acquiredRecords"])
            return sum(one["lastOffset"] - one["firstOffset"] + 1 for one in have) == count

        have = []
        wait_until(acquired, 30, f"{count} records are acquired")

    def accept(self, first, last):
        (topic,) = self.call("ShareAcknowledge", [(first, last)])
        assert topic["partitions"][0]["errorCode"] == 0, topic


def test_the_age_of_what_a_share_group_has_not_accepted(broker_factory):
    page = Page()
    broker = broker_factory.start(page.settings)
    set_group_config(broker, "g", {"share.auto.offset.reset": "earliest"})
    with wire.connected(broker) as connection:
        wire.create_topic(connection, "t")
        produce_of_old(connection, "t")
        groups.ready(connection, "g")
        reader = ShareReader(connection, "g", "t")
        reader.acquire(10)
        wait_until(lambda: LAG_OF % ("g", "t") in page.samples(), 30,
                   "where the group begins is written down")
        check_age(page, "g", "t", HOUR_S, 10)
        reader.accept(7, 9)  # which is done with, and does not make the oldest one younger
        check_age(page, "g", "t", HOUR_S, 7)
        reader.accept(0, 4)
        check_age(page, "g", "t", TEN_MINUTES_S, 2)
        reader.accept(5, 6)
        check_age(page, "g", "t", 0, 0)


# --- why groups rebalance


#: What the line of each cause says.
SENTENCES = {
    "member_joined": r"member \S+ joins(?! again)",
    "member_left": r" left( \(the client says|: epoch|; generation)",
    "member_expired": r"sent no heartbeat|nothing was heard of it",
    "subscription_changed": r"changed its subscription|joins again|subscribes to other topics",
    "topics_changed": r"a subscribed topic has changed|partitions than are assigned have a state",
}
_LINE = re.compile(r'\[groups\] group "([^"]*)" (rebalances|loses a member): (.*)$')


def told(broker, kind="rebalances"):
    """(group, why) of each such line of the log."""
    lines = [_LINE.search(line) for line in broker.log().split("\n")]
    return [(line[1], line[3]) for line in lines if line and line[2] == kind]


def cause_of(why):
    causes = [cause for cause, sentence in SENTENCES.items() if re.search(sentence, why)]
    assert len(causes) == 1, f"{causes} of: {why}"
    return causes[0]


def add_partitions(connection, topic, count):
    answer = connection.call("CreatePartitions", 3, timeoutMs=30_000,
                             topics=[{"name": topic, "count": count, "assignments": None}])
    assert answer["results"][0]["errorCode"] == 0, answer


class Classic:
    """A member of the classic protocol, on a connection of its own: a join waits for the others."""

    def __init__(self, connection, group, session_ms=30_000):
        self.connection, self.group, self.session_ms = connection, group, session_ms
        groups.ready(connection, group)
        asked = groups.join(connection, group, sessionTimeoutMs=session_ms)
        assert asked["errorCode"] == MEMBER_ID_REQUIRED, asked
        self.id, self.joined = asked["memberId"], None

    def ask(self, *topics, reason=None):
        self.connection.send(
            "JoinGroup", 9, groupId=self.group, sessionTimeoutMs=self.session_ms,
            rebalanceTimeoutMs=60_000, memberId=self.id, protocolType="consumer", reason=reason,
            protocols=[{"name": "range", "metadata": groups.subscription(*topics)}])

    def follow(self, *topics):
        """Asks as soon as it hears that the group rebalances."""
        wait_until(lambda: groups.heartbeat(self.connection, self.group, self.joined) ==
                   REBALANCE_IN_PROGRESS, 30, f"{self.group} rebalances")
        self.ask(*topics)

    def leave(self, reason):
        answer = self.connection.call("LeaveGroup", 5, groupId=self.group, members=[
            {"memberId": self.id, "reason": reason}])
        assert answer["errorCode"] == answer["members"][0]["errorCode"] == 0, answer


def settle(leader, *others):
    """All have asked: each hears of the generation, and takes what the leader assigns."""
    for member in (leader, *others):
        _, member.joined = member.connection.receive("JoinGroup", 9)
        assert (member.joined["errorCode"], member.joined["leader"]) == (0, leader.id)
    for member in (leader, *others):
        assignments = [(one["memberId"], b"mine") for one in member.joined["members"]]
        synced = groups.sync(member.connection, member.group, member.joined,
                             assignments=assignments if member is leader else [])
        assert synced["errorCode"] == 0, synced


def pair(broker, stack, group, session_ms=30_000):
    """A group of two, the second of which may fall silent."""
    one, two = (Classic(stack.enter_context(wire.connected(broker)), group, ms)
                for ms in (30_000, session_ms))
    one.ask("t", reason="it is new")
    settle(one)
    two.ask("t", reason="it is new")
    one.follow("t")
    settle(one, two)
    return one, two


# Each story ends with the rebalances that its group went through: [(cause, what the line says)].


def classic_story(broker, stack):
    one, two = pair(broker, stack, "classic")
    two.ask("t", "u", reason="it reads more")
    one.follow("t")
    settle(one, two)
    wire.create_topic(one.connection, "classic")
    add_partitions(one.connection, "classic", 2)
    one.ask("t", reason="there are new partitions")  # which its leader has to watch for
    two.follow("t", "u")
    settle(one, two)
    two.leave("it was told to")
    one.follow("t")
    settle(one)
    return [("member_joined", f'member "{one.id}" joins (the client says "it is new")'),
            ("member_joined", f'member "{two.id}" joins (the client says "it is new")'),
            ("subscription_changed", f'member "{two.id}" changed its subscription (the client says '
                                     f'"it reads more")'),
            ("subscription_changed", f'leader "{one.id}" joins again (the client says "there are '
                                     f'new partitions")'),
            ("member_left", f'"{two.id}" left (the client says "it was told to")')]


def classic_expiry(broker, stack):
    one, two = pair(broker, stack, "classic-expires", EXPIRES_MS)
    one.follow("t")
    settle(one)
    return [("member_joined", f'member "{one.id}" joins'),
            ("member_joined", f'member "{two.id}" joins'),
            ("member_expired", f'member "{two.id}" ("/127.0.0.1") sent no heartbeat for '
                               f'{EXPIRES_MS} ms')]


class Modern:
    """A member of a group that the broker assigns to: of KIP-848's or, if it is a share group, of
    KIP-932's protocol."""

    def __init__(self, connection, group, name, topics):
        self.connection, self.group, self.name = connection, group, name
        self.share, self.epoch, self.has = group.startswith("share"), 0, []
        groups.ready(connection, group)
        self.beat(topics)

    def beat(self, topics=None):
        """One heartbeat; the partitions that the member has."""
        values = {"subscribedTopicNames": topics}
        if not self.share:
            values["topicPartitions"] = self.has
            values["rebalanceTimeoutMs"] = -1 if topics is None else 60_000
        answer = self.connection.call(
            "ShareGroupHeartbeat" if self.share else "ConsumerGroupHeartbeat", 1,
            groupId=self.group, memberId=self.name, memberEpoch=self.epoch, **values)
        assert answer["errorCode"] == 0, answer
        self.epoch = answer["memberEpoch"]
        if answer["assignment"] is not None:
            self.has = answer["assignment"]["topicPartitions"]
        return {number for topic in self.has for number in topic["partitions"]}

    def leave(self):
        self.epoch = -1
        self.beat()


def modern_story(broker, stack, group):
    connection = stack.enter_context(wire.connected(broker))
    wire.create_topic(connection, group)
    one = Modern(connection, group, "one", [group])
    wait_until(lambda: one.beat() == {0}, 30, "the first member has the partition")
    two = Modern(connection, group, "two", [group])
    two.beat([group, "u"])
    add_partitions(connection, group, 3)
    wait_until(lambda: one.beat() | two.beat() == {0, 1, 2}, 30, "the new partitions are assigned")
    two.leave()
    return [("member_joined", "member one joins"), ("member_joined", "member two joins"),
            ("subscription_changed", "member two subscribes to other topics"),
            ("topics_changed", "a subscribed topic has changed"),
            ("member_left", "member two (client raw, host /127.0.0.1) left")]


def modern_expiry(broker, stack, group, kind):
    set_group_config(broker, group, {f"{kind}.heartbeat.interval.ms": 500,
                                     f"{kind}.session.timeout.ms": EXPIRES_MS})
    connection = stack.enter_context(wire.connected(broker))
    wire.create_topic(connection, group)
    one, _ = (Modern(connection, group, name, [group]) for name in ("one", "two"))
    wait_until(lambda: (one.beat(), group in dict(told(broker, "loses a member")))[1], 30,
               "the silent member is removed")
    one.leave()
    return [("member_joined", "member one joins"), ("member_joined", "member two joins"),
            ("member_expired", "member two (client raw, host /127.0.0.1) is removed: nothing was "
                               "heard of it for its session timeout")]


STORIES = {
    "classic": classic_story,
    "classic-expires": classic_expiry,
    "consumer": lambda broker, stack: modern_story(broker, stack, "consumer"),
    "consumer-expires": lambda broker, stack: modern_expiry(broker, stack, "consumer-expires",
                                                            "consumer"),
    "share": lambda broker, stack: modern_story(broker, stack, "share"),
    "share-expires": lambda broker, stack: modern_expiry(broker, stack, "share-expires", "share"),
}


def test_every_rebalance_says_why_and_is_counted(broker_factory):
    """A line for each, with the member and the reason; the metrics count as many of each cause."""
    page = Page()
    broker = broker_factory.start(page.settings)
    with ExitStack() as stack, ThreadPoolExecutor(len(STORIES)) as pool:
        under_way = {group: pool.submit(story, broker, stack) for group, story in STORIES.items()}
        happened = {group: story.result() for group, story in under_way.items()}
    lines = told(broker)
    for group, rebalances in happened.items():
        whys = [why for of, why in lines if of == group]
        for cause, words in rebalances:
            (why,) = [why for why in whys if words in why]
            assert cause_of(why) == cause
        # How many more there are of a share group's topics depends on when their state was made.
        assert Counter(map(cause_of, whys)) - Counter(cause for cause, _ in rebalances) <= (
            Counter({"topics_changed": 100}) if group.startswith("share") else Counter())
    assert Counter(cause_of(why) for _, why in lines) == page.by_label(
        "barnabas_group_rebalances_total", "cause")
    assert page.by_label("barnabas_group_events_total", "event")["member_expired"] == len(
        told(broker, "loses a member")) == 3
