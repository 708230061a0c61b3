// Topics as they are: listed from Metadata; described from DescribeTopicPartitions (KIP-966), page
// by page, or from Metadata where the broker does not have it or ids are asked for.
#include "client/admin/conversions.h"
#include "client/admin/plans.h"
#include "client/admin/single_call.h"
#include "wire/messages/describe_topic_partitions.h"
#include "wire/messages/metadata.h"

namespace barnabas::client::admin_api {
namespace {

using admin::PartitionDescription;
using admin::TopicDescription;
using wire::DescribeTopicPartitionsRequest;
using wire::DescribeTopicPartitionsResponse;
using wire::MetadataRequest;
using wire::MetadataResponse;

std::optional<admin::Node> leader_of(const Nodes& nodes, std::int32_t id) {
    return id < 0 ? std::nullopt : std::optional(nodes.find(id));
}

PartitionDescription partition_of(const MetadataResponse::Topic::Partition& partition,
                                  const Nodes& nodes) {
    return {.partition = PartitionId{partition.partition_index},
            .leader = leader_of(nodes, partition.leader_id),
            .leader_epoch = LeaderEpoch{partition.leader_epoch},
            .replicas = nodes.find(partition.replica_nodes),
            .isr = nodes.find(partition.isr_nodes),
            .eligible_leader_replicas = {},
            .last_known_elr = {},
            .offline_replicas = nodes.find(partition.offline_replicas)};
}

PartitionDescription partition_of(
    const DescribeTopicPartitionsResponse::Topic::Partition& partition, const Nodes& nodes) {
    const auto find = [&nodes](const std::optional<std::vector<std::int32_t>>& ids) {
        return ids ? std::optional(nodes.find(*ids)) : std::nullopt;
    };
    return {.partition = PartitionId{partition.partition_index},
            .leader = leader_of(nodes, partition.leader_id),
            .leader_epoch = LeaderEpoch{partition.leader_epoch},
            .replicas = nodes.find(partition.replica_nodes),
            .isr = nodes.find(partition.isr_nodes),
            .eligible_leader_replicas = find(partition.eligible_leader_replicas),
            .last_known_elr = find(partition.last_known_elr),
            .offline_replicas = nodes.find(partition.offline_replicas)};
}

/// Takes over what a topic of either response says, and sorts the partitions.
template <class Topic>
void describe_into(TopicDescription& description, const Topic& topic, const Nodes& nodes,
                   bool operations) {
    description.name = topic.name.value_or("");
    description.id = topic.topic_id;
    description.internal = topic.is_internal;
    if (operations) {
        description.authorized_operations = operations_of(topic.topic_authorized_operations);
    }
    for (const auto& partition : topic.partitions) {
        description.partitions.push_back(partition_of(partition, nodes));
    }
    std::ranges::sort(description.partitions, {}, &PartitionDescription::partition);
}

/// One page after the other, for all topics in one request; first of all the brokers, of which the
/// pages have only the ids.
class DescribeByName final : public Handler<std::string, TopicDescription> {
public:
    explicit DescribeByName(const admin::DescribeTopicsOptions& options) : options_(options) {}

    Route route(const std::string& /*name*/) const override { return Route::to_any(); }
    std::string describe(const std::string& name) const override {
        return fmt::format("topic {}", name);
    }
    Asks requests(const admin::Node& /*to*/, std::vector<std::string> keys,
                  Duration /*time_left*/) override {
        Asks asks;
        if (!paged_) {
            asks.push_back(ask_metadata(std::move(keys)));
        } else if (!nodes_) {
            asks.push_back(ask_brokers(std::move(keys)));
        } else {
            asks.push_back(ask_page(std::move(keys)));
        }
        return asks;
    }
    Verdict<TopicDescription> unsupported(const std::string& /*key*/, const Error& error) override {
        const bool another_way = paged_ || falling_back_;
        if (!another_way) {
            return Verdict<TopicDescription>(std::unexpected(error));
        }
        paged_ = false;
        falling_back_ = true;  // the other keys of the same request hear of it as well
        return Verdict<TopicDescription>(Next::otherwise, error);
    }

private:
    using Asked = Ask<std::string, TopicDescription>;
    using Told = Verdicts<std::string, TopicDescription>;

    Asked ask_brokers(std::vector<std::string> keys) {
        MetadataRequest request{.allow_auto_topic_creation = false};
        auto read = [this, keys](const MetadataResponse& response) {
            nodes_.emplace(response.brokers);
            return all_refused<std::string, TopicDescription>(
                keys, Next::otherwise, {ErrorCode::none, "only the brokers are known yet"});
        };
        const wire::Versions versions{1, MetadataRequest::versions.last};
        return ask<std::string, TopicDescription>(std::move(keys), std::move(request),
                                                  std::move(read), versions);
    }

    Asked ask_page(std::vector<std::string> keys) {
        DescribeTopicPartitionsRequest request;
        request.response_partition_limit = options_.partitions_per_response_max;
        if (cursor_) {
            auto& cursor = request.cursor.emplace();
            cursor.topic_name = cursor_->topic_name;
            cursor.partition_index = cursor_->partition_index;
        }
        for (const auto& name : keys) {
            request.topics.emplace_back().name = name;
        }
        auto read = [this, keys](const DescribeTopicPartitionsResponse& response) {
            return read_page(keys, response);
        };
        return ask<std::string, TopicDescription>(std::move(keys), std::move(request),
                                                  std::move(read));
    }

    Told read_page(const std::vector<std::string>& keys,
                   const DescribeTopicPartitionsResponse& response) {
        Told told;
        const auto& next = response.next_cursor;
        if (next && cursor_ && next->topic_name == cursor_->topic_name &&
            next->partition_index <= cursor_->partition_index) {
            return all_refused<std::string, TopicDescription>(
                keys, Next::done,
                {ErrorCode::unknown_server_error,
                 fmt::format("the broker describes partitions from {}-{} over and over",
                             next->topic_name, next->partition_index)});
        }
        for (const auto& topic : response.topics) {
            read_topic(topic, next && topic.name == next->topic_name, told);
        }
        cursor_ = next;
        if (next) {
            for (const auto& name : keys) {
                if (!told.contains(name)) {
                    told.emplace(name, Verdict<TopicDescription>(
                                           Next::otherwise, {ErrorCode::none, "the next page"}));
                }
            }
        }
        return told;
    }

    void read_topic(const DescribeTopicPartitionsResponse::Topic& topic, bool goes_on, Told& told) {
        const auto name = topic.name.value_or("");
        const auto code = ErrorCode{topic.error_code};
        if (code != ErrorCode::none) {
            told.emplace(name, Verdict<TopicDescription>(std::unexpected(
                                   broker_error(code, std::nullopt, describe(name)))));
            return;
        }
        auto& description = described_[name];
        describe_into(description, topic, *nodes_, options_.include_authorized_operations);
        if (!goes_on) {
            told.emplace(name, Verdict<TopicDescription>(std::move(description)));
            described_.erase(name);
        }
    }

    Asked ask_metadata(std::vector<std::string> keys) {
        falling_back_ = false;
        MetadataRequest request{.allow_auto_topic_creation = false};
        request.include_topic_authorized_operations = options_.include_authorized_operations;
        for (const auto& name : keys) {
            request.topics->emplace_back().name = name;
        }
        auto read = [this](const MetadataResponse& response) { return read_metadata(response); };
        constexpr std::int16_t first_that_creates_no_topic = 4;
        const wire::Versions versions{first_that_creates_no_topic, MetadataRequest::versions.last};
        return ask<std::string, TopicDescription>(std::move(keys), std::move(request),
                                                  std::move(read), versions);
    }

    Told read_metadata(const MetadataResponse& response) const {
        Told told;
        const Nodes nodes(response.brokers);
        for (const auto& topic : response.topics) {
            const auto name = topic.name.value_or("");
            const auto code = ErrorCode{topic.error_code};
            if (code != ErrorCode::none) {
                told.emplace(name, Verdict<TopicDescription>(std::unexpected(
                                       broker_error(code, std::nullopt, describe(name)))));
                continue;
            }
            TopicDescription description;
            describe_into(description, topic, nodes, options_.include_authorized_operations);
            told.emplace(name, Verdict<TopicDescription>(std::move(description)));
        }
        return told;
    }

    admin::DescribeTopicsOptions options_;
    bool paged_ = true;
    bool falling_back_ = false;
    std::optional<Nodes> nodes_;
    std::optional<DescribeTopicPartitionsResponse::NextCursor> cursor_;
    std::map<std::string, TopicDescription> described_;  // what earlier pages began
};

class DescribeById final : public Handler<TopicId, TopicDescription> {
public:
    explicit DescribeById(const admin::DescribeTopicsOptions& options) : options_(options) {}

    Route route(const TopicId& /*id*/) const override { return Route::to_any(); }
    std::string describe(const TopicId& id) const override {
        return fmt::format("the topic with id {}", id);
    }
    Asks requests(const admin::Node& /*to*/, std::vector<TopicId> keys,
                  Duration /*time_left*/) override {
        MetadataRequest request{.allow_auto_topic_creation = false};
        request.include_topic_authorized_operations = options_.include_authorized_operations;
        for (const auto& id : keys) {
            auto& topic = request.topics->emplace_back();
            topic.topic_id = id;
            topic.name = std::nullopt;
        }
        auto read = [this](const MetadataResponse& response) {
            Verdicts<TopicId, TopicDescription> told;
            const Nodes nodes(response.brokers);
            for (const auto& topic : response.topics) {
                told.emplace(topic.topic_id, read_topic(topic, nodes));
            }
            return told;
        };
        constexpr std::int16_t first_without_names = 12;
        const wire::Versions versions{first_without_names, MetadataRequest::versions.last};
        return ask_once(std::move(keys), std::move(request), std::move(read), versions);
    }

private:
    Verdict<TopicDescription> read_topic(const MetadataResponse::Topic& topic,
                                         const Nodes& nodes) const {
        const auto code = ErrorCode{topic.error_code};
        if (code != ErrorCode::none) {
            return Verdict<TopicDescription>(
                std::unexpected(broker_error(code, std::nullopt, describe(topic.topic_id))));
        }
        TopicDescription description;
        describe_into(description, topic, nodes, options_.include_authorized_operations);
        return Verdict<TopicDescription>(std::move(description));
    }

    admin::DescribeTopicsOptions options_;
};

}  // namespace

Plan<std::map<std::string, admin::TopicListing>> list_topics_plan(
    const admin::ListTopicsOptions& options, const Settings& settings) {
    using Listings = std::map<std::string, admin::TopicListing>;
    MetadataRequest request{.topics = std::nullopt, .allow_auto_topic_creation = false};
    auto read = [internal = options.list_internal](const MetadataResponse& response) {
        Listings listings;
        for (const auto& topic : response.topics) {
            if (topic.name && (internal || !topic.is_internal)) {
                listings[*topic.name] = {
                    .name = *topic.name, .id = topic.topic_id, .internal = topic.is_internal};
            }
        }
        return Verdict<Listings>(std::move(listings));
    };
    SingleCall<MetadataRequest> call{.route = Route::to_any(),
                                     .about = "the cluster's topics",
                                     .request = std::move(request),
                                     .versions = {1, MetadataRequest::versions.last}};
    return single_plan<Listings>(std::move(call), std::move(read), settings);
}

Plan<Outcomes<std::string, TopicDescription>> describe_topics_plan(
    std::set<std::string> names, const admin::DescribeTopicsOptions& options,
    const Settings& settings) {
    return keyed_plan<std::string, TopicDescription>(
        std::move(names), std::make_unique<DescribeByName>(options), settings);
}

Plan<Outcomes<TopicId, TopicDescription>> describe_topics_by_id_plan(
    std::set<TopicId> ids, const admin::DescribeTopicsOptions& options, const Settings& settings) {
    return keyed_plan<TopicId, TopicDescription>(std::move(ids),
                                                 std::make_unique<DescribeById>(options), settings);
}

}  // namespace barnabas::client::admin_api
