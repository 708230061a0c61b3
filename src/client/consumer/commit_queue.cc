#include "client/consumer/commit_queue.h"

#include "base/invariant.h"

#include <algorithm>
#include <utility>

namespace barnabas::client {

void CommitQueue::add(OffsetMap offsets, Time deadline, Done done) {
    if (waiting_.size() >= waiting_max) {
        done(fail(ErrorCode::request_timed_out,
                  "{} commits wait for the group's coordinator already; these offsets are not "
                  "committed: commit less often, or commit the latest ones again",
                  waiting_.size()));
        return;
    }
    waiting_.push_back(
        {.offsets = std::move(offsets), .deadline = deadline, .done = std::move(done)});
}

bool CommitQueue::begin() {
    if (waiting_.empty() || under_way()) {
        return false;
    }
    merged_.clear();
    deadline_ = {};
    for (Commit& commit : waiting_) {
        for (const auto& [partition, offset] : commit.offsets) {
            merged_.insert_or_assign(partition, offset);
        }
        deadline_ = std::max(deadline_, commit.deadline);
        current_.push_back(std::move(commit));
    }
    waiting_.clear();
    return true;
}

void CommitQueue::finish(const CommitOutcome& outcome, const std::string& group_id,
                         std::string_view source) {
    INVARIANT(under_way(), "a commit ends that did not begin");
    for (Commit& commit : std::exchange(current_, {})) {
        auto result = commit_result(outcome, commit.offsets, group_id);
        if (!result) {
            result.error().message += fmt::format(" ({})", source);
        }
        commit.done(std::move(result));
    }
}

void CommitQueue::fail_current(const Error& error) {
    INVARIANT(under_way(), "a commit fails that did not begin");
    for (Commit& commit : std::exchange(current_, {})) {
        commit.done(std::unexpected(error));
    }
}

}  // namespace barnabas::client
