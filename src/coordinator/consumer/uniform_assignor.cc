#include "coordinator/consumer/uniform_assignor.h"

#include "base/invariant.h"

#include <algorithm>
#include <cstddef>
#include <deque>
#include <utility>

namespace barnabas::coordinator {
namespace {

using TopicPartitionId = std::pair<Uuid, std::int32_t>;

class Uniform {
public:
    explicit Uniform(const AssignorInput& input)
        : input_(input), kept_(input.members.size()), quotas_(input.members.size()) {
        for (const auto& [topic, partitions] : input.partitions) {
            taken_[topic].resize(static_cast<std::size_t>(partitions));
            total_ += static_cast<std::size_t>(partitions);
        }
    }

    AssignorOutput run() {
        give_quotas();
        keep_what_fits();
        hand_out_the_rest();
        return std::move(kept_);
    }

private:
    [[nodiscard]] bool exists(const Uuid& topic, std::int32_t partition) const {
        const auto at = input_.partitions.find(topic);
        return at != input_.partitions.end() && partition < at->second;
    }

    void give_quotas() {
        const std::size_t members = input_.members.size();
        const std::size_t least = total_ / members;
        std::size_t one_more = total_ % members;
        std::ranges::fill(quotas_, least);
        const auto raise = [&](bool who_has_more) {
            for (std::size_t i = 0; i < members && one_more > 0; ++i) {
                if ((usable(i) > least) == who_has_more) {
                    ++quotas_[i];
                    --one_more;
                }
            }
        };
        raise(true);
        raise(false);
    }

    /// How much of what the member has been assigned still is there.
    [[nodiscard]] std::size_t usable(std::size_t member) const {
        std::size_t count = 0;
        for (const auto& [topic, partitions] : *input_.members[member].current) {
            count += static_cast<std::size_t>(std::ranges::count_if(
                partitions, [&](std::int32_t partition) { return exists(topic, partition); }));
        }
        return count;
    }

    void keep_what_fits() {
        for (std::size_t i = 0; i < input_.members.size(); ++i) {
            for (const auto& [topic, partitions] : *input_.members[i].current) {
                for (const std::int32_t partition : partitions) {
                    if (quotas_[i] > 0 && exists(topic, partition)) {
                        give(i, topic, partition);
                    }
                }
            }
        }
    }

    void hand_out_the_rest() {
        std::size_t member = 0;
        for (const auto& [topic, partitions] : input_.partitions) {
            for (std::int32_t partition = 0; partition < partitions; ++partition) {
                if (taken_.at(topic)[static_cast<std::size_t>(partition)]) {
                    continue;
                }
                while (quotas_[member] == 0) {
                    ++member;
                    INVARIANT(member < quotas_.size(), "the quotas add up to all {} partitions",
                              total_);
                }
                give(member, topic, partition);
            }
        }
    }

    void give(std::size_t member, const Uuid& topic, std::int32_t partition) {
        auto taken = taken_.at(topic)[static_cast<std::size_t>(partition)];
        INVARIANT(!taken, "partition {} of {} stands with one member", partition, topic);
        taken = true;
        kept_[member][topic].push_back(partition);
        --quotas_[member];
    }

    const AssignorInput& input_;
    AssignorOutput kept_;
    std::vector<std::size_t> quotas_;  // what each member may still get
    std::map<Uuid, std::vector<bool>> taken_;
    std::size_t total_ = 0;
};

}  // namespace

AssignorOutput assign_uniform_homogeneous(const AssignorInput& input) {
    if (input.members.empty()) {
        return {};
    }
    return Uniform(input).run();
}

}  // namespace barnabas::coordinator
