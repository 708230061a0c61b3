#include "cli/commands.h"

#include "cli/cat/cat_command.h"
#include "cli/cluster/cluster_command.h"
#include "cli/cluster/features_command.h"
#include "cli/completion_command.h"
#include "cli/configs/configs_command.h"
#include "cli/doctor/doctor_command.h"
#include "cli/dump_log_command.h"
#include "cli/groups/consumer_groups_command.h"
#include "cli/groups/groups_command.h"
#include "cli/groups/share_groups_command.h"
#include "cli/log_command.h"
#include "cli/metadata/metadata_command.h"
#include "cli/offsets/get_offsets_command.h"
#include "cli/perf/consumer_perf_command.h"
#include "cli/perf/e2e_command.h"
#include "cli/perf/producer_perf_command.h"
#include "cli/perf/verifiable_consumer_command.h"
#include "cli/perf/verifiable_producer_command.h"
#include "cli/reassign/election_command.h"
#include "cli/reassign/reassign_command.h"
#include "cli/records/console_consumer_command.h"
#include "cli/records/console_producer_command.h"
#include "cli/records/console_share_consumer_command.h"
#include "cli/records/delete_records_command.h"
#include "cli/records/log_dirs_command.h"
#include "cli/server_command.h"
#include "cli/storage/storage_command.h"
#include "cli/topics/topics_command.h"
#include "cli/transactions/transactions_command.h"

#include <array>

namespace barnabas::cli {
namespace {

constexpr std::array commands{
    Command{
        .name = "server", .kafka_name = "", .sentence = "Run a broker.", .add = add_server_command},
    Command{.name = "topics",
            .kafka_name = "kafka-topics",
            .sentence = "List, describe, create, delete and enlarge topics.",
            .syntax = &topics_syntax,
            .run = run_topics},
    Command{.name = "configs",
            .kafka_name = "kafka-configs",
            .sentence = "Tell and change configurations of topics, brokers and groups.",
            .syntax = &configs_syntax,
            .run = run_configs},
    Command{.name = "get-offsets",
            .kafka_name = "kafka-get-offsets",
            .sentence = "Tell where partitions begin and end, and what was written when.",
            .syntax = &get_offsets_syntax,
            .run = run_get_offsets},
    Command{.name = "groups",
            .kafka_name = "kafka-groups",
            .sentence = "List groups of all kinds.",
            .syntax = &groups_syntax,
            .run = run_groups},
    Command{.name = "consumer-groups",
            .kafka_name = "kafka-consumer-groups",
            .sentence = "List, describe and delete consumer groups, and reset their offsets.",
            .syntax = &consumer_groups_syntax,
            .run = run_consumer_groups},
    Command{.name = "share-groups",
            .kafka_name = "kafka-share-groups",
            .sentence = "List, describe and delete share groups, and reset their offsets.",
            .syntax = &share_groups_syntax,
            .run = run_share_groups},
    Command{.name = "console-producer",
            .kafka_name = "kafka-console-producer",
            .sentence = "Make records of lines, and send them.",
            .syntax = &console_producer_syntax,
            .run = run_console_producer},
    Command{.name = "console-consumer",
            .kafka_name = "kafka-console-consumer",
            .sentence = "Print records as they come.",
            .syntax = &console_consumer_syntax,
            .run = run_console_consumer},
    Command{.name = "console-share-consumer",
            .kafka_name = "kafka-console-share-consumer",
            .sentence = "Print the records of a topic as a member of a share group.",
            .syntax = &console_share_consumer_syntax,
            .run = run_console_share_consumer},
    Command{.name = "delete-records",
            .kafka_name = "kafka-delete-records",
            .sentence = "Delete records from the beginning of partitions.",
            .syntax = &delete_records_syntax,
            .run = run_delete_records},
    Command{.name = "log-dirs",
            .kafka_name = "kafka-log-dirs",
            .sentence = "Tell log directories, and how much is in them.",
            .syntax = &log_dirs_syntax,
            .run = run_log_dirs},
    Command{.name = "reassign-partitions",
            .kafka_name = "kafka-reassign-partitions",
            .sentence = "Say which brokers have partitions, and in which of their directories.",
            .syntax = &reassign_partitions_syntax,
            .run = run_reassign_partitions},
    Command{.name = "leader-election",
            .kafka_name = "kafka-leader-election",
            .sentence = "Let partitions be led by their preferred replicas, or by any.",
            .syntax = &leader_election_syntax,
            .run = run_leader_election},
    Command{.name = "transactions",
            .kafka_name = "kafka-transactions",
            .sentence = "List and describe transactions, and end those that hang.",
            .syntax = &transactions_syntax,
            .run = run_transactions},
    Command{.name = "features",
            .kafka_name = "kafka-features",
            .sentence = "Tell and change which levels of features count in the cluster.",
            .syntax = &features_syntax,
            .run = run_features},
    Command{.name = "cluster",
            .kafka_name = "kafka-cluster",
            .sentence = "Tell the cluster's id, its brokers and what they serve.",
            .syntax = &cluster_syntax,
            .run = run_cluster},
    Command{.name = "broker-api-versions",
            .kafka_name = "kafka-broker-api-versions",
            .sentence = "Tell which APIs each broker serves.",
            .syntax = &broker_api_versions_syntax,
            .run = run_broker_api_versions},
    Command{.name = "cat",
            .kafka_name = "",
            .sentence = "Print records, send them, and look around, as kcat does.",
            .syntax = &cat_syntax,
            .run = run_cat},
    Command{.name = "doctor",
            .kafka_name = "",
            .sentence = "Say what is wrong on the way to a cluster and in it, and what to do.",
            .syntax = &doctor_syntax,
            .run = run_doctor},
    Command{.name = "producer-perf-test",
            .kafka_name = "kafka-producer-perf-test",
            .sentence = "Write many records and tell how fast that went.",
            .syntax = &producer_perf_syntax,
            .run = run_producer_perf},
    Command{.name = "consumer-perf-test",
            .kafka_name = "kafka-consumer-perf-test",
            .sentence = "Read many records and tell how fast that went.",
            .syntax = &consumer_perf_syntax,
            .run = run_consumer_perf},
    Command{.name = "e2e-latency",
            .kafka_name = "kafka-e2e-latency",
            .sentence = "Tell how long it takes until what is written was read.",
            .syntax = &e2e_latency_syntax,
            .run = run_e2e_latency},
    Command{.name = "verifiable-producer",
            .kafka_name = "kafka-verifiable-producer",
            .sentence = "Write numbers and print what became of each, for tests of clusters.",
            .syntax = &verifiable_producer_syntax,
            .run = run_verifiable_producer},
    Command{.name = "verifiable-consumer",
            .kafka_name = "kafka-verifiable-consumer",
            .sentence = "Read as a group's member and print all that happens, for tests.",
            .syntax = &verifiable_consumer_syntax,
            .run = run_verifiable_consumer},
    Command{.name = "storage",
            .kafka_name = "kafka-storage",
            .sentence = "Look at a broker's directories; make ids.",
            .syntax = &storage_syntax,
            .run = run_storage},
    Command{.name = "metadata",
            .kafka_name = "",
            .sentence = "Look into the tree that holds the cluster's state.",
            .syntax = &metadata_syntax,
            .run = run_metadata},
    Command{.name = "dump-log",
            .kafka_name = "kafka-dump-log",
            .sentence = "Print what is in log segments, indexes and producer snapshots.",
            .add = add_dump_log_command},
    Command{.name = "log",
            .kafka_name = "",
            .sentence = "Say what is wrong in a log directory, and mend it.",
            .add = add_log_command},
    Command{.name = "completion",
            .kafka_name = "",
            .sentence = "Print a script for bash, zsh or fish that completes commands and options.",
            .syntax = &completion_syntax,
            .run = run_completion},
};

}  // namespace

std::span<const Command> all_commands() {
    return commands;
}

}  // namespace barnabas::cli
