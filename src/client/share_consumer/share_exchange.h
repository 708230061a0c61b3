#pragma once

#include "base/time.h"
#include "client/cluster/metadata.h"
#include "client/share_consumer/acquired_records.h"
#include "client/share_consumer/share_session.h"
#include "wire/messages/share_acknowledge.h"
#include "wire/messages/share_fetch.h"

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace barnabas::client {

/// What became of acknowledgements.
struct AckOutcome {
    PartAcks part;
    std::optional<Error> error;  ///< none: the broker has taken them
};
/// By partition: nothing, or why its acknowledgements were not taken.
using CommitOutcome = std::map<TopicPartition, std::optional<Error>>;

/// Decides what is asked of which broker: records of the partitions that are assigned, where they
/// are wanted, and what is acknowledged; takes the answers apart. Kafka's
/// ShareConsumeRequestManager. At most one request per broker is on its way. No I/O.
///
///   while (auto send = exchange.next(now)) { send it to send->broker }
///   on the answer: on_fetched(), on_acknowledged() or on_failure()
///
/// Acknowledgements belong to the share session that acquired the records: where that is lost, or
/// the partition's leader has changed, they fail, as the records have been released already.
class ShareExchange {
public:
    struct Options {
        std::string group_id;
        std::string member_id;
        Duration wait_max{500ms};           ///< fetch.max.wait.ms
        std::int32_t bytes_min = 1;         ///< fetch.min.bytes
        std::int32_t bytes_max = 50 << 20;  ///< fetch.max.bytes
        std::int32_t records_max = 500;     ///< max.poll.records
        bool record_limit = false;          ///< share.acquire.mode: one broker after the other
        Duration retry_backoff{100ms};
    };
    struct Send {
        BrokerId broker;
        std::variant<wire::ShareFetchRequest, wire::ShareAcknowledgeRequest> request;
        std::int16_t version_min = 1;
    };
    /// What the answers ask for besides: that metadata be refreshed.
    struct Effects {
        bool metadata_stale = false;
    };

    /// The metadata outlive it.
    ShareExchange(Options options, Metadata& metadata);

    /// From now on these are fetched.
    void assign(SharedParts parts);
    /// Until some have come.
    void want_records() { wanted_ = true; }
    /// Nothing more is asked for until then; what was fetched ahead is the caller's. What a fetch
    /// that is on its way still brings is given back at once: its locks would last for nobody.
    [[nodiscard]] std::vector<FetchedShare> stop_reading();
    /// With the next fetch where one goes to their broker anyway, else by themselves. Tried again
    /// until `deadline` where the error may pass.
    void acknowledge(std::vector<PartAcks> parts, Time deadline);
    /// At once; the number is that of outcome().
    std::uint64_t commit(std::vector<PartAcks> parts, Time deadline);
    /// Nothing while some of it is still open.
    [[nodiscard]] std::optional<CommitOutcome> outcome(std::uint64_t commit);
    /// The same with a timeout error for what is open: nobody waits any longer.
    [[nodiscard]] CommitOutcome give_up(std::uint64_t commit);
    /// Sends what is to be acknowledged, then ends every session; nothing is fetched any more.
    void close();
    /// Whether that is done.
    [[nodiscard]] bool is_closed() const;

    [[nodiscard]] std::optional<Send> next(Time now);
    /// When next() may have something without any event; never.
    [[nodiscard]] Time next_wake(Time now) const;
    /// Whether next() has found that metadata are to be refreshed, since the last call.
    [[nodiscard]] bool take_stale() { return std::exchange(stale_, false); }
    /// `frame`: owns the response's bytes.
    Effects on_fetched(BrokerId broker, const wire::ShareFetchResponse& response,
                       std::shared_ptr<const void> frame, Time now);
    Effects on_acknowledged(BrokerId broker, const wire::ShareAcknowledgeResponse& response,
                            Time now);
    Effects on_failure(BrokerId broker, const Error& error, Time now);

    [[nodiscard]] std::vector<FetchedShare> take_fetched() { return std::exchange(fetched_, {}); }
    [[nodiscard]] bool has_fetched() const { return !fetched_.empty(); }
    /// Outcomes are kept for take_outcomes() if somebody listens; those of renewals always are.
    void set_listening(bool listening) { listening_ = listening; }
    [[nodiscard]] std::vector<AckOutcome> take_outcomes() { return std::exchange(outcomes_, {}); }
    [[nodiscard]] bool has_outcomes() const { return !outcomes_.empty(); }
    /// An error for the user: what cannot be fetched.
    [[nodiscard]] std::optional<Error> take_error();
    [[nodiscard]] bool has_error() const { return !errors_.empty(); }
    /// How long records are locked for this member, as the brokers said last.
    [[nodiscard]] std::optional<Duration> lock_timeout() const { return lock_timeout_; }

private:
    using FetchedPartition = wire::ShareFetchResponse::Response::Partition;
    using AcknowledgedPartition = wire::ShareAcknowledgeResponse::Response::Partition;
    struct Pending {
        PartAcks part;
        std::uint64_t commit = 0;  ///< none
        Time deadline = never;
        bool may_wait = false;  ///< for a fetch that goes to the broker anyway
        bool silent = false;    ///< of records that nobody has seen
        bool tried = false;
        std::string trouble{};  ///< why it is tried again
    };
    struct Broker {
        ShareSession session;
        bool in_flight = false;
        bool unread = false;                   ///< what is in flight: nobody wants it any more
        bool ended = false;                    ///< its session, when closing
        bool ending = false;                   ///< by the request on its way
        Time fetch_at{};                       ///< backoff
        Time acknowledge_at{};                 ///< backoff
        Time sent_at{};                        ///< what is on its way, or was last
        std::deque<Pending> waiting;           ///< in the order of the calls
        std::vector<Pending> sent;             ///< by the request on its way
        std::map<TopicId, std::string> names;  ///< of what was ever asked of it
    };
    struct AnswerError {
        std::string_view api;
        ErrorCode code;
        std::string why;
    };
    struct Commit {
        std::multiset<TopicPartition> open;
        CommitOutcome outcome;
    };

    std::map<BrokerId, SharedParts> plan(Time now);
    void queue(std::vector<PartAcks> parts, Pending like);
    void settle(Pending pending, std::optional<Error> error);
    void fail_all(std::vector<Pending> pending, const Error& error);
    void drop_what_cannot_be_sent(BrokerId id, Broker& broker, Time now);
    [[nodiscard]] std::optional<Error> obstacle(BrokerId id, const Broker& broker,
                                                const Pending& pending, Time now) const;
    [[nodiscard]] bool may_go_with_fetch(const Broker& broker, const SharedParts& parts) const;
    std::optional<Send> next_of(BrokerId id, Broker& broker, const SharedParts* parts, Time now);
    std::optional<Send> acknowledge_now(BrokerId id, Broker& broker);
    std::optional<Send> fetch_now(BrokerId id, Broker& broker, const SharedParts& parts,
                                  bool acknowledges);
    [[nodiscard]] Send end_session(BrokerId id, Broker& broker);
    [[nodiscard]] bool may_fetch(BrokerId id, const Broker& broker, Time now) const;

    void take_fetched_part(BrokerId id, Broker& broker, const TopicId& topic,
                           const FetchedPartition& data, const std::shared_ptr<const void>& frame,
                           Time now, Effects& effects);
    void take_records(BrokerId id, const TopicId& topic, const TopicPartition& partition,
                      const FetchedPartition& data, const std::shared_ptr<const void>& frame,
                      Time now);
    void give_back(const FetchedShare& fetched, Time now);
    void take_acknowledged_part(BrokerId id, Broker& broker, const TopicId& topic,
                                const AcknowledgedPartition& data, Time now, Effects& effects);
    void retry_sent(Broker& broker, std::vector<Pending> pending, const AnswerError& why,
                    Time now) const;
    void on_part_error(const TopicPartition& partition, ErrorCode code, std::int32_t leader,
                       std::int32_t leader_epoch, BrokerId from, Effects& effects);
    void on_whole_error(BrokerId id, Broker& broker, const AnswerError& error, Time now,
                        Effects& effects);
    [[nodiscard]] Error refusal(BrokerId id, const TopicPartition& partition,
                                const AnswerError& error, Time now) const;
    void fail_unmentioned(BrokerId id, Broker& broker, std::string_view api, Time now);
    [[nodiscard]] std::string holder_of(std::uint64_t commit,
                                        const TopicPartition& partition) const;
    void settle_sent(Broker& broker, const TopicId& topic, std::int32_t partition,
                     std::optional<Error> error);
    void note_lock(std::int32_t timeout_ms);
    template <class Nodes>
    void learn_brokers(const Nodes& nodes);
    void report(Error error);

    Options options_;
    Metadata& metadata_;
    SharedParts assigned_;
    std::map<BrokerId, Broker> brokers_;
    std::map<std::uint64_t, Commit> commits_;
    std::uint64_t last_commit_ = 0;
    bool wanted_ = false;
    bool closing_ = false;
    bool listening_ = false;
    bool stale_ = false;
    Time leaders_at_{};              ///< when leaders that are missing may be asked for again
    BrokerId turn_ = no_broker;      ///< record_limit: who was asked last
    BrokerId fetching_ = no_broker;  ///< record_limit: who is asked now
    std::vector<FetchedShare> fetched_;
    std::vector<AckOutcome> outcomes_;
    std::deque<Error> errors_;
    std::optional<Duration> lock_timeout_;

    static constexpr std::size_t errors_max = 100;
};

}  // namespace barnabas::client
