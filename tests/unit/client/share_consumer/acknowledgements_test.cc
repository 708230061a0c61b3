#include "client/share_consumer/acknowledgements.h"

#include "wire/messages/share_acknowledge.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::client {
namespace {

using Batch = wire::ShareAcknowledgeRequest::Topic::Partition::AcknowledgementBatch;

AckType type_of(char letter) {
    switch (letter) {
        case 'a':
            return AckType::accept;
        case 'r':
            return AckType::release;
        case 'x':
            return AckType::reject;
        case 'n':
            return AckType::renew;
        default:
            return AckType::gap;
    }
}

/// One letter for each offset from `first` on; ' ': nothing is said of it.
Acknowledgements of(std::string_view letters, std::int64_t first = 0) {
    Acknowledgements acks;
    for (std::size_t i = 0; i < letters.size(); ++i) {
        if (letters[i] != ' ') {
            acks.append(Offset{first + static_cast<std::int64_t>(i)}, type_of(letters[i]));
        }
    }
    return acks;
}

std::string text_of(const std::vector<Batch>& batches) {
    std::string text;
    for (const Batch& batch : batches) {
        text +=
            fmt::format("{}{}-{}:", text.empty() ? "" : " ", batch.first_offset, batch.last_offset);
        for (const std::int8_t type : batch.acknowledge_types) {
            text += fmt::format("{}", type);
        }
    }
    return text;
}

TEST(Acknowledgements, GoIntoAsFewBatchesAsTheyCan) {
    struct Row {
        std::string acks;
        std::string want;
    };
    const Row rows[] = {
        {.acks = "", .want = ""},
        {.acks = "a", .want = "0-0:1"},
        {.acks = "aaa", .want = "0-2:1"},
        {.acks = "aaar", .want = "0-3:1112"},
        {.acks = "aa aa", .want = "0-1:1 3-4:1"},
        {.acks = "-a-x", .want = "0-3:0103"},
        {.acks = "n n", .want = "0-0:4 2-2:4"},
        // From sixteen on, a run stands alone.
        {.acks = "raaaaaaaaaaaaaaa", .want = "0-15:2111111111111111"},
        {.acks = "raaaaaaaaaaaaaaaax", .want = "0-0:2 1-16:1 17-17:3"},
    };
    for (const Row& row : rows) {
        EXPECT_EQ(text_of(of(row.acks).batches<Batch>()), row.want) << row.acks;
    }
}

TEST(Acknowledgements, AreMergedByOffset) {
    struct Row {
        std::string one;
        std::string other;
        std::string want;
    };
    const Row rows[] = {
        {.one = "a a", .other = " a ", .want = "aaa"},
        {.one = "", .other = "ar", .want = "ar"},
        {.one = "aa", .other = "", .want = "aa"},
        {.one = "  x", .other = "aa", .want = "aax"},
        {.one = "a  a", .other = " - ", .want = "a- a"},
        // Both speak of an offset: the run that begins first stands.
        {.one = "aaa", .other = " r", .want = "aaa"},
        {.one = " rrr", .other = "aa", .want = "aarr"},
    };
    for (const Row& row : rows) {
        auto merged = of(row.one);
        merged.merge(of(row.other));
        EXPECT_EQ(merged, of(row.want)) << "'" << row.one << "' and '" << row.other << "'";
    }
}

TEST(Acknowledgements, AreReplacedOneByOne) {
    for (const std::size_t at : {0U, 1U, 2U, 4U}) {
        auto acks = of("xxx x");
        acks.replace(Offset{static_cast<std::int64_t>(at)}, AckType::release);
        std::string want = "xxx x";
        want[at] = 'r';
        EXPECT_EQ(acks, of(want)) << at;
        EXPECT_EQ(acks.find(Offset{static_cast<std::int64_t>(at)}), AckType::release);
    }
    EXPECT_EQ(of("xxx x").find(Offset{3}), std::nullopt);
}

TEST(Acknowledgements, NameRecordsButNotGaps) {
    EXPECT_EQ(of("a-x r", 5).offsets(), (std::vector{Offset{5}, Offset{7}, Offset{9}}));
    EXPECT_FALSE(of("arx-").renews());
    EXPECT_TRUE(of("aan").renews());
}

}  // namespace
}  // namespace barnabas::client
