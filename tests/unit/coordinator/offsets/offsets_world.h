#pragma once

#include "coordinator/group_table.h"
#include "coordinator/offsets/offsets.h"
#include "unit/coordinator/offsets/fake_group.h"
#include "wire/persisted/framing.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace barnabas::coordinator::testing {

/// One partition's offsets with what hosts them: groups, a clock, and the log of what was appended,
/// which is applied at once.
class OffsetsWorld {
public:
    GroupTable groups;
    OffsetsConfig config;
    Offsets offsets{{.groups = groups, .config = config}};
    Now now{.steady = Time{} + 1h, .wall = Timestamp{1'000'000'000'000}};

    /// A record, or a marker.
    struct Entry {
        Record record;
        ProducerId producer = no_producer;
        std::optional<bool> committed{};
    };
    std::vector<Entry> log;

    /// Made if it is not there.
    FakeGroup& group(std::string_view id = "g") {
        if (auto* found = groups.find(id)) {
            return static_cast<FakeGroup&>(*found);
        }
        return groups.put(std::make_unique<FakeGroup>(std::string(id)));
    }

    void append(Records records) { append(std::move(records), no_producer); }
    void append(Records records, ProducerId producer) {
        for (auto& record : records) {
            log.push_back({.record = std::move(record), .producer = producer});
            apply(log.back(), Offset{static_cast<std::int64_t>(log.size()) - 1});
        }
    }
    void end(ProducerId producer, bool committed) {
        log.push_back({.record = {}, .producer = producer, .committed = committed});
        apply(log.back(), Offset{static_cast<std::int64_t>(log.size()) - 1});
    }

    /// As the composition does it.
    void apply(const Entry& entry, Offset at) {
        if (entry.committed) {
            offsets.end_transaction(entry.producer, *entry.committed);
            return;
        }
        const auto stored = wire::read_coordinator_key(entry.record.key.view());
        ASSERT_TRUE(stored) << stored.error().message;
        if (stored->id == wire::GroupMetadataKey::record_id) {
            groups.erase(wire::decode_stored<wire::GroupMetadataKey>(*stored)->group);
            return;
        }
        const auto key = wire::decode_stored<wire::OffsetCommitKey>(*stored);
        ASSERT_TRUE(key) << key.error().message;
        if (!entry.record.value) {
            offsets.apply(*key, nullptr, entry.producer, at);
            return;
        }
        const auto bytes = wire::read_versioned(entry.record.value->view(), stored->id);
        ASSERT_TRUE(bytes) << bytes.error().message;
        const auto value = wire::decode_stored<wire::OffsetCommitValue>(*bytes);
        ASSERT_TRUE(value) << value.error().message;
        group(key->group);
        offsets.apply(*key, &*value, entry.producer, at);
    }

    /// Everything that `other` has stored, into this one.
    void replay(const OffsetsWorld& other) {
        for (std::size_t i = 0; i < other.log.size(); ++i) {
            apply(other.log[i], Offset{static_cast<std::int64_t>(i)});
        }
    }

    struct CommitSpec {
        std::string group = "g";
        std::string topic = "t";
        std::int32_t partition = 0;
        std::int64_t offset = 0;
        std::optional<std::string> metadata = "";
        Uuid topic_id{};
        ProducerId producer = no_producer;
    };
    /// By nobody's member; applied at once. What the partition was answered.
    ErrorCode commit(const CommitSpec& spec) {
        if (spec.producer == no_producer) {
            auto [reply, records, events] = offsets.commit(request_of(spec), {.version = 9}, now);
            append(std::move(records));
            return static_cast<ErrorCode>(reply.topics.at(0).partitions.at(0).error_code);
        }
        wire::TxnOffsetCommitRequest request;
        request.group_id = spec.group;
        request.producer_id = spec.producer.get();
        request.topics.push_back({.topic_id = spec.topic_id,
                                  .name = spec.topic,
                                  .partitions = {{.partition_index = spec.partition,
                                                  .committed_offset = spec.offset,
                                                  .committed_metadata = spec.metadata}}});
        auto [reply, records, events] = offsets.commit(request, {.version = 5}, now);
        append(std::move(records), spec.producer);
        return static_cast<ErrorCode>(reply.topics.at(0).partitions.at(0).error_code);
    }
    static wire::OffsetCommitRequest request_of(const CommitSpec& spec) {
        wire::OffsetCommitRequest request;
        request.group_id = spec.group;
        request.topics.push_back({.topic_id = spec.topic_id,
                                  .name = spec.topic,
                                  .partitions = {{.partition_index = spec.partition,
                                                  .committed_offset = spec.offset,
                                                  .committed_metadata = spec.metadata}}});
        return request;
    }

    /// The offset that one partition is answered, or the error.
    std::string fetch(std::string_view topic, std::int32_t partition, bool require_stable = false,
                      Uuid topic_id = {}) {
        wire::OffsetFetchRequest::Group request;
        request.group_id = "g";
        request.topics = {
            {.topic_id = topic_id, .name = std::string(topic), .partition_indexes = {partition}}};
        const auto reply = offsets.fetch(request, 9, require_stable);
        const auto& one = reply.topics.at(0).partitions.at(0);
        return one.error_code == 0
                   ? fmt::format("{}", one.committed_offset)
                   : fmt::format("{}", error_name(static_cast<ErrorCode>(one.error_code)));
    }

    using Picture = std::map<std::tuple<std::string, std::string, std::int32_t>, std::string>;
    /// All committed offsets with all that is known of them.
    [[nodiscard]] Picture picture() const {
        Picture all;
        offsets.for_each([&](const OffsetPlace& at, const CommittedOffset& offset) {
            all[{std::string(at.group), std::string(at.topic), at.partition}] =
                fmt::format("{} epoch {} '{}' at {} until {} of {} in {}", offset.offset,
                            offset.leader_epoch, offset.metadata, offset.committed_at,
                            offset.expires_at, offset.topic_id, offset.record);
        });
        EXPECT_EQ(all.size(), offsets.size());
        return all;
    }
};

/// The stored value, and its version.
inline std::pair<std::int16_t, wire::OffsetCommitValue> value_of(const Record& record) {
    const auto stored = wire::read_versioned(record.value->view(), 1);
    return {stored->version, *wire::decode_stored<wire::OffsetCommitValue>(*stored)};
}

/// "group topic-partition" of each, "!" behind tombstones.
inline std::vector<std::string> keys_of(const Records& records) {
    std::vector<std::string> keys;
    for (const auto& record : records) {
        const auto key = wire::decode_stored<wire::OffsetCommitKey>(
            *wire::read_coordinator_key(record.key.view()));
        keys.push_back(fmt::format("{} {}-{}{}", key->group, key->topic, key->partition,
                                   record.value ? "" : "!"));
    }
    return keys;
}

}  // namespace barnabas::coordinator::testing
