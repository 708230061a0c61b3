#include "message_lines.h"

#include "support/vectors.h"

#include <gtest/gtest.h>

namespace barnabas::testing {
namespace {

std::string hex_of(const Described& what, const void* object) {
    wire::Output output;
    wire::encode_struct(*what.schema, what.layout, object, output);
    return hex_of_bytes(output.bytes.view());
}

}  // namespace

Described described_message(const wire::MessageInfo& info, std::int16_t version) {
    return {.schema = &info.schema(),
            .layout = info.layout(version),
            .create = info.create,
            .destroy = info.destroy};
}

void expect_json(const Described& what, const void* object, const boost::json::object& json) {
    const auto got = wire::to_json(*what.schema, what.layout.version, object);
    EXPECT_TRUE(got == json) << "  got " << got << "\nwanted " << json;
}

void expect_both_ways(const Described& what, const boost::json::object& json, ByteView bytes) {
    const auto hex = hex_of_bytes(bytes);
    const auto decoded = what.make();
    const auto taken = wire::decode_struct(*what.schema, what.layout, bytes, decoded.get());
    if (!taken) {
        ADD_FAILURE() << taken.error().message << " in " << json;
        return;
    }
    EXPECT_EQ(*taken, bytes.size());
    expect_json(what, decoded.get(), json);
    EXPECT_EQ(hex_of(what, decoded.get()), hex);

    wire::JsonBytes kept;
    const auto built = what.make();
    const auto read = wire::from_json(*what.schema, what.layout.version, json, built.get(), kept);
    ASSERT_TRUE(read) << read.error().message << " in " << json;
    EXPECT_EQ(hex_of(what, built.get()), hex);
    EXPECT_TRUE(wire::equal_structs(*what.schema, what.layout.version, decoded.get(), built.get()));
}

}  // namespace barnabas::testing
