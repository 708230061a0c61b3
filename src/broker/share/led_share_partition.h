#pragma once

#include "broker/config/share_config.h"
#include "broker/services.h"
#include "broker/share/share_sessions.h"
#include "replication/fetch_wait.h"
#include "runtime/tasks.h"
#include "share/share_partition.h"

#include <boost/asio/awaitable.hpp>

#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::broker {

/// One group's share of one partition.
struct SharePartitionKey {
    std::string group;
    SharedPartition at;

    friend auto operator<=>(const SharePartitionKey&, const SharePartitionKey&) = default;
};

/// What a change of state waits for: the write that makes it final.
struct ShareWrite {
    bool done = false;
    std::optional<Error> error{};  // when it is done: why it was not kept
};

/// A share partition of a partition that this broker leads (kafka.server.share.SharePartition's
/// other half): reads its state back, has changes written down one write after the other, takes
/// locks away when they are over, wakes fetches that wait. Lives on the partition's shard, held by
/// shared_ptr: by the shard's SharePartitions and by whatever works with it.
///     loading -> active -> over
/// It is over when the partition is led elsewhere, its topic is gone, or the share coordinator says
/// that somebody else is to write its state.
class LedSharePartition : public std::enable_shared_from_this<LedSharePartition> {
public:
    LedSharePartition(Services& services, BrokerShard& shard, runtime::TaskGroup& tasks,
                      SharePartitionKey key, LeaderEpoch epoch);
    LedSharePartition(const LedSharePartition&) = delete;
    LedSharePartition& operator=(const LedSharePartition&) = delete;
    ~LedSharePartition();

    /// Begins to read the state; once.
    void load();
    /// From now on nothing can be done with it, for this reason. Whoever waits hears of it.
    void give_up(Error why);

    [[nodiscard]] const SharePartitionKey& key() const { return key_; }
    [[nodiscard]] LeaderEpoch leader_epoch() const { return epoch_; }
    [[nodiscard]] bool is_active() const { return state_ == State::active; }
    [[nodiscard]] bool is_over() const { return state_ == State::over; }
    /// Why it is over.
    [[nodiscard]] const Error& why() const { return why_; }
    /// Until it is not loading any more, or `until`.
    awaitable<void> wait_until_loaded(Time until);

    /// What the group wants, as it stands now.
    [[nodiscard]] ShareGroupSettings group_settings() const;
    [[nodiscard]] share::Settings settings() const;

    /// INVARIANT: it is active. Who changes something calls changed().
    [[nodiscard]] share::SharePartition& machine();
    [[nodiscard]] const share::SharePartition& machine() const;
    /// Begins to write what has to be, and looks when it has to be woken.
    void changed();

    /// Nothing to wait for if nothing has to be written. The error is the client's.
    Result<std::shared_ptr<ShareWrite>> acknowledge(
        std::string_view member, std::span<const share::Acknowledgement> batches);
    /// Gives back what the member holds.
    std::shared_ptr<ShareWrite> release(std::string_view member);
    /// Nothing once it is kept.
    awaitable<std::optional<Error>> wait_for(std::shared_ptr<ShareWrite> write);

    /// Tells `wait` when there may be more to acquire than at `version`: at once if that is so.
    void watch(std::shared_ptr<replication::FetchWait> wait, std::uint64_t version);
    void unwatch(const replication::FetchWait* wait);
    [[nodiscard]] std::uint64_t version() const { return version_; }

private:
    enum class State : std::uint8_t { loading, active, over };
    using Self = std::shared_ptr<LedSharePartition>;

    static awaitable<void> run_load(Self self);
    static awaitable<void> run_writes(Self self, share::Write due);
    static awaitable<void> run_dead_letters(Self self, std::vector<share::DeadLetters> letters);

    awaitable<Result<void>> read_state();
    awaitable<Result<Offset>> find_start();
    /// Puts the offset into `found`, or answers what has to be brought in first.
    awaitable<std::vector<log::ColdPart>> look_for_start(Timestamp asked, Result<Offset>& found,
                                                         bool may_wait);
    awaitable<std::optional<Error>> write(share::Write write);
    std::shared_ptr<ShareWrite> waits_for(std::optional<std::uint64_t> number);
    void end_write(std::uint64_t number, const std::optional<Error>& error);
    void wake_fetches();
    void bury_dead_letters();
    void plan();
    void on_timer();

    Services& services_;
    BrokerShard& shard_;
    runtime::TaskGroup& tasks_;
    SharePartitionKey key_;
    LeaderEpoch epoch_;
    State state_ = State::loading;
    Error why_;
    std::optional<share::SharePartition> machine_;  // once it is active
    runtime::Signal signal_;                        // state_ or a write's `done` has changed
    bool writing_ = false;
    std::map<std::uint64_t, std::shared_ptr<ShareWrite>> writes_;  // that somebody waits for
    std::vector<std::shared_ptr<replication::FetchWait>> waiting_;
    std::uint64_t version_ = 0;
    std::optional<runtime::TimerId> timer_;
    Time planned_ = never;
};

}  // namespace barnabas::broker
