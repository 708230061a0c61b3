#pragma once

#include "coordinator/record_sink.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace barnabas::coordinator::testing {

/// A log in memory, which refuses what the test wants it to.
class FakeSink final : public RecordSink {
public:
    /// A record, or a marker.
    struct Entry {
        Record record;
        ProducerId producer = no_producer;
        std::optional<bool> committed{};
    };
    std::vector<Entry> log;
    std::vector<std::size_t> batches;  // how many records each had
    std::optional<ErrorCode> error;
    std::size_t batch_records_max = 1'000'000;

    [[nodiscard]] Result<Offset> append(const Records& records,
                                        const std::optional<ProducerIdentity>& transaction,
                                        Now /*now*/) override {
        EXPECT_FALSE(records.empty());
        if (error) {
            return fail(*error, "the test says so");
        }
        if (records.size() > batch_records_max) {
            return fail(ErrorCode::message_too_large, "{} records", records.size());
        }
        const Offset first{static_cast<std::int64_t>(log.size())};
        for (const Record& record : records) {
            Entry& entry = log.emplace_back();
            entry.record.key.append(record.key.view());
            if (record.value) {
                entry.record.value.emplace().append(record.value->view());
            }
            entry.producer = transaction ? transaction->id : no_producer;
        }
        batches.push_back(records.size());
        return first;
    }
};

}  // namespace barnabas::coordinator::testing
