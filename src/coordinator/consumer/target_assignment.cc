#include "coordinator/consumer/target_assignment.h"

#include "coordinator/consumer/assignor.h"
#include "coordinator/consumer/group_records.h"

#include <algorithm>
#include <deque>
#include <set>
#include <utility>

namespace barnabas::coordinator {
namespace {

using Subscription = std::pair<std::vector<std::string>, std::string>;  // names, regex

/// Owns what the assignor's input points to.
class Input {
public:
    explicit Input(const TargetRequest& request) : request_(request) {
        request.draft.each_member([this](const ConsumerMember& member) { add(member); });
        input_.homogeneous = topics_.size() <= 1;
    }

    [[nodiscard]] const AssignorInput& get() const { return input_; }

private:
    void add(const ConsumerMember& member) {
        const auto [topics, fresh] = topics_.try_emplace(Subscription(member.topics, member.regex));
        if (fresh) {
            for (const auto& [id, topic] : topics_of(member, request_.draft, request_.topics)) {
                topics->second.push_back(id);
                input_.partitions.emplace(id, topic.partitions);
            }
        }
        input_.members.push_back({.id = member.id,
                                  .instance_id = member.instance_id,
                                  .topics = &topics->second,
                                  .current = &current_of(member)});
    }

    /// Partitions count once, whatever an older log says.
    const Assignment& current_of(const ConsumerMember& member) {
        const ConsumerGroup& group = request_.draft.group;
        const bool replaces = request_.draft.changed == &member && !request_.replacing.empty();
        Assignment& current = current_.emplace_back();
        for (const auto& [topic, partitions] :
             group.target_of(replaces ? request_.replacing : member.id)) {
            for (const std::int32_t partition : partitions) {
                if (seen_.emplace(topic, partition).second) {
                    current[topic].push_back(partition);
                }
            }
        }
        return current;
    }

    const TargetRequest& request_;
    AssignorInput input_;
    std::map<Subscription, std::vector<Uuid>> topics_;
    std::deque<Assignment> current_;
    std::set<std::pair<Uuid, std::int32_t>> seen_;
};

}  // namespace

TargetAssignment compute_target(const TargetRequest& request) {
    const ConsumerGroup& group = request.draft.group;
    const Input input(request);
    AssignorOutput output = assign(request.assignor, input.get());
    TargetAssignment target;
    for (std::size_t i = 0; i < output.size(); ++i) {
        const std::string id(input.get().members[i].id);
        // A member that has no target yet gets a record even if it is to have nothing.
        const auto stored = group.targets().find(id);
        if (stored == group.targets().end() || stored->second != output[i]) {
            target.records.push_back(target_record(group.id(), id, output[i]));
        }
        target.members.emplace(id, std::move(output[i]));
    }
    target.records.push_back(target_epoch_record(group.id(), request.epoch, request.when));
    return target;
}

AssignorKind preferred_assignor(const GroupDraft& draft, const ConsumerGroupConfig& config) {
    std::map<std::string, std::size_t, std::less<>> votes;
    draft.each_member([&votes](const ConsumerMember& member) {
        if (member.assignor) {
            ++votes[*member.assignor];
        }
    });
    const auto votes_for = [&votes](AssignorKind kind) {
        const auto at = votes.find(assignor_name(kind));
        return at == votes.end() ? std::size_t{0} : at->second;
    };
    return *std::ranges::max_element(config.assignors, {}, votes_for);  // the first of several
}

}  // namespace barnabas::coordinator
