#include "message_lines.h"
#include "support/vectors.h"
#include "wire/persisted/framing.h"
#include "wire/persisted/registry.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace barnabas::testing
