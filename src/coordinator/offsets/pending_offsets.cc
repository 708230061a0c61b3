#include "coordinator/offsets/pending_offsets.h"

#include "base/invariant.h"

#include <utility>

namespace barnabas::coordinator {

void PendingOffsets::put(ProducerId producer, const OffsetPlace& at,
                         const CommittedOffset& offset) {
    if (by_producer_[producer].put(at, offset)) {
        ++open_[std::string(at.group)][std::string(at.topic)][at.partition];
    }
}

void PendingOffsets::erase(const OffsetPlace& at) {
    if (!contains(at)) {
        return;
    }
    for (auto one = by_producer_.begin(); one != by_producer_.end();) {
        if (one->second.erase(at)) {
            close(at);
        }
        one = one->second.size() == 0 ? by_producer_.erase(one) : std::next(one);
    }
    INVARIANT(!contains(at), "{}-{} of group {} is still counted", at.topic, at.partition,
              at.group);
}

OffsetTable PendingOffsets::take(ProducerId producer) {
    const auto found = by_producer_.find(producer);
    if (found == by_producer_.end()) {
        return {};
    }
    OffsetTable taken = std::move(found->second);
    by_producer_.erase(found);
    taken.for_each([this](const OffsetPlace& at, const CommittedOffset&) { close(at); });
    return taken;
}

bool PendingOffsets::contains(const OffsetPlace& at) const {
    const auto* const topics = find_group(at.group);
    if (topics == nullptr) {
        return false;
    }
    const auto topic = topics->find(at.topic);
    return topic != topics->end() && topic->second.contains(at.partition);
}

const PendingOffsets::Topics* PendingOffsets::find_group(std::string_view group) const {
    const auto at = open_.find(group);
    return at == open_.end() ? nullptr : &at->second;
}

void PendingOffsets::close(const OffsetPlace& at) {
    const auto group = open_.find(at.group);
    INVARIANT(group != open_.end(), "nothing is pending in group {}", at.group);
    const auto topic = group->second.find(at.topic);
    INVARIANT(topic != group->second.end(), "nothing of {} is pending in group {}", at.topic,
              at.group);
    const auto partition = topic->second.find(at.partition);
    INVARIANT(partition != topic->second.end() && partition->second > 0,
              "nothing of {}-{} is pending in group {}", at.topic, at.partition, at.group);
    if (--partition->second > 0) {
        return;
    }
    topic->second.erase(partition);
    if (topic->second.empty()) {
        group->second.erase(topic);
    }
    if (group->second.empty()) {
        open_.erase(group);
    }
}

}  // namespace barnabas::coordinator
