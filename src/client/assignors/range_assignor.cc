#include "client/assignors/range_assignor.h"

#include "client/assignors/numbered_group.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace barnabas::client {
namespace {

/// One topic's partitions while they are handed out.
class TopicShare {
public:
    TopicShare(const NumberedGroup& group, Number topic, const std::vector<Number>& members_in_turn)
        : group_(group), topic_(group.topics()[topic]), taken_(topic_.partition_count) {
        for (const auto member : members_in_turn) {
            if (group.subscribes(member, topic)) {
                members_.push_back(member);
            }
        }
        share_min_ = topic_.partition_count / members_.size();
        longer_shares_ = topic_.partition_count % members_.size();
        racks_matter_ = group.racks_matter(topic_);
    }

    [[nodiscard]] const NumberedTopic& topic() const { return topic_; }
    [[nodiscard]] const std::vector<Number>& members() const { return members_; }
    [[nodiscard]] bool racks_matter() const { return racks_matter_; }

    /// How many more the member may get.
    [[nodiscard]] Number room_of(Number member) const {
        const auto share = share_min_ + (longer_shares_ > 0 ? 1 : 0);
        const auto found = size_of_.find(member);
        const auto size = found == size_of_.end() ? 0 : found->second;
        return share > size ? share - size : 0;
    }
    [[nodiscard]] bool may_have(Number member, Number index) const {
        return !group_.has_rack(member) || group_.in_rack(member, topic_.first_partition + index);
    }
    void give(Number member, Number index, std::vector<std::vector<Number>>& partitions_of) {
        partitions_of[member].push_back(topic_.first_partition + index);
        taken_[index] = true;
        if (++size_of_[member] == share_min_ + 1) {
            --longer_shares_;
        }
    }

    /// To each member in turn the first free partitions, as many as it has room for; `by_rack`:
    /// only those that it may have.
    void give_runs(bool by_rack, std::vector<std::vector<Number>>& partitions_of) {
        for (const auto member : members_) {
            // The room is that before its run: the run itself may use up the last longer share.
            auto room = room_of(member);
            for (Number index = 0; index < taken_.size() && room > 0; ++index) {
                if (!taken_[index] && (!by_rack || may_have(member, index))) {
                    give(member, index, partitions_of);
                    --room;
                }
            }
        }
    }

private:
    const NumberedGroup& group_;
    const NumberedTopic& topic_;
    std::vector<Number> members_;  ///< in turn
    std::vector<bool> taken_;      ///< by index
    std::map<Number, Number> size_of_;
    Number share_min_ = 0;
    Number longer_shares_ = 0;  ///< how many members may still get one more than share_min_
    bool racks_matter_ = false;
};

using Shares = std::vector<TopicShare>;

/// Gives the partitions of one index in all these topics to one member, where all of them have a
/// replica in its rack.
void give_together(std::vector<TopicShare*>& shares,
                   std::vector<std::vector<Number>>& partitions_of) {
    const auto& first = *shares.front();
    auto left = first.members();
    for (Number index = 0; index < first.topic().partition_count; ++index) {
        const auto found = std::ranges::find_if(left, [&](Number member) {
            return std::ranges::all_of(shares, [&](const TopicShare* share) {
                return share->may_have(member, index) && share->room_of(member) > 0;
            });
        });
        if (found != left.end()) {
            for (auto* share : shares) {
                share->give(*found, index, partitions_of);
            }
        }
    }
}

void give_by_rack(const NumberedGroup& group, Shares& shares,
                  std::vector<std::vector<Number>>& partitions_of) {
    std::map<std::tuple<std::vector<Number>, Number>, std::vector<TopicShare*>> alike;
    for (auto& share : shares) {
        if (std::ranges::any_of(share.members(), [&](Number m) { return group.has_rack(m); })) {
            alike[{share.members(), share.topic().partition_count}].push_back(&share);
        }
    }
    for (auto& [key, together] : alike) {
        if (together.size() > 1) {
            give_together(together, partitions_of);
        } else if (together.front()->racks_matter()) {
            together.front()->give_runs(true, partitions_of);
        }
    }
}

}  // namespace

Assignment assign_range(const TopicLayouts& layouts, const std::vector<GroupMember>& members) {
    const NumberedGroup group{layouts, members};
    const auto members_in_turn = group.members_in_turn();
    Shares shares;
    for (Number topic = 0; topic < group.topics().size(); ++topic) {
        shares.emplace_back(group, topic, members_in_turn);
    }
    std::vector<std::vector<Number>> partitions_of(group.member_count());
    if (std::ranges::any_of(shares, &TopicShare::racks_matter)) {
        give_by_rack(group, shares, partitions_of);
    }
    for (auto& share : shares) {
        share.give_runs(false, partitions_of);
    }
    for (auto& partitions : partitions_of) {
        std::ranges::sort(partitions);
    }
    return group.to_assignment(partitions_of);
}

}  // namespace barnabas::client
