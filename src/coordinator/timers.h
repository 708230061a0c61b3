#pragma once

#include "base/time.h"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace barnabas::coordinator {

enum class TimerKind : std::uint8_t {
    classic_join,         // the join phase ends
    classic_sync,         // members that have not synced are given up
    classic_session,      // of a member: no heartbeat came
    classic_new_member,   // of a member id that was given out: nobody joined with it
    consumer_session,     // of a member
    consumer_rebalance,   // of a member: it has not given up what was taken from it
    consumer_sync,        // of a classic member in a consumer group: it has not synced
    consumer_join,        // of a classic member in a consumer group: it has not joined again
    consumer_assignment,  // a group's assignment may be computed now
    share_session,        // of a member of a share group
    share_assignment,     // a share group's assignment may be computed now
};

struct TimerKey {
    std::string group;
    TimerKind kind = TimerKind::classic_join;
    std::string member{};  // empty for those of the whole group

    friend auto operator<=>(const TimerKey&, const TimerKey&) = default;
};

/// What a coordinator waits for, at most one moment for each key. Those of one moment are due in
/// the order of their keys.
class Timers {
public:
    /// Instead of an earlier moment of the same key.
    void set(const TimerKey& key, Time when);
    void cancel(const TimerKey& key);
    void cancel_group(const std::string& group);

    /// `never` when nothing is set.
    [[nodiscard]] Time next() const;
    /// Takes out the first that is due; nothing if none is.
    [[nodiscard]] std::optional<TimerKey> take_due(Time now);
    [[nodiscard]] std::optional<Time> when(const TimerKey& key) const;
    [[nodiscard]] std::size_t size() const { return by_key_.size(); }

private:
    using Moment = std::pair<Time, const TimerKey*>;
    struct Earlier {
        bool operator()(const Moment& a, const Moment& b) const {
            return a.first != b.first ? a.first < b.first : *a.second < *b.second;
        }
    };

    std::map<TimerKey, Time> by_key_;
    std::set<Moment, Earlier> by_time_;  // the keys are those in by_key_
};

}  // namespace barnabas::coordinator
