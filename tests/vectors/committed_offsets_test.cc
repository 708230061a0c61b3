#include "coordinator/group_table.h"
#include "coordinator/offsets/offsets.h"
#include "support/vectors.h"
#include "wire/persisted/framing.h"

#include <gtest/gtest.h>

namespace barnabas::testing {
namespace {

using coordinator::CommittedOffset;
using coordinator::Offsets;

std::int64_t number_or(const boost::json::object& json, std::string_view name,
                       std::int64_t otherwise) {
    const auto* found = json.if_contains(name);
    return found == nullptr ? otherwise : found->as_int64();
}

/// What Kafka's own class says that its bytes are.
CommittedOffset said_by(const boost::json::object& json) {
    const auto* id = json.if_contains("topicId");
    return {.offset = json.at("offset").as_int64(),
            .leader_epoch = static_cast<std::int32_t>(number_or(json, "leaderEpoch", -1)),
            .metadata = json.at("metadata").as_string(),
            .committed_at = Timestamp{json.at("commitTimestamp").as_int64()},
            .expires_at = Timestamp{number_or(json, "expireTimestamp", -1)},
            .topic_id = id == nullptr ? Uuid{} : *Uuid::parse(id->as_string()),
            .record = Offset{5}};
}

/// The same commit as a request; its record is to be Kafka's byte for byte.
void expect_written_alike(const Offsets& offsets, const CommittedOffset& offset,
                          std::string_view hex) {
    wire::OffsetCommitRequest request;
    request.group_id = "g";
    request.retention_time_ms = offset.expires_at == no_timestamp ? -1 : 0;
    request.topics = {{.topic_id = offset.topic_id,
                       .name = "t",
                       .partitions = {{.partition_index = 0,
                                       .committed_offset = offset.offset,
                                       .committed_leader_epoch = offset.leader_epoch,
                                       .commit_timestamp = offset.committed_at.get(),
                                       .committed_metadata = std::string(offset.metadata)}}}};
    const auto out =
        offsets.commit(request, {.version = 9}, {.steady = {}, .wall = offset.expires_at});
    ASSERT_EQ(out.records.size(), 1U);
    EXPECT_EQ(hex_of_bytes(out.records[0].value->view()), hex);
}

template <class Key, class Value>
void expect_understood(const boost::json::object& line, std::int16_t newest) {
    const coordinator::GroupTable groups;
    const coordinator::OffsetsConfig config;
    Offsets offsets{{.groups = groups, .config = config}};
    const auto bytes = bytes_of_hex(line.at("hex").as_string());
    const auto value = wire::decode_stored<Value>(*wire::read_versioned(bytes, Key::record_id));
    ASSERT_TRUE(value) << value.error().message;
    offsets.apply(Key{.group = "g", .topic = "t", .partition = 0}, &*value, no_producer, Offset{5});
    const auto want = said_by(line.at("json").as_object());
    EXPECT_EQ(offsets.find({.group = "g", .topic = "t", .partition = 0}), want);

    const auto version = line.at("version").as_int64();
    const bool is_written = version == newest || (version == 1 && want.expires_at != no_timestamp);
    if (is_written && line.at("unknown_tags").as_int64() == 0) {
        expect_written_alike(offsets, want, line.at("hex").as_string());
    }
}

TEST(VectorsOfCommittedOffsets, AreUnderstoodAndWrittenAsByKafka) {
    std::size_t values = 0;
    for (const auto& line : vector_lines("coordinator-records")) {
        if (line.at("part").as_string() != "value") {
            continue;
        }
        SCOPED_TRACE(boost::json::serialize(line));
        if (line.at("record").as_string() == "OFFSET_COMMIT") {
            expect_understood<wire::OffsetCommitKey, wire::OffsetCommitValue>(line, 4);
            ++values;
        } else if (line.at("record").as_string() == "LEGACY_OFFSET_COMMIT") {
            expect_understood<wire::LegacyOffsetCommitKey, wire::LegacyOffsetCommitValue>(line, -1);
            ++values;
        }
    }
    EXPECT_TRUE(values > 0 || !vectors_are_ours());
}

}  // namespace
}  // namespace barnabas::testing
