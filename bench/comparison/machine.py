"""What the machine did during a measurement: CPU of our own processes, and CPU of everybody else."""

import ctypes
import os
import resource
import signal
import time

TICK = os.sysconf("SC_CLK_TCK")
CPUS = os.cpu_count()
PR_SET_PDEATHSIG = 1
KTHREADD = 2
TCP_ESTABLISHED = "01"  # in /proc/net/tcp


def die_with_parent():
    """For subprocess's preexec_fn: no child outlives the comparison, however that ends."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def process_tree(pid):
    """`pid` and all its descendants that are alive."""
    found = [pid]
    for parent in found:
        try:
            for task in os.listdir(f"/proc/{parent}/task"):
                with open(f"/proc/{parent}/task/{task}/children", encoding="ascii") as children:
                    found += [int(child) for child in children.read().split()]
        except OSError:  # it ended meanwhile
            continue
    return found


def cpu_seconds(pid):
    """utime + stime of the process tree, to the nanosecond: the clock that clock_getcpuclockid(3)
    names for another process counts its ended threads too."""
    total = 0.0
    for member in process_tree(pid):
        try:
            total += time.clock_gettime((~member << 3) | 2)
        except OSError:
            continue
    return total


def memory_mib(pid, field):
    """`field` of /proc/PID/status (VmRSS, VmHWM) summed over the process tree."""
    total = 0
    for member in process_tree(pid):
        try:
            with open(f"/proc/{member}/status", encoding="ascii") as status:
                for line in status:
                    if line.startswith(field + ":"):
                        total += int(line.split()[1])
        except OSError:
            continue
    return total / 1024


def thread_count(pid):
    """The threads that one process has now; 0 if it has ended."""
    try:
        return len(os.listdir(f"/proc/{pid}/task"))
    except OSError:
        return 0


def _established_sockets():
    """The inodes of all TCP connections of this machine that are open at this end."""
    found = set()
    for table in ("tcp", "tcp6"):
        try:
            with open(f"/proc/net/{table}", encoding="ascii") as lines:
                next(lines)
                for line in lines:
                    fields = line.split()
                    if fields[3] == TCP_ESTABLISHED:
                        found.add(fields[9])
        except OSError:  # a kernel without IPv6
            continue
    return found


def connection_count(pid):
    """The TCP connections that one process has open now; 0 if it has ended."""
    established, count = _established_sockets(), 0
    try:
        descriptors = os.listdir(f"/proc/{pid}/fd")
    except OSError:
        return 0
    for descriptor in descriptors:
        try:
            target = os.readlink(f"/proc/{pid}/fd/{descriptor}")
        except OSError:  # closed meanwhile
            continue
        count += target.startswith("socket:[") and target[8:-1] in established
    return count


def reset_peak_memory(pid):
    for member in process_tree(pid):
        with open(f"/proc/{member}/clear_refs", "w", encoding="ascii") as clear_refs:
            clear_refs.write("5")


def thread_cpu_seconds(pid):
    """CPU seconds of each thread of one process that is alive now."""
    seconds = {}
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/stat", encoding="utf-8") as stat:
                fields = stat.read().rpartition(")")[2].split()
            seconds[task] = (int(fields[11]) + int(fields[12])) / TICK
    except OSError:
        pass
    return seconds


def _kernel_threads_seconds():
    total = 0
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/stat", encoding="utf-8") as stat:
                fields = stat.read().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == KTHREADD:
            total += int(fields[11]) + int(fields[12])
    return total / TICK


def _machine_seconds():
    """(not at a process's disposal, stolen): idle + waiting + interrupts, and the hypervisor's share."""
    with open("/proc/stat", encoding="ascii") as stat:
        fields = [int(field) / TICK for field in stat.readline().split()[1:]]
    idle, iowait, irq, softirq, steal = fields[3:8]
    return idle + iowait + irq + softirq, steal


class Watch:
    """Measures from construction to stop(). `broker_pids` are ours, and alive all the while; ended
    children that were waited for (the clients) and this process are ours as well.

    Whatever else ran is foreign. It is what remains of the machine's time, so that short-lived
    processes (compilers) are seen too; kernel threads write back what we wrote and are not foreign.
    """

    def __init__(self, broker_pids):
        self._pids = broker_pids
        self._brokers = [cpu_seconds(pid) for pid in broker_pids]
        self._other = self._others()
        self._start = time.monotonic()

    def _others(self):
        own = 0.0
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
            usage = resource.getrusage(who)
            own += usage.ru_utime + usage.ru_stime
        unused, stolen = _machine_seconds()
        return own + _kernel_threads_seconds() + unused + stolen, stolen

    def stop(self):
        """{"wall_s", "cpu_s" (a list, per broker), "foreign", "stolen"}, the last two as shares of
        all cores."""
        wall = time.monotonic() - self._start
        brokers = [cpu_seconds(pid) - before for pid, before in zip(self._pids, self._brokers)]
        accounted, stolen = (after - before for after, before in zip(self._others(), self._other))
        capacity = wall * CPUS
        foreign = capacity - accounted - sum(brokers)
        return {
            "wall_s": wall,
            "cpu_s": brokers,
            "foreign": max(0.0, foreign / capacity),
            "stolen": max(0.0, stolen / capacity),
        }


def _free_mib():
    with open("/proc/meminfo", encoding="ascii") as meminfo:
        for line in meminfo:
            if line.startswith("MemFree:"):
                return int(line.split()[1]) / 1024
    raise RuntimeError("/proc/meminfo has no MemFree")


class PageCache:
    """Memory as it is on a machine that has been up for a while: full of pages of files, here of one
    without any blocks. New pages are then taken from old ones. Where memory lies free a hypervisor
    may have taken it back, and each new page costs a fault that is no broker's, more than all the
    rest of a write."""

    LEFT_FREE_MIB = 600
    STEP = 2 << 20

    def __init__(self, folder):
        self._size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        self._fd = os.open(os.path.join(folder, "page-cache"), os.O_RDWR | os.O_CREAT | os.O_EXCL)
        os.ftruncate(self._fd, self._size)
        self._readahead = ctypes.CDLL(None, use_errno=True).readahead
        self._readahead.argtypes = [ctypes.c_int, ctypes.c_int64, ctypes.c_size_t]

    def close(self):
        os.close(self._fd)

    def fill(self):
        for start in range(0, self._size, self.STEP):
            if start % (32 * self.STEP) == 0 and _free_mib() < self.LEFT_FREE_MIB:
                break
            if self._readahead(self._fd, start, self.STEP) != 0:
                raise OSError(ctypes.get_errno(), "readahead")


def congestion_control():
    """The name of TCP's congestion control that sockets get unless they ask for another."""
    try:
        with open("/proc/sys/net/ipv4/tcp_congestion_control", encoding="ascii") as name:
            return name.read().strip()
    except OSError:  # hidden in some containers
        return "unknown"


def facts():
    """What a reader of the results must know about the machine."""
    model = "?"
    with open("/proc/cpuinfo", encoding="utf-8") as cpuinfo:
        for line in cpuinfo:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {"cpu": model, "cores": CPUS, "memory_gib": round(memory, 1),
            "kernel": os.uname().release, "congestion_control": congestion_control()}
