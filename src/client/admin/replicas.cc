// Leaders and replicas: the controller's work. A broker without these APIs is named in the error.
#include "client/admin/conversions.h"
#include "client/admin/plans.h"
#include "client/admin/single_call.h"
#include "wire/messages/alter_partition_reassignments.h"
#include "wire/messages/elect_leaders.h"
#include "wire/messages/list_partition_reassignments.h"

namespace barnabas::client::admin_api {
namespace {

using admin::NewPartitionReassignment;
using wire::AlterPartitionReassignmentsRequest;
using wire::AlterPartitionReassignmentsResponse;
using wire::ElectLeadersRequest;
using wire::ElectLeadersResponse;
using wire::ListPartitionReassignmentsRequest;
using wire::ListPartitionReassignmentsResponse;

using Elected = Outcomes<TopicPartition>;

Result<void> outcome_of(const TopicPartition& key, std::int16_t error_code,
                        const std::optional<std::string>& message) {
    const auto code = ErrorCode{error_code};
    if (code == ErrorCode::none) {
        return {};
    }
    return std::unexpected(broker_error(code, message, about_partition(key)));
}

Verdict<Elected> read_election(const ElectLeadersResponse& response) {
    const auto code = ErrorCode{response.error_code};
    if (code != ErrorCode::none) {
        return refused<Elected>(next_with_controller(code),
                                broker_error(code, std::nullopt, "the election of leaders"));
    }
    Elected elected;
    for (const auto& topic : response.replica_election_results) {
        for (const auto& partition : topic.partition_result) {
            const TopicPartition key{topic.topic, PartitionId{partition.partition_id}};
            elected.emplace(key, outcome_of(key, partition.error_code, partition.error_message));
        }
    }
    return Verdict<Elected>(std::move(elected));
}

class AlterReassignments final : public Handler<TopicPartition, void> {
public:
    AlterReassignments(std::map<TopicPartition, NewPartitionReassignment> wanted,
                       bool allow_factor_change)
        : wanted_(std::move(wanted)), allow_factor_change_(allow_factor_change) {}

    Route route(const TopicPartition& /*key*/) const override { return Route::to_controller(); }
    std::string describe(const TopicPartition& key) const override { return about_partition(key); }
    Asks requests(const admin::Node& /*to*/, std::vector<TopicPartition> keys,
                  Duration time_left) override {
        AlterPartitionReassignmentsRequest request;
        request.timeout_ms = to_timeout_ms(time_left);
        request.allow_replication_factor_change = allow_factor_change_;
        for (const auto& [name, numbers] : by_topic(keys)) {
            auto& topic = request.topics.emplace_back();
            topic.name = name;
            for (const std::int32_t number : numbers) {
                auto& partition = topic.partitions.emplace_back();
                partition.partition_index = number;
                if (const auto& brokers = wanted_.at({name, PartitionId{number}})) {
                    partition.replicas = numbers_of(*brokers);
                }
            }
        }
        constexpr std::int16_t first_that_can_forbid = 1;  // KIP-860
        const std::int16_t first = allow_factor_change_ ? 0 : first_that_can_forbid;
        auto read = [keys](const AlterPartitionReassignmentsResponse& response) {
            return verdicts(keys, response);
        };
        return ask_once(std::move(keys), std::move(request), std::move(read),
                        {first, AlterPartitionReassignmentsRequest::versions.last});
    }

private:
    [[nodiscard]] static Verdicts<TopicPartition, void> verdicts(
        const std::vector<TopicPartition>& keys,
        const AlterPartitionReassignmentsResponse& response) {
        const auto code = ErrorCode{response.error_code};
        if (code != ErrorCode::none) {
            return all_refused<TopicPartition, void>(
                keys, next_with_controller(code),
                broker_error(code, response.error_message, "the reassignment"));
        }
        Verdicts<TopicPartition, void> told;
        for (const auto& topic : response.responses) {
            for (const auto& partition : topic.partitions) {
                const TopicPartition key{topic.name, PartitionId{partition.partition_index}};
                told.emplace(key, Verdict<void>(outcome_of(key, partition.error_code,
                                                           partition.error_message)));
            }
        }
        return told;
    }

    std::map<TopicPartition, NewPartitionReassignment> wanted_;
    bool allow_factor_change_;
};

Verdict<Reassignments> read_reassignments(const ListPartitionReassignmentsResponse& response) {
    const auto code = ErrorCode{response.error_code};
    if (code != ErrorCode::none) {
        return refused<Reassignments>(
            next_with_controller(code),
            broker_error(code, response.error_message, "the reassignments under way"));
    }
    Reassignments reassignments;
    for (const auto& topic : response.topics) {
        for (const auto& partition : topic.partitions) {
            reassignments.emplace(
                TopicPartition{topic.name, PartitionId{partition.partition_index}},
                admin::PartitionReassignment{
                    .replicas = brokers_of(partition.replicas),
                    .adding_replicas = brokers_of(partition.adding_replicas),
                    .removing_replicas = brokers_of(partition.removing_replicas)});
        }
    }
    return Verdict<Reassignments>(std::move(reassignments));
}

}  // namespace

Plan<Elected> elect_leaders_plan(admin::ElectionType type,
                                 const std::optional<std::set<TopicPartition>>& partitions,
                                 const Settings& settings) {
    ElectLeadersRequest request;
    request.election_type = static_cast<std::int8_t>(type);
    request.topic_partitions = std::nullopt;
    if (partitions) {
        auto& topics = request.topic_partitions.emplace();
        for (const auto& [name, numbers] : by_topic(*partitions)) {
            auto& topic = topics.emplace_back();
            topic.topic = name;
            topic.partitions = numbers;
        }
    }
    const std::int16_t first = type == admin::ElectionType::preferred ? 0 : 1;
    SingleCall<ElectLeadersRequest> call{.route = Route::to_controller(),
                                         .about = "the election of leaders",
                                         .request = std::move(request),
                                         .versions = {first, ElectLeadersRequest::versions.last}};
    return single_plan<Elected>(std::move(call), &read_election, settings);
}

Plan<Outcomes<TopicPartition>> alter_partition_reassignments_plan(
    std::map<TopicPartition, NewPartitionReassignment> reassignments,
    const admin::AlterPartitionReassignmentsOptions& options, const Settings& settings) {
    auto keys = keys_of(reassignments);
    return keyed_plan<TopicPartition, void>(
        std::move(keys),
        std::make_unique<AlterReassignments>(std::move(reassignments),
                                             options.allow_replication_factor_change),
        settings);
}

Plan<Reassignments> list_partition_reassignments_plan(
    const std::optional<std::set<TopicPartition>>& partitions, const Settings& settings) {
    ListPartitionReassignmentsRequest request;
    if (partitions) {
        auto& topics = request.topics.emplace();
        for (const auto& [name, numbers] : by_topic(*partitions)) {
            auto& topic = topics.emplace_back();
            topic.name = name;
            topic.partition_indexes = numbers;
        }
    }
    SingleCall<ListPartitionReassignmentsRequest> call{.route = Route::to_controller(),
                                                       .about = "the reassignments under way",
                                                       .request = std::move(request)};
    return single_plan<Reassignments>(std::move(call), &read_reassignments, settings);
}

}  // namespace barnabas::client::admin_api
