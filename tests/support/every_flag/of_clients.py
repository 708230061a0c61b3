"""Commands that write and read records, measure, and look around."""

from support.every_flag.row import Row, complains, says, silent, takes_configurations

INTEGER = "org.apache.kafka.common.serialization.IntegerDeserializer"


def refused_value(command, option, value, name):
    """The option's value goes to the configuration `name`, whose range is Kafka's."""
    return complains(f"{command} --{option} {value}", name.replace(".", r"\."), stdin=b"x\n")


READ = "console-consumer --topic lines --from-beginning --formatter-property print.key=true"
PRODUCE = "console-producer --topic lines"
CONSOLE_PRODUCER = [
    silent(f"{PRODUCE} --sync --reader-property parse.key=true --reader-property key.separator=:",
           stdin=b"a:1\n"),
    says(f"{READ} --max-messages 1", r"^a\t1$"),
    says(f"{PRODUCE} --json --timeout 0 --property parse.key=true", r'"offset":1\b',
         stdin=b"b\t2\n", errors="--property is deprecated"),
    silent(f"{PRODUCE} --reader-config <reader.properties> --timeout 0", stdin=b"c;3\n"),
    says(f"{READ} --max-messages 3", r"^c\t3$"),
    complains(f"{PRODUCE} --sync --command-property max.request.size=100",
              "RecordTooLargeException", stdin=b"x" * 1000),
    complains(f"{PRODUCE} --producer-property linger.sm=1", r"linger\.ms"),
    *takes_configurations(PRODUCE, "command-config", "producer.config"),
    silent(f"{PRODUCE} --line-reader org.apache.kafka.tools.LineMessageReader --timeout 0"),
    complains(f"{PRODUCE} --line-reader my.Reader", r"my\.Reader"),
    refused_value(PRODUCE, "compression-codec", "odd", "compression.type"),
    refused_value(PRODUCE, "batch-size", -5, "batch.size"),
    refused_value(PRODUCE, "max-partition-memory-bytes", -5, "batch.size"),
    refused_value(PRODUCE, "message-send-max-retries", -5, "retries"),
    refused_value(PRODUCE, "retry-backoff-ms", -5, "retry.backoff.ms"),
    refused_value(PRODUCE, "timeout", -5, "linger.ms"),
    refused_value(PRODUCE, "request-required-acks", 7, "acks"),
    refused_value(PRODUCE, "request-timeout-ms", -5, "request.timeout.ms"),
    refused_value(PRODUCE, "metadata-expiry-ms", -5, "metadata.max.age.ms"),
    refused_value(PRODUCE, "max-block-ms", -5, "max.block.ms"),
    refused_value(PRODUCE, "max-memory-bytes", -5, "buffer.memory"),
    refused_value(PRODUCE, "socket-buffer-size", -5, "send.buffer.bytes"),
    says(f"{PRODUCE} --json --sync --compression-codec zstd --batch-size 100 --retry-backoff-ms 10 "
         "--message-send-max-retries 2 --request-required-acks all --request-timeout-ms 5000 "
         "--metadata-expiry-ms 1000 --max-block-ms 5000 --max-memory-bytes 1000000 "
         "--socket-buffer-size 65536", r'"offset":3\b', stdin=b"d\n"),
]

ORDERS = "console-consumer --topic orders --partition 0 --offset 0 --max-messages 1"
NUMBERS = "console-consumer --topic numbers --partition 0 --offset 0"
CONSOLE_CONSUMER = [
    says("console-consumer --topic orders --partition 0 --offset 8 --max-messages 1", r"\Av8\n\Z",
         errors="Processed a total of 1 messages"),
    says(f"{ORDERS} --json", r'"offset":0\b'),
    says("console-consumer --topic returns --from-beginning --max-messages 10", r"^v9$"),
    says("console-consumer --include ret.* --from-beginning --max-messages 1", "^v0$"),
    Row("console-consumer --topic blank --from-beginning --timeout-ms 50",
        out="", errors="Processed a total of 0 messages"),
    says("console-consumer --topic returns --group watchers --max-messages 2 --command-property "
         "auto.offset.reset=earliest", r"\Av0\nv1\n\Z"),
    says("consumer-groups --describe --group watchers", r"watchers\s+returns\s+0\s+2\s+10"),
    says("console-consumer --topic paid --partition 0 --offset 0 --timeout-ms 1000 "
         "--isolation-level read_committed", "^done$", lacks="still-open"),
    says("console-consumer --topic paid --partition 0 --offset 0 --timeout-ms 1000", "^still-open$"),
    says(f"{NUMBERS} --max-messages 3 --value-deserializer {INTEGER} --skip-message-on-error",
         r"\A256\n7\n\Z", errors="skipping this message"),
    complains(f"{NUMBERS} --max-messages 3 --value-deserializer {INTEGER}", "IntegerDeserializer"),
    says(f"{NUMBERS} --max-messages 1 --key-deserializer {INTEGER} --formatter-property "
         "print.key=true", r"^5\t"),
    silent(f"{ORDERS} --formatter org.apache.kafka.tools.consumer.NoOpMessageFormatter"),
    says(f"{ORDERS} --formatter-property print.offset=true", r"^Offset:0\tv0$"),
    says(f"{ORDERS} --property print.key=true", r"^k\tv0$", errors="--property is deprecated"),
    says(f"{ORDERS} --formatter-config <formatter.properties>", r"^k#v0$"),
    says(f"{ORDERS} --enable-systest-events", "^shutdown_complete$"),
    says(f"{ORDERS} --enable-systest-events --json", '"event":"shutdown_complete"'),
    complains(f"{ORDERS} --command-property client.idd=x", r"client\.id\b"),
    complains(f"{ORDERS} --consumer-property client.idd=x", r"client\.id\b"),
    *takes_configurations(ORDERS, "command-config", "consumer.config"),
]


def jobs(group, words):
    return f"console-share-consumer --topic returns --group {group} --timeout-ms 10000 {words}"


def begins_early(group):
    return says(f"configs --alter --group {group} --add-config share.auto.offset.reset=earliest",
                "Completed")


SHARED_NUMBERS = ("console-share-consumer --topic numbers --group checkers --max-messages 3 "
                  "--timeout-ms 10000")
CONSOLE_SHARE_CONSUMER = [
    *map(begins_early, ("one", "two", "three", "four", "checkers", "keys", "quiet")),
    says(jobs("one", "--max-messages 3"), r"\Av0\nv1\nv2\n\Z",
         errors="Processed a total of 3 messages"),
    says(jobs("one", "--max-messages 1 --json"), r'"offset":3\b'),
    says(jobs("two", "--max-messages 1 --release --formatter-property print.delivery=true"),
         r"Delivery:1\tv0"),
    says(jobs("two", "--max-messages 1 --release --property print.delivery=true"),
         r"Delivery:2\tv0", errors="--property is deprecated"),
    says(jobs("three", "--max-messages 10 --reject"), r"^v9$"),
    Row("console-share-consumer --topic returns --group three --timeout-ms 300",
        out=r"\A\Z", errors="Processed a total of 0 messages"),
    says(f"{SHARED_NUMBERS} --reject-message-on-error --value-deserializer {INTEGER}",
         r"\A256\n7\n\Z", errors="rejecting this message"),
    says("console-share-consumer --topic numbers --group keys --max-messages 1 --timeout-ms 10000 "
         f"--key-deserializer {INTEGER} --formatter-property print.key=true", r"^5\t"),
    silent(jobs("quiet", "--max-messages 1 --formatter NoOpMessageFormatter")),
    says(jobs("four", "--max-messages 1 --formatter-config <formatter.properties>"), r"^k#v0$"),
    complains(jobs("four", "--command-property client.idd=x"), r"client\.id\b"),
    complains(jobs("four", "--consumer-property client.idd=x"), r"client\.id\b"),
    *takes_configurations(jobs("four", ""), "command-config", "consumer-config"),
]

SEEN = "cat -C -t orders -p 0 -e -q"
CAT = [
    says(SEEN, "^v9$"),
    says("cat --consume --topic orders --partition 0 --exit --quiet -o 8", r"\Av8\nv9\n\Z"),
    says("cat -C -t orders -p 0 -c 2 -q", r"\Av0\nv1\n\Z"),
    says(f"{SEEN} -c 1 -f '%t/%p/%o %k=%s\\n'", r"^orders/0/0 k=v0$"),
    says(f"{SEEN} -c 1 -J", r'"topic":"orders"'),
    says(f"{SEEN} -c 1 --json", r'"topic":"orders"'),
    says(f"{SEEN} -D ';' -K ':'", r"\Ak:v0;k:v1;"),
    says("cat -C -t numbers -p 0 -c 1 -q -s value=i", r"^256$"),
    says("cat -C -t nulls -p 0 -c 1 -q -Z -K:", r"^NULL:NULL$"),
    complains("cat -C -t numbers -p 0 -e -q -s value=i", "truncated"),
    says("cat -C -t numbers -p 0 -e -q -s value=i -E", r"\A256\n7\n\Z"),
    says(f"{SEEN} -u", "^v9$"),
    says("cat -C -t orders -p 0 -e -v", "^v9$", errors="Reached end of topic orders"),
    says("cat -G hunters -X auto.offset.reset=earliest -e -q returns", "^v9$"),
    says("cat -L", r'topic "orders" with 3 partitions'),
    says("cat -Q -t orders:0:0", r"^orders \[0\] offset 0$"),
    silent("cat -P -t sent -q -k fixed -H a=b -p 0", stdin=b"x\n"),
    says("cat -C -t sent -e -q -f '%p %k %h %s\\n'", r"^0 fixed a=b x$"),
    says("cat -P -t sent -q -T -K:", "kept", stdin=b"k:kept\n"),
    silent("cat -P -t sent -q --json-in", stdin=b'{"payload":"from json"}\n'),
    silent("cat -P -t sent -q -l <two-lines>"),
    says("cat -C -t sent -e -q", "(?s)from json.*^second$"),
    complains("cat -P -t sent -q -z odd", r"compression\.type", stdin=b"x\n"),
    says("cat -P -t sent -vv", "", errors="Message delivered to partition", stdin=b"y\n"),
    complains(f"{SEEN} -X fetch.min.byte=1", r"fetch\.min\.bytes"),
    complains(f"{SEEN} -F <misspelt>", r"client\.id\b"),
    complains("cat -L -m 1 --bootstrap-server <silent>", "ERROR", seconds_max=5),
    says("cat -V", r"^\d+\.\d+"),
]

DOCTOR = [
    says("doctor", "^ok    address"),
    says("doctor --json", '"check":"clock"'),
    says("doctor --write", "agree to"),
    complains("doctor --timeout-ms 0", "--timeout-ms must be at least 1"),
    complains("doctor localhost:1", "brokers go behind --bootstrap-server"),
    complains("doctor --timeout-ms 200 --bootstrap-server <silent>", "gives no answer to",
              seconds_max=4),
    *takes_configurations("doctor", "command-config"),
]

WRITE = "producer-perf-test --topic perf --num-records 40 --throughput -1"
PRODUCER_PERF = [
    says(f"{WRITE} --record-size 10", "^40 records sent"),
    says(f"{WRITE} --record-size 10 --json", r'"event":"total".*"bytes":400\b'),
    says("get-offsets --topic perf", "^perf:0:80$"),
    says(f"{WRITE} --payload-monotonic", "^40 records sent"),
    says("cat -C -t perf -e -q -o -1", "^39$"),
    says(f"{WRITE} --payload-file <payloads> --payload-delimiter ';'", "^40 records sent"),
    says("cat -C -t perf -e -q -o -40", "^(one|two)$", lacks=";"),
    says("producer-perf-test --topic perf --num-records 30 --throughput 100 --record-size 5 "
         "--reporting-interval 50 --warmup-records 10", "(?s)^[1-9]\\d? records sent.*steady"),
    says(f"{WRITE} --record-size 10 --print-metrics", "record-send-total"),
    says(f"{WRITE} --record-size 10 --transactional-id paced --transaction-duration-ms 10",
         "^40 records sent"),
    says("transactions list --transactional-id-pattern paced", r"paced\s.*(Prepare|Complete)Commit"),
    *(complains(f"{WRITE} --record-size 10 --{option} linger.sm=1", r"linger\.ms")
      for option in ("command-property", "producer-props")),
    *takes_configurations(f"{WRITE} --record-size 10", "command-config", "producer.config"),
]

MEASURE = "consumer-perf-test --topic returns --num-records 10"
CONSUMER_PERF = [
    says(MEASURE, r"^\d{4}-\d\d-\d\d .*, 10, "),
    says(f"{MEASURE} --json", r'"records":10\b'),
    says("consumer-perf-test --topic returns --messages 10", ", 10, ",
         errors="--messages is deprecated"),
    says("consumer-perf-test --include ret.* --num-records 10", ", 10, "),
    says(f"{MEASURE} --group meter", ", 10, "),
    says("consumer-groups --list", "^meter$"),
    says(f"{MEASURE} --timeout 100 --from-latest", "Exiting before consuming the expected number"),
    says(f"{MEASURE} --hide-header --date-format yyyy", r"\A\d{4}, \d{4}, "),
    says(f"{MEASURE} --show-detailed-stats --reporting-interval 1", ", 0, "),
    complains(f"{MEASURE} --reporting-interval 0", "Reporting interval must be greater than 0"),
    says(f"{MEASURE} --print-metrics", "records-consumed-total"),
    complains(f"{MEASURE} --fetch-size -5", r"max\.partition\.fetch\.bytes"),
    complains(f"{MEASURE} --socket-buffer-size -5", r"receive\.buffer\.bytes"),
    complains(f"{MEASURE} --command-property client.idd=x", r"client\.id\b"),
    *takes_configurations(MEASURE, "command-config", "consumer.config"),
]

E2E = "e2e-latency --topic echoes --num-records 2 --producer-acks all --record-size 20"
E2E_LATENCY = [
    says(E2E, "Avg latency: "),
    says(f"{E2E} --json", '"event":"total"'),
    complains("e2e-latency --topic echoes --num-records 2 --producer-acks 0 --record-size 20",
              "Invalid value for --producer-acks"),
    says(f"{E2E} --record-key-size 3 --num-headers 2 --record-header-key-size 4 --record-header-size "
         "5", "Avg latency: "),
    says("cat -C -t echoes -e -q -o -1 -f '%K %S %h\\n'", r"^3 20 \w{4}=\w{5},\w{4}=\w{5}$"),
    *takes_configurations(E2E, "command-config"),
]

COUNT = "verifiable-producer --topic counted --max-messages 3"
VERIFIABLE_PRODUCER = [
    says(COUNT, r'"name":"tool_data".*"acked":3\b'),
    says(f"{COUNT} --json", r'"acked":3\b'),
    says(f"{COUNT} --throughput 1000 --acks 1 --value-prefix 7 --repeating-keys 2 "
         "--message-create-time 1700000000000", r'"acked":3\b'),
    says("cat -C -t counted -e -q -o -1 -f '%k %s %T\\n'", r"^0 7\.2 1700000000\d{3}$"),
    complains(f"{COUNT} --acks 5", "--acks: invalid choice"),
    *takes_configurations(COUNT, "command-config", "producer.config"),
]

CHECK = "verifiable-consumer --topic returns --max-messages 2"
VERIFIABLE_CONSUMER = [
    says(f"{CHECK} --group-id checks", r'"name":"records_consumed"'),
    says(f"{CHECK} --group-id checks --json --verbose", r'"name":"record_data".*"value":"v2"'),
    says(f"{CHECK} --group-id automatic --enable-autocommit", "records_consumed",
         lacks="offsets_committed"),
    says(f"{CHECK} --group-id modern --group-protocol consumer --group-remote-assignor range",
         "records_consumed"),
    says(f"{CHECK} --group-id odd --group-protocol consumer --group-remote-assignor odd",
         "startup_complete", errors="ServerAssignor odd is not supported"),
    complains(f"{CHECK} --group-id wrong --group-protocol odd", "must be classic or consumer"),
    says(f"{CHECK} --group-id static --group-instance-id me --session-timeout 6000 "
         "--assignment-strategy org.apache.kafka.clients.consumer.RoundRobinAssignor",
         "records_consumed"),
    complains(f"{CHECK} --group-id wrong --session-timeout -5", r"session\.timeout\.ms"),
    complains(f"{CHECK} --group-id wrong --assignment-strategy odd", "odd"),
    says(f"{CHECK} --group-id nowhere --reset-policy none", "partitions_assigned",
         errors="has no committed offset"),
    *takes_configurations(f"{CHECK} --group-id wrong", "command-config", "consumer.config"),
]

ROWS = {"console-producer": CONSOLE_PRODUCER, "console-consumer": CONSOLE_CONSUMER,
        "console-share-consumer": CONSOLE_SHARE_CONSUMER, "cat": CAT, "doctor": DOCTOR,
        "producer-perf-test": PRODUCER_PERF, "consumer-perf-test": CONSUMER_PERF,
        "e2e-latency": E2E_LATENCY, "verifiable-producer": VERIFIABLE_PRODUCER,
        "verifiable-consumer": VERIFIABLE_CONSUMER}
