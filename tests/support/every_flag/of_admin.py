"""Commands that ask and change the cluster."""

from support.every_flag.row import Row, complains, says, silent, takes_configurations

QUOTAS = "have quotas and credentials, which this version neither tells nor changes"

TOPICS = [
    says("topics --list", r"^orders$"),
    says("topics --list --json", r'^\{"topic":"orders"\}$'),
    says("topics --list --exclude-internal", r"^orders$", lacks="__consumer_offsets"),
    says("topics --list --topic ret.*", r"^returns$", lacks="orders"),
    *takes_configurations("topics --list", "command-config"),
    says("topics --create --topic made --partitions 2 --replication-factor 1 --config "
         "retention.ms=1234", r"^Created topic made\.$"),
    says("topics --describe --topic made",
         r"PartitionCount: 2\tReplicationFactor: 1\tConfigs: .*retention\.ms=1234"),
    silent("topics --create --topic made --if-not-exists"),
    complains("topics --create --topic made", "already exists"),
    says("topics --create --topic placed --replica-assignment 1,1,1", "Created topic placed"),
    says("topics --describe --topic placed", "PartitionCount: 3"),
    silent("topics --alter --topic made --partitions 4"),
    says("topics --describe --topic made --partition-size-limit-per-response 1",
         r"PartitionCount: 4[^$]*Partition: 3\b"),
    silent("topics --alter --topic nowhere --partitions 4 --if-exists"),
    complains("topics --alter --topic nowhere --partitions 4", "does not exist as expected"),
    says("topics --create --topic made.of_words", "Created topic",
         errors=r"topics with a period \('\.'\) or underscore"),
    says("topics --describe --topic-id <orders-id>", r"^Topic: orders\t", lacks="returns"),
    says("topics --describe --topic-id <orders-id> --topic orders --if-exists", "^Topic: orders",
         errors="Only topic id will be used"),
    silent("topics --describe --under-replicated-partitions"),
    silent("topics --describe --unavailable-partitions"),
    says("topics --create --topic narrow --config min.insync.replicas=2", "Created"),
    says("topics --describe --under-min-isr-partitions", r"Topic: narrow\t", lacks="orders"),
    says("topics --describe --at-min-isr-partitions", r"Topic: orders\t", lacks="narrow"),
    says("topics --describe --topics-with-overrides", r"Topic: made\t", lacks="orders"),
    says("topics --list --delete-config retention.ms", "^orders$",
         errors="delete-config option is no longer supported"),
    silent("topics --delete --topic narrow"),
    says("topics --list", "^made$", lacks="narrow"),
    silent("topics --delete --topic narrow --if-exists"),
]

CONFIGS = [
    says("configs --describe --topic settings", r"retention\.ms=4321", lacks=r"segment\.bytes"),
    says("configs --describe --topic settings --json", r'"retention\.ms"'),
    says("configs --describe --topic settings --all", r"segment\.bytes=\d+"),
    says("configs --describe --entity-type topics --entity-name settings", r"retention\.ms=4321"),
    says("configs --describe --entity-type brokers --entity-default", "Default configs for brokers"),
    *takes_configurations("configs --describe --topic settings", "command-config"),
    says("configs --alter --topic settings --add-config retention.ms=77,cleanup.policy=[compact,delete]",
         "Completed updating config for topic settings"),
    says("configs --describe --topic settings",
         r"(?s)cleanup\.policy=compact,delete.*retention\.ms=77"),
    says("configs --alter --topic settings --delete-config retention.ms", "Completed"),
    says("configs --describe --topic settings", r"cleanup\.policy", lacks=r"retention\.ms=77"),
    says("configs --alter --topic settings --add-config-file <retention.properties>", "Completed"),
    says("configs --describe --topic settings", r"retention\.ms=99"),
    says("configs --describe --topic nowhere", "'nowhere' doesn't exist",
         errors="doesn't exist and doesn't have dynamic config"),
    says("configs --alter --broker 1 --add-config log.cleaner.threads=2", "Completed"),
    says("configs --describe --broker 1", r"log\.cleaner\.threads=2"),
    says("configs --alter --broker-defaults --add-config log.cleaner.threads=3", "Completed"),
    says("configs --describe --broker-defaults", r"log\.cleaner\.threads=3"),
    complains("configs --describe --broker-logger 1", "log.level in the broker's file"),
    says("configs --alter --group members --add-config share.record.lock.duration.ms=20000",
         "Completed"),
    says("configs --describe --group members", r"share\.record\.lock\.duration\.ms=20000"),
    complains("configs --describe --client-metrics mine --all", "telemetry is not collected here"),
    *(complains(f"configs --describe {words}", QUOTAS) for words in (
        "--user u", "--user-defaults", "--client c", "--client-defaults", "--ip 127.0.0.1",
        "--ip-defaults")),
    complains("configs --describe --topic settings --bootstrap-controller <broker>",
              "Barnabas has no controllers"),
]

GET_OFFSETS = [
    says("get-offsets --topic orders", r"^orders:2:12$", lacks="returns"),
    says("get-offsets --topic orders --json", r'"partition":2,"offset":12'),
    says("get-offsets --topic orders --partitions 0,2", r"^orders:2:12$", lacks="orders:1"),
    says("get-offsets --topic-partitions orders:1-,returns", r"^returns:0:10$", lacks="orders:0"),
    says("get-offsets --topic orders --time earliest", r"^orders:0:0$", lacks="orders:0:10"),
    says("get-offsets", "^__consumer_offsets:"),
    says("get-offsets --exclude-internal-topics", "^orders:", lacks="__consumer_offsets"),
    *takes_configurations("get-offsets --topic orders", "command-config"),
]

GROUPS = [
    says("groups --list", r"^readers +Classic"),
    says("groups --list --json", r'"group":"readers","type":"Classic"'),
    says("groups --list --consumer", "^readers "),
    says("groups --list --share", r"^GROUP +TYPE +PROTOCOL *$", lacks="readers"),
    says("groups --list --streams", "^GROUP", lacks="readers"),
    says("groups --list --group-type classic", "^readers "),
    says("groups --list --group-type share --protocol share", "^GROUP", lacks="readers"),
    complains("groups --list --group-type odd", "--group-type must be a valid group type"),
    complains("groups --list --share --consumer", "can't be used with option"),
    *takes_configurations("groups --list", "command-config"),
]

RESET = "--reset-offsets --group movers --topic orders --dry-run"
CONSUMER_GROUPS = [
    says("consumer-groups --list", "^readers$"),
    says("consumer-groups --list --json", r'"readers"'),
    says("consumer-groups --list --state Empty", r"readers\s+Empty"),
    says("consumer-groups --list --type classic", r"readers\s+Classic"),
    says("consumer-groups --list --type consumer", "TYPE", lacks="readers"),
    *takes_configurations("consumer-groups --list", "command-config"),
    says("consumer-groups --describe --group readers", r"readers\s+orders\s+0\s+4\s+10\s+6"),
    says("consumer-groups --describe --group readers --offsets", r"orders\s+2\s+12\s+12\s+0"),
    says("consumer-groups --describe --group readers --verbose", "LEADER-EPOCH"),
    says("consumer-groups --describe --group readers --members", "CONSUMER-ID"),
    says("consumer-groups --describe --group readers --state", r"readers\s.*Empty"),
    says("consumer-groups --describe --all-groups", r"readers\s+orders"),
    says("consumer-groups --list --timeout 200 --bootstrap-server <silent>",
         "Executing consumer group command failed", seconds_max=3),
    complains("consumer-groups --list --json --timeout 200 --bootstrap-server <silent>",
              "Executing consumer group command failed"),
    says("consumer-groups --validate-regex a.*", "The regular expression `a.*` is valid"),
    says("consumer-groups --validate-regex '(' --json", r'"valid":false'),
    says(f"consumer-groups {RESET} --to-offset 3", r"movers\s+orders\s+0\s+3"),
    says(f"consumer-groups {RESET} --to-earliest", r"movers\s+orders\s+2\s+0"),
    says(f"consumer-groups {RESET} --to-latest", r"movers\s+orders\s+2\s+12"),
    says(f"consumer-groups {RESET} --to-datetime 2100-01-01T00:00:00.000", r"orders\s+2\s+12"),
    says(f"consumer-groups {RESET} --by-duration P20000D", r"orders\s+2\s+0"),
    says("consumer-groups --reset-offsets --group readers --all-topics --to-current --dry-run",
         r"readers\s+orders\s+0\s+4"),
    says("consumer-groups --reset-offsets --group readers --all-topics --shift-by -1 --dry-run",
         r"readers\s+orders\s+0\s+3"),
    says(f"consumer-groups {RESET} --to-earliest --export", r"^orders,2,0$"),
    says("consumer-groups --reset-offsets --group movers --from-file <plan.csv> --dry-run",
         r"movers\s+orders\s+1\s+7"),
    says("consumer-groups --describe --group movers", "there is no group", lacks=r"orders\s+0"),
    says("consumer-groups --reset-offsets --group movers --topic orders:1 --to-offset 5 --execute",
         r"orders\s+1\s+5"),
    says("consumer-groups --describe --group movers", r"orders\s+1\s+5\s+11\s+6"),
    says("consumer-groups --delete-offsets --group movers --topic orders:1", r"orders\s+1\s+Successful"),
    says("consumer-groups --reset-offsets --group movers --topic orders --to-offset 5 --execute --json",
         r'"newOffset":5'),
    says("consumer-groups --delete-offsets --group movers --topic orders:0 --json",
         r'^\{"group":"movers","topic":"orders","partition":0,"deleted":true\}$'),
    says("consumer-groups --delete --group movers", "was successful"),
]

SHARE = "--reset-offsets --group sharers --topic orders"
SHARE_GROUPS = [
    says(f"share-groups {SHARE} --to-earliest --dry-run", r"sharers\s+orders\s+2\s+0"),
    says(f"share-groups {SHARE} --to-earliest --execute", r"sharers\s+orders\s+2\s+0"),
    says("share-groups --list", "^sharers$"),
    says("share-groups --list --json", '"sharers"'),
    says("share-groups --list --state Empty", r"sharers\s+Empty"),
    *takes_configurations("share-groups --list", "command-config"),
    says("share-groups --list --timeout 200 --bootstrap-server <silent>",
         "Executing share group command failed", seconds_max=10),
    says("share-groups --describe --group sharers", r"sharers\s+orders\s+2\s+0"),
    says("share-groups --describe --group sharers --offsets", r"sharers\s+orders\s+2\s+0"),
    says("share-groups --describe --group sharers --verbose", "LEADER-EPOCH"),
    says("share-groups --describe --group sharers --state", r"sharers\s.*Empty"),
    says("share-groups --describe --all-groups", r"sharers\s+orders"),
    Row("share-groups --describe --group sharers --members", errors="has no active members",
        lacks=r"orders\s+2\s+0"),
    says(f"share-groups {SHARE} --to-latest --dry-run", r"orders\s+2\s+12"),
    says(f"share-groups {SHARE} --to-offset 6 --dry-run", r"orders\s+2\s+6"),
    says(f"share-groups {SHARE} --to-current --dry-run", r"orders\s+2\s+0"),
    says(f"share-groups {SHARE} --to-datetime 2100-01-01T00:00:00.000 --dry-run", r"orders\s+2\s+12"),
    says("share-groups --reset-offsets --group sharers --all-topics --to-latest --dry-run --export",
         r"^orders,2,12$"),
    says("share-groups --reset-offsets --group sharers --from-file <plan.csv> --dry-run",
         r"sharers\s+orders\s+1\s+7"),
    says("share-groups --delete-offsets --group sharers --topic orders", r"orders\s+Successful"),
    says(f"share-groups {SHARE} --to-earliest --execute --json", r'"newOffset":0'),
    says("share-groups --delete-offsets --group sharers --topic orders --json",
         r'^\{"group":"sharers","topic":"orders","deleted":true\}$'),
    says("share-groups --delete --group sharers", "was successful"),
]

DELETE_RECORDS = [
    says("delete-records --offset-json-file <delete.json>", r"partition: shrinking-0\tlow_watermark: 4"),
    says("get-offsets --topic shrinking --time earliest", "^shrinking:0:4$"),
    says("delete-records --offset-json-file <delete.json> --json", r'"lowWatermark":4'),
    *takes_configurations("delete-records --offset-json-file <delete.json>", "command-config"),
]

LOG_DIRS = [
    says("log-dirs --describe", '"partition":"orders-0"'),
    says("log-dirs --describe --json", '"partition":"orders-0"'),
    says("log-dirs --describe --topic-list returns", '"partition":"returns-0"', lacks="orders"),
    says("log-dirs --describe --broker-list 1", "from brokers 1"),
    complains("log-dirs --describe --broker-list 7", "do not exist from --broker-list: 7"),
    *takes_configurations("log-dirs --describe", "command-config"),
]

EXECUTE = "reassign-partitions --execute --reassignment-json-file <moves.json>"
REASSIGN = [
    says("reassign-partitions --list", "No partition reassignments found"),
    silent("reassign-partitions --list --json"),
    says("reassign-partitions --generate --topics-to-move-json-file <topics.json> --broker-list 1 "
         "--disable-rack-aware --json", r'"proposed":\{.*"topic":"orders"'),
    complains("reassign-partitions --generate --topics-to-move-json-file <topics.json> --broker-list "
              "7", "All brokers are currently fenced"),
    *takes_configurations("reassign-partitions --list", "command-config"),
    says(f"{EXECUTE} --throttle 12345 --replica-alter-log-dirs-throttle 54321 --timeout 9000",
         r"(?s)inter-broker throttle limit was set to 12345 B/s.*"
         r"replica-alter-dir throttle limit was set to 54321 B/s"),
    says("configs --describe --broker 1", r"leader\.replication\.throttled\.rate=12345"),
    says("reassign-partitions --verify --reassignment-json-file <moves.json> --preserve-throttles",
         "moves-0", lacks="Clearing"),
    says("reassign-partitions --cancel --reassignment-json-file <moves.json>",
         "Clearing broker-level throttles"),
    says("configs --describe --broker 1", "configs", lacks=r"throttled\.rate=12345"),
    says("reassign-partitions --execute --reassignment-json-file <stay.json> --additional "
         "--disallow-replication-factor-change", "Successfully started"),
    says("reassign-partitions --verify --reassignment-json-file <stay.json>",
         "Clearing topic-level throttles"),
    complains("reassign-partitions --list --bootstrap-controller <broker>",
              "Barnabas has no controllers"),
]

ELECT = "leader-election --election-type preferred"
ELECTION = [
    Row(f"{ELECT} --all-topic-partitions", lacks="could not"),
    says(f"{ELECT} --topic orders --partition 1", "orders-1"),
    complains("leader-election --election-type odd --all-topic-partitions", "odd"),
    complains(f"{ELECT} --topic orders --partition 9", "orders"),
    says(f"{ELECT} --path-to-json-file <elections.json>", "orders-2"),
    says(f"{ELECT} --topic orders --partition 1 --json", r'"partition":1'),
    *takes_configurations(f"{ELECT} --all-topic-partitions", "command-config", "admin.config"),
]

TRANSACTIONS = [
    says("transactions list", r"payments\s.*Ongoing"),
    says("transactions list --json", '"payments"'),
    says("transactions list --duration-filter 1000000000", "TransactionalId", lacks="payments"),
    says("transactions list --transactional-id-pattern pay.*", "payments", lacks="hanging"),
    *takes_configurations("transactions list", "command-config"),
    says("transactions describe --transactional-id payments", "paid-0"),
    says("transactions describe-producers --topic paid --partition 0", "ProducerId"),
    says("transactions describe-producers --topic paid --partition 0 --broker-id 1",
         "ProducerId"),
    complains("transactions describe-producers --topic paid --partition 0 --broker-id 9", "broker 9"),
    says("transactions find-hanging --topic paid --partition 0 --max-transaction-timeout 0", "Topic"),
    says("transactions find-hanging --broker-id 1", "Topic", lacks="paid"),
    complains("transactions abort --topic paid --partition 0 --start-offset 123456",
              "Could not find any open transactions starting at offset 123456"),
    silent("transactions abort --topic paid --partition 0 --producer-id <hung-id> --producer-epoch "
           "<hung-epoch> --coordinator-epoch 0"),
    says("transactions describe-producers --topic paid --partition 0 --json",
         r'"ProducerId":"<hung-id>".*"CurrentTransactionStartOffset":"None"'),
    silent("transactions forceTerminateTransaction --transactionalId doomed"),
    says("transactions describe --transactional-id doomed", "Abort|Empty", lacks="Ongoing"),
]

FEATURES = [
    says("features describe", "group.version"),
    says("features describe --json", '"feature":"group.version"'),
    says("features describe --node-id 1", "group.version"),
    complains("features describe --node-id -1", "Invalid node id -1"),
    says("features upgrade --feature share.version=2 --dry-run", "share.version can be upgraded to 2"),
    complains("features upgrade --feature share.version=99 --dry-run", "Can not upgrade share.version"),
    Row("features downgrade --feature share.version=0 --unsafe --dry-run",
        errors=r"share\.version", status=0),
    Row("features disable --feature share.version --unsafe --dry-run",
        errors=r"share\.version", status=0),
    Row("features upgrade --release-version 4.2 --dry-run", errors="Can not upgrade metadata.version",
        status=1),
    Row("features downgrade --release-version 3.9 --dry-run",
        errors="Can not downgrade metadata.version", status=1),
    Row("features upgrade --metadata 4.2 --dry-run", errors="Can not upgrade metadata.version",
        status=1),
    Row("features downgrade --metadata 3.9 --dry-run",
        errors="Can not downgrade metadata.version", status=1),
    says("features version-mapping --release-version 4.0", r"^metadata\.version=25 \(4\.0\)$"),
    says("features version-mapping --json", r'"feature":"share.version","level":2'),
    says("features feature-dependencies --feature eligible.leader.replicas.version=1", "4.0-IV1"),
    complains("features describe --bootstrap-controller h:1", "has no controllers"),
    *takes_configurations("features describe", "command-config"),
]

CLUSTER = [
    says("cluster cluster-id", r"^Cluster ID: \S{22}$"),
    says("cluster cluster-id --json", '"clusterId"'),
    says("cluster cluster-id -b <broker>", "^Cluster ID"),
    says("cluster list-endpoints", r"^1\s+127\.0\.0\.1"),
    says("cluster list-endpoints --include-fenced-brokers", "unfenced"),
    says("cluster list-endpoints -b <broker>", r"127\.0\.0\.1"),
    says("cluster api-versions", r"Produce\(0\): "),
    says("cluster api-versions -b <broker>", r"Produce\(0\): "),
    *(row for action in ("cluster-id", "list-endpoints", "api-versions")
      for row in takes_configurations(f"cluster {action}", "command-config", "config")),
    *(complains(f"cluster {action} -c <misspelt>", r"client\.id")
      for action in ("cluster-id", "list-endpoints", "api-versions")),
]

API_VERSIONS = [
    says("broker-api-versions", r"Produce\(0\): "),
    says("broker-api-versions --json", r'"Produce"'),
    *takes_configurations("broker-api-versions", "command-config"),
]

ROWS = {"topics": TOPICS, "configs": CONFIGS, "get-offsets": GET_OFFSETS, "groups": GROUPS,
        "consumer-groups": CONSUMER_GROUPS, "share-groups": SHARE_GROUPS,
        "delete-records": DELETE_RECORDS, "log-dirs": LOG_DIRS, "reassign-partitions": REASSIGN,
        "leader-election": ELECTION, "transactions": TRANSACTIONS, "features": FEATURES,
        "cluster": CLUSTER, "broker-api-versions": API_VERSIONS}
