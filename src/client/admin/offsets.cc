// Offsets and records of partitions: their leaders' work.
#include "client/admin/conversions.h"
#include "client/admin/keyed_operation.h"
#include "client/admin/plans.h"
#include "wire/messages/delete_records.h"
#include "wire/messages/list_offsets.h"

namespace barnabas::client::admin_api {
namespace {

using admin::DeletedRecords;
using admin::ListedOffset;
using admin::OffsetSpec;
using wire::DeleteRecordsRequest;
using wire::DeleteRecordsResponse;
using wire::ListOffsetsRequest;
using wire::ListOffsetsResponse;

template <class Value>
Verdict<Value> refused_by_leader(ErrorCode code, const TopicPartition& partition) {
    return refused<Value>(next_with_leader(code),
                          broker_error(code, std::nullopt, about_partition(partition)));
}

/// The first version of ListOffsets that knows what is meant.
std::int16_t version_for(OffsetSpec spec, IsolationLevel isolation_level) {
    constexpr std::int16_t first_with_timestamps = 1;
    constexpr std::int16_t first_with_isolation = 2;
    constexpr std::int16_t first_with_max_timestamp = 7;
    constexpr std::int16_t first_with_earliest_local = 8;
    constexpr std::int16_t first_with_latest_tiered = 9;
    constexpr std::int16_t first_with_pending_upload = 11;
    if (spec == OffsetSpec::max_timestamp()) {
        return first_with_max_timestamp;
    }
    if (spec == OffsetSpec::earliest_local()) {
        return first_with_earliest_local;
    }
    if (spec == OffsetSpec::latest_tiered()) {
        return first_with_latest_tiered;
    }
    if (spec == OffsetSpec::earliest_pending_upload()) {
        return first_with_pending_upload;
    }
    return isolation_level == IsolationLevel::read_committed ? first_with_isolation
                                                             : first_with_timestamps;
}

/// One request for each version that is needed: a broker that is too old for one question answers
/// the others.
class ListOffsets final : public Handler<TopicPartition, ListedOffset> {
public:
    ListOffsets(std::map<TopicPartition, OffsetSpec> specs, IsolationLevel isolation_level)
        : specs_(std::move(specs)), isolation_level_(isolation_level) {}

    Route route(const TopicPartition& key) const override { return Route::to_leader(key); }
    std::string describe(const TopicPartition& key) const override { return about_partition(key); }
    Asks requests(const admin::Node& /*to*/, std::vector<TopicPartition> keys,
                  Duration time_left) override {
        std::map<std::int16_t, std::vector<TopicPartition>> by_version;
        for (auto& key : keys) {
            by_version[version_for(specs_.at(key), isolation_level_)].push_back(std::move(key));
        }
        Asks asks;
        for (auto& [first, asked] : by_version) {
            auto request = request_for(asked, time_left);
            auto read = [](const ListOffsetsResponse& response) { return verdicts(response); };
            const wire::Versions versions{first, ListOffsetsRequest::versions.last};
            asks.push_back(ask<TopicPartition, ListedOffset>(std::move(asked), std::move(request),
                                                             std::move(read), versions));
        }
        return asks;
    }

private:
    [[nodiscard]] ListOffsetsRequest request_for(const std::vector<TopicPartition>& asked,
                                                 Duration time_left) const {
        ListOffsetsRequest request;
        request.replica_id = -1;
        request.isolation_level = static_cast<std::int8_t>(isolation_level_);
        request.timeout_ms = to_timeout_ms(time_left);
        for (const auto& [name, partitions] : by_topic(asked)) {
            auto& topic = request.topics.emplace_back();
            topic.name = name;
            for (const std::int32_t number : partitions) {
                auto& partition = topic.partitions.emplace_back();
                partition.partition_index = number;
                partition.timestamp = specs_.at({name, PartitionId{number}}).wire_value();
            }
        }
        return request;
    }

    [[nodiscard]] static Verdicts<TopicPartition, ListedOffset> verdicts(
        const ListOffsetsResponse& response) {
        Verdicts<TopicPartition, ListedOffset> verdicts;
        for (const auto& topic : response.topics) {
            for (const auto& partition : topic.partitions) {
                const TopicPartition key{topic.name, PartitionId{partition.partition_index}};
                const auto code = ErrorCode{partition.error_code};
                if (code != ErrorCode::none) {
                    verdicts.emplace(key, refused_by_leader<ListedOffset>(code, key));
                    continue;
                }
                ListedOffset listed{.offset = Offset{partition.offset},
                                    .timestamp = Timestamp{partition.timestamp}};
                if (partition.leader_epoch >= 0) {
                    listed.leader_epoch = LeaderEpoch{partition.leader_epoch};
                }
                verdicts.emplace(key, Verdict<ListedOffset>(listed));
            }
        }
        return verdicts;
    }

    std::map<TopicPartition, OffsetSpec> specs_;
    IsolationLevel isolation_level_;
};

class DeleteRecords final : public Handler<TopicPartition, DeletedRecords> {
public:
    explicit DeleteRecords(std::map<TopicPartition, Offset> before) : before_(std::move(before)) {}

    Route route(const TopicPartition& key) const override { return Route::to_leader(key); }
    std::string describe(const TopicPartition& key) const override { return about_partition(key); }
    Asks requests(const admin::Node& /*to*/, std::vector<TopicPartition> keys,
                  Duration time_left) override {
        DeleteRecordsRequest request;
        request.timeout_ms = to_timeout_ms(time_left);
        for (const auto& [name, partitions] : by_topic(keys)) {
            auto& topic = request.topics.emplace_back();
            topic.name = name;
            for (const std::int32_t number : partitions) {
                auto& partition = topic.partitions.emplace_back();
                partition.partition_index = number;
                partition.offset = before_.at({name, PartitionId{number}}).get();
            }
        }
        auto read = [](const DeleteRecordsResponse& response) { return verdicts(response); };
        return ask_once(std::move(keys), std::move(request), std::move(read));
    }

private:
    [[nodiscard]] static Verdicts<TopicPartition, DeletedRecords> verdicts(
        const DeleteRecordsResponse& response) {
        Verdicts<TopicPartition, DeletedRecords> verdicts;
        for (const auto& topic : response.topics) {
            for (const auto& partition : topic.partitions) {
                const TopicPartition key{topic.name, PartitionId{partition.partition_index}};
                const auto code = ErrorCode{partition.error_code};
                if (code != ErrorCode::none) {
                    verdicts.emplace(key, refused_by_leader<DeletedRecords>(code, key));
                    continue;
                }
                verdicts.emplace(key, Verdict<DeletedRecords>(DeletedRecords{
                                          .low_watermark = Offset{partition.low_watermark}}));
            }
        }
        return verdicts;
    }

    std::map<TopicPartition, Offset> before_;
};

}  // namespace

Plan<Outcomes<TopicPartition, ListedOffset>> list_offsets_plan(
    std::map<TopicPartition, OffsetSpec> partitions, const admin::ListOffsetsOptions& options,
    const Settings& settings) {
    auto keys = keys_of(partitions);
    return keyed_plan<TopicPartition, ListedOffset>(
        std::move(keys),
        std::make_unique<ListOffsets>(std::move(partitions), options.isolation_level), settings);
}

Plan<Outcomes<TopicPartition, DeletedRecords>> delete_records_plan(
    std::map<TopicPartition, Offset> before, const Settings& settings) {
    auto keys = keys_of(before);
    return keyed_plan<TopicPartition, DeletedRecords>(
        std::move(keys), std::make_unique<DeleteRecords>(std::move(before)), settings);
}

}  // namespace barnabas::client::admin_api
