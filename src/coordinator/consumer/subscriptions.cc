#include "coordinator/consumer/subscriptions.h"

#include "coordinator/consumer/topic_hash.h"
#include "coordinator/draft_members.h"

namespace barnabas::coordinator {

void GroupDraft::each_member(const std::function<void(const ConsumerMember&)>& visit) const {
    each_member_of(*this, visit);
}

std::size_t GroupDraft::member_count() const {
    return member_count_of(*this);
}

const ResolvedRegex* GroupDraft::resolved(std::string_view regex) const {
    if (const auto at = regexes.find(regex); at != regexes.end()) {
        return at->second ? &*at->second : nullptr;
    }
    const auto at = group.regexes().find(regex);
    return at == group.regexes().end() ? nullptr : &at->second;
}

std::set<std::string, std::less<>> GroupDraft::topics() const {
    std::set<std::string, std::less<>> names;
    each_member([this, &names](const ConsumerMember& member) {
        names.insert(member.topics.begin(), member.topics.end());
        if (const ResolvedRegex* const regex = resolved(member.regex); regex != nullptr) {
            names.insert(regex->topics.begin(), regex->topics.end());
        }
    });
    return names;
}

SubscribedTopics topics_of(const ConsumerMember& member, const GroupDraft& draft,
                           const TopicsView& topics) {
    SubscribedTopics subscribed;
    const auto add = [&subscribed, &topics](const std::string& name) {
        if (const auto topic = topics.find(name)) {
            subscribed.emplace(topic->id, *topic);
        }
    };
    for (const std::string& name : member.topics) {
        add(name);
    }
    if (member.regex.empty()) {
        return subscribed;
    }
    if (const ResolvedRegex* const regex = draft.resolved(member.regex); regex != nullptr) {
        for (const std::string& name : regex->topics) {
            add(name);
        }
    }
    return subscribed;
}

std::int64_t metadata_hash_of(const std::set<std::string, std::less<>>& names,
                              const TopicsView& topics) {
    std::vector<std::int64_t> hashes;
    for (const std::string& name : names) {
        const auto topic = topics.find(name);
        if (!topic) {
            continue;
        }
        HashedTopic hashed{.id = topic->id, .name = name, .racks = {}};
        for (std::int32_t partition = 0; partition < topic->partitions; ++partition) {
            hashed.racks.push_back(topics.racks_of(name, partition));
        }
        hashes.push_back(topic_hash(std::move(hashed)));
    }
    return group_hash(hashes);
}

}  // namespace barnabas::coordinator
