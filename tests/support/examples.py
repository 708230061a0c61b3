"""The programs of examples/, each run once against a broker: what it must print, and leave."""

import signal
import subprocess

from support import batches, wire
from support.waiting import wait_until

RUN_DEADLINE_S = 30


def run(program, *words):
    done = subprocess.run([str(word) for word in (program, *words)], capture_output=True, text=True,
                          timeout=RUN_DEADLINE_S, check=False)
    assert (done.returncode, done.stderr) == (0, ""), f"{program}:\n{done.stdout}{done.stderr}"
    return done.stdout.splitlines()


def fill(broker, topic, values, partitions=1):
    with wire.connected(broker) as connection:
        assert wire.create_topic(connection, topic, partitions)["errorCode"] == 0
        for number in range(partitions):
            batch = batches.build([(b"k", value.encode()) for value in values])
            assert wire.produce(connection, topic, batch, number)["errorCode"] == 0


def values_of(broker, topic):
    with wire.connected(broker) as connection:
        found = wire.fetch(connection, topic, max_wait_ms=0)["records"] or b""
    return [record.value.decode() for batch in batches.read_batches(found)
            for record in batch.records if not batch.attributes & 0x20]  # no control batch


def copies_exactly_once(program, broker):
    fill(broker, "orders-to-shout", ["tea", "cup"])
    assert run(program, broker.bootstrap, "orders-to-shout", "shouted", 2) == ["2 records copied"]
    assert values_of(broker, "shouted") == ["TEA", "CUP"]


def echoes(program, broker):
    fill(broker, "questions", ["who", "why"])
    assert run(program, broker.bootstrap, "questions", "answers", 2) == ["2 records answered"]
    assert values_of(broker, "answers") == ["who", "why"]


def is_a_member(program, broker, directory):
    """It commits before it gives its partitions back: the second one has nothing to read."""
    fill(broker, "bills", ["a", "b"])
    told = []
    for number in range(2):
        output = directory / f"member-{number}"
        with output.open("w") as out, subprocess.Popen(
                [program, broker.bootstrap, "billing", "bills"], stdout=out, stderr=out) as member:
            wait_until(lambda file=output: "assigned" in file.read_text(), RUN_DEADLINE_S,
                       "it has its partition")
            if number == 0:
                wait_until(lambda file=output: "bills-0 1: b" in file.read_text(), RUN_DEADLINE_S,
                           "it has read")
            member.send_signal(signal.SIGTERM)
            assert member.wait(RUN_DEADLINE_S) == 0, output.read_text()
        told.append(output.read_text().splitlines())
    assert told == [["assigned bills-0", "bills-0 0: a", "bills-0 1: b", "revoked bills-0"],
                    ["assigned bills-0", "revoked bills-0"]]


def sells_json(program, broker):
    assert run(program, broker.bootstrap, "sold") == ["1700 cents"]
    assert run(program, broker.bootstrap, "sold") == ["3400 cents"]
    assert values_of(broker, "sold")[0] == '{"item":"tea","cents":450,"notes":["fragile"]}'


def works_in_a_share_group(program, broker):
    fill(broker, "jobs", ["job 1", "nonsense", "job 2"])
    assert run(program, broker.bootstrap, "job-workers", "jobs") == [
        "accept job 1", "reject nonsense", "accept job 2"]


def sets_up_a_topic(program, broker):
    for _ in range(2):  # the second time it is there
        assert run(program, broker.bootstrap, "audit") == ["cleanup.policy=compact",
                                                           "retention.ms=86400000"]
