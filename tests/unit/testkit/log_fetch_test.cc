// What the simulated consumers make of an answer: the simulation sees no more than they do.
#include "testkit/log_fetch.h"

#include "testkit/topics.h"
#include "wire/records/batch_builder.h"
#include "wire/records/control_record.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace barnabas::testkit {
namespace {

using Answer = wire::FetchResponse::Response::Partition;

/// A partition of an answer, built batch by batch from offset 0 on.
class AnswerBuilder {
public:
    AnswerBuilder& data(std::int64_t producer, const std::vector<std::string>& values) {
        start(producer, false);
        for (const auto& value : values) {
            add({.timestamp = Timestamp{1}, .key = {}, .value = as_bytes(value), .headers = {}});
        }
        EXPECT_TRUE(builder_.finish());
        return *this;
    }
    AnswerBuilder& marker(std::int64_t producer, wire::ControlType type) {
        start(producer, true);
        const auto key = wire::make_control_key(type);
        const auto value = wire::make_end_transaction_value(0);
        add({.timestamp = Timestamp{1},
             .key = ByteView(key),
             .value = ByteView(value),
             .headers = {}});
        EXPECT_TRUE(builder_.finish());
        return *this;
    }
    AnswerBuilder& aborted(std::int64_t producer, std::int64_t first_offset) {
        auto& one = answer_.aborted_transactions->emplace_back();
        one.producer_id = producer;
        one.first_offset = first_offset;
        return *this;
    }
    Answer& answer() {
        answer_.high_watermark = answer_.last_stable_offset = next_;
        answer_.records = wire::Records(bytes_.view());
        return answer_;
    }

private:
    void start(std::int64_t producer, bool control) {
        builder_.start(bytes_, {.base_offset = Offset{next_},
                                .producer_id = ProducerId{producer},
                                .producer_epoch = ProducerEpoch{0},
                                .base_sequence = control ? wire::no_sequence : 0,
                                .transactional = true,
                                .control = control});
    }
    void add(const wire::BatchBuilder::Record& record) {
        EXPECT_TRUE(builder_.append(Offset{next_}, record));
        ++next_;
    }

    ByteBuffer bytes_;
    wire::BatchBuilder builder_;
    Answer answer_;
    std::int64_t next_ = 0;
};

std::vector<std::int64_t> offsets_of(const Result<Fetched>& fetched) {
    std::vector<std::int64_t> offsets;
    EXPECT_TRUE(fetched) << fetched.error().message;
    for (std::size_t i = 0; fetched && i < fetched->records.size(); ++i) {
        offsets.push_back(fetched->records[i].offset.get());
    }
    return offsets;
}

FetchFrom from(std::int64_t offset, bool committed) {
    return {.partition = input(0), .offset = Offset{offset}, .committed = committed};
}

/// Two producers; the first one aborts, then commits, while the other's transaction is open.
TEST(LogFetch, LeavesOutWhatIsAborted) {
    AnswerBuilder builder;
    builder.data(1, {"0 0  ", "0 1  "})
        .data(2, {"1 0  "})
        .marker(1, wire::ControlType::abort)
        .data(1, {"2 0  ", "2 1 0 7  ..."})
        .marker(1, wire::ControlType::commit)
        .data(2, {"1 1  "})
        .marker(2, wire::ControlType::commit)
        .aborted(1, 0);
    using Offsets = std::vector<std::int64_t>;
    EXPECT_EQ(offsets_of(read_fetched(builder.answer(), from(0, true))), (Offsets{2, 4, 5, 7}));
    EXPECT_EQ(offsets_of(read_fetched(builder.answer(), from(5, true))), (Offsets{5, 7}));
    EXPECT_EQ(offsets_of(read_fetched(builder.answer(), from(1, false))), (Offsets{1, 2, 4, 5, 7}));
    const auto fetched = read_fetched(builder.answer(), from(0, true));
    ASSERT_TRUE(fetched);
    EXPECT_EQ(fetched->next, Offset{9});
    EXPECT_EQ(fetched->records[2].text.id, (RecordId{.transaction = 2, .index = 1}));
    EXPECT_EQ(fetched->records[2].text.copy_of,
              (Source{.partition = input(0), .offset = Offset{7}}));
    EXPECT_FALSE(fetched->records[1].text.copy_of);
}

TEST(LogFetch, RefusesWhatNoConsumerShouldSee) {
    AnswerBuilder builder;
    builder.data(1, {"0 0  "}).data(2, {"1 0  "});
    auto answer = builder.answer();
    answer.last_stable_offset = 1;
    EXPECT_FALSE(read_fetched(answer, from(0, true))) << "beyond the last stable offset";
    EXPECT_TRUE(read_fetched(answer, from(0, false)));
    answer.high_watermark = 1;
    EXPECT_FALSE(read_fetched(answer, from(0, false))) << "beyond the high watermark";
    for (const std::string value : {"", "0", "a 0", "0 0 0", "0 0 0 0 0", "-1 0", "0 0 x"}) {
        AnswerBuilder strange;
        strange.data(1, {value});
        EXPECT_FALSE(read_fetched(strange.answer(), from(0, false))) << '\'' << value << '\'';
    }
}

TEST(RecordText, ReadsWhatItWrites) {
    const RecordText rows[] = {
        {.id = {.transaction = 0, .index = 0}, .copy_of = {}},
        {.id = {.transaction = 17, .index = 3},
         .copy_of = Source{.partition = input(2), .offset = Offset{1234567890123}}},
    };
    for (const auto& row : rows) {
        for (const std::size_t padding : {0U, 700U}) {
            const auto read = read_record_text(text_of(row, padding));
            ASSERT_TRUE(read) << read.error().message;
            EXPECT_EQ(read->id, row.id);
            EXPECT_EQ(read->copy_of, row.copy_of);
        }
    }
}

}  // namespace
}  // namespace barnabas::testkit
