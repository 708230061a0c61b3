#!/usr/bin/env python3
"""Barnabas and Apache Kafka side by side on this machine; bench/README.md explains the figures."""

import argparse
import os
import signal
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.dont_write_bytecode = True
# pylint: disable=wrong-import-position
from comparison import (brokers, client_side, clients, commands, coordinators, report,  # noqa: E402
                        scenarios, session)

GOOD, FAILED, DISTURBED = 0, 1, 3


def all_scenarios():
    return (scenarios.all_scenarios() + coordinators.all_scenarios() + commands.all_scenarios())


def arguments():
    known = [scenario.name for scenario in all_scenarios()]
    known += [work.name for work in client_side.all_work()]
    parser = argparse.ArgumentParser(
        prog="./dev bench", description=__doc__,
        epilog="Ends with 0 if the run is good, 3 if other processes used the machine, 1 on failure.")
    parser.add_argument("--scenario", action="append", choices=known, metavar="NAME",
                        help="only this one; may be repeated. One of: " + ", ".join(known))
    parser.add_argument("--clients", action="store_true",
                        help="measure the clients instead: ours, librdkafka's and Java's beside each "
                             "other, on Barnabas or the --broker named")
    parser.add_argument("--client", action="append", choices=client_side.NAMES,
                        help="with --clients: only this one; may be repeated")
    parser.add_argument("--quick", action="store_true",
                        help="small volumes, no minute of warm-up, no cold run: to see that it works")
    parser.add_argument("--runs", type=int, default=0, help="measurements of each (default 3; quick 1)")
    parser.add_argument("--broker", choices=["both", "kafka", "barnabas"], default="both")
    parser.add_argument("--durability", choices=["kafka", "ours"], default="kafka",
                        help="Barnabas without fsync before the acknowledgement, as Kafka, or as it "
                             "comes: acks=all records are on the disk before they are acknowledged "
                             "(default: kafka)")
    parser.add_argument("--no-cold", action="store_true", help="leave out the cold run")
    parser.add_argument("--wait", type=int, default=60, metavar="SECONDS",
                        help="how long each scenario waits for a quiet machine (default 60; not with "
                             "--quick)")
    parser.add_argument("--dir", default=tempfile.gettempdir(), help="where the data go meanwhile")
    parser.add_argument("--results", default=str(brokers.REPOSITORY / "bench/results"),
                        help="where the table is kept; empty: nowhere")
    options = parser.parse_args()
    meant = {work.name for work in client_side.all_work()}
    for name in options.scenario or []:
        if (name in meant) != options.clients:
            parser.error(f"{name} is a scenario {'with' if name in meant else 'without'} --clients")
    options.runs = options.runs or (1 if options.quick else 3)
    options.cold = not options.no_cold and not options.quick
    return options


def chosen(options):
    return [scenario for scenario in all_scenarios()
            if not options.scenario or scenario.name in options.scenario]


def compare(options, parent):
    names = ["kafka", "barnabas"] if options.broker == "both" else [options.broker]
    java = clients.Java()

    def context_of(broker):
        return scenarios.Context(broker=broker, java=java, quick=options.quick)

    work = session.Session(parent, names, context_of, durability=options.durability,
                           runs=options.runs, cold=options.cold, quick=options.quick,
                           wait_s=options.wait)
    failures = {}
    try:
        for scenario in chosen(options):
            try:
                work.run(scenario)
            except (clients.ClientFailed, brokers.BrokerFailed) as failure:
                session.say(f"  FAILED: {failure}")
                failures[scenario.name] = str(failure)
    finally:
        work.close()
    return report.Report(options, chosen(options), work, failures)


def compare_clients(options, parent):
    comparison = client_side.Comparison(parent, options)
    try:
        comparison.run()
    finally:
        comparison.close()
    return client_side.Report(options, comparison)


def main():
    options = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(FAILED))  # so that brokers are ended
    os.makedirs(options.dir, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="barnabas-bench-", dir=options.dir) as parent:
        result = (compare_clients if options.clients else compare)(options, parent)
    print(result.text())
    if options.results:
        print(f"kept as {result.keep(Path(options.results))}")
    if result.failures:
        return FAILED
    return DISTURBED if result.disturbed() else GOOD


if __name__ == "__main__":
    sys.exit(main())
