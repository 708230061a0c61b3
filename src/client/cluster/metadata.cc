#include "client/cluster/metadata.h"

#include "base/invariant.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace barnabas::client {

namespace {

constexpr std::uint64_t no_jitter = 1ULL << 63;

bool makes_sense(std::int32_t id, std::string_view host, std::int32_t port) {
    return id >= 0 && !host.empty() && port > 0 &&
           port <= std::numeric_limits<std::uint16_t>::max();
}

std::vector<BrokerId> ids_of(const std::vector<std::int32_t>& numbers) {
    std::vector<BrokerId> ids;
    ids.reserve(numbers.size());
    for (const std::int32_t number : numbers) {
        if (number >= 0) {
            ids.emplace_back(number);
        }
    }
    return ids;
}

}  // namespace

// --- what is known ------------------------------------------------------------------------------

const BrokerNode* Metadata::broker(BrokerId id) const {
    const auto found = std::ranges::lower_bound(brokers_, id, {}, &BrokerNode::id);
    return found != brokers_.end() && found->id == id ? &*found : nullptr;
}

const TopicInfo* Metadata::topic(std::string_view name) const {
    const auto found = topics_.find(name);
    return found != topics_.end() ? &found->second : nullptr;
}

const TopicInfo* Metadata::topic(TopicId id) const {
    const auto found = names_.find(id);
    return found != names_.end() ? topic(found->second) : nullptr;
}

const PartitionInfo* Metadata::partition(const TopicPartition& partition) const {
    const TopicInfo* info = topic(partition.topic);
    const auto index = static_cast<std::size_t>(partition.partition.get());
    if (info == nullptr || partition.partition.get() < 0 || index >= info->partitions.size()) {
        return nullptr;
    }
    return &info->partitions[index];
}

// --- what is wanted -----------------------------------------------------------------------------

void Metadata::want(std::string_view topic, Time now) {
    const auto found = interests_.find(topic);
    if (found != interests_.end()) {
        found->second.last_wanted = now;
    } else {
        interests_.emplace(topic, Interest{.last_wanted = now, .fresh = true});
    }
}

void Metadata::forget(std::string_view topic) {
    if (const auto found = interests_.find(topic); found != interests_.end()) {
        interests_.erase(found);
    }
}

void Metadata::want_only(const std::set<std::string, std::less<>>& topics, Time now) {
    std::erase_if(interests_, [&](const auto& entry) { return !topics.contains(entry.first); });
    for (const std::string& topic : topics) {
        want(topic, now);
    }
}

void Metadata::want_all(bool all) {
    all_fresh_ = all && (all_fresh_ || !want_all_);
    want_all_ = all;
}

bool Metadata::wanted(std::string_view topic) const {
    return want_all_ || interests_.contains(topic);
}

void Metadata::drop_idle(Time now) {
    if (options_.topic_idle_max < Duration{0}) {
        return;
    }
    std::erase_if(interests_, [&](const auto& entry) {
        return now - entry.second.last_wanted > options_.topic_idle_max;
    });
}

// --- refreshing ---------------------------------------------------------------------------------

std::uint64_t Metadata::request_update() {
    due_ = true;
    return ++requested_;
}

Time Metadata::next_refresh() const {
    if (in_flight_) {
        return never;
    }
    const bool fresh = all_fresh_ || std::ranges::any_of(interests_, [](const auto& entry) {
                           return entry.second.fresh;
                       });
    if (fresh && failures_ == 0) {
        return Time{};  // a new topic need not wait until the last answer is a little older
    }
    if (due_ || fresh) {
        return not_before_;
    }
    return std::max(not_before_, refreshed_ + options_.age_max);
}

wire::MetadataRequest Metadata::begin(Time now) {
    INVARIANT(!in_flight_, "a second metadata request beside the first");
    drop_idle(now);
    in_flight_ = true;
    due_ = false;
    asked_ = requested_;
    asked_for_.clear();
    wire::MetadataRequest request;
    request.allow_auto_topic_creation = options_.create_topics;
    for (const auto& [name, interest] : interests_) {
        asked_for_.insert(name);
        request.topics->push_back({.topic_id = {}, .name = name, .unknown_tags = {}});
    }
    asked_for_all_ = want_all_;
    if (want_all_) {
        request.topics.reset();
    }
    return request;
}

void Metadata::failed(Error why, Time now, std::uint64_t random) {
    INVARIANT(in_flight_, "a metadata request failed that was not sent: {}", why.message);
    in_flight_ = false;
    due_ = true;
    ++failures_;
    not_before_ = now + options_.backoff.after(failures_, random);
    failure_ = std::move(why);
}

void Metadata::update(const wire::MetadataResponse& response, Time now) {
    INVARIANT(in_flight_, "an answer to a metadata request that was not sent");
    const auto code = static_cast<ErrorCode>(response.error_code);
    if (code != ErrorCode::none) {
        failed({code, fmt::format("the broker has no metadata to give: {}", code)}, now, no_jitter);
        return;
    }
    auto brokers = read_brokers(response);
    if (!brokers) {
        failed({ErrorCode::broker_not_available,
                fmt::format("the metadata names {} brokers, none of them with an id, a host and a "
                            "port",
                            response.brokers.size())},
               now, no_jitter);
        return;
    }
    brokers_ = std::move(*brokers);
    cluster_id_ = response.cluster_id;
    const BrokerId controller{response.controller_id};
    controller_ = broker(controller) != nullptr ? controller : no_broker;
    take_topics(response);
    all_fresh_ = all_fresh_ && !asked_for_all_;
    in_flight_ = false;
    failures_ = 0;
    failure_.reset();
    refreshed_ = now;
    completed_ = asked_;
    ++generation_;
    incomplete_ = incomplete() ? incomplete_ + 1 : 0;
    due_ = due_ || incomplete_ > 0;
    not_before_ = now + options_.backoff.after(std::max(incomplete_, 1U), no_jitter);
}

std::optional<std::vector<BrokerNode>> Metadata::read_brokers(
    const wire::MetadataResponse& response) {
    std::map<BrokerId, BrokerNode> nodes;
    for (const auto& broker : response.brokers) {
        if (makes_sense(broker.node_id, broker.host, broker.port)) {
            const BrokerId id{broker.node_id};
            nodes.insert_or_assign(id, BrokerNode{.id = id,
                                                  .host = broker.host,
                                                  .port = static_cast<std::uint16_t>(broker.port),
                                                  .rack = broker.rack});
        }
    }
    if (nodes.empty()) {
        return std::nullopt;
    }
    std::vector<BrokerNode> sorted;
    sorted.reserve(nodes.size());
    for (auto& [id, node] : nodes) {
        sorted.push_back(std::move(node));
    }
    return sorted;
}

void Metadata::take_topics(const wire::MetadataResponse& response) {
    std::map<std::string, TopicInfo, std::less<>> topics;
    for (const auto& topic : response.topics) {
        if (topic.name && !topic.name->empty() && wanted(*topic.name)) {
            topics.insert_or_assign(*topic.name, read_topic(topic));
        }
    }
    for (auto& [name, interest] : interests_) {
        if (topics.contains(name)) {
            interest.fresh = false;
        } else if (asked_for_all_ || asked_for_.contains(name)) {
            // Asked for by name, or among all: the broker knows nothing of it.
            topics.emplace(name, TopicInfo{.name = name,
                                           .id = {},
                                           .error = ErrorCode::unknown_topic_or_partition,
                                           .partitions = {}});
            interest.fresh = false;
        } else if (const auto known = topics_.find(name); known != topics_.end()) {
            topics.insert(topics_.extract(known));
        }
    }
    topics_ = std::move(topics);
    names_.clear();
    for (auto& [name, topic] : topics_) {
        if (!topic.id.is_zero()) {
            names_.emplace(topic.id, name);
        }
        for (PartitionInfo& partition : topic.partitions) {
            if (partition.leader != no_broker && broker(partition.leader) == nullptr) {
                partition.leader = no_broker;  // of an older answer: that broker has gone
                partition.error = ErrorCode::leader_not_available;
            }
        }
    }
    std::erase_if(seen_, [this](const auto& entry) { return !wanted(entry.first); });
}

Metadata::SeenEpochs& Metadata::seen(const std::string& topic, TopicId id, std::size_t partitions) {
    SeenEpochs& seen = seen_[topic];
    if (!id.is_zero() && id != seen.id) {
        if (!seen.id.is_zero()) {
            seen.epochs.clear();  // deleted and created again: its epochs begin anew
        }
        seen.id = id;
    }
    seen.epochs.resize(std::max(seen.epochs.size(), partitions), no_epoch);
    return seen;
}

TopicInfo Metadata::read_topic(const wire::MetadataResponse::Topic& topic) {
    TopicInfo read{.name = *topic.name,
                   .id = topic.topic_id,
                   .error = static_cast<ErrorCode>(topic.error_code),
                   .internal = topic.is_internal,
                   .partitions = {}};
    if (read.error != ErrorCode::none) {
        return read;
    }
    // Ids are 0 to n - 1, each once; what is said otherwise is left unknown.
    const std::size_t count = topic.partitions.size();
    const TopicInfo* known = this->topic(read.name);
    const bool same = known != nullptr && (known->id == read.id || known->id.is_zero());
    SeenEpochs& epochs = seen(read.name, read.id, count);
    read.partitions.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
        read.partitions[i] = {.id = PartitionId{static_cast<std::int32_t>(i)},
                              .error = ErrorCode::leader_not_available,
                              .leader_epoch = epochs.epochs[i]};
    }
    for (const auto& partition : topic.partitions) {
        const auto index = static_cast<std::size_t>(partition.partition_index);
        if (partition.partition_index < 0 || index >= count) {
            continue;
        }
        const bool has = same && index < known->partitions.size();
        read.partitions[index] = read_partition(partition, epochs.epochs[index],
                                                has ? &known->partitions[index] : nullptr);
        epochs.epochs[index] = std::max(epochs.epochs[index], read.partitions[index].leader_epoch);
    }
    return read;
}

PartitionInfo Metadata::read_partition(const wire::MetadataResponse::Topic::Partition& partition,
                                       LeaderEpoch seen, const PartitionInfo* known) const {
    const PartitionId id{partition.partition_index};
    const LeaderEpoch epoch{partition.leader_epoch};
    if (epoch >= LeaderEpoch{0} && epoch < seen) {
        // The broker has not heard of the newest leader yet.
        return known != nullptr
                   ? *known
                   : PartitionInfo{
                         .id = id, .error = ErrorCode::leader_not_available, .leader_epoch = seen};
    }
    PartitionInfo read{.id = id,
                       .error = static_cast<ErrorCode>(partition.error_code),
                       .leader = BrokerId{partition.leader_id},
                       .leader_epoch = epoch >= LeaderEpoch{0} ? epoch : no_epoch,
                       .replicas = ids_of(partition.replica_nodes),
                       .isr = ids_of(partition.isr_nodes),
                       .offline = ids_of(partition.offline_replicas)};
    if (broker(read.leader) == nullptr) {
        read.leader = no_broker;
        if (read.error == ErrorCode::none) {
            read.error = ErrorCode::leader_not_available;
        }
    }
    return read;
}

bool Metadata::incomplete() const {
    return std::ranges::any_of(interests_, [this](const auto& entry) {
        const TopicInfo* info = topic(entry.first);
        if (info == nullptr) {
            return false;  // fresh: asked for soon anyway
        }
        return means_stale_metadata(info->error) ||
               (info->error == ErrorCode::none && info->partitions.empty()) ||
               std::ranges::any_of(info->partitions,
                                   [](const auto& each) { return each.leader == no_broker; });
    });
}

// --- what other answers tell --------------------------------------------------------------------

bool Metadata::learn_leader(const TopicPartition& partition, BrokerId leader, LeaderEpoch epoch) {
    const auto found = topics_.find(partition.topic);
    const auto index = static_cast<std::size_t>(partition.partition.get());
    if (found == topics_.end() || partition.partition.get() < 0 ||
        index >= found->second.partitions.size() || broker(leader) == nullptr) {
        return false;
    }
    PartitionInfo& info = found->second.partitions[index];
    if (epoch <= info.leader_epoch) {
        return false;
    }
    info.leader = leader;
    info.leader_epoch = epoch;
    info.error = ErrorCode::none;
    SeenEpochs& epochs = seen(partition.topic, found->second.id, found->second.partitions.size());
    epochs.epochs[index] = std::max(epochs.epochs[index], epoch);
    ++generation_;
    return true;
}

void Metadata::learn_broker(BrokerNode node) {
    if (!makes_sense(node.id.get(), node.host, node.port)) {
        return;
    }
    const auto at = std::ranges::lower_bound(brokers_, node.id, {}, &BrokerNode::id);
    if (at != brokers_.end() && at->id == node.id) {
        if (!node.rack) {
            node.rack = at->rack;  // who names a leader does not name its rack
        }
        *at = std::move(node);
    } else {
        brokers_.insert(at, std::move(node));
    }
}

void Metadata::forget_brokers() {
    brokers_.clear();
    controller_ = no_broker;
    cluster_id_.reset();
    for (auto& [name, topic] : topics_) {
        for (PartitionInfo& partition : topic.partitions) {
            partition.leader = no_broker;
            partition.error = ErrorCode::leader_not_available;
        }
    }
    due_ = true;
    ++generation_;
}

}  // namespace barnabas::client
