#include "client/config/client_rows.h"
#include "client/config/producer_config.h"

namespace barnabas::client {
namespace {

using enum ConfigType;
using enum ConfigScope;
using enum ConfigImportance;

constexpr std::string_view because_objects =
    "it names a Java class; here it is an object in ProducerOptions, or TypedProducer";
constexpr std::string_view because_telemetry = "clients push no metrics to brokers";
constexpr std::string_view because_two_phases =
    "transactions are not prepared by somebody else's coordinator yet; only 'false' is possible";
constexpr std::string_view because_memory = "memory is taken batch by batch";

constexpr ConfigRow rows[] = {
    {"acks", string, "all", one_of("all -1 0 1"), read_only, low,
     "Whose acknowledgement makes a record delivered: all in-sync replicas' (all, -1), the "
     "leader's (1), nobody's (0)."},
    {"batch.size", int32, "16384", at_least(0), read_only, medium,
     "How many bytes of a partition's records go out together, at most."},
    {"bootstrap.servers", list, ConfigDefault::required(), non_empty_list_of(), read_only, high,
     "Brokers to ask for the others first, as host:port."},
    {"buffer.memory", int64, "33554432", at_least(0), read_only, high,
     "How many bytes of records wait to be sent, at most; then send() waits for max.block.ms."},
    {"buffer.memory.allocation.strategy", string, "full", one_of_any_case("FULL INCREMENTAL"),
     read_only, medium, "How a batch gets its memory.", no_effect(because_memory), internal_only},
    {"client.id", string, "", any_value(), read_only, medium,
     "The name under which brokers log and limit this client."},
    {"client.rack", string, "", any_value(), read_only, low,
     "Where this client is, as broker.rack says it of brokers: for partitioner.rack.aware."},
    {"compression.gzip.level", int32, "-1", gzip_level(), read_only, medium,
     "How hard gzip tries; -1 is zlib's own choice."},
    {"compression.lz4.level", int32, "9", between(1, 17), read_only, medium, "How hard lz4 tries."},
    {"compression.type", string, "none", one_of("none gzip snappy lz4 zstd"), read_only, high,
     "How batches are compressed."},
    {"compression.zstd.level", int32, "3", between(-131072, 22), read_only, medium,
     "How hard zstd tries."},
    {"connections.max.idle.ms", int64, "540000", any_value(), read_only, medium,
     "After how long without a request a connection is closed; below 0: never."},
    {"delivery.timeout.ms", int32, "120000", at_least(0), read_only, medium,
     "How long after send() a record is delivered or has failed, at most: linger.ms, all tries and "
     "the pauses between them."},
    {"enable.idempotence", boolean, "true", any_value(), read_only, low,
     "Whether each record is stored once and in order however often it is sent. Needs acks=all, "
     "retries above 0 and at most 5 requests in flight."},
    {"enable.metrics.push", boolean, "true", any_value(), read_only, low,
     "Whether brokers may ask for metrics.", no_effect(because_telemetry)},
    {"interceptor.classes", list, "", list_of(), read_only, low, "Who sees every record.",
     refused(because_objects)},
    {"key.serializer", class_name, nullptr, any_value(), read_only, high,
     "What turns keys into bytes.", no_effect(because_objects)},
    {"linger.ms", int64, "5", at_least(0), read_only, medium,
     "How long a batch that is not full waits for more records."},
    {"max.block.ms", int64, "60000", at_least(0), read_only, medium,
     "How long send() waits for metadata and memory, and how long transactions' steps may take."},
    {"max.in.flight.requests.per.connection", int32, "5", at_least(1), read_only, low,
     "How many requests are sent to a broker before its first answer."},
    {"max.request.size", int32, "1048576", at_least(0), read_only, medium,
     "The largest request, and before compression the largest record."},
    {"metadata.max.idle.ms", int64, "300000", at_least(5000), read_only, low,
     "After how long without records a topic's metadata are forgotten."},
    {"partitioner.adaptive.partitioning.enable", boolean, "true", any_value(), read_only, low,
     "Whether partitions on faster brokers get more of the records without key."},
    {"partitioner.availability.timeout.ms", int64, "0", at_least(0), read_only, low,
     "After how long without being able to send to it a broker's partitions are left out; 0: "
     "never."},
    {"partitioner.class", class_name, nullptr, any_value(), read_only, medium,
     "Who chooses partitions: nothing for Kafka's sticky default, round-robin (or Kafka's "
     "RoundRobinPartitioner), or hash."},
    {"partitioner.ignore.keys", boolean, "false", any_value(), read_only, medium,
     "Whether the default partitioner treats records with keys like those without."},
    {"partitioner.rack.aware", boolean, "false", any_value(), read_only, low,
     "Whether the default partitioner gives records without key to partitions with a leader in "
     "client.rack, as long as there are some (KIP-1123)."},
    {"receive.buffer.bytes", int32, "32768", at_least(-1), read_only, medium,
     "The sockets' receive buffer; -1 leaves it to the system."},
    {"retries", int32, "2147483647", between(0, 2147483647), read_only, high,
     "How often a batch is sent again; delivery.timeout.ms is the better limit."},
    {"transaction.timeout.ms", int32, "60000", any_value(), read_only, low,
     "After how long the coordinator aborts a transaction that nobody ends."},
    {"transaction.two.phase.commit.enable", boolean, "false", any_value(), read_only, low,
     "Whether transactions are ended by a coordinator outside of Kafka.",
     refused(because_two_phases)},
    {"transactional.id", string, nullptr, non_empty(), read_only, low,
     "Names a transactional producer across restarts."},
    {"value.serializer", class_name, nullptr, any_value(), read_only, high,
     "What turns values into bytes.", no_effect(because_objects)},
};

}  // namespace

const ConfigDefinition& producer_definition() {
    static const ConfigDefinition definition("producer", {rows, common_rows(), security_rows()});
    return definition;
}

}  // namespace barnabas::client
