"""A bank of transactions made of Kafka's own programs, under kills of clients and broker: the sum
never changes, nothing is torn, nothing is there twice, each partition keeps its order."""

import os
import random

from support import bank
from support.bank import ACCOUNTS, BRANCHES, OPENING, Bank

SEED = int(os.environ.get("BARNABAS_SEED", random.randrange(1 << 30)))
LONG = bool(os.environ.get("BARNABAS_LONG"))
ORDERS = 20_000 if LONG else 1_000  # to begin with
ROUNDS = 5 if LONG else 1


def test_under_kills_the_sum_never_changes(broker_factory, tmp_path):
    chance = random.Random(SEED)
    print(f"BARNABAS_SEED={SEED}")
    broker = broker_factory.start(bank.BROKER)
    with Bank(broker, tmp_path, ORDERS) as running:
        for _ in range(ROUNDS):
            for happening in (kill_copier, kill_teller, kill_broker, kill_consumer, pause_teller,
                              kill_all):
                running.wait_for_bookings(more=chance.randrange(50, 200))
                happening(running, chance)
        closed = running.close()
        shown = running.auditor.finish()
    judge_numbers(closed.numbers, closed.acknowledged)
    judge(closed.numbers, closed.orders, closed.bookings)
    assert closed.told == closed.bookings
    assert shown == closed.bookings, "what was shown has changed"


def kill_copier(running, chance):
    copying = [one for one in running.copiers if one.running]
    assert copying, "the copiers are done too early: it takes more orders"
    copier = chance.choice(copying)
    copier.kill()
    copier.start()


def kill_teller(running, chance):
    teller = chance.choice(running.tellers)
    teller.kill()
    teller.start()


def kill_consumer(running, _):
    running.kill_consumer()


def kill_broker(running, _):
    running.broker.kill()
    running.broker.start()


def kill_all(running, _):
    running.broker.kill()
    for program in (*running.tellers, *running.copiers):
        if program.running:
            program.kill()
            program.start()
    running.broker.start()


def pause_teller(running, chance):
    """Longer than its session: the other one gets its partition, and it must not commit any more."""
    asleep = chance.choice(running.tellers)
    other = next(one for one in running.tellers if one is not asleep)
    running.wait_until(lambda: running.assigned(asleep) and running.assigned(other),
                       "each teller has a branch")
    asleep.pause()
    try:
        running.wait_until(lambda: running.assigned(other) == list(range(BRANCHES)),
                           "the other teller has all branches")
    finally:
        asleep.resume()


def judge_numbers(numbers, acknowledged):
    """All that the producers sent is there once; of the one that lived through the broker's deaths
    each number is where it was told to be, and in order."""
    assert len(acknowledged) > 100, "the producer beside the others did too little"
    sent = sorted(value for _, _, value in acknowledged)
    assert sent == list(range(len(sent)))
    for branch, found in numbers.items():
        at = {offset: int(value) for offset, _, value in found}
        mine = sorted((offset, value) for p, offset, value in acknowledged if p == branch)
        assert [(offset, at.get(offset)) for offset, _ in mine] == mine
        assert [value for _, value in mine] == sorted(value for _, value in mine)
    written = sorted(int(value) for found in numbers.values() for _, _, value in found)
    assert written == sorted([*range(ORDERS), *sent])


def judge(numbers, orders, bookings):
    """Each {partition: [(offset, key, value)]}."""
    for branch in range(BRANCHES):
        assert without_offsets(orders[branch]) == without_offsets(numbers[branch])
        expected = [(str(account), f"-1 {OPENING}") for account in range(ACCOUNTS)]
        for offset, _, value in orders[branch]:
            expected += booking(offset, int(value))
        assert without_offsets(bookings[branch]) == expected


def without_offsets(found):
    return [(key, value) for _, key, value in found]


def booking(offset, number):
    """The two records that a teller makes of an order."""
    start = 7919 * number % ACCOUNTS
    end = (start + 1 + number % (ACCOUNTS - 1)) % ACCOUNTS
    amount = 1 + number % 97
    return [(str(start), f"{offset} {-amount}"), (str(end), f"{offset} {amount}")]
