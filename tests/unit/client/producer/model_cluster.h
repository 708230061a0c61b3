#pragma once

#include "client/producer/sender.h"
#include "wire/records/record_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace barnabas::client::model {

/// The values of a batch's records.
inline std::vector<std::string> values_of(ByteView bytes) {
    std::vector<std::string> values;
    const wire::BatchView batch(bytes);
    EXPECT_TRUE(batch.ensure_valid());
    wire::RecordReader reader;
    EXPECT_TRUE(reader.start(batch, std::size_t{1} << 24));
    wire::RecordView record;
    while (true) {
        const auto more = reader.next(record);
        EXPECT_TRUE(more) << more.error().message;
        if (!more || !*more) {
            return values;
        }
        values.emplace_back(as_text(*record.value));
    }
}

/// One partition as its replicas have it: what a broker's producer states let in. Unlike Kafka's,
/// which takes whatever a producer begins with, it refuses what cannot be the first.
class ModelLog {
public:
    struct Verdict {
        ErrorCode code = ErrorCode::none;
        Offset base{-1};
    };

    Verdict append(ByteView bytes) {
        const wire::BatchView batch(bytes);
        const auto base = Offset{std::ssize(values)};
        if (batch.has_producer()) {
            if (!producers_.contains(batch.producer_id()) && batch.base_sequence() != 0) {
                return {ErrorCode::unknown_producer_id};
            }
            auto& known = producers_[batch.producer_id()];
            if (batch.producer_epoch() < known.epoch) {
                return {ErrorCode::invalid_producer_epoch};
            }
            if (batch.producer_epoch() > known.epoch) {
                if (batch.base_sequence() != 0) {
                    return {ErrorCode::out_of_order_sequence_number};
                }
                known = {batch.producer_epoch(), {}};
            }
            for (const auto& old : known.batches) {
                if (old.first == batch.base_sequence() && old.last == batch.last_sequence()) {
                    return {ErrorCode::none, old.offset};
                }
            }
            const std::int32_t expected =
                known.batches.empty() ? 0 : add_to_sequence(known.batches.back().last, 1);
            if (batch.base_sequence() != expected) {
                return {ErrorCode::out_of_order_sequence_number};
            }
            known.batches.push_back({batch.base_sequence(), batch.last_sequence(), base});
            if (known.batches.size() > 5) {
                known.batches.pop_front();
            }
        }
        for (auto& value : values_of(bytes)) {
            values.push_back(std::move(value));
        }
        return {ErrorCode::none, base};
    }

    std::vector<std::string> values;

private:
    struct Batch {
        std::int32_t first;
        std::int32_t last;
        Offset offset;
    };
    struct Producer {
        ProducerEpoch epoch = no_producer_epoch;
        std::deque<Batch> batches;
    };
    std::map<ProducerId, Producer> producers_;
};

/// The answer of a broker to one partition of a request.
inline wire::ProduceResponse::Response::PartitionResponse& add_answer(
    wire::ProduceResponse& response, const std::string& topic, std::int32_t index) {
    auto found =
        std::ranges::find(response.responses, topic, &wire::ProduceResponse::Response::name);
    if (found == response.responses.end()) {
        response.responses.emplace_back().name = topic;
        found = response.responses.end() - 1;
    }
    auto& answer = found->partition_responses.emplace_back();
    answer.index = index;
    return answer;
}

}  // namespace barnabas::client::model
