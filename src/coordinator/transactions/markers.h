#pragma once

#include "base/error_code.h"
#include "base/time.h"
#include "base/types.h"
#include "coordinator/transactions/transaction.h"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace barnabas::coordinator {

/// What a partition's answer to a marker means (Kafka's TransactionMarkerRequestCompletionHandler,
/// TransactionMarkerChannelManager in 4.x).
enum class MarkerVerdict : std::uint8_t {
    written,    // the partition has it
    skipped,    // it cannot have records of the transaction: the transaction goes on without it
    retried,    // it is sent again soon, to whoever leads then
    alarming,   // must not happen: somebody has to look; it is sent again, seldom
    cancelled,  // a newer coordinator or producer is at work: this one sends no more
};

/// The one table.
[[nodiscard]] MarkerVerdict marker_verdict(ErrorCode code);

/// Which transaction's end it is. An answer that comes when that one is over finds none.
struct MarkerKey {
    std::string transactional_id;
    ProducerIdentity producer;
    std::int32_t coordinator_epoch = 0;

    friend auto operator<=>(const MarkerKey&, const MarkerKey&) = default;
};

/// What is to go into WriteTxnMarkers, to the leaders of the partitions.
struct MarkersToSend {
    MarkerKey key;
    bool commit = false;
    std::int8_t transaction_version = 0;  // WriteTxnMarkers from version 2 on
    std::vector<TopicPartition> partitions;
};

struct MarkerConfig {
    Duration retry_backoff = 100ms;
    Duration alarm_backoff = 10s;
};

/// The markers of one partition of __transaction_state that are not written yet.
/// Always: an end is here from its Prepare record's being committed until its Complete record is
/// applied. When each partition has its marker it is done, and the Complete record can be written.
class Markers {
public:
    explicit Markers(MarkerConfig config) : config_(config) {}
    void configure(MarkerConfig config) { config_ = config; }

    /// They are due at once. Without partitions the end is done.
    void add(MarkersToSend markers, Time now);
    void remove(std::string_view transactional_id);
    void clear();

    struct Due {
        std::vector<MarkersToSend> send;  // under way until their answers come
        std::vector<std::string> done;    // each again after retry_backoff, if it is still here
    };
    [[nodiscard]] Due take_due(Time now);
    [[nodiscard]] Time next_due() const;

    /// The verdict on `code`, whether or not the end is still here.
    MarkerVerdict on_answer(const MarkerKey& key, const TopicPartition& partition, ErrorCode code,
                            Time now);
    void on_partition_gone(const MarkerKey& key, const TopicPartition& partition, Time now);

    [[nodiscard]] bool is_done(std::string_view transactional_id) const;
    /// Partitions that have no marker yet; nothing if there is no such end.
    [[nodiscard]] std::optional<std::vector<TopicPartition>> open(
        std::string_view transactional_id) const;
    [[nodiscard]] std::size_t size() const { return ends_.size(); }
    /// Markers that are not written yet, of all ends.
    [[nodiscard]] std::size_t waiting() const;

private:
    struct End {
        MarkersToSend what;                   // its partitions are in `open` instead
        std::map<TopicPartition, Time> open;  // when to send; never: it is under way
        Time complete_at{};                   // when done: not handed out before
        bool cancelled = false;
        Time due = never;  // as in due_
    };
    using Ends = std::map<std::string, End, std::less<>>;

    [[nodiscard]] Ends::iterator find(const MarkerKey& key);
    void settle(const Ends::iterator& end, const TopicPartition& partition, Time now);
    /// To be called whenever something of an end has changed.
    void reschedule(const Ends::iterator& end);

    MarkerConfig config_;
    Ends ends_;
    std::set<std::pair<Time, std::string>> due_;  // but never
};

}  // namespace barnabas::coordinator
