"""After a crash logs are recovered side by side, and the log says how far they are."""

import fcntl
import os
import signal

import pytest
from support import batches, disks, wire
from support.waiting import wait_until

PARTITIONS = 10

pytestmark = pytest.mark.own


class Held:
    """Files that somebody else's open of waits for, until they are let go: a disk of no speed at
    all. The kernel tells which are being waited for (leases; it breaks them after 45 s)."""

    def __init__(self, paths):
        self.files = [os.open(path, os.O_RDWR) for path in paths]
        self.old = signal.signal(signal.SIGIO, signal.SIG_IGN)  # it tells by a signal, too
        for file in self.files:
            fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_WRLCK)

    def waited_for(self):
        """The folders of those that somebody wants to open."""
        wanted = (file for file in self.files
                  if fcntl.fcntl(file, fcntl.F_GETLEASE) != fcntl.F_WRLCK)
        return sorted(os.path.dirname(os.readlink(f"/proc/self/fd/{file}")) for file in wanted)

    def let_go(self):
        for file in self.files:
            fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_UNLCK)
            os.close(file)
        self.files = []
        signal.signal(signal.SIGIO, self.old)


@pytest.mark.parametrize("threads", [1, 3])
def test_so_many_logs_of_each_directory_are_recovered_at_once(broker_factory, tmp_path, threads):
    with disks.disk(tmp_path / "ext4") as disk:
        folders = [disk.folder / name for name in ("one", "two")]
        broker = broker_factory.start({
            "log.dirs": ",".join(map(str, folders)), "num.recovery.threads.per.data.dir": threads,
            "log.index.size.max.bytes": 65536, "log.dir.min.free.bytes": 0})
        with wire.connected(broker) as connection:
            wire.create_topic(connection, "t", 2 * PARTITIONS)
            for partition in range(2 * PARTITIONS):
                answer = wire.produce(connection, "t", batches.build([(b"k", b"v")]), partition)
                assert answer["errorCode"] == 0
        broker.kill()
        logs = [sorted(folder.glob("t-*/*.log")) for folder in folders]
        assert [len(found) for found in logs] == [PARTITIONS, PARTITIONS], "spread evenly"
        held = Held([path for found in logs for path in found])
        try:
            broker.launch()
            wait_until(lambda: len(held.waited_for()) >= 2 * threads, 30, "recoveries have begun")
            wait_until(lambda: "opening: 0 of 20 logs, 0 bytes scanned" in broker.log_of_this_run(),
                       30, "the log says how far they are")
            waiting = held.waited_for()
            for folder in folders:
                here = [path for path in waiting if path.startswith(f"{folder}/")]
                assert len(here) == threads, waiting
        finally:
            held.let_go()
        wait_until(lambda: "opened: 20 of 20 logs" in broker.log_of_this_run(), 30, "all are open")
        with wire.connected(broker) as connection:
            for partition in range(2 * PARTITIONS):
                assert wire.end_offset(connection, "t", partition) == 1
