#include "coordinator/share/simple_assignor.h"

#include "base/invariant.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <set>
#include <utility>

namespace barnabas::coordinator {
namespace {

using TopicPartition = std::pair<Uuid, std::int32_t>;

std::size_t divide_up(std::size_t dividend, std::size_t divisor) {
    return (dividend + divisor - 1) / divisor;
}

/// Partitions that are shared out together, among some of the members.
class Pool {
public:
    Pool(const SimpleInput& input, const std::vector<TopicPartition>& partitions,
         std::vector<std::size_t> members)
        : input_(input), members_(std::move(members)) {
        for (const TopicPartition& partition : partitions) {
            holders_.try_emplace(partition);
        }
        held_.resize(members_.size());
    }

    void share_out(std::vector<Assignment>& output) {
        if (holders_.empty() || members_.empty()) {
            return;
        }
        sharing_ = divide_up(members_.size(), holders_.size());
        for (std::size_t i = 0; i < members_.size(); ++i) {
            keep(i);
        }
        give_up_overshared();
        hand_out();
        for (const auto& [partition, holders] : holders_) {
            INVARIANT(!holders.empty(), "nobody has partition {} of {}", partition.second,
                      partition.first);
            for (const std::size_t holder : holders) {
                output[members_[holder]][partition.first].push_back(partition.second);
            }
        }
    }

private:
    /// How many the member is to have: what there is to give, dealt evenly over the members.
    [[nodiscard]] std::size_t desired(std::size_t member) const {
        const std::size_t all = sharing_ * holders_.size();
        return divide_up(all * (member + 1), members_.size()) -
               divide_up(all * member, members_.size());
    }

    void keep(std::size_t member) {
        const std::size_t most = desired(member);
        for (const auto& [topic, partitions] : *input_.members[members_[member]].current) {
            for (const std::int32_t partition : partitions) {
                const auto at = holders_.find({topic, partition});
                if (at != holders_.end() && held_[member] < most) {
                    at->second.insert(member);
                    ++held_[member];
                }
            }
        }
    }

    void give_up_overshared() {
        for (auto& [partition, holders] : holders_) {
            while (holders.size() > sharing_) {
                const auto last = std::prev(holders.end());
                --held_[*last];
                holders.erase(last);
            }
        }
    }

    /// Partition by partition, taking turns among those who have too few. Where all of these have
    /// the partition already it stays with fewer members than others: that is not worth moving
    /// others for. One that nobody has is always taken: what partitions lack is what members lack.
    void hand_out() {
        std::vector<std::size_t> unfilled;
        for (std::size_t i = 0; i < members_.size(); ++i) {
            if (held_[i] < desired(i)) {
                unfilled.push_back(i);
            }
        }
        std::size_t turn = 0;
        for (auto& [partition, holders] : holders_) {
            std::size_t passed = 0;
            while (holders.size() < sharing_ && passed < unfilled.size()) {
                turn = turn < unfilled.size() ? turn : 0;
                const std::size_t member = unfilled[turn];
                if (!holders.insert(member).second) {
                    ++passed;
                    ++turn;
                    continue;
                }
                passed = 0;
                if (++held_[member] < desired(member)) {
                    ++turn;
                } else {
                    unfilled.erase(unfilled.begin() + static_cast<std::ptrdiff_t>(turn));
                }
            }
        }
    }

    const SimpleInput& input_;
    std::vector<std::size_t> members_;                         // of the input
    std::map<TopicPartition, std::set<std::size_t>> holders_;  // places in members_
    std::vector<std::size_t> held_;                            // how many each has
    std::size_t sharing_ = 0;                                  // how many members a partition has
};

std::vector<TopicPartition> partitions_of(const Assignment& assignable,
                                          const std::vector<Uuid>& topics) {
    std::vector<TopicPartition> all;
    for (const Uuid& topic : topics) {
        if (const auto at = assignable.find(topic); at != assignable.end()) {
            for (const std::int32_t partition : at->second) {
                all.emplace_back(topic, partition);
            }
        }
    }
    return all;
}

}  // namespace

std::vector<Assignment> assign_simple(const SimpleInput& input) {
    std::vector<Assignment> output(input.members.size());
    if (input.members.empty()) {
        return output;
    }
    std::map<Uuid, std::vector<std::size_t>> subscribers;
    std::vector<std::size_t> everybody;
    bool homogeneous = true;
    for (std::size_t i = 0; i < input.members.size(); ++i) {
        everybody.push_back(i);
        homogeneous = homogeneous && *input.members[i].topics == *input.members.front().topics;
        for (const Uuid& topic : *input.members[i].topics) {
            subscribers[topic].push_back(i);
        }
    }
    if (homogeneous) {
        Pool(input, partitions_of(input.assignable, *input.members.front().topics),
             std::move(everybody))
            .share_out(output);
        return output;
    }
    for (auto& [topic, members] : subscribers) {
        Pool(input, partitions_of(input.assignable, {topic}), std::move(members)).share_out(output);
    }
    return output;
}

}  // namespace barnabas::coordinator
