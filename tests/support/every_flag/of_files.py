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
    says("storage format -t 4L6g3nShT-eMCtK--X86sw -c <server.properties> -s -N -I 1 -g -r 4.2 -f "
         "a.b=1", "Nothing to format"),
    says("storage format --cluster-id 4L6g3nShT-eMCtK--X86sw --config <server.properties> --standalone "
         "--no-initial-controllers --initial-controllers 1 --ignore-formatted --release-version 4.2 "
         "--feature a.b=1", "Nothing to format"),
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
