#include "coordinator/consumer/uniform_balancer.h"

#include "base/invariant.h"

#include <algorithm>
#include <cstddef>
#include <set>
#include <tuple>
#include <utility>

namespace barnabas::coordinator {
namespace {

/// Subscriptions that overlap in part can need many rounds; each about halves the imbalance.
constexpr int rounds_max = 16;
constexpr std::size_t nobody = static_cast<std::size_t>(-1);

struct Topic {
    Uuid id;
    std::vector<std::size_t> subscribers;  // members, ascending
    std::vector<std::size_t> owners;       // by partition
};

class Balancer {
public:
    explicit Balancer(const AssignorInput& input) : input_(input), loads_(input.members.size()) {
        std::map<Uuid, std::size_t> places;
        for (const auto& [id, partitions] : input.partitions) {
            places.emplace(id, topics_.size());
            topics_.push_back(
                {.id = id,
                 .subscribers = {},
                 .owners = std::vector(static_cast<std::size_t>(partitions), nobody)});
        }
        for (std::size_t i = 0; i < input.members.size(); ++i) {
            for (const Uuid& topic : *input.members[i].topics) {
                topics_[places.at(topic)].subscribers.push_back(i);
            }
        }
        std::erase_if(topics_, [](const Topic& topic) { return topic.subscribers.empty(); });
        // Those with most partitions for each subscriber come first: the later ones can even out.
        std::ranges::sort(topics_, {}, [](const Topic& topic) {
            const auto subscribers = topic.subscribers.size();
            return std::tuple(
                -static_cast<double>(topic.owners.size()) / static_cast<double>(subscribers),
                subscribers, topic.id);
        });
    }

    AssignorOutput run() {
        for (Topic& topic : topics_) {
            keep(topic);
        }
        for (Topic& topic : topics_) {
            hand_out(topic);
        }
        balance();
        return output();
    }

private:
    using Loaded = std::set<std::pair<std::size_t, std::size_t>>;  // partitions, member

    void keep(Topic& topic) {
        for (const std::size_t member : topic.subscribers) {
            const auto at = input_.members[member].current->find(topic.id);
            if (at == input_.members[member].current->end()) {
                continue;
            }
            for (const std::int32_t partition : at->second) {
                const auto index = static_cast<std::size_t>(partition);
                if (index < topic.owners.size()) {
                    INVARIANT(topic.owners[index] == nobody,
                              "partition {} of {} stands with one member", partition, topic.id);
                    topic.owners[index] = member;
                    ++loads_[member];
                }
            }
        }
    }

    [[nodiscard]] Loaded by_load(const std::vector<std::size_t>& members) const {
        Loaded loaded;
        for (const std::size_t member : members) {
            loaded.emplace(loads_[member], member);
        }
        return loaded;
    }

    /// To the subscriber with the fewest partitions of all topics.
    void hand_out(Topic& topic) {
        Loaded loaded = by_load(topic.subscribers);
        for (std::size_t& owner : topic.owners) {
            if (owner == nobody) {
                owner = loaded.begin()->second;
                change_load(loaded, owner, +1);
            }
        }
    }

    void balance() {
        for (int round = 0; round < rounds_max; ++round) {
            bool moved = false;
            for (Topic& topic : topics_) {
                moved = balance_topic(topic) || moved;
            }
            if (!moved) {
                return;
            }
        }
    }

    /// Moves partitions of the topic from the most to the least loaded subscriber while they differ
    /// by more than one; a subscriber without any of its partitions cannot give.
    bool balance_topic(Topic& topic) {
        Loaded loaded = by_load(topic.subscribers);
        if (loaded.rbegin()->first - loaded.begin()->first <= 1) {
            return false;
        }
        std::map<std::size_t, std::vector<std::size_t>> owned;  // partitions by member
        for (std::size_t partition = 0; partition < topic.owners.size(); ++partition) {
            owned[topic.owners[partition]].push_back(partition);
        }
        bool moved = false;
        Loaded givers;
        for (const auto& [member, partitions] : owned) {
            givers.emplace(loads_[member], member);
        }
        while (!givers.empty()) {
            const auto [most, giver] = *givers.rbegin();
            const auto [least, taker] = *loaded.begin();
            if (most <= least + 1) {
                break;
            }
            const std::size_t partition = owned[giver].back();
            owned[giver].pop_back();
            topic.owners[partition] = taker;
            givers.erase({most, giver});
            if (!owned[giver].empty()) {
                givers.emplace(most - 1, giver);
            }
            if (givers.erase({least, taker}) > 0) {
                givers.emplace(least + 1, taker);
            }
            change_load(loaded, giver, -1);
            change_load(loaded, taker, +1);
            moved = true;
        }
        return moved;
    }

    void change_load(Loaded& loaded, std::size_t member, int by) {
        loaded.erase({loads_[member], member});
        loads_[member] += static_cast<std::size_t>(by);
        loaded.emplace(loads_[member], member);
    }

    [[nodiscard]] AssignorOutput output() const {
        AssignorOutput output(input_.members.size());
        for (const Topic& topic : topics_) {
            for (std::size_t partition = 0; partition < topic.owners.size(); ++partition) {
                INVARIANT(topic.owners[partition] != nobody, "partition {} of {} has an owner",
                          partition, topic.id);
                output[topic.owners[partition]][topic.id].push_back(
                    static_cast<std::int32_t>(partition));
            }
        }
        return output;
    }

    const AssignorInput& input_;
    std::vector<Topic> topics_;
    std::vector<std::size_t> loads_;  // partitions of all topics by member
};

}  // namespace

AssignorOutput assign_uniform_heterogeneous(const AssignorInput& input) {
    return Balancer(input).run();
}

}  // namespace barnabas::coordinator
