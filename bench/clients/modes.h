#pragma once

#include "clients/options.h"

#include <string>

namespace rdkafka_bench {

/// Each mode does its work once, gives up if anything was not as it should be, and returns its
/// figures as one JSON object.

/// Creates the topic with --partitions and --topic-conf; measures until each partition has a leader
/// and has told its first offset. (Kafka answers the creation seconds before it has all the logs.)
std::string create_topic(const Options& options);

/// Deletes the topic.
std::string delete_topic(const Options& options);

/// Writes --count payloads, dealt to the partitions in turn, as fast as the broker takes them; with
/// --keys, each under the key that goes with its number.
std::string produce(const Options& options);

/// Reads --count records from all partitions and compares every byte with what was written. With
/// --cleaned-to, only those that compaction up to there must have left, which are fewer.
std::string consume(const Options& options);

/// Writes --rate records a second for --count records; the figures are the times from handing a
/// record over to its acknowledgement.
std::string rate(const Options& options);

/// One record at a time, written and read by one process: the times from handing it over to having
/// it back.
std::string roundtrip(const Options& options);

}  // namespace rdkafka_bench
