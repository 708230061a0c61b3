"""The C++ admin client (cpp/admin_caller.cc) when the way to the broker is bad: each call ends with
success or with an error that says why, in its time, and what it says was done was done.

Against Apache Kafka too (BARNABAS_TEST_BROKER=kafka). BARNABAS_SEED, which is printed, repeats the
places of the cuts.
"""

import json
import os
import random
import re
import subprocess
import time
from types import SimpleNamespace

import pytest
from support import batches, groups, wire
from support.cpp_clients import IMPATIENT, program
from support.proxy import Cut, Cutter, Hold, Proxy, Slow, pass_all
from support.waiting import wait_until

SEED = int(os.environ.get("BARNABAS_SEED", random.randrange(1 << 30)))
FOR_EVER_S = 3600
REQUEST_MS = 400
CALL_MS = 2000
LATE_MS = 1000  # what a busy machine may take on top
SHOWS_S = 15    # until all of Kafka's broker sees what its controller has done
PATIENT_MS = 30_000
ROUNDS, ROUNDS_MAX = 12, 120
CUTS = 12
RECORDS = ROUNDS_MAX + 1


@pytest.fixture(scope="module")
def way(tmp_path_factory):
    """A broker whose clients come through a proxy; `address` is its own."""
    from conftest import shared_broker
    settings = {"group.initial.rebalance.delay.ms": 0, "auto.create.topics.enable": "false",
                "offsets.topic.num.partitions": 3}
    with Proxy() as proxy, shared_broker(tmp_path_factory, "admin-faults",
                                         {**settings, **proxy.overrides()}) as broker:
        proxy.target = broker.address
        yield SimpleNamespace(address=broker.address, bootstrap=proxy.bootstrap, proxy=proxy)


@pytest.fixture
def mended(way):
    yield way
    way.proxy.faults = pass_all
    way.proxy.accept()
    way.proxy.go_on()


class Caller:
    """admin_caller.cc; `call_ms` is its default.api.timeout.ms, and no call takes longer."""

    def __init__(self, way, call_ms):
        self.call_ms = call_ms
        settings = {**IMPATIENT, "request.timeout.ms": min(REQUEST_MS, call_ms),
                    "default.api.timeout.ms": call_ms}
        self.process = subprocess.Popen(
            [program("admin_caller"), way.bootstrap,
             *(f"{name}={value}" for name, value in settings.items())],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()

    def __call__(self, *words):
        began = time.monotonic()
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        said = json.loads(self.process.stdout.readline())
        took_ms = 1000 * (time.monotonic() - began)
        assert took_ms < self.call_ms + LATE_MS, f"{words} took {took_ms} ms: {said}"
        assert said["ok"] or said["message"], said
        return said


@pytest.fixture
def caller(mended):
    with Caller(mended, CALL_MS) as called:
        yield called


# --- what the broker itself says ----------------------------------------------------------------

def partitions_of(way, topic):
    """How many it has; 0: it is not there."""
    with wire.connected(way) as connection:
        (found,) = wire.metadata(connection, [topic])["topics"]
        return len(found["partitions"]) if found["errorCode"] == 0 else 0


def config_of(way, topic, name):
    with wire.connected(way) as connection:
        (described,) = connection.call("DescribeConfigs", 4, resources=[
            {"resourceType": 2, "resourceName": topic, "configurationKeys": [name]}])["results"]
    assert described["errorCode"] == 0, described
    return described["configs"][0]["value"]


def groups_of(way):
    with wire.connected(way) as connection:
        listed = connection.call("ListGroups", 4)
    assert listed["errorCode"] == 0, listed
    return {group["groupId"] for group in listed["groups"]}


def first_offset(way, topic):
    with wire.connected(way) as connection:
        return wire.list_offset(connection, topic, 0, -2)["offset"]


def make_topic(way, topic, records=0):
    with wire.connected(way) as connection:
        assert wire.create_topic(connection, topic)["errorCode"] == 0
        if records:
            batch = batches.build([(b"k", b"%d" % i) for i in range(records)])
            assert wire.produce(connection, topic, batch)["errorCode"] == 0


def make_group(way, group, topic):
    """One that has offsets and no members."""
    with wire.connected(way) as connection:
        groups.ready(connection, group)
        assert set(groups.commit(connection, group, {(topic, 0): 1}).values()) == {0}


# --- connections that are cut -------------------------------------------------------------------

def shows(condition, what):
    wait_until(condition, SHOWS_S, what)


def create_and_delete(way, call, number):
    """Whose answer was lost is refused when the call is made again: it was done, then."""
    topic = f"cut-{number}"
    made = call("create", topic, 2)
    assert made["ok"] or made["code"] == "TOPIC_ALREADY_EXISTS", made
    shows(lambda: partitions_of(way, topic) == 2, f"{topic} is there: {made}")
    gone = call("delete", topic)
    assert gone["ok"] or gone["code"] == "UNKNOWN_TOPIC_OR_PARTITION", gone
    shows(lambda: partitions_of(way, topic) == 0, f"{topic} is not there: {gone}")
    return made, gone


def alter(way, call, number):
    said = call("alter", "altered", "retention.ms", 100_000 + number)
    assert said["ok"], said
    shows(lambda: config_of(way, "altered", "retention.ms") == str(100_000 + number),
          f"change {number} shows")
    return (said,)


def look_at_groups(way, call, number):
    group = f"group-{number}"
    make_group(way, group, "altered")
    listed = call("list-groups")
    assert listed["ok"] and group in listed["value"].split(), listed
    described = call("describe-group", group)
    assert described["ok"] and described["value"] == "Empty", described
    gone = call("delete-group", group)
    assert gone["ok"] or gone["code"] == "GROUP_ID_NOT_FOUND", gone
    shows(lambda: group not in groups_of(way), f"{group} is not there: {gone}")
    return listed, described, gone


def delete_records(way, call, number):
    said = call("delete-records", "shortened", number + 1)
    assert said["ok"] and int(said["value"]) == number + 1, said
    assert first_offset(way, "shortened") == number + 1
    return (said,)


@pytest.mark.parametrize("step", [create_and_delete, alter, look_at_groups, delete_records])
def test_calls_through_cuts_end_well_and_do_what_they_say(mended, step):
    way = mended
    if not partitions_of(way, "altered"):
        make_topic(way, "altered")
        make_topic(way, "shortened", RECORDS)
    print(f"BARNABAS_SEED={SEED}")
    with Caller(way, PATIENT_MS) as call:
        cutter = way.proxy.faults = Cutter(SEED, every=5)
        said, number = [], 0
        while number < ROUNDS or (sum(cutter.cuts.values()) < CUTS and number < ROUNDS_MAX):
            said += step(way, call, number)
            number += 1
    cutter.assert_cut(CUTS, ways=4)
    refused = [one["message"] for one in said if not one["ok"]]
    print(f"{len(refused)} of {len(said)} were refused for what a lost answer had done")
    for sentence in refused:
        assert_names_the_answer(way, sentence)


def assert_names_the_answer(way, sentence):
    """Which API of which broker, and how long."""
    assert re.search(rf"\(\w+ v\d+ to broker \d+ \({re.escape(way.bootstrap)}\), "
                     r"answered after \d+ ms\)$", sentence), sentence


# --- an answer that is lost -----------------------------------------------------------------------

class Once:
    """Does `action` to the first answer of one API."""

    def __init__(self, api, action):
        self.api, self.action, self.times = api, action, 0

    def __call__(self, frame):
        if not frame.is_answer or frame.api != self.api or self.times:
            return None
        self.times += 1
        return self.action(frame)


LOST = {"cut before": lambda frame: Cut(), "cut within": lambda frame: Cut(frame.size // 2),
        "held too long": lambda frame: Hold(FOR_EVER_S)}


@pytest.mark.parametrize("how", LOST)
def test_a_topic_whose_answer_is_lost_is_there_and_said_to_be(mended, caller, how):
    topic = f"lost-{how.replace(' ', '-')}"
    mended.proxy.faults = Once("CreateTopics", LOST[how])
    said = caller("create", topic, 1)
    assert mended.proxy.faults.times == 1
    assert said["code"] == "TOPIC_ALREADY_EXISTS", said
    assert_names_the_answer(mended, said["message"])
    shows(lambda: partitions_of(mended, topic) == 1, "it was made the first time")


def test_an_answer_that_is_cut_behind_its_end_has_come(mended, caller):
    mended.proxy.faults = Once("CreateTopics", lambda frame: Cut(frame.size))
    assert caller("create", "behind", 1)["ok"]
    assert mended.proxy.faults.times == 1
    assert caller("delete", "behind")["ok"], "on another connection"


# --- a broker that says nothing -------------------------------------------------------------------

@pytest.mark.parametrize("api, words", [
    ("CreateTopics", ("create", "unheard", 1)), ("DeleteTopics", ("delete", "altered-not")),
    ("IncrementalAlterConfigs", ("alter", "quiet", "retention.ms", 5)),
    ("ListGroups", ("list-groups",)), ("DeleteGroups", ("delete-group", "quiet")),
    ("DeleteRecords", ("delete-records", "quiet", 0)), ("Metadata", ("create", "unseen", 1)),
    ("FindCoordinator", ("delete-group", "quiet"))])
def test_an_api_that_is_not_answered_is_named_with_the_broker_and_how_long(mended, caller, api,
                                                                           words):
    if not partitions_of(mended, "quiet"):
        make_topic(mended, "quiet", 1)
        make_group(mended, "quiet", "quiet")
    assert caller("list-groups")["ok"], "it knows the brokers"
    mended.proxy.faults = Slow(FOR_EVER_S, {api})
    said = caller(*words)
    assert said.get("code") == "REQUEST_TIMED_OUT", said
    assert re.search(rf"{re.escape(mended.bootstrap)}.*{api}|{api}.*{re.escape(mended.bootstrap)}",
                     said["message"]), said
    assert re.search(r"within \d+ ms", said["message"]), said
    mended.proxy.faults = pass_all
    assert caller("list-groups")["ok"], "it goes on"


def test_a_broker_that_stands_still_is_named_and_nothing_is_said_to_be_done(mended, caller):
    make_topic(mended, "still", RECORDS)
    assert caller("list-groups")["ok"]
    mended.proxy.stall()
    for words in [("create", "still-not", 1), ("delete", "still"), ("list-groups",),
                  ("alter", "still", "retention.ms", 5), ("delete-records", "still", 5)]:
        said = caller(*words)
        assert said.get("code") == "REQUEST_TIMED_OUT", (words, said)
        assert mended.bootstrap in said["message"] and "ms" in said["message"], said
    mended.proxy.cut_all()  # what stands in the proxy never arrives
    mended.proxy.go_on()
    assert caller("delete-records", "still", 7)["value"] == "7"
    assert caller("delete", "still")["ok"]
    shows(lambda: partitions_of(mended, "still") == 0, "it is deleted")


def test_a_broker_that_is_away_is_named_and_found_when_it_is_back(mended, caller):
    assert caller("list-groups")["ok"]
    mended.proxy.refuse()
    said = caller("create", "away", 1)
    assert said.get("code") == "REQUEST_TIMED_OUT", said
    assert mended.bootstrap in said["message"] and "cannot connect" in said["message"], said
    mended.proxy.accept()
    assert partitions_of(mended, "away") == 0
    assert caller("create", "away", 1)["ok"]
