#include "cli/reassign/placement.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace barnabas::cli {
namespace {

/// Index of a further replica: never that of the first.
std::size_t follower_index(std::size_t first, std::size_t shift, std::size_t nth,
                           std::size_t brokers) {
    return (first + 1 + (shift + nth) % (brokers - 1)) % brokers;
}

/// One round after the other, of partitions over brokers.
class PlacementRounds {
public:
    PlacementRounds(std::size_t brokers, PlacementStart start)
        : brokers_(brokers), first_(start.first), shift_(start.shift) {}

    void begin(std::size_t partition) {
        if (partition > 0 && partition % brokers_ == 0) {
            ++shift_;
        }
        leader_ = (partition + first_) % brokers_;
    }
    [[nodiscard]] std::size_t leader() const { return leader_; }
    [[nodiscard]] std::size_t follower(std::size_t nth, std::size_t racks) const {
        return follower_index(leader_, shift_ * racks, nth, brokers_);
    }

private:
    std::size_t brokers_;
    std::size_t first_;
    std::size_t shift_;
    std::size_t leader_ = 0;
};

std::vector<Replicas> place_without_racks(const std::vector<PlacementBroker>& brokers,
                                          std::size_t partitions, std::size_t factor,
                                          PlacementStart start) {
    PlacementRounds rounds(brokers.size(), start);
    std::vector<Replicas> placed;
    for (std::size_t partition = 0; partition < partitions; ++partition) {
        rounds.begin(partition);
        auto& replicas = placed.emplace_back();
        replicas.push_back(brokers[rounds.leader()].id);
        for (std::size_t i = 0; i + 1 < factor; ++i) {
            replicas.push_back(brokers[rounds.follower(i, 1)].id);
        }
    }
    return placed;
}

/// The replicas of one partition, spread over as many racks as there are.
class RackSpread {
public:
    RackSpread(std::size_t brokers, std::size_t racks) : brokers_(brokers), racks_(racks) {}

    /// A broker that has one already, or whose rack has one while another has none, is passed over.
    bool take(const PlacementBroker& broker) {
        const bool rack_fits = !used_racks_.contains(*broker.rack) || used_racks_.size() == racks_;
        const bool broker_fits =
            !used_brokers_.contains(broker.id) || used_brokers_.size() == brokers_;
        if (!rack_fits || !broker_fits) {
            return false;
        }
        used_racks_.insert(*broker.rack);
        used_brokers_.insert(broker.id);
        return true;
    }

private:
    std::size_t brokers_;
    std::size_t racks_;
    std::set<std::string> used_racks_;
    std::set<BrokerId> used_brokers_;
};

std::vector<Replicas> place_over_racks(const std::vector<PlacementBroker>& brokers,
                                       std::size_t partitions, std::size_t factor,
                                       PlacementStart start) {
    std::set<std::string> racks;
    for (const auto& broker : brokers) {
        racks.insert(*broker.rack);
    }
    PlacementRounds rounds(brokers.size(), start);
    std::vector<Replicas> placed;
    for (std::size_t partition = 0; partition < partitions; ++partition) {
        rounds.begin(partition);
        RackSpread spread(brokers.size(), racks.size());
        auto& replicas = placed.emplace_back();
        const auto& leader = brokers[rounds.leader()];
        spread.take(leader);
        replicas.push_back(leader.id);
        for (std::size_t nth = 0; replicas.size() < factor; ++nth) {
            const auto& broker = brokers[rounds.follower(nth, racks.size())];
            if (spread.take(broker)) {
                replicas.push_back(broker.id);
            }
        }
    }
    return placed;
}

}  // namespace

std::vector<PlacementBroker> alternate_racks(std::vector<PlacementBroker> brokers) {
    std::ranges::sort(brokers, {}, &PlacementBroker::id);
    std::map<std::string, std::vector<PlacementBroker>> by_rack;
    for (auto& broker : brokers) {
        by_rack[broker.rack.value_or("")].push_back(std::move(broker));
    }
    std::vector<PlacementBroker> alternated;
    for (std::size_t round = 0; alternated.size() < brokers.size(); ++round) {
        for (const auto& [rack, of_rack] : by_rack) {
            if (round < of_rack.size()) {
                alternated.push_back(of_rack[round]);
            }
        }
    }
    return alternated;
}

Result<std::vector<Replicas>> place_replicas(const std::vector<PlacementBroker>& brokers,
                                             std::size_t partitions, std::size_t factor,
                                             PlacementStart start) {
    if (factor == 0) {
        return fail(ErrorCode::invalid_replication_factor,
                    "Invalid replication factor 0: the replication factor must be positive.");
    }
    if (brokers.empty()) {
        return fail(ErrorCode::invalid_replication_factor,
                    "All brokers are currently fenced, or have all their log directories "
                    "cordoned.");
    }
    if (factor > brokers.size()) {
        return fail(ErrorCode::invalid_replication_factor,
                    "The target replication factor of {} cannot be reached because only {} "
                    "broker(s) are registered or some brokers have all their log directories "
                    "cordoned.",
                    factor, brokers.size());
    }
    const auto with_rack = std::ranges::count_if(
        brokers, [](const PlacementBroker& broker) { return broker.rack.has_value(); });
    if (with_rack == 0) {
        return place_without_racks(brokers, partitions, factor, start);
    }
    if (std::cmp_not_equal(with_rack, brokers.size())) {
        return fail(ErrorCode::invalid_request,
                    "Not all brokers have rack information for replica rack aware assignment.");
    }
    return place_over_racks(alternate_racks(brokers), partitions, factor, start);
}

Result<std::vector<PlacementBroker>> placement_brokers(
    const std::vector<admin::ClusterDescription::Broker>& cluster,
    const std::vector<BrokerId>& wanted, bool use_racks) {
    std::vector<PlacementBroker> found;
    for (const auto& broker : cluster) {
        if (std::ranges::find(wanted, broker.id) != wanted.end()) {
            found.push_back({.id = broker.id, .rack = use_racks ? broker.rack : std::nullopt});
        }
    }
    const auto without = std::ranges::count_if(
        found, [](const PlacementBroker& broker) { return !broker.rack.has_value(); });
    if (use_racks && without != 0 && std::cmp_not_equal(without, found.size())) {
        return fail(ErrorCode::invalid_request,
                    "Not all brokers have rack information. Add --disable-rack-aware in command "
                    "line to make replica assignment without rack information.");
    }
    return found;
}

}  // namespace barnabas::cli
