#pragma once

#include "testkit/record_text.h"
#include "testkit/wire_client.h"
#include "wire/messages/fetch.h"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <vector>

namespace barnabas::testkit {

struct FetchFrom {
    TopicPartition partition;
    Offset offset;
    bool committed = true;
    std::int32_t max_wait_ms = 0;
};

struct FetchedRecord {
    Offset offset;
    RecordText text;
};

/// What a consumer makes of one partition of an answer.
struct Fetched {
    ErrorCode code = ErrorCode::none;
    Offset next;  // where to go on
    Offset last_stable;
    Offset high_watermark;
    std::vector<FetchedRecord> records;
};

/// Leaves out markers, and for readers of committed records those of aborted transactions, by the
/// answer's own list, as clients do (org.apache.kafka.clients.consumer.internals.CompletedFetch).
/// An error where the answer is not what it has to be.
[[nodiscard]] Result<Fetched> read_fetched(const wire::FetchResponse::Response::Partition& answer,
                                           const FetchFrom& from);

/// One fetch of one partition; nothing if there was no answer.
awaitable<std::optional<Fetched>> fetch(WireClient* client, FetchFrom from);

}  // namespace barnabas::testkit
