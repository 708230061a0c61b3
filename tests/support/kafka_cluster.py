"""Three Apache Kafka nodes, each broker and controller, as real processes that a test kills.

Everything is kept three times and acknowledged by two: any one node may be away.
"""

import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from support import wire
from support.ports import free_port
from support.waiting import wait_until

NODES = (1, 2, 3)
GROUP, TRANSACTION = 0, 1  # what a coordinator is asked for
DEADLINE_S = 60
_ANSWER_S = 5
_NONE = -1
# Small, as three of them share a machine, and silent about nodes that are away; of words that java
# is told twice the last counts.
_JAVA = ("-Xms64m", "-Xmx256m", "-Dorg.slf4j.simpleLogger.defaultLogLevel=error")
_SMALL = {"log.cleaner.dedupe.buffer.size": 4_000_000, "num.network.threads": 2,
          "num.io.threads": 4, "num.replica.fetchers": 1}
_REPLICATED = {
    "default.replication.factor": 3, "min.insync.replicas": 2,
    "offsets.topic.replication.factor": 3, "offsets.topic.num.partitions": 3,
    "transaction.state.log.replication.factor": 3, "transaction.state.log.min.isr": 2,
    "transaction.state.log.num.partitions": 3,
    "share.coordinator.state.topic.replication.factor": 3,
    "share.coordinator.state.topic.min.isr": 2, "share.coordinator.state.topic.num.partitions": 3}
# A node that is killed is missed soon; leaders move when the test says so, or when they must.
_SOON = {"broker.session.timeout.ms": 2000, "broker.heartbeat.interval.ms": 300,
         "controller.quorum.fetch.timeout.ms": 1500, "controller.quorum.election.timeout.ms": 500,
         "controller.socket.timeout.ms": 2000, "auto.leader.rebalance.enable": "false"}


class KafkaCluster:
    """`nodes` are its brokers by their ids; `factory` (conftest.BrokerFactory) makes them."""

    def __init__(self, factory, overrides=None):
        ports = {node: free_port() for node in NODES}
        voters = ",".join(f"{node}@127.0.0.1:{port}" for node, port in ports.items())
        self.nodes, self._asleep = {}, set()
        for node, port in ports.items():
            broker = factory.make(
                {**(overrides or {}), "node.id": node, "controller.quorum.voters": voters,
                 **_SMALL, **_REPLICATED, **_SOON},
                name=f"node-{node}", kind="kafka", arguments=_JAVA)
            broker.port, broker.controller_port = free_port(), port
            self.nodes[node] = broker

    @property
    def bootstrap(self):
        return ",".join(broker.bootstrap for broker in self.nodes.values())

    @property
    def address(self):
        """Of one that runs."""
        return self.nodes[self.running()[0]].address

    def running(self):
        return [node for node, broker in self.nodes.items()
                if broker.running and node not in self._asleep]

    def start(self):
        """All at once: none answers before most of them are there."""
        with ThreadPoolExecutor(len(self.nodes)) as pool:
            list(pool.map(lambda broker: broker.start(DEADLINE_S), self.nodes.values()))
        wait_until(lambda: all(len(self._known_to(node)) == len(NODES) for node in NODES),
                   DEADLINE_S, f"each node knows all{self}")
        return self

    def kill_all(self):
        """Told to stop, the last one would wait for the others."""
        for broker in self.nodes.values():
            if broker.process is not None:
                broker.kill()

    @contextmanager
    def killed(self, node):
        """SIGKILL; its successors are not chosen yet as this begins. At the end it comes back."""
        self.nodes[node].kill()
        yield node
        self.bring_back()

    def bring_back(self):
        """Starts who is away, and waits until it has all that it missed."""
        for broker in self.nodes.values():
            if not broker.running:
                broker.start(DEADLINE_S)
        self.wait_until_whole()

    @contextmanager
    def asleep(self, node):
        """It says nothing more and keeps its connections; then it goes on as if nothing had been,
        until it is told."""
        self._asleep.add(node)
        self.nodes[node].process.send_signal(signal.SIGSTOP)
        try:
            yield node
        finally:
            self.nodes[node].process.send_signal(signal.SIGCONT)
            self._asleep.discard(node)
        self.wait_until_whole()

    def wait_until_left(self, node):
        """Until no partition is led by a node that is away, as far as any other one knows."""
        wait_until(lambda: all(leader not in (node, _NONE) for other in self.running()
                               for leader in self._leaders_known_to(other).values()),
                   DEADLINE_S, f"others lead what {node} led{self}")

    def wait_until_whole(self):
        """Until every replica of every partition is in sync, as far as any node knows."""
        wait_until(lambda: all(self._is_whole(node) for node in self.running()), DEADLINE_S,
                   f"all replicas are in sync{self}")

    def create_topic(self, name, partitions, replicas=None, **configs):
        """`replicas`: of each partition; without them the nodes choose three."""
        placed = [{"partitionIndex": p, "brokerIds": ids} for p, ids in (replicas or {}).items()]
        with wire.connected(self) as connection:
            answer = connection.call("CreateTopics", 5, timeoutMs=30_000, topics=[
                {"name": name, "numPartitions": -1 if placed else partitions,
                 "replicationFactor": -1, "assignments": placed,
                 "configs": [{"name": key.replace("_", "."), "value": str(value)}
                             for key, value in configs.items()]}])
        assert answer["topics"][0]["errorCode"] == 0, answer
        wait_until(lambda: all(len(self._leaders_known_to(node, [name])) == partitions
                               for node in self.running()),
                   DEADLINE_S, f"every node knows {name}")
        self.wait_until_whole()

    def leaders(self, topic):
        """{partition: node}"""
        return {partition: leader for (_, partition), leader
                in self._leaders_known_to(self.running()[0], [topic]).items()}

    def replicas(self, topic):
        """{partition: [node]}, the preferred leader first; while they move, all of them."""
        return {one["partitionIndex"]: one["replicaNodes"]
                for _, one in self._partitions(self.running()[0], [topic])}

    def leader(self, topic, partition):
        """The broker."""
        return self.nodes[self.leaders(topic)[partition]]

    def controller(self):
        """The node that leads the controllers."""
        def ask():
            with wire.connected(self, deadline_s=_ANSWER_S) as connection:
                answer = connection.call("DescribeQuorum", 1, topics=[
                    {"topicName": "__cluster_metadata", "partitions": [{"partitionIndex": 0}]}])
            return answer["errorCode"] == 0 and answer["topics"][0]["partitions"][0]["leaderId"]
        return wait_until(lambda: self._or_nothing(ask), DEADLINE_S, "there is a controller")

    def coordinator(self, kind, key):
        """The node; the first who asks makes the topic."""
        def ask():
            with wire.connected(self, deadline_s=_ANSWER_S) as connection:
                (found,) = connection.call("FindCoordinator", 4, keyType=kind,
                                           coordinatorKeys=[key])["coordinators"]
            return found["nodeId"] in self.running() and found["nodeId"]
        return wait_until(lambda: self._or_nothing(ask), DEADLINE_S, f"{key} has a coordinator")

    def of_group(self, group):
        """The cluster as a broker: clients get to know all, and raw requests go to the group's
        coordinator."""
        return _Seen(self, lambda: self.nodes[self.coordinator(GROUP, group)].address)

    def _known_to(self, node):
        return self._metadata(node, [])["brokers"]

    def _metadata(self, node, topics):
        with wire.connected(self.nodes[node], deadline_s=_ANSWER_S) as connection:
            return wire.metadata(connection, topics)

    def _partitions(self, node, topics=None):
        return [(topic["name"], one) for topic in self._metadata(node, topics)["topics"]
                for one in topic["partitions"]]

    def _leaders_known_to(self, node, topics=None):
        return {(topic, one["partitionIndex"]): one["leaderId"]
                for topic, one in self._partitions(node, topics)}

    def _is_whole(self, node):
        partitions = self._or_nothing(lambda: self._partitions(node))
        return partitions is not None and all(
            one["leaderId"] != _NONE and set(one["isrNodes"]) == set(one["replicaNodes"])
            for _, one in partitions)

    @staticmethod
    def _or_nothing(ask):
        """A node that just lost its controller or coordinator may keep silent, or hang up."""
        try:
            return ask()
        except (OSError, wire.Closed):
            return None

    def __str__(self):
        return "".join(f"\n{node} ({'runs' if broker.running else 'is away'}): {broker.tail(5)}"
                       for node, broker in self.nodes.items())


class _Seen:
    def __init__(self, cluster, find):
        self._cluster, self._find = cluster, find

    @property
    def bootstrap(self):
        return self._cluster.bootstrap

    @property
    def address(self):
        return self._find()
