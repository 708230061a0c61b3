#pragma once

#include "base/time.h"
#include "base/types.h"
#include "wire/messages/fetch.h"

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace barnabas::broker {

/// What a fetch asks of one partition: FetchRequest's partition, parsed.
struct FetchPosition {
    PartitionId partition{0};
    std::int32_t max_bytes = 0;
    LeaderEpoch current_leader_epoch = no_epoch;
    LeaderEpoch last_fetched_epoch = no_epoch;
    Offset fetch_offset{0};
    Offset fetcher_log_start = no_offset;  // a follower's own log start
};

/// A topic of a session. With topic ids `name` is empty until the id is known to the broker; then
/// it stays (Kafka's CachedPartition.maybeResolveUnknownName).
struct FetchTopic {
    TopicId id{};
    std::string name{};
    std::uint32_t partitions = 0;  // 0: nothing is fetched from it any more
};

/// A partition of a session: what to read, and what the client was told last. 56 bytes: a broker
/// keeps one for every partition of every consumer.
struct FetchPartition {
    std::uint32_t topic = 0;  // index into FetchPartitions::topics()
    FetchPosition position;
    Offset told_high_watermark = no_offset;
    Offset told_log_start = no_offset;
};
static_assert(sizeof(FetchPartition) == 56);

/// The partitions of one fetch or one session. Slots keep their numbers while their partition is
/// in the set; order() is the order in which they are read. Copying is how a session changes while
/// an earlier request still waits on it.
/// Always: every number in order() is a live slot, each once; the index finds exactly those.
class FetchPartitions {
public:
    explicit FetchPartitions(bool by_id) : by_id_(by_id) {}

    /// New positions go to the end of the order, known ones are overwritten where they are.
    void put(const wire::FetchRequest::Topic& topic);
    /// What is not there is not missed.
    void forget(std::span<const wire::FetchRequest::ForgottenTopicsData> topics);
    /// Moves `slots`, in the order given, behind all others. `slots` is a subsequence of order().
    void move_to_end(std::span<const std::uint32_t> slots);

    /// Gives an id its name, once.
    void name_topic(std::size_t number, std::string name);

    [[nodiscard]] bool by_id() const { return by_id_; }
    [[nodiscard]] std::size_t size() const { return order_.size(); }
    [[nodiscard]] const std::vector<std::uint32_t>& order() const { return order_; }
    [[nodiscard]] FetchPartition& slot(std::uint32_t number) { return slots_[number]; }
    [[nodiscard]] const FetchPartition& slot(std::uint32_t number) const { return slots_[number]; }
    [[nodiscard]] const std::vector<FetchTopic>& topics() const { return topics_; }

private:
    struct TextHash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const {
            return std::hash<std::string_view>{}(text);
        }
    };

    std::optional<std::uint32_t> find_topic(const TopicId& id, std::string_view name) const;
    std::uint32_t topic_number(const TopicId& id, std::string_view name);
    std::uint32_t new_slot();
    void drop_slot(std::uint64_t key, std::uint32_t number);
    void drop_topic(std::uint32_t number);

    bool by_id_;
    std::vector<FetchTopic> topics_;
    std::vector<FetchPartition> slots_;
    std::vector<std::uint32_t> order_;
    std::vector<std::uint32_t> free_topics_;
    std::vector<std::uint32_t> free_slots_;
    boost::unordered_flat_map<TopicId, std::uint32_t, std::hash<TopicId>> topic_by_id_;
    boost::unordered_flat_map<std::string, std::uint32_t, TextHash, std::equal_to<>> topic_by_name_;
    boost::unordered_flat_map<std::uint64_t, std::uint32_t> index_;  // (topic, partition): slot
};

/// One client's incremental fetch session (KIP-227). Owned by its shard's FetchSessionCache, and
/// by the contexts of requests under way, so that it outlives its eviction.
struct FetchSession {
    std::int32_t id = 0;
    bool privileged = false;  // a follower's
    std::int32_t epoch = 0;   // the one that the next request must carry
    Time created{};
    Time last_used{};
    std::shared_ptr<FetchPartitions> partitions;
};

/// What one fetch request reads, in which order: the request's own partitions, or its session's.
/// Nothing that happens to the session meanwhile changes it: it may be held while the request
/// waits. Lives on its shard and no longer than the cache that made it.
class FetchContext {
public:
    enum class Kind : std::int8_t { sessionless, full, incremental };

    [[nodiscard]] Kind kind() const { return kind_; }
    [[nodiscard]] std::size_t size() const { return order_.size(); }
    /// The `i`th partition to read; also after finish().
    [[nodiscard]] const FetchPosition& position(std::size_t i) const {
        return partitions_->slot(order_[i]).position;
    }
    /// Index into topics() of the `i`th partition's topic.
    [[nodiscard]] std::uint32_t topic_index(std::size_t i) const {
        return partitions_->slot(order_[i]).topic;
    }
    [[nodiscard]] const FetchTopic& topic(std::size_t i) const {
        return partitions_->topics()[topic_index(i)];
    }
    /// Some may have no partitions. Partitions of a topic that still has no name are answered with
    /// UNKNOWN_TOPIC_ID.
    [[nodiscard]] std::span<const FetchTopic> topics() const { return partitions_->topics(); }
    /// Gives the topic with this index the name that its id has; kept by the session.
    void name_topic(std::size_t topic_index, std::string name) {
        partitions_->name_topic(topic_index, std::move(name));
    }

private:
    friend class FetchSessionCache;
    FetchContext(Kind kind, bool privileged, std::shared_ptr<FetchPartitions> partitions,
                 std::shared_ptr<FetchSession> session = nullptr);

    Kind kind_;
    bool privileged_;
    std::int32_t session_epoch_ = 0;  // of the session, when this request began
    std::shared_ptr<FetchSession> session_;
    std::shared_ptr<FetchPartitions> partitions_;
    std::vector<std::uint32_t> order_;
};

}  // namespace barnabas::broker
