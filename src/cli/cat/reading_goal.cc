#include "cli/cat/reading_goal.h"

#include <algorithm>

namespace barnabas::cli {

void ReadingGoal::assign(const std::vector<TopicPartition>& partitions) {
    for (const auto& partition : partitions) {
        partitions_.insert_or_assign(partition, State{});
    }
}

void ReadingGoal::revoke(const std::vector<TopicPartition>& partitions) {
    for (const auto& partition : partitions) {
        partitions_.erase(partition);
    }
}

ReadingGoal::Verdict ReadingGoal::on_record(const TopicPartition& partition, Timestamp timestamp) {
    auto& state = partitions_[partition];
    if (state.done || (limits_.count > 0 && printed_ >= limits_.count)) {
        return Verdict::skip;
    }
    state.at_end = false;
    if (limits_.stop_before && timestamp >= *limits_.stop_before) {
        state.done = true;
        return Verdict::late;
    }
    ++printed_;
    return Verdict::print;
}

bool ReadingGoal::on_end(const TopicPartition& partition) {
    const auto found = partitions_.find(partition);
    if (found == partitions_.end() || found->second.done || found->second.at_end) {
        return false;
    }
    found->second.at_end = true;
    found->second.done = limits_.exit_at_end;
    return true;
}

bool ReadingGoal::is_done(const TopicPartition& partition) const {
    const auto found = partitions_.find(partition);
    return found != partitions_.end() && found->second.done;
}

bool ReadingGoal::reached() const {
    if (limits_.count > 0 && printed_ >= limits_.count) {
        return true;
    }
    return !partitions_.empty() &&
           std::ranges::all_of(partitions_, [](const auto& one) { return one.second.done; });
}

}  // namespace barnabas::cli
