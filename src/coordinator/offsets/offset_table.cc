#include "coordinator/offsets/offset_table.h"

#include "base/invariant.h"

namespace barnabas::coordinator {

namespace {

/// The value of the key, made if there is none; a key is copied only then.
template <class Value>
Value& at_or_new(std::map<std::string, Value, std::less<>>& map, std::string_view key) {
    auto at = map.lower_bound(key);
    if (at == map.end() || at->first != key) {
        at = map.emplace_hint(at, std::string(key), Value{});
    }
    return at->second;
}

}  // namespace

bool OffsetTable::put(const OffsetPlace& at, const CommittedOffset& offset) {
    auto& topics = at_or_new(groups_, at.group);
    const bool fresh = at_or_new(topics, at.topic).put(at.partition, offset);
    if (fresh) {
        ++size_;
    }
    return fresh;
}

bool OffsetTable::erase(const OffsetPlace& at) {
    const auto group = groups_.find(at.group);
    if (group == groups_.end()) {
        return false;
    }
    const auto topic = group->second.find(at.topic);
    if (topic == group->second.end() || !topic->second.erase(at.partition)) {
        return false;
    }
    INVARIANT(size_ > 0, "one offset less than none");
    --size_;
    if (topic->second.empty()) {
        group->second.erase(topic);
    }
    if (group->second.empty()) {
        groups_.erase(group);
    }
    return true;
}

std::optional<CommittedOffset> OffsetTable::find(const OffsetPlace& at) const {
    const auto* const topics = find_group(at.group);
    if (topics == nullptr) {
        return std::nullopt;
    }
    const auto topic = topics->find(at.topic);
    return topic == topics->end() ? std::nullopt : topic->second.find(at.partition);
}

const OffsetTable::Topics* OffsetTable::find_group(std::string_view group) const {
    const auto at = groups_.find(group);
    return at == groups_.end() ? nullptr : &at->second;
}

}  // namespace barnabas::coordinator
