#include "cli/common/consumer_errors.h"

#include "cli/common/java_errors.h"

#include <fmt/ranges.h>

#include <chrono>
#include <string_view>
#include <vector>

namespace barnabas::cli {
namespace {

constexpr std::string_view java_consumer_package = "org.apache.kafka.clients.consumer.";
constexpr Duration committed_timeout = std::chrono::seconds(5);

/// None where the group does not answer: then the code alone says what happened.
std::vector<TopicPartition> partitions_without_offset(Consumer& consumer) {
    std::vector<TopicPartition> found;
    for (const auto& partition : consumer.assignment()) {
        if (!consumer.position(partition, Duration(0))) {
            found.push_back(partition);
        }
    }
    if (found.empty()) {
        return found;
    }
    const auto committed = consumer.committed(found, committed_timeout);
    if (!committed) {
        return {};
    }
    std::erase_if(found, [&](const auto& partition) { return committed->contains(partition); });
    return found;
}

}  // namespace

std::string consumer_error_text(const Error& error,
                                std::span<const TopicPartition> without_offset) {
    if (error.code != ErrorCode::offset_out_of_range) {
        return java_text(error);
    }
    if (without_offset.empty()) {
        return fmt::format("{}OffsetOutOfRangeException: {}", java_consumer_package, error.message);
    }
    return fmt::format(
        "{}NoOffsetForPartitionException: auto.offset.reset is none, and the group has no "
        "committed offset of {}",
        java_consumer_package, fmt::join(without_offset, ", "));
}

std::string consumer_error_text(const Error& error, Consumer& consumer) {
    return error.code == ErrorCode::offset_out_of_range
               ? consumer_error_text(error, partitions_without_offset(consumer))
               : java_text(error);
}

}  // namespace barnabas::cli
