#include "log/leader_epochs.h"

#include "log/checkpoint_text.h"

#include <algorithm>
#include <limits>

namespace barnabas::log {

bool LeaderEpochs::assign(LeaderEpoch epoch, Offset start) {
    if (epoch.get() < 0 ||
        (!entries_.empty() && entries_.back().epoch == epoch && entries_.back().start <= start)) {
        return false;
    }
    while (!entries_.empty() &&
           (entries_.back().epoch >= epoch || entries_.back().start >= start)) {
        entries_.pop_back();
    }
    entries_.push_back({.epoch = epoch, .start = start});
    return true;
}

bool LeaderEpochs::learn(LeaderEpoch epoch, Offset first, Offset last) {
    if (epoch.get() < 0) {
        return false;  // an old format does not tell
    }
    bool cut = false;
    if (!entries_.empty() && epoch <= latest()) {
        // The first entry begins where the log does, perhaps within a batch.
        const Offset at = std::max(first, entries_.front().start);
        if (at > last || of(at) == epoch) {
            return false;
        }
        cut = truncate_to(first);
    }
    return assign(epoch, first) || cut;
}

LeaderEpoch LeaderEpochs::latest() const {
    return entries_.empty() ? no_epoch : entries_.back().epoch;
}

LeaderEpoch LeaderEpochs::of(Offset offset) const {
    const auto behind = std::ranges::upper_bound(entries_, offset, {}, &Entry::start);
    return behind == entries_.begin() ? no_epoch : std::prev(behind)->epoch;
}

EpochEnd LeaderEpochs::end_of(LeaderEpoch asked, Offset log_end) const {
    if (asked == no_epoch || entries_.empty()) {
        return {};
    }
    if (asked == latest()) {
        return {.epoch = asked, .end = log_end};
    }
    const auto behind = std::ranges::upper_bound(entries_, asked, {}, &Entry::epoch);
    if (behind == entries_.end()) {
        return {};
    }
    if (behind == entries_.begin()) {
        return {.epoch = asked, .end = behind->start};
    }
    return {.epoch = std::prev(behind)->epoch, .end = behind->start};
}

Offset LeaderEpochs::common_end(Offset end, const LeaderEpochs& other, Offset other_end) const {
    Offset common = std::min(end, other_end);
    for (auto at = entries_.rbegin(); at != entries_.rend(); ++at) {
        if (at->start >= common) {
            continue;  // has no record of what is left
        }
        const auto behind = std::ranges::upper_bound(other.entries_, at->epoch, {}, &Entry::epoch);
        common = behind == other.entries_.end() ? common : std::min(common, behind->start);
        if (behind == other.entries_.begin() || std::prev(behind)->epoch == at->epoch) {
            return common;
        }
        common = std::min(common, at->start);  // the other one knows nothing of that epoch
    }
    return common;
}

bool LeaderEpochs::truncate_to(Offset end) {
    return std::erase_if(entries_, [end](const Entry& entry) { return entry.start >= end; }) > 0;
}

bool LeaderEpochs::start_at(Offset start) {
    const auto behind = std::ranges::upper_bound(entries_, start, {}, &Entry::start);
    if (behind == entries_.begin()) {
        return false;
    }
    const auto first = std::prev(behind);
    if (first == entries_.begin() && first->start == start) {
        return false;
    }
    first->start = start;
    entries_.erase(entries_.begin(), first);
    return true;
}

std::string LeaderEpochs::to_text() const {
    std::string lines;
    for (const auto& entry : entries_) {
        lines += fmt::format("{} {}\n", entry.epoch, entry.start);
    }
    return checkpoint_text(entries_.size(), lines);
}

Result<LeaderEpochs> LeaderEpochs::parse(std::string_view text) {
    if (!text.empty() && !text.ends_with('\n')) {
        return fail(ErrorCode::corrupt_message, "its last line has no end: \"{}\"",
                    text.substr(text.size() - std::min<std::size_t>(text.size(), 20)));
    }
    TRY_ASSIGN(const auto lines, parse_checkpoint(text));
    LeaderEpochs epochs;
    for (const auto& words : lines) {
        if (words.size() != 2) {
            return fail(ErrorCode::corrupt_message, "a line of {} words; \"<epoch> <start>\" has 2",
                        words.size());
        }
        TRY_ASSIGN(const auto epoch, parse_checkpoint_number(words[0]));
        TRY_ASSIGN(const auto start, parse_checkpoint_number(words[1]));
        if (epoch < 0 || epoch > std::numeric_limits<std::int32_t>::max() || start < 0) {
            return fail(ErrorCode::corrupt_message, "epoch {} at {} is none", epoch, start);
        }
        epochs.assign(LeaderEpoch{static_cast<std::int32_t>(epoch)}, Offset{start});
    }
    return epochs;
}

}  // namespace barnabas::log
