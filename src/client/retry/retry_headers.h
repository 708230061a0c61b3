#pragma once

#include "base/result.h"
#include "base/time.h"
#include "base/types.h"
#include <barnabas/records.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::client {

/// Where a record stood at first, as its headers tell; its own place where they do not.
struct RecordOrigin {
    TopicPartition where;
    Offset offset;
    Timestamp timestamp;

    friend bool operator==(const RecordOrigin&, const RecordOrigin&) = default;
};

/// A record that its handler failed.
struct RecordFailure {
    RecordOrigin origin;
    std::string group;
    std::size_t deliveries = 1;  ///< this one included
    const Error& error;
    Timestamp at;
    std::optional<Timestamp> retry_at{};  ///< nothing: it is dead
};

/// The headers behind one prefix. No I/O.
class RetryHeaders {
public:
    explicit RetryHeaders(std::string prefix) : prefix_(std::move(prefix)) {}

    /// `origin`: the record's own place, for a record whose headers say nothing of use (somebody
    /// else put it there).
    [[nodiscard]] RecordOrigin origin(const HeaderRange& headers, RecordOrigin own) const;
    /// When a record of a retry topic is due; nothing: it says nothing of use, and is due now.
    [[nodiscard]] std::optional<Timestamp> due(const HeaderRange& headers) const;
    /// The record's headers without those of an earlier failure, then those of this one. Looks into
    /// nothing: all bytes are its own.
    [[nodiscard]] std::vector<Header> of_failure(const HeaderRange& headers,
                                                 const RecordFailure& failure) const;

private:
    [[nodiscard]] std::optional<std::string_view> text(const HeaderRange& headers,
                                                       std::string_view name) const;
    [[nodiscard]] std::optional<std::int64_t> number(const HeaderRange& headers,
                                                     std::string_view name) const;
    [[nodiscard]] bool is_ours(std::string_view key) const;

    std::string prefix_;
};

}  // namespace barnabas::client
