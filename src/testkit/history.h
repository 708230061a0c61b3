#pragma once

#include "base/time.h"
#include "base/types.h"

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace barnabas::testkit {

/// What happened in one simulation, as its clients know it: what each asked for and was told, and
/// what was read. Plain data: a checker judges it, and tests of the checker make it up.

/// Every record says in its value which transaction it is of, and which one of that.
struct RecordId {
    std::size_t transaction = 0;  // index in History::transactions
    std::size_t index = 0;        // in Transaction::records

    friend auto operator<=>(const RecordId&, const RecordId&) = default;
};

/// Where a record was read of which another one is the copy.
struct Source {
    TopicPartition partition;
    Offset offset;

    friend auto operator<=>(const Source&, const Source&) = default;
};

struct SentRecord {
    TopicPartition partition;
    std::optional<Source> copy_of;
    std::optional<Offset> acknowledged{};
    Time acknowledged_at{};
};

/// What the client asked for in the end.
enum class Asked : std::uint8_t { nothing, commit, abort };

/// What it was told about that. `refused`: the first answer to its only request said no.
enum class Told : std::uint8_t { nothing, committed, aborted, refused };

struct Transaction {
    std::string id;      // its producer's transactional id
    std::string client;  // the machine that ran it
    std::vector<SentRecord> records;
    Asked asked = Asked::nothing;
    Time asked_at = never;
    Told told = Told::nothing;
    /// From then on the coordinator may have aborted it by itself: somebody else began under its
    /// id, or it took longer than its timeout.
    Time may_end_from = never;
};

struct Found {
    Offset offset;
    RecordId record;

    friend bool operator==(const Found&, const Found&) = default;
};

/// One answer to a fetch. Always: offsets rise, all of them in [from, to).
struct Reading {
    TopicPartition partition;
    bool committed = true;  // isolation.level=read_committed
    Time asked_at{};        // the request left then
    Time when{};            // the answer came then
    Offset from{};
    Offset to{};
    Offset last_stable{};
    std::vector<Found> records{};
};

/// A partition at the end, when everybody has stopped and every timeout has passed.
struct FinalLog {
    std::vector<Found> all;        // read_uncommitted
    std::vector<Found> committed;  // read_committed
    Offset last_stable;
    Offset end;
};

struct History {
    std::vector<Transaction> transactions;
    std::vector<Reading> readings;  // while it went on
    std::map<TopicPartition, FinalLog> logs;
    /// Of the group whose members copy: where it is in the partitions that it reads.
    std::map<TopicPartition, Offset> group_offsets;
    /// Transactions that the coordinator has not ended, by id, with their state.
    std::map<std::string, std::string> open_at_the_end;
    /// What a client was told that it should never be, or could not do.
    std::vector<std::string> complaints;
};

}  // namespace barnabas::testkit
