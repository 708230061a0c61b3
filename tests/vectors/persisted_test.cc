#include "message_lines.h"
#include "support/vectors.h"
#include "wire/persisted/consumer_protocol.h"
#include "wire/persisted/control_messages.h"
#include "wire/persisted/framing.h"
#include "wire/persisted/registry.h"
#include "wire/persisted/stored_data.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace barnabas::testing {
namespace {

using wire::RecordFamily;

std::int16_t int16_of(const boost::json::object& line, std::string_view member) {
    return static_cast<std::int16_t>(line.at(member).as_int64());
}

/// What `stored` was taken from, written anew.
std::string hex_again(const Described& record, const wire::StoredRecord& stored,
                      wire::Output& frame) {
    const auto object = record.make();
    EXPECT_TRUE(wire::decode_struct(*record.schema, record.layout, stored.body, object.get()));
    wire::encode_struct(*record.schema, record.layout, object.get(), frame);
    return hex_of_bytes(frame.bytes.view());
}

TEST(VectorsOfMetadataRecords, BothWaysWithTheirFrame) {
    for (const auto& line : vector_lines("metadata-records")) {
        SCOPED_TRACE(boost::json::serialize(line));
        const auto family = line.at("family").as_string() == "metadata" ? RecordFamily::metadata
                                                                        : RecordFamily::remote_log;
        const auto id = int16_of(line, "id");
        const auto* info = wire::find_record(family, id);
        ASSERT_NE(info, nullptr);
        EXPECT_EQ(info->name, line.at("record").as_string());
        EXPECT_TRUE(info->value.versions.contains(int16_of(line, "version")));
        const auto record = described_message(info->value, int16_of(line, "version"));
        EXPECT_EQ(record.layout.flexible, line.at("flexible").as_bool());
        expect_both_ways(record, line.at("json").as_object(),
                         bytes_of_hex(line.at("body_hex").as_string()));

        const auto bytes = bytes_of_hex(line.at("hex").as_string());
        const auto stored = wire::read_metadata_frame(bytes);
        ASSERT_TRUE(stored) << stored.error().message;
        EXPECT_EQ(stored->id, id);
        EXPECT_EQ(stored->version, int16_of(line, "version"));
        EXPECT_EQ(hex_of_bytes(stored->body), line.at("body_hex").as_string());
        wire::Output output;
        wire::write_metadata_frame(stored->id, stored->version, output);
        EXPECT_EQ(hex_again(record, *stored, output), line.at("hex").as_string());
    }
}

RecordFamily coordinator_family(std::string_view name) {
    return name == "group"         ? RecordFamily::group
           : name == "transaction" ? RecordFamily::transaction
                                   : RecordFamily::share;
}

TEST(VectorsOfCoordinatorRecords, BothWaysWithIdOrVersionInFront) {
    for (const auto& line : vector_lines("coordinator-records")) {
        SCOPED_TRACE(boost::json::serialize(line));
        const auto id = int16_of(line, "id");
        const auto* info = wire::find_record(coordinator_family(line.at("family").as_string()), id);
        ASSERT_NE(info, nullptr);
        EXPECT_EQ(info->name, line.at("record").as_string());
        const bool is_key = line.at("part").as_string() == "key";
        const auto& part = is_key ? *info->key : info->value;
        const auto version = int16_of(line, "version");
        EXPECT_TRUE(part.versions.contains(version));
        const auto record = described_message(part, version);
        EXPECT_EQ(record.layout.flexible, line.at("flexible").as_bool());
        expect_both_ways(record, line.at("json").as_object(),
                         bytes_of_hex(line.at("body_hex").as_string()));

        const auto bytes = bytes_of_hex(line.at("hex").as_string());
        const auto stored =
            is_key ? wire::read_coordinator_key(bytes) : wire::read_versioned(bytes, id);
        ASSERT_TRUE(stored) << stored.error().message;
        EXPECT_EQ(stored->id, id);
        EXPECT_EQ(stored->version, version);
        wire::Output output;
        wire::write_int16(is_key ? id : version, output);
        EXPECT_EQ(hex_again(record, *stored, output), line.at("hex").as_string());
    }
}

struct EmbeddedRow {
    std::string_view name;
    wire::MessageInfo info;
    bool behind_version = true;  // an int16 stands before the body
};

constexpr EmbeddedRow embedded_rows[] = {
    {"ConsumerProtocolSubscription", wire::info_of<wire::ConsumerProtocolSubscription>()},
    {"ConsumerProtocolAssignment", wire::info_of<wire::ConsumerProtocolAssignment>()},
    {"DefaultPrincipalData", wire::info_of<wire::DefaultPrincipalData>()},
    {"EndTxnMarker", wire::info_of<wire::EndTxnMarker>()},
    {"LeaderChangeMessage", wire::info_of<wire::LeaderChangeMessage>(), false},
    {"SnapshotHeaderRecord", wire::info_of<wire::SnapshotHeaderRecord>(), false},
    {"SnapshotFooterRecord", wire::info_of<wire::SnapshotFooterRecord>(), false},
    {"KRaftVersionRecord", wire::info_of<wire::KRaftVersionRecord>(), false},
    {"VotersRecord", wire::info_of<wire::VotersRecord>(), false},
    {"ProducerSnapshot", wire::info_of<wire::ProducerSnapshotData>()},
    {"QuorumStateData", wire::info_of<wire::QuorumStateData>(), false},
};

TEST(VectorsOfEmbeddedRecords, BothWays) {
    for (const auto& line : vector_lines("embedded-records")) {
        SCOPED_TRACE(boost::json::serialize(line));
        const auto* row = std::ranges::find(
            embedded_rows, std::string_view{line.at("record").as_string()}, &EmbeddedRow::name);
        ASSERT_NE(row, std::end(embedded_rows));
        const auto version = int16_of(line, "version");
        EXPECT_TRUE(row->info.versions.contains(version));
        const auto record = described_message(row->info, version);
        EXPECT_EQ(record.layout.flexible, line.at("flexible").as_bool());
        expect_both_ways(record, line.at("json").as_object(),
                         bytes_of_hex(line.at("body_hex").as_string()));
        wire::Output output;
        const auto bytes = bytes_of_hex(line.at("hex").as_string());
        wire::StoredRecord stored{.version = version, .body = bytes};
        if (row->behind_version) {
            const auto read = wire::read_versioned(bytes);
            ASSERT_TRUE(read) << read.error().message;
            EXPECT_EQ(read->version, version);
            stored = *read;
            wire::write_int16(version, output);
        }
        if (row->name != "QuorumStateData") {  // that is stored as JSON
            EXPECT_EQ(hex_again(record, stored, output), line.at("hex").as_string());
        }
    }
}

}  // namespace
}  // namespace barnabas::testing
