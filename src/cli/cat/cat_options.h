#pragma once

#include "base/result.h"
#include "cli/cat/packing.h"
#include "cli/cat/record_format.h"
#include "cli/framework/option_parser.h"
#include <barnabas/client_config.h>
#include <barnabas/producer_record.h>
#include <barnabas/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::cli {

enum class CatMode : std::int8_t { produce, consume, group, metadata, query };

/// Where reading begins: kcat's -o.
struct StartOffset {
    enum class Kind : std::int8_t {
        beginning,
        end,
        stored,    ///< what the group committed, else auto.offset.reset
        absolute,  ///< `value` is the offset
        tail,      ///< `value` records before the end
        time,      ///< the first record that is not older than `value`
    };
    Kind kind = Kind::beginning;
    std::int64_t value = 0;

    friend bool operator==(const StartOffset&, const StartOffset&) = default;
};

/// What all -o together say.
struct ReadingRange {
    std::optional<StartOffset> start{};      ///< nothing said: beginning, or the group's
    std::optional<Timestamp> stop_before{};  ///< e@: the first record of that time is not read

    friend bool operator==(const ReadingRange&, const ReadingRange&) = default;
};
[[nodiscard]] Result<ReadingRange> parse_offsets(const std::vector<std::string>& words);

/// "topic:partition:timestamp", kcat's -t behind -Q. -1 and -2 are the end and the beginning.
[[nodiscard]] Result<std::map<TopicPartition, std::int64_t>> parse_queries(
    const std::vector<std::string>& words);

/// "name=value", or "name" for a header without a value.
[[nodiscard]] Result<Header> parse_header(std::string_view text);

/// What a group is subscribed to: the names, or one pattern where any of them begins with '^'.
/// librdkafka's patterns match what begins with them, ours whole names: hence the ".*" at the end.
struct CatSubscription {
    std::vector<std::string> names{};
    std::string pattern{};  ///< empty: the names

    friend bool operator==(const CatSubscription&, const CatSubscription&) = default;
};
[[nodiscard]] CatSubscription cat_subscription(const std::vector<std::string>& topics);

/// librdkafka's names, which kcat's -X and -F take, as Kafka's: "metadata.broker.list",
/// "compression.codec", "topic." in front of a topic's. Others stay as they are.
[[nodiscard]] ClientConfig with_kafkas_names(const ClientConfig& config);

/// A command line of `barnabas cat`, read.
struct CatOptions {
    CatMode mode = CatMode::consume;
    std::string group{};
    std::vector<std::string> topics{};        ///< -t; of -G: the words
    std::vector<std::string> files{};         ///< words of -P
    std::optional<std::int32_t> partition{};  ///< nothing: not said; -1: nobody's choice
    ReadingRange range{};
    std::map<TopicPartition, std::int64_t> queries{};
    std::int64_t count = 0;  ///< 0: no end
    bool exit_at_end = false;
    int verbosity = 1;
    std::optional<std::string> format{};  ///< -f, checked for what the mode does with it
    bool json = false;
    bool json_input = false;  ///< --json-in, and -J with -P
    std::string delimiter{};
    std::optional<std::string> key_delimiter{};
    std::optional<std::string> key{};
    std::vector<Header> headers{};
    std::optional<PackFormat> key_pack{};
    std::optional<PackFormat> value_pack{};
    bool nulls = false;
    bool lines = false;
    bool tee = false;
    bool unbuffered = false;
    bool exit_on_error = true;
    std::int64_t timeout_ms = 5000;
    ClientConfig properties{};  ///< by Kafka's names

    [[nodiscard]] const std::string& topic() const { return topics.back(); }
};

/// Reads files that the line names (-F). `stdin_is_terminal` chooses where no mode is named:
/// consume at a terminal, else produce.
[[nodiscard]] Result<CatOptions> cat_options(const ParsedOptions& given, bool stdin_is_terminal);

}  // namespace barnabas::cli
