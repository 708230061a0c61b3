"""Commands that look at files, and the broker itself."""

from support.every_flag.row import Row, complains, says

DUMP = "dump-log --files"
DUMP_LOG = [
    says(f"{DUMP} <orders.log>", "baseOffset: 0", lacks="payload"),
    says(f"{DUMP} <orders.log> --deep-iteration", r"\| offset: 9\b"),
    says(f"{DUMP} <orders.log> --print-data-log", "payload: v9"),
    says(f"{DUMP} <orders.log> --print-data-log --skip-record-metadata", "payload: v9",
         lacks="offset: 9"),
    says(f"{DUMP} <orders.log> --json", "."),
    says(f"{DUMP} <many.index> --index-sanity-check", "passed sanity check"),
    says(f"{DUMP} <many.index>", r"^offset: \d+ position: \d+", lacks="Index offset"),
    Row(f"{DUMP} <many.index> --verify-index-only", lacks=r"^offset: \d+ position"),
    says(f"{DUMP} <many.log>", "baseOffset: 40"),
    says(f"{DUMP} <many.log> --max-bytes 500", "baseOffset: 0", lacks="baseOffset: 40"),
    complains(f"{DUMP} <orders.log> --max-message-size -1", "max-message-size"),
    says(f"{DUMP} <numbers.log> --value-decoder-class "
         "org.apache.kafka.tools.api.IntegerDecoder --key-decoder-class "
         "org.apache.kafka.tools.api.IntegerDecoder --max-bytes 80", r"key: 5 payload: 256\b"),
    says(f"{DUMP} <offsets.log> --offsets-decoder", '"group":"readers"'),
    says(f"{DUMP} <transactions.log> --transaction-log-decoder", '"transactionalId":"payments"'),
    says(f"{DUMP} <shares.log> --share-group-state-decoder", '"groupId":"dumped"'),
    Row(f"{DUMP} <orders.log> --cluster-metadata-decoder", out="baseOffset: 0", lacks="payload: v9"),
    says(f"{DUMP} <orders.log> --remote-log-metadata-decoder", "Error at offset 9, skipping",
         lacks="payload: v9"),
]

LOG = [
    complains("log check <spoilt>", "a repair can", status=1),
    complains("log check <spoilt> --json", '"type":"problem"', status=1),
    complains("log repair <spoilt> --dry-run", "a repair would", status=1),
    complains("log repair <spoilt> --dry-run --json", '"mended":false', status=1),
    says("log repair <spoilt> --json", '"mended":true'),
    says("log check <spoilt>", "0 problems"),
]

STORAGE = [
    says("storage random-uuid", r"^\S{22}$"),
    says("storage random-uuid --json", '"uuid"'),
    says("storage info --config <server.properties>", "Found log directories"),
    says("storage info -c <server.properties>", r"node\.id=1"),
    *(complains(f"storage format {id} 4L6g3nShT-eMCtK--X86sw {file} <server.properties>{rest}", said)
      for id, file in (("-t", "-c"), ("--cluster-id", "--config"))
      for rest, said in (("", "Invalid cluster.id"), (" -g", "Invalid cluster.id"))),
    *(complains(f"storage format -t 4L6g3nShT-eMCtK--X86sw -c <server.properties> {rest}", said)
      for rest, said in (
          ("--ignore-formatted", "Invalid cluster.id"), ("-s", "Invalid cluster.id"),
          ("--standalone -N", "--no-initial-controllers/-N: not allowed"),
          ("--no-initial-controllers --initial-controllers 1", "not allowed with argument"),
          ("-s -I 1", "--initial-controllers/-I: not allowed"),
          ("-S SCRAM-SHA-256=[name=a]", "--add-scram"),
          ("--add-scram SCRAM-SHA-256=[name=a]", "--add-scram"),
          ("-r 9.9", "Unknown metadata.version"), ("--release-version 9.9", "Supported"),
          ("-f a.b=1", "Unsupported feature: a.b"), ("--feature group.version=9", "level 9"))),
    says("storage version-mapping -r 3.9", "^kraft.version=1$"),
    says("storage version-mapping --release-version 3.9 --json", '"release":"3.9"'),
    says("storage feature-dependencies -f share.version=1", "no dependencies"),
    says("storage feature-dependencies --feature eligible.leader.replicas.version=1 --json",
         '"requires":{"metadata.version":23}'),
]

METADATA = [
    says("metadata ls /brokers/topics --data-dir <data>", "^orders$"),
    says("metadata ls /brokers/topics -d <data> --json", '"path":"/brokers/topics/orders"'),
    says("metadata get /brokers/topics/orders -d <data>", "partitions"),
    says("metadata get /brokers/topics/orders --data-dir <data>", "partitions"),
    says("metadata find --name ord* -d <data>", "^/brokers/topics/orders$", lacks="returns"),
    says("metadata find --data-dir <data> /brokers", "^/brokers/topics/orders$"),
    says("metadata tree -d <data>", "orders"),
    complains("metadata ls / /brokers -d <data>", "takes one path"),
    says("metadata tree --data-dir <data> /brokers", "orders", lacks="config"),
]

SERVER = [
    complains("server --override nonsense.name=1 --override log.dirs=<taken>/a", "nonsense.name"),
    complains("server --allow-unknown --override nonsense.name=1 --override log.dirs=<taken>/a "
              "--override listeners=PLAINTEXT://127.0.0.1:0 --override metrics.listeners=",
              "(?s)nonsense.name.*<taken>"),
    complains("server --temporary --override listeners=PLAINTEXT://192.0.2.1:0",
              "temporary: data in"),
]

COMPLETION = [
    says("completion bash", "_barnabas"),
    says("completion bash --json", '"script"'),
    says("completion zsh", r"^#compdef barnabas "),
    says("completion fish", r"^complete -c barnabas "),
]

ROWS = {"dump-log": DUMP_LOG, "log": LOG, "storage": STORAGE, "metadata": METADATA, "server": SERVER,
        "completion": COMPLETION}
