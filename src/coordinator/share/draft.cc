#include "coordinator/share/draft.h"

#include "coordinator/draft_members.h"
#include "coordinator/share/records.h"
#include "coordinator/share/simple_assignor.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

namespace barnabas::coordinator {
namespace {

/// What can be assigned of a topic: its initialized partitions, as far as they exist.
std::vector<std::int32_t> assignable_of(const ShareGroup& group, const TopicsView::Topic& topic) {
    std::vector<std::int32_t> partitions;
    std::ranges::copy_if(partitions_of(group.partitions().initialized, topic.id),
                         std::back_inserter(partitions),
                         [&topic](std::int32_t partition) { return partition < topic.partitions; });
    return partitions;
}

/// Owns what the assignor's input points to.
class Input {
public:
    Input(const ShareDraft& draft, const TopicsView& topics) : draft_(draft), view_(topics) {
        draft.each_member([this](const ShareMember& member) { add(member); });
    }

    [[nodiscard]] const SimpleInput& get() const { return input_; }
    [[nodiscard]] const std::vector<std::string>& ids() const { return ids_; }

private:
    void add(const ShareMember& member) {
        const auto [topics, fresh] = topics_.try_emplace(member.topics);
        if (fresh) {
            for (const std::string& name : member.topics) {
                const auto topic = view_.find(name);
                if (!topic) {
                    continue;
                }
                topics->second.push_back(topic->id);
                if (auto partitions = assignable_of(draft_.group, *topic); !partitions.empty()) {
                    input_.assignable.insert_or_assign(topic->id, std::move(partitions));
                }
            }
            std::ranges::sort(topics->second);
        }
        ids_.push_back(member.id);
        input_.members.push_back(
            {.topics = &topics->second, .current = &draft_.group.target_of(member.id)});
    }

    const ShareDraft& draft_;
    const TopicsView& view_;
    SimpleInput input_;
    std::vector<std::string> ids_;
    std::map<std::vector<std::string>, std::vector<Uuid>> topics_;  // by the names subscribed to
};

}  // namespace

void ShareDraft::each_member(const std::function<void(const ShareMember&)>& visit) const {
    each_member_of(*this, visit);
}

std::size_t ShareDraft::member_count() const {
    return member_count_of(*this);
}

std::set<std::string, std::less<>> ShareDraft::topics() const {
    std::set<std::string, std::less<>> names;
    each_member([&names](const ShareMember& member) {
        names.insert(member.topics.begin(), member.topics.end());
    });
    return names;
}

ShareTarget compute_share_target(const ShareDraft& draft, const TopicsView& topics,
                                 std::int32_t epoch, Timestamp when) {
    const ShareGroup& group = draft.group;
    const Input input(draft, topics);
    auto output = assign_simple(input.get());
    ShareTarget target;
    for (std::size_t i = 0; i < output.size(); ++i) {
        const std::string& id = input.ids()[i];
        // A member that has no target yet gets a record even if it is to have nothing.
        const auto stored = group.targets().find(id);
        if (stored == group.targets().end() || stored->second != output[i]) {
            target.records.push_back(share_target_record(group.id(), id, output[i]));
        }
        target.members.emplace(id, std::move(output[i]));
    }
    target.records.push_back(share_target_epoch_record(group.id(), epoch, when));
    return target;
}

bool is_assignment_outdated(const ShareDraft& draft, const TopicsView& topics) {
    if (draft.group.partitions().initialized.empty()) {
        return false;
    }
    Assignment assigned;
    for (const auto& [id, target] : draft.group.targets()) {
        for (const auto& [topic, partitions] : target) {
            auto& all = assigned[topic];
            all.insert(all.end(), partitions.begin(), partitions.end());
        }
    }
    normalize(assigned);
    const auto differs = [&](const std::string& name) {
        const auto topic = topics.find(name);
        if (!topic) {
            return false;
        }
        const auto at = assigned.find(topic->id);
        const auto assignable = assignable_of(draft.group, *topic);
        return at == assigned.end() ? !assignable.empty() : at->second != assignable;
    };
    return std::ranges::any_of(draft.topics(), differs);
}

SharePartitions::Topics uninitialized(const ShareDraft& draft, const TopicsView& topics,
                                      Time asked_before) {
    SharePartitions::Topics missing;
    const auto& known = draft.group.partitions();
    for (const std::string& name : draft.topics()) {
        const auto topic = topics.find(name);
        if (!topic) {
            continue;
        }
        for (std::int32_t partition = 0; partition < topic->partitions; ++partition) {
            const auto asked = draft.group.asked_at(topic->id, partition);
            if (!contains(known.initialized, topic->id, partition) &&
                (!asked || *asked <= asked_before)) {
                add(missing, topic->id, name, partition);
            }
        }
    }
    return missing;
}

}  // namespace barnabas::coordinator
