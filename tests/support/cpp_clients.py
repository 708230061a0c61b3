"""The programs of tests/interop/cpp: Barnabas' own C++ clients, as the other clients' programs are."""

import json

from support import broker as brokers
from support import clients, group_clients

PROGRAMS = brokers.binary().parent / "tests" / "interop"
#: So that tests whose connections are cut all the time come to an end.
IMPATIENT = {"reconnect.backoff.ms": 10, "reconnect.backoff.max.ms": 100,
             "retry.backoff.ms": 10, "retry.backoff.max.ms": 100}


def program(name):
    return str(PROGRAMS / name)


class CppProducer(clients.Client):
    """producer_client.cc. `rate`: so many records a second, as long as it is not told to stop."""

    name = "barnabas"

    def __init__(self, rate=None):
        self.rate = rate

    def program(self):
        return [program("producer_client")]

    def producer_settings(self, codec):
        return {"acks": "all", "compression.type": codec}

    def produce_command(self, *arguments):
        paced = ["--rate", str(self.rate)] if self.rate else []
        return [*super().produce_command(*arguments), *paced]


class CppMember(group_clients.GroupClient):
    """consumer_member.cc. `events` is all that its members told: give each one of its own."""

    library = "barnabas"

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.events = []

    def command(self, broker, topic, group, session_ms, instance=None):
        return [program("consumer_member"), "group", broker.bootstrap, topic, group,
                *self.options(session_ms, instance)]

    def parse(self, line):
        event = json.loads(line)
        self.events.append(event)
        return event


PRODUCER = CppProducer()
