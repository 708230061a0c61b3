#pragma once

#include "base/result.h"
#include "base/time.h"
#include "client/consumer/offset_requests.h"
#include <barnabas/offsets.h>

#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::client {

/// Commits in the order in which they were asked for: one request at a time; what waits meanwhile
/// goes together into the next one, where a later offset of a partition takes the place of an
/// earlier one. No I/O.
/// Always: at most waiting_max commits wait, and as many are under way.
///   while (queue.begin(now)) { send queue.offsets(); queue.finish(...) or fail(...) }
class CommitQueue {
public:
    using Done = std::move_only_function<void(Result<>)>;
    /// Who commits after each record while the coordinator cannot be reached would fill the memory.
    static constexpr std::size_t waiting_max = 10'000;

    /// With waiting_max of them `done` hears so at once, with request_timed_out: commits are
    /// cumulative, a later one makes up for it.
    void add(OffsetMap offsets, Time deadline, Done done);
    /// False where nothing waits, or a request is under way.
    [[nodiscard]] bool begin();
    /// What is under way.
    [[nodiscard]] const OffsetMap& offsets() const { return merged_; }
    /// The last moment at which somebody still waits for what is under way.
    [[nodiscard]] Time deadline() const { return deadline_; }
    [[nodiscard]] bool under_way() const { return !current_.empty(); }
    [[nodiscard]] bool empty() const { return waiting_.empty() && current_.empty(); }
    /// Each hears of its own partitions; `source` (who answered what) ends an error's sentence.
    void finish(const CommitOutcome& outcome, const std::string& group_id, std::string_view source);
    void fail_current(const Error& error);

private:
    struct Commit {
        OffsetMap offsets;
        Time deadline;
        Done done;
    };

    std::deque<Commit> waiting_;
    std::vector<Commit> current_;
    OffsetMap merged_;
    Time deadline_{};
};

}  // namespace barnabas::client
