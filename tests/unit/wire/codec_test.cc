#include "wire/codec.h"

#include "wire/api.h"
#include "wire/describe.h"
#include "wire/writer.h"

#include <gtest/gtest.h>

#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace barnabas::wire {
namespace {

/// One field of each kind that has a length; flexible from version 1 on.
struct Sample {
    static constexpr std::string_view name = "Sample";
    static constexpr Versions versions{0, 2};
    static constexpr std::int16_t flexible_since = 1;

    struct Part {
        std::int32_t number = 0;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.number, "number");
            v.unknown(m.unknown_tags);
        }
    };

    std::string text;
    std::optional<std::string> maybe;
    ByteView bytes;
    std::vector<Part> parts;
    Records records{ByteView{}};
    std::vector<std::int32_t> marked;
    std::int16_t late = 7;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.text, "text");
        v(m.maybe, "maybe").nullable(1);
        v(m.bytes, "bytes");
        v(m.parts, "parts");
        v(m.records, "records");
        v(m.marked, "marked").since(1).tag(3);
        v(m.late, "late").since(2).tag(1);
        v.unknown(m.unknown_tags);
    }
};

/// A description that never ends, to meet the limit of depth.
struct Endless {
    static constexpr std::string_view name = "Endless";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = never_flexible;

    std::vector<Endless> inner;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.inner, "inner");
    }
};

ByteBuffer encoded(const Sample& sample, std::int16_t version) {
    Output output;
    encode(sample, version, output);
    return std::move(output.bytes);
}

Sample sample() {
    Sample made;
    made.text = "text";
    made.maybe = "maybe";
    made.bytes = as_bytes("bytes");
    made.parts.push_back({.number = 1});
    made.parts.push_back({.number = 2});
    made.records = Records(as_bytes("records"));
    return made;
}

template <class Write>
std::string error_of(std::int16_t version, Write write, const DecodeLimits& limits = {}) {
    ByteBuffer buffer;
    Writer writer(buffer);
    write(writer);
    const auto read = decode<Sample>(buffer.view(), version, limits);
    EXPECT_FALSE(read);
    return read ? "" : read.error().message;
}

TEST(Codec, ReadsWhatItWroteInEachVersion) {
    for (std::int16_t version = 0; version <= Sample::versions.last; ++version) {
        auto made = sample();
        made.marked = {1, 2};
        const auto bytes = encoded(made, version);
        const auto read = decode<Sample>(bytes.view(), version);
        ASSERT_TRUE(read) << read.error().message;
        EXPECT_TRUE(equal_structs(schema_of<Sample>(), version, &*read, &made));
        EXPECT_EQ(read->marked.size(), version >= 1 ? 2U : 0U);
    }
}

TEST(Codec, ViewsBytesAndRecordsInTheInput) {
    const auto bytes = encoded(sample(), 1);
    const auto read = decode<Sample>(bytes.view(), 1);
    ASSERT_TRUE(read);
    for (const auto view : {read->bytes, read->records.bytes()}) {
        EXPECT_GE(view.data(), bytes.data());
        EXPECT_LE(view.data() + view.size(), bytes.data() + bytes.size());
    }
}

TEST(Codec, RefusesEachTruncation) {
    for (std::int16_t version = 0; version <= Sample::versions.last; ++version) {
        auto made = sample();
        made.marked = {1, 2, 3};
        const auto bytes = encoded(made, version);
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            EXPECT_FALSE(decode<Sample>(bytes.view().first(size), version)) << version << size;
        }
    }
}

TEST(Codec, ToleratesBytesBehindTheMessage) {
    auto bytes = encoded(sample(), 1);
    *bytes.grow(1) = std::byte{9};
    EXPECT_TRUE(decode<Sample>(bytes.view(), 1));
}

TEST(Codec, RefusesVersionsThatTheMessageDoesNotHave) {
    const auto read = decode<Sample>({}, 3);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, ErrorCode::unsupported_version);
    EXPECT_EQ(read.error().message, "Sample has versions 0 to 2, not 3");
}

TEST(Codec, RefusesNullWhereTheVersionHasNone) {
    EXPECT_EQ(error_of(0, [](Writer& out) { out.integer<std::int16_t>(-1); }),
              "Sample v0: text: null, which this version does not allow");
    const auto null_maybe = [](Writer& out) {
        out.integer<std::int16_t>(0);
        out.integer<std::int16_t>(-1);
    };
    EXPECT_EQ(error_of(0, null_maybe), "Sample v0: maybe: null, which this version does not allow");
    auto made = sample();
    made.maybe.reset();
    const auto read = decode<Sample>(encoded(made, 1).view(), 1);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->maybe, std::nullopt);
}

TEST(Codec, BelievesNoLengthBeforeItIsThere) {
    EXPECT_EQ(error_of(0,
                       [](Writer& out) {
                           out.integer<std::int16_t>(5);
                           out.bytes(as_bytes("four"));
                       }),
              "Sample v0: text: 5 bytes wanted, 4 left");
    const auto many_parts = [](Writer& out) {
        out.integer<std::int16_t>(0);
        out.integer<std::int16_t>(0);
        out.integer<std::int32_t>(0);
        out.integer<std::int32_t>(std::numeric_limits<std::int32_t>::max());
    };
    EXPECT_EQ(error_of(0, many_parts),
              "Sample v0: parts: an array of 2147483647 elements with 0 bytes left; at most "
              "1000000 are read");
}

TEST(Codec, ReadsAtMostAMillionElements) {
    const DecodeLimits limits{.array_elements_max = 3};
    auto made = sample();
    made.parts.resize(3);
    EXPECT_TRUE(decode<Sample>(encoded(made, 1).view(), 1, limits));
    made.parts.resize(4);
    EXPECT_FALSE(decode<Sample>(encoded(made, 1).view(), 1, limits));
    EXPECT_EQ(DecodeLimits{}.array_elements_max, 1'000'000U);
    EXPECT_EQ(DecodeLimits{}.tagged_fields_max, 10'000U);
    EXPECT_EQ(DecodeLimits{}.reserved_elements_max, 1'000U);
}

// Arrays that are small enough alone may be too many together; so may tags.
TEST(Codec, BoundsWhatAWholeMessageHas) {
    auto made = sample();
    made.parts.resize(3);
    made.marked = {1, 2};
    made.unknown_tags.push_back({.tag = 100, .bytes = {}});
    made.unknown_tags.push_back({.tag = 101, .bytes = {}});
    const auto bytes = encoded(made, 1);
    const auto reads = [&](const DecodeLimits& limits) {
        return decode<Sample>(bytes.view(), 1, limits).has_value();
    };
    EXPECT_TRUE(reads({.elements_max = 5, .structs_max = 3, .unknown_tags_max = 2}));
    EXPECT_FALSE(reads({.elements_max = 4}));
    EXPECT_FALSE(reads({.structs_max = 2}));
    EXPECT_FALSE(reads({.unknown_tags_max = 1}));
}

TEST(Codec, ReservesNoMoreThanAThousandElementsAhead) {
    // A million elements are announced and the bytes are there, but the first is no element.
    ByteBuffer buffer;
    Writer writer(buffer);
    writer.integer<std::int32_t>(1'000'000);
    writer.integer<std::int32_t>(-5);  // null, which an array inside Endless may not be
    buffer.resize(buffer.size() + 1'000'000);
    Endless endless;
    const Layout layout{.version = 0, .flexible = false};
    EXPECT_FALSE(decode_struct(schema_of<Endless>(), layout, buffer.view(), &endless));
    EXPECT_LE(endless.inner.capacity(), DecodeLimits{}.reserved_elements_max);
}

TEST(Codec, ReadsAtMostTenThousandTaggedFields) {
    auto made = sample();
    for (std::uint32_t i = 0; i < 10'000; ++i) {
        made.unknown_tags.push_back({.tag = 100 + i, .bytes = {}});
    }
    EXPECT_TRUE(decode<Sample>(encoded(made, 1).view(), 1));
    made.unknown_tags.push_back({.tag = 100'000, .bytes = {}});
    const auto read = decode<Sample>(encoded(made, 1).view(), 1);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().message, "Sample v1: 10001 tagged fields; at most 10000");
}

TEST(Codec, BoundsTheDepth) {
    const auto nested = [](int depth) {
        ByteBuffer buffer;
        Writer writer(buffer);
        for (int i = 1; i < depth; ++i) {
            writer.integer<std::int32_t>(1);
        }
        writer.integer<std::int32_t>(0);
        return decode<Endless>(buffer.view(), 0).has_value();
    };
    EXPECT_TRUE(nested(DecodeLimits{}.depth_max));
    EXPECT_FALSE(nested(DecodeLimits{}.depth_max + 1));
    EXPECT_FALSE(nested(100'000));
}

TEST(Codec, KeepsUnknownTagsBetweenTheKnownOnes) {
    constexpr auto last = std::numeric_limits<std::uint32_t>::max();
    auto made = sample();
    made.marked = {1};
    made.late = 8;
    for (const std::uint32_t tag : {0U, 2U, 4U, last}) {
        made.unknown_tags.push_back({.tag = tag, .bytes = as_bytes("?")});
    }
    const auto bytes = encoded(made, 2);
    const auto read = decode<Sample>(bytes.view(), 2);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_TRUE(equal_structs(schema_of<Sample>(), 2, &*read, &made));
    EXPECT_EQ(as_text(encoded(*read, 2).view()), as_text(bytes.view()));
    EXPECT_EQ(read->late, 8);
}

TEST(Codec, LeavesTaggedFieldsOutAtTheirDefaults) {
    const auto bytes = encoded(sample(), 2);
    EXPECT_EQ(bytes.view().back(), std::byte{0});  // no tagged fields
}

TEST(Codec, LetsARepeatedTagReplaceTheFirst) {
    const auto body = encoded(sample(), 1);
    ByteBuffer buffer;
    buffer.append(body.view().first(body.size() - 1));
    Writer writer(buffer);
    writer.unsigned_varint(2);
    for (const std::int32_t number : {11, 12}) {
        writer.unsigned_varint(3);  // marked
        writer.unsigned_varint(5);
        writer.unsigned_varint(2);  // one element
        writer.integer(number);
    }
    const auto read = decode<Sample>(buffer.view(), 1);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->marked, std::vector<std::int32_t>{12});
}

TEST(Codec, RefusesTaggedFieldsLongerThanTheInput) {
    const auto body = encoded(sample(), 1);
    ByteBuffer buffer;
    buffer.append(body.view().first(body.size() - 1));
    Writer writer(buffer);
    writer.unsigned_varint(1);
    writer.unsigned_varint(77);
    writer.unsigned_varint(2);
    writer.integer<std::int8_t>(0);
    const auto read = decode<Sample>(buffer.view(), 1);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().message, "Sample v1: tagged field 77 of 2 bytes, 1 left");
}

TEST(Codec, CutsStringsWhereTheProtocolEnds) {
    auto made = sample();
    made.text.assign(string_bytes_max - 1, 'x');
    made.text += "é and more";
    for (const std::int16_t version : {std::int16_t{0}, std::int16_t{1}}) {
        const auto read = decode<Sample>(encoded(made, version).view(), version);
        ASSERT_TRUE(read) << read.error().message;
        EXPECT_EQ(read->text, std::string(string_bytes_max - 1, 'x'));
    }
    EXPECT_EQ(error_of(1,
                       [](Writer& out) {
                           out.unsigned_varint(string_bytes_max + 2);
                           out.bytes(as_bytes(std::string(string_bytes_max + 1, 'x')));
                       }),
              "Sample v1: text: a string of 32768 bytes; at most 32767");
}

TEST(Codec, MarksWhereSplicedRecordsBelong) {
    auto made = sample();
    made.records = Records::spliced(300, 4);
    for (const std::int16_t version : {std::int16_t{0}, std::int16_t{1}}) {
        Output output;
        output.bytes.append(as_bytes("before"));
        encode(made, version, output);
        ASSERT_EQ(output.gaps.size(), 1U);
        EXPECT_EQ(output.gaps[0].size, 300U);
        EXPECT_EQ(output.gaps[0].source, 4U);
        EXPECT_EQ(output.total_size(), output.bytes.size() + 300);

        ByteBuffer filled;
        const auto at = output.gaps[0].position;
        filled.append(output.bytes.view().subspan(6, at - 6));
        filled.resize(filled.size() + 300);
        filled.append(output.bytes.view().subspan(at));
        const auto read = decode<Sample>(filled.view(), version);
        ASSERT_TRUE(read) << read.error().message;
        EXPECT_EQ(read->records.size(), 300U);
    }
    made.records = Records::spliced(0, 4);
    Output output;
    encode(made, 1, output);
    EXPECT_TRUE(output.gaps.empty());
}

/// A struct inside an array takes at least a byte: otherwise a count alone would make objects.
void expect_elements_of_a_byte(const StructSchema& schema, Layout layout) {
    const auto& plan = schema.plan(layout.version);
    for (const auto* steps : {&plan.fields, &plan.tagged}) {
        for (const auto& step : *steps) {
            if (step.field->kind == FieldKind::structure) {
                const auto& nested = step.field->nested();
                EXPECT_TRUE(layout.flexible || !nested.plan(layout.version).fields.empty())
                    << step.field->name << " v" << layout.version;
                expect_elements_of_a_byte(nested, layout);
            }
        }
    }
}

TEST(AllMessages, HaveElementsOfAtLeastOneByte) {
    for (const auto& api : all_apis()) {
        for (const auto* info : {&api.request, &api.response}) {
            for (auto version = info->versions.first; version <= info->versions.last; ++version) {
                expect_elements_of_a_byte(info->schema(), info->layout(version));
            }
        }
    }
}

TEST(AllMessages, EncodeAndDecodeAtTheirDefaults) {
    for (const auto& api : all_apis()) {
        for (const auto* info : {&api.request, &api.response}) {
            for (auto version = info->versions.first; version <= info->versions.last; ++version) {
                const auto made = info->make();
                const auto read = info->make();
                Output output;
                encode_struct(info->schema(), info->layout(version), made.get(), output);
                const auto taken = decode_struct(info->schema(), info->layout(version),
                                                 output.bytes.view(), read.get());
                ASSERT_TRUE(taken) << info->name << " v" << version << taken.error().message;
                EXPECT_EQ(*taken, output.bytes.size());
                EXPECT_TRUE(equal_structs(info->schema(), version, made.get(), read.get()));
            }
        }
    }
}

}  // namespace
}  // namespace barnabas::wire
