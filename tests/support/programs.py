"""A program as a process that a test kills, pauses and starts again; what it prints goes to a file."""

import signal
import subprocess
from pathlib import Path

STOP_DEADLINE_S = 60


class Program:
    """`start` may follow `kill` or the program's end: the file goes on. Left, it is killed."""

    def __init__(self, command, directory, name):
        self.command, self.name = [str(word) for word in command], name
        self.path = Path(directory) / f"{name}.output"
        self.process, self.starts, self._began = None, 0, []  # where each run's output begins

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        if self.running:
            self.kill()

    @property
    def running(self):
        return self.process is not None and self.process.poll() is None

    @property
    def ended_by_itself(self):
        return self.process is not None and self.process.poll() not in (None, -signal.SIGKILL)

    def start(self):
        assert not self.running, f"{self.name} runs already"
        self.starts += 1
        with self.path.open("ab") as output:
            self._began.append(output.tell())
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=output,
                                            stderr=subprocess.STDOUT)
        return self

    def kill(self):
        """SIGKILL; it must have been running."""
        assert self.running, f"it ended by itself\n{self}"
        self.process.kill()
        self.process.wait()

    def pause(self):
        self.process.send_signal(signal.SIGSTOP)

    def resume(self):
        self.process.send_signal(signal.SIGCONT)

    def stop(self):
        """SIGTERM, and its exit status."""
        assert self.running, f"it ended by itself\n{self}"
        self.process.send_signal(signal.SIGTERM)
        return self.wait()

    def wait(self, deadline_s=STOP_DEADLINE_S):
        try:
            return self.process.wait(deadline_s)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"it did not end within {deadline_s} s\n{self}") from None

    def lines(self):
        """The whole lines that this run has printed so far."""
        return self.runs()[-1]

    def runs(self):
        """The whole lines of each run: a kill may have torn its last one."""
        with self.path.open("rb") as output:
            printed = output.read()
        return [printed[begin:end].decode(errors="replace").split("\n")[:-1]
                for begin, end in zip(self._began, [*self._began[1:], None])]

    def __str__(self):
        if not self.starts:
            return f"{self.name} was not started"
        state = "runs" if self.running else f"ended with {self.process.returncode}"
        printed = "\n".join(f"    {line[:400]}" for line in self.lines()[-40:])
        return f"{self.name}, start {self.starts} ({state}):\n{printed}"
