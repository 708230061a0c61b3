#pragma once

#include "base/result.h"
#include "base/time.h"
#include "base/types.h"
#include "client/cluster/backoff.h"
#include "wire/messages/metadata.h"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace barnabas::client {

struct BrokerNode {
    BrokerId id = no_broker;
    std::string host;
    std::uint16_t port = 0;
    std::optional<std::string> rack;

    friend bool operator==(const BrokerNode&, const BrokerNode&) = default;
};

struct PartitionInfo {
    PartitionId id;
    ErrorCode error = ErrorCode::none;
    BrokerId leader = no_broker;  ///< one of brokers(), or no_broker
    LeaderEpoch leader_epoch = no_epoch;
    std::vector<BrokerId> replicas;
    std::vector<BrokerId> isr;
    std::vector<BrokerId> offline;
};

struct TopicInfo {
    std::string name;
    TopicId id;  ///< zero: the broker does not say
    ErrorCode error = ErrorCode::none;
    bool internal = false;
    std::vector<PartitionInfo> partitions;  ///< partitions[i].id == i; empty where error is set
};

/// What a client knows of its cluster, and when it must ask again. No I/O: the Cluster asks
/// next_refresh(), sends the request that begin() makes, and hands in the answer. Lives on the
/// client's shard. Pointers and references into it hold until the next update.
///
/// Whoever must know that something changed compares generation(). A partition's leader never goes
/// back to an older leader epoch, as long as the topic is the same one (by its id); what a broker
/// says that cannot be (a leader that is no broker, a partition twice, a port beyond 65535) is
/// taken for "unknown", never believed.
class Metadata {
public:
    struct Options {
        Duration age_max{5min};        ///< metadata.max.age.ms
        Backoff backoff;               ///< retry.backoff.ms, between refreshes that failed
        Duration topic_idle_max{-1s};  ///< metadata.max.idle.ms of producers; negative: never
        bool create_topics = false;    ///< let the broker create wanted topics that are not there
    };
    explicit Metadata(Options options) : options_(options) {}

    // --- what is known ---------------------------------------------------------------------------

    /// By rising id; empty before the first update.
    [[nodiscard]] const std::vector<BrokerNode>& brokers() const { return brokers_; }
    [[nodiscard]] const BrokerNode* broker(BrokerId id) const;
    [[nodiscard]] BrokerId controller() const { return controller_; }
    [[nodiscard]] const std::optional<std::string>& cluster_id() const { return cluster_id_; }
    /// nullptr if no answer has spoken of it yet.
    [[nodiscard]] const TopicInfo* topic(std::string_view name) const;
    [[nodiscard]] const TopicInfo* topic(TopicId id) const;
    [[nodiscard]] const PartitionInfo* partition(const TopicPartition& partition) const;
    /// All that are known, by name.
    [[nodiscard]] const std::map<std::string, TopicInfo, std::less<>>& topics() const {
        return topics_;
    }
    /// Grows with each update and each leader that is learned.
    [[nodiscard]] std::uint64_t generation() const { return generation_; }

    // --- what is wanted --------------------------------------------------------------------------

    /// The topic is asked for from now on. One that is not known yet makes a refresh due. Where
    /// topic_idle_max is set, it is forgotten when nobody wants it again for so long.
    void want(std::string_view topic, Time now);
    void forget(std::string_view topic);
    /// Exactly these from now on (a consumer's subscription and assignment).
    void want_only(const std::set<std::string, std::less<>>& topics, Time now);
    /// Every topic of the cluster (subscriptions by pattern), besides those wanted by name.
    void want_all(bool all);
    [[nodiscard]] bool wanted(std::string_view topic) const;

    // --- refreshing ------------------------------------------------------------------------------

    /// Makes a refresh due. What is returned is reached by completed() when an answer has come that
    /// was asked for after this call.
    std::uint64_t request_update();
    [[nodiscard]] std::uint64_t completed() const { return completed_; }
    /// Why the last try failed; nothing after one that did not.
    [[nodiscard]] const std::optional<Error>& failure() const { return failure_; }

    /// When a request is to be sent, maybe in the past; `never` while one is on its way.
    [[nodiscard]] Time next_refresh() const;
    /// The request to send now; it ends with update() or failed().
    [[nodiscard]] wire::MetadataRequest begin(Time now);
    void update(const wire::MetadataResponse& response, Time now);
    void failed(Error why, Time now, std::uint64_t random);

    /// A produce or fetch response named the partition's new leader (KIP-951). Taken if its epoch
    /// is newer than what is known; says whether it was. INVARIANT: the topic is known.
    bool learn_leader(const TopicPartition& partition, BrokerId leader, LeaderEpoch epoch);
    void learn_broker(BrokerNode broker);
    /// The brokers are gone, by all signs: forgets them and the cluster's id, which may be another
    /// where they are looked for, but not the topics' epochs (KIP-899).
    void forget_brokers();

private:
    struct Interest {
        Time last_wanted;
        bool fresh = true;  // no answer has spoken of it yet
    };

    /// The newest leader epochs of a topic that were ever seen, whatever was said later.
    struct SeenEpochs {
        TopicId id;
        std::vector<LeaderEpoch> epochs;  // by partition
    };

    [[nodiscard]] static std::optional<std::vector<BrokerNode>> read_brokers(
        const wire::MetadataResponse& response);
    [[nodiscard]] TopicInfo read_topic(const wire::MetadataResponse::Topic& topic);
    [[nodiscard]] PartitionInfo read_partition(
        const wire::MetadataResponse::Topic::Partition& partition, LeaderEpoch seen,
        const PartitionInfo* known) const;
    SeenEpochs& seen(const std::string& topic, TopicId id, std::size_t partitions);
    void take_topics(const wire::MetadataResponse& response);
    void drop_idle(Time now);
    /// Whether something that is wanted has no leader yet, or is not there yet.
    [[nodiscard]] bool incomplete() const;

    Options options_;
    std::vector<BrokerNode> brokers_;
    BrokerId controller_ = no_broker;
    std::optional<std::string> cluster_id_;
    std::map<std::string, TopicInfo, std::less<>> topics_;
    std::unordered_map<TopicId, std::string> names_;
    std::map<std::string, SeenEpochs, std::less<>> seen_;
    std::uint64_t generation_ = 0;

    std::map<std::string, Interest, std::less<>> interests_;
    bool want_all_ = false;
    bool all_fresh_ = false;  // no answer has told of all topics since all are wanted

    bool in_flight_ = false;
    std::uint64_t requested_ = 0;  // the highest number that request_update() gave out
    std::uint64_t asked_ = 0;      // requested_ when the request on its way was made
    std::uint64_t completed_ = 0;
    std::set<std::string, std::less<>> asked_for_;  // topics of the request on its way
    bool asked_for_all_ = false;
    bool due_ = true;  // as soon as not_before_ allows
    Time not_before_{};
    Time refreshed_{};              // the last good answer
    std::uint32_t failures_ = 0;    // in a row
    std::uint32_t incomplete_ = 0;  // good answers in a row that left something open
    std::optional<Error> failure_;
};

}  // namespace barnabas::client
