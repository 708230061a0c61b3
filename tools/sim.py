#!/usr/bin/env python3
"""Runs models and simulations on new seeds until the time is over or one fails.

  tools/sim.py log PROGRAM [SECONDS] [--seed FIRST] [--steps N]      the log against its models
  tools/sim.py coordinator PROGRAM [SECONDS] [--seed FIRST]          transactions under faults
  tools/sim.py steps PROGRAM [SECONDS] [--seed FIRST]                a crash at each step of a run

One process per core, some seeds each. It prints the first seed; of a failure what the program says,
and the command that repeats it. Exit status 1 then, 2 if nothing could be run.
"""

import argparse
import concurrent.futures
import dataclasses
import itertools
import os
import random
import re
import subprocess
import sys
import threading
import time

SEED_SECONDS_MAX = 300  # of one process


@dataclasses.dataclass(frozen=True)
class Kind:
    """What is run: `at_once` seeds in one process, which names the one that fails."""

    target: str
    tests: str
    at_once: int
    steps: int = 0  # of each seed, where the test counts them


KINDS = {
    "log": Kind("unit_log", "*Model.AgreesWithTheLogOnEverySeed", at_once=1, steps=2000),
    "coordinator": Kind("simulation_transactions", "TransactionsModel.KeepsItsPromisesOnEverySeed",
                        at_once=20),
    "steps": Kind("simulation_transactions",
                  "TransactionsModel.KeepsItsPromisesWhicheverStepIsTheLast", at_once=1),
}


class Runner:
    """Seeds of one kind, in processes."""

    def __init__(self, kind, program, steps):
        self.kind = kind
        self.program = program
        self.settings = {"BARNABAS_STEPS": str(steps)} if steps else {}

    def run(self, seed, seeds, **more):
        """What is wrong with one of these seeds; None if nothing is."""
        environment = dict(os.environ, BARNABAS_SEED=str(seed), BARNABAS_SEEDS=str(seeds),
                           **self.settings, **more)
        command = [self.program, f"--gtest_filter={self.kind.tests}", "--gtest_brief=1"]
        try:
            done = subprocess.run(command, env=environment, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True, errors="replace",
                                  timeout=SEED_SECONDS_MAX, check=False)
        except subprocess.TimeoutExpired:
            return f"not done after {SEED_SECONDS_MAX} s"
        if done.returncode == 0 and " 0 tests" not in done.stdout:
            return None
        return "\n".join(done.stdout.splitlines()[-80:] + [f"exit status {done.returncode}"])

    def first_failure(self, seed, seeds):
        """(seed, what is wrong with it) of the first that fails; None if none does."""
        wrong = self.run(seed, seeds)
        if wrong is None:
            return None
        named = re.search(r"BARNABAS_SEED=(\d+)", wrong)
        if named:
            return int(named[1]), wrong
        # It ended before it could say anything, of itself or of what came before.
        for one in range(seed, seed + seeds):
            wrong_one = self.run(one, 1)
            if wrong_one is not None:
                return one, self.run(one, 1, BARNABAS_STORY="1") or wrong_one
        return seed, f"of {seeds} seeds from this one on, one after the other:\n{wrong}"

    def repeat(self, seed):
        """The command that does."""
        settings = " ".join(f"{k}={v}" for k, v in
                            {"BARNABAS_SEED": seed, **self.settings}.items())
        return f"{settings} {self.program} --gtest_filter='{self.kind.tests}'"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("program")
    parser.add_argument("seconds", nargs="?", type=float, default=600)
    parser.add_argument("--seed", type=int, default=random.randrange(1, 1 << 40))
    parser.add_argument("--steps", type=int)
    arguments = parser.parse_args()
    kind = KINDS[arguments.kind]
    if arguments.steps is not None and not kind.steps:
        parser.error(f"--steps: seeds of '{arguments.kind}' have no number of steps")
    if not os.access(arguments.program, os.X_OK):
        print(f"{arguments.program} is not there: ./dev build release {kind.target}",
              file=sys.stderr)
        return 2
    steps = arguments.steps or kind.steps
    runner = Runner(kind, arguments.program, steps)
    cores = os.cpu_count() or 1
    print(f"== {arguments.seconds:.0f} s on {cores} cores, "
          f"{f'{steps} steps a seed, ' if steps else ''}from seed {arguments.seed} on", flush=True)
    start = time.monotonic()
    end = start + arguments.seconds
    firsts = itertools.count(arguments.seed, kind.at_once)
    lock = threading.Lock()
    failures = []
    ran = [0]

    def work():
        while time.monotonic() < end and not failures:
            with lock:
                seed = next(firsts)
            failure = runner.first_failure(seed, kind.at_once)
            with lock:
                ran[0] += kind.at_once if failure is None else failure[0] - seed + 1
                if failure is not None:
                    failures.append(failure)

    with concurrent.futures.ThreadPoolExecutor(cores) as pool:
        for worker in [pool.submit(work) for _ in range(cores)]:
            worker.result()
    for seed, wrong in failures:
        print(f"{wrong}\n== seed {seed} fails; repeat with\n{runner.repeat(seed)}")
    took = time.monotonic() - start
    print(f"== {ran[0]} seeds, {ran[0] / took:.1f} a second, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
