#pragma once

#include "base/time.h"
#include "client/cluster/metadata.h"
#include "client/consumer/fetch_session.h"
#include "client/consumer/fetched_records.h"
#include "client/consumer/subscription.h"
#include "wire/messages/fetch.h"
#include <barnabas/isolation_level.h>

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace barnabas::client {

/// Decides what is fetched from whom, and takes the answers apart. At most one request per broker
/// is on its way. What is fetched ahead is bounded: nothing is asked of a partition while one and a
/// half times partition_bytes_max of it wait for the user. No I/O.
/// Always: what waits for the user and what the requests on their way may bring are together no
/// more than bytes_max; brokers that are asked side by side share what is left of it. (An answer
/// may go beyond what was asked for, as a broker always sends one whole batch.)
///
///   while (auto fetch = fetcher.next(now)) { send it to fetch->broker }
///   on the answer: fetcher.on_answer(...), or on_failure()
///   fetcher.take() for the user; fetcher.released() when he has seen it
class Fetcher {
public:
    struct Options {
        Duration wait_max{500ms};                    ///< fetch.max.wait.ms
        std::int32_t bytes_min = 1;                  ///< fetch.min.bytes
        std::int32_t bytes_max = 50 << 20;           ///< fetch.max.bytes, of all brokers
        std::int32_t partition_bytes_max = 1 << 20;  ///< max.partition.fetch.bytes
        IsolationLevel isolation = IsolationLevel::read_uncommitted;
        std::string rack;  ///< client.rack
        Duration retry_backoff{100ms};
        Duration preferred_replica_for{5min};  ///< metadata.max.age.ms
    };
    struct Fetch {
        BrokerId broker;
        wire::FetchRequest request;
        std::int16_t version_max = wire::latest;  ///< without topic ids there is no version 13
    };
    /// What the answers ask for besides: that metadata be refreshed.
    struct Effects {
        bool metadata_stale = false;
    };

    /// All of them outlive it.
    Fetcher(Options options, Subscription& subscription, Metadata& metadata);

    /// A request to send now; nothing if there is none. Also tells the subscription of new leaders,
    /// so that positions are validated before anything is fetched from them.
    [[nodiscard]] std::optional<Fetch> next(Time now);
    /// When next() may have something without any event; never.
    [[nodiscard]] Time next_wake(Time now) const;

    /// What waited for its leader to be known, and now is, waits no longer: neither for a fetch nor
    /// for what is to be asked about its position.
    void on_metadata();

    /// `frame`: owns the response's bytes. `wall`: for positions that are reset by duration.
    Effects on_answer(BrokerId broker, const wire::FetchResponse& response, std::int16_t version,
                      std::shared_ptr<const void> frame, Now now);
    Effects on_failure(BrokerId broker, Time now);

    /// Everything that was fetched for positions that still hold.
    [[nodiscard]] std::vector<FetchedPartition> take();
    [[nodiscard]] bool has_records() const { return !ready_.empty(); }
    /// What waits for the user, here and in his hands.
    [[nodiscard]] std::size_t queued_bytes() const;
    /// The user is done with `bytes` of the partition.
    void released(const TopicPartition& partition, std::uint64_t stamp, std::size_t bytes);
    /// An error for the user: a partition that cannot be fetched.
    [[nodiscard]] std::optional<Error> take_error();
    [[nodiscard]] bool has_error() const { return !errors_.empty(); }

    /// Sessions that the brokers still hold, by broker: to be ended when the consumer closes.
    [[nodiscard]] std::vector<Fetch> endings() const;

private:
    using Partition = wire::FetchResponse::Response::Partition;
    /// What an answer must belong to: two brokers may be asked for one partition when it moves, and
    /// the answer of the one before may tell of records that the position was validated without.
    struct Asked {
        std::uint64_t stamp;
        Offset offset;
        std::optional<LeaderEpoch> leader_epoch;
    };
    struct Broker {
        FetchSession session;
        bool in_flight = false;
        std::size_t granted = 0;  ///< bytes that the request on its way may bring
        Time retry_at{};
        std::map<TopicPartition, Asked> asked;  ///< by the request on its way
    };

    [[nodiscard]] std::optional<BrokerId> source_of(const TopicPartition& partition,
                                                    PartitionState& state, Time now);
    [[nodiscard]] bool may_fetch(const PartitionState& state, Time now) const;
    std::map<BrokerId, FetchWishes> plan(Time now);
    void take_partition(const TopicPartition& partition, const Asked& asked, const Partition& data,
                        const std::shared_ptr<const void>& frame, BrokerId broker, Now now,
                        Effects& effects);
    void take_records(const TopicPartition& partition, PartitionState& state, const Partition& data,
                      const std::shared_ptr<const void>& frame, Time now);
    void take_failure(const TopicPartition& partition, PartitionState& state, const Partition& data,
                      BrokerId broker, Now now, Effects& effects);
    void on_out_of_range(const TopicPartition& partition, PartitionState& state, BrokerId broker,
                         Now now);
    void learn_leader(const TopicPartition& partition, const Partition& data);
    void report(Error error);
    [[nodiscard]] std::optional<std::size_t> share_of(std::size_t idle) const;

    Options options_;
    Subscription& subscription_;
    Metadata& metadata_;
    std::map<BrokerId, Broker> brokers_;
    std::vector<FetchedPartition> ready_;
    std::deque<Error> errors_;

    static constexpr std::size_t errors_max = 100;
};

}  // namespace barnabas::client
