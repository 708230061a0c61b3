#!/usr/bin/env python3
"""Runs the log's models on new seeds until the time is over or one fails.

  tools/sim.py PROGRAM [SECONDS] [--seed FIRST] [--steps N]

One process per core, one seed each. It prints the first seed; of a failure what the model says, and
the command that repeats it. Exit status 1 then, 2 if nothing could be run.
"""

import argparse
import concurrent.futures
import itertools
import os
import random
import subprocess
import sys
import threading
import time

MODELS = "*Model.AgreesWithTheLogOnEverySeed"
SEED_SECONDS_MAX = 300


def run(program, seed, steps, **more):
    """What is wrong with this seed; None if nothing is."""
    environment = dict(os.environ, BARNABAS_SEED=str(seed), BARNABAS_STEPS=str(steps), **more)
    environment.pop("BARNABAS_SEEDS", None)
    command = [program, f"--gtest_filter={MODELS}", "--gtest_brief=1"]
    try:
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, errors="replace",
                              timeout=SEED_SECONDS_MAX, check=False)
    except subprocess.TimeoutExpired:
        return f"not done after {SEED_SECONDS_MAX} s"
    if done.returncode == 0 and " 0 tests" not in done.stdout:
        return None
    if done.returncode < 0 and not more:  # it could not say what came before
        return run(program, seed, steps, BARNABAS_STORY="1")
    return "\n".join(done.stdout.splitlines()[-80:] + [f"exit status {done.returncode}"])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("seconds", nargs="?", type=float, default=600)
    parser.add_argument("--seed", type=int, default=random.randrange(1, 1 << 40))
    parser.add_argument("--steps", type=int, default=2000)
    arguments = parser.parse_args()
    if not os.access(arguments.program, os.X_OK):
        print(f"{arguments.program} is not there: ./dev build release unit_log", file=sys.stderr)
        return 2
    cores = os.cpu_count() or 1
    print(f"== {arguments.seconds:.0f} s on {cores} cores, {arguments.steps} steps a seed, "
          f"from seed {arguments.seed} on", flush=True)
    end = time.monotonic() + arguments.seconds
    seeds = itertools.count(arguments.seed)
    lock = threading.Lock()
    failures = []
    ran = itertools.count()

    def work():
        while time.monotonic() < end and not failures:
            with lock:
                seed = next(seeds)
            wrong = run(arguments.program, seed, arguments.steps)
            with lock:
                next(ran)
                if wrong is not None:
                    failures.append((seed, wrong))

    with concurrent.futures.ThreadPoolExecutor(cores) as pool:
        for worker in [pool.submit(work) for _ in range(cores)]:
            worker.result()
    for seed, wrong in failures:
        print(f"{wrong}\n== seed {seed} fails; repeat with\n"
              f"BARNABAS_SEED={seed} BARNABAS_STEPS={arguments.steps} {arguments.program} "
              f"--gtest_filter='{MODELS}'")
    print(f"== {next(ran)} seeds, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
