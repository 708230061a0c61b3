#pragma once

#include "base/time.h"
#include "base/types.h"

namespace barnabas::coordinator {

/// What the host of a Transactions has to keep in mind between two waits: how far the log is
/// applied and committed, and what is to be tried again when. No I/O: the host tells what came of
/// its waits and asks next_wake().
/// Always: committed <= applied; at most one commit for nobody's sake is under way.
class TransactionSchedule {
public:
    /// What could not be committed or stored is tried again after this.
    static constexpr Duration retry_pause = 1s;

    /// Everything in front of `end`.
    void on_applied(Offset end);
    [[nodiscard]] Offset applied() const { return applied_; }
    /// Whether that is news.
    [[nodiscard]] bool on_committed(Offset end);
    void on_commit_failed(Time now);
    /// Another leads now.
    void reset() { *this = {}; }

    /// When there is work to do: `machine` is Transactions::next_wake().
    [[nodiscard]] Time next_wake(Time machine) const;
    /// The work of this moment is done now.
    void begin_round(Time now);

    /// Whether transactional ids are to be forgotten: it is `due`, or the last batch left some.
    [[nodiscard]] bool take_expiry(bool due);
    void on_some_expired() { expiring_ = true; }
    /// Nothing of this round could be stored; `expires`: it was to forget ids.
    void on_store_failed(bool expires, Time now);

    /// Whether something was applied that nobody waits for to be committed. Then somebody has to,
    /// until end_commit().
    [[nodiscard]] bool begin_commit();
    [[nodiscard]] bool has_uncommitted() const { return committed_ < applied_; }
    void end_commit() { committing_ = false; }

private:
    Offset applied_{0};
    Offset committed_{0};
    Time commit_due_ = never;
    Time not_before_{};
    bool committing_ = false;
    bool expiring_ = false;
};

}  // namespace barnabas::coordinator
