// Transactions: listed by each broker for those that it coordinates, described and ended by their
// coordinators, looked at and aborted in the partitions themselves (KIP-664).
#include "client/admin/all_brokers.h"
#include "client/admin/conversions.h"
#include "client/admin/plans.h"
#include "client/admin/single_call.h"
#include "wire/messages/describe_producers.h"
#include "wire/messages/describe_transactions.h"
#include "wire/messages/init_producer_id.h"
#include "wire/messages/list_transactions.h"
#include "wire/messages/write_txn_markers.h"

namespace barnabas::client::admin_api {
namespace {

using admin::FencedProducer;
using admin::ProducerState;
using admin::TransactionDescription;
using admin::TransactionListing;
using wire::DescribeProducersRequest;
using wire::DescribeProducersResponse;
using wire::DescribeTransactionsRequest;
using wire::DescribeTransactionsResponse;
using wire::InitProducerIdRequest;
using wire::InitProducerIdResponse;
using wire::ListTransactionsRequest;
using wire::ListTransactionsResponse;
using wire::WriteTxnMarkersRequest;
using wire::WriteTxnMarkersResponse;

using Listings = std::vector<TransactionListing>;
using Producers = std::vector<ProducerState>;

std::string about_id(const std::string& id) {
    return fmt::format("transactional id {}", id);
}

class ListTransactions final : public Handler<BrokerId, Listings> {
public:
    explicit ListTransactions(admin::ListTransactionsOptions options)
        : options_(std::move(options)) {}

    Route route(const BrokerId& id) const override { return Route::to_broker(id); }
    std::string describe(const BrokerId& id) const override {
        return fmt::format("the transactions of broker {}", id);
    }
    Asks requests(const admin::Node& /*to*/, std::vector<BrokerId> keys,
                  Duration /*time_left*/) override {
        const BrokerId id = keys.front();
        auto read = [this, id](const ListTransactionsResponse& response) {
            Verdicts<BrokerId, Listings> told;
            told.emplace(id, verdict(id, response));
            return told;
        };
        return ask_once(std::move(keys), request(), std::move(read),
                        {version_needed(), ListTransactionsRequest::versions.last});
    }

private:
    [[nodiscard]] ListTransactionsRequest request() const {
        ListTransactionsRequest request;
        for (const auto state : options_.states) {
            request.state_filters.emplace_back(admin::to_text(state));
        }
        for (const auto id : options_.producer_ids) {
            request.producer_id_filters.push_back(id.get());
        }
        if (options_.duration_min) {
            request.duration_filter =
                std::chrono::duration_cast<std::chrono::milliseconds>(*options_.duration_min)
                    .count();
        }
        if (!options_.transactional_id_pattern.empty()) {
            request.transactional_id_pattern = options_.transactional_id_pattern;
        }
        return request;
    }

    [[nodiscard]] std::int16_t version_needed() const {
        constexpr std::int16_t first_with_durations = 1;  // KIP-994
        constexpr std::int16_t first_with_patterns = 2;   // KIP-1152
        if (!options_.transactional_id_pattern.empty()) {
            return first_with_patterns;
        }
        return options_.duration_min ? first_with_durations : 0;
    }

    [[nodiscard]] Verdict<Listings> verdict(BrokerId id,
                                            const ListTransactionsResponse& response) const {
        const auto code = ErrorCode{response.error_code};
        if (code != ErrorCode::none) {
            const bool passing = code == ErrorCode::coordinator_load_in_progress;
            return refused<Listings>(passing ? Next::again : Next::done,
                                     broker_error(code, std::nullopt, describe(id)));
        }
        Listings listings;
        for (const auto& transaction : response.transaction_states) {
            listings.push_back(
                {.transactional_id = transaction.transactional_id,
                 .producer_id = ProducerId{transaction.producer_id},
                 .state = admin::parse_transaction_state(transaction.transaction_state)});
        }
        return Verdict<Listings>(std::move(listings));
    }

    admin::ListTransactionsOptions options_;
};

class DescribeTransactions final : public Handler<std::string, TransactionDescription> {
public:
    Route route(const std::string& id) const override { return Route::to_transaction(id); }
    std::string describe(const std::string& id) const override { return about_id(id); }
    Asks requests(const admin::Node& to, std::vector<std::string> keys,
                  Duration /*time_left*/) override {
        DescribeTransactionsRequest request;
        request.transactional_ids = keys;
        auto read = [broker = to.id](const DescribeTransactionsResponse& response) {
            Verdicts<std::string, TransactionDescription> told;
            for (const auto& transaction : response.transaction_states) {
                const auto code = ErrorCode{transaction.error_code};
                const auto& id = transaction.transactional_id;
                if (code == ErrorCode::none) {
                    told.emplace(
                        id, Verdict<TransactionDescription>(description_of(transaction, broker)));
                } else {
                    told.emplace(id, refused<TransactionDescription>(
                                         next_with_coordinator(code),
                                         broker_error(code, std::nullopt, about_id(id))));
                }
            }
            return told;
        };
        return ask_once(std::move(keys), std::move(request), std::move(read));
    }

private:
    [[nodiscard]] static TransactionDescription description_of(
        const DescribeTransactionsResponse::TransactionState& transaction, BrokerId coordinator) {
        TransactionDescription described{
            .coordinator = coordinator,
            .state = admin::parse_transaction_state(transaction.transaction_state),
            .producer_id = ProducerId{transaction.producer_id},
            .producer_epoch = ProducerEpoch{transaction.producer_epoch},
            .timeout = std::chrono::milliseconds(transaction.transaction_timeout_ms),
            .started = {},
            .partitions = {}};
        if (transaction.transaction_start_time_ms >= 0) {
            described.started = Timestamp{transaction.transaction_start_time_ms};
        }
        for (const auto& topic : transaction.topics) {
            for (const std::int32_t partition : topic.partitions) {
                described.partitions.emplace(topic.topic, PartitionId{partition});
            }
        }
        return described;
    }
};

class DescribeProducers final : public Handler<TopicPartition, Producers> {
public:
    explicit DescribeProducers(std::optional<BrokerId> broker) : broker_(broker) {}

    Route route(const TopicPartition& key) const override {
        return broker_ ? Route::to_broker(*broker_) : Route::to_leader(key);
    }
    std::string describe(const TopicPartition& key) const override { return about_partition(key); }
    Asks requests(const admin::Node& /*to*/, std::vector<TopicPartition> keys,
                  Duration /*time_left*/) override {
        DescribeProducersRequest request;
        for (const auto& [name, numbers] : by_topic(keys)) {
            auto& topic = request.topics.emplace_back();
            topic.name = name;
            topic.partition_indexes = numbers;
        }
        auto read = [this](const DescribeProducersResponse& response) {
            Verdicts<TopicPartition, Producers> told;
            for (const auto& topic : response.topics) {
                for (const auto& partition : topic.partitions) {
                    const TopicPartition key{topic.name, PartitionId{partition.partition_index}};
                    told.emplace(key, verdict(key, partition));
                }
            }
            return told;
        };
        return ask_once(std::move(keys), std::move(request), std::move(read));
    }

private:
    using Partition = DescribeProducersResponse::Topic::Partition;

    /// A broker that was named is asked once: that it does not have the partition is the answer.
    [[nodiscard]] Verdict<Producers> verdict(const TopicPartition& key,
                                             const Partition& partition) const {
        const auto code = ErrorCode{partition.error_code};
        if (code != ErrorCode::none) {
            const bool moved = code == ErrorCode::not_leader_or_follower && !broker_;
            return refused<Producers>(moved ? Next::elsewhere : Next::done,
                                      broker_error(code, partition.error_message, describe(key)));
        }
        Producers producers;
        for (const auto& active : partition.active_producers) {
            auto& producer = producers.emplace_back();
            producer.producer_id = ProducerId{active.producer_id};
            producer.producer_epoch = active.producer_epoch;
            producer.last_sequence = active.last_sequence;
            producer.last_timestamp = Timestamp{active.last_timestamp};
            if (active.coordinator_epoch >= 0) {
                producer.coordinator_epoch = active.coordinator_epoch;
            }
            if (active.current_txn_start_offset >= 0) {
                producer.current_transaction_start_offset = Offset{active.current_txn_start_offset};
            }
        }
        return Verdict<Producers>(std::move(producers));
    }

    std::optional<BrokerId> broker_;
};

class AbortTransaction final : public Handler<Whole, void> {
public:
    explicit AbortTransaction(admin::AbortTransactionSpec spec) : spec_(std::move(spec)) {}

    Route route(const Whole& /*key*/) const override { return Route::to_leader(spec_.partition); }
    std::string describe(const Whole& /*key*/) const override {
        return fmt::format("the transaction of producer {} in {}", spec_.producer_id,
                           spec_.partition);
    }
    Asks requests(const admin::Node& /*to*/, std::vector<Whole> keys,
                  Duration /*time_left*/) override {
        WriteTxnMarkersRequest request;
        auto& marker = request.markers.emplace_back();
        marker.producer_id = spec_.producer_id.get();
        marker.producer_epoch = spec_.producer_epoch.get();
        marker.transaction_result = false;
        marker.coordinator_epoch = spec_.coordinator_epoch;
        auto& topic = marker.topics.emplace_back();
        topic.name = spec_.partition.topic;
        topic.partition_indexes = {spec_.partition.partition.get()};
        auto read = [this](const WriteTxnMarkersResponse& response) {
            Verdicts<Whole, void> told;
            for (const auto& written : response.markers) {
                read_marker(written, told);
            }
            return told;
        };
        return ask_once(std::move(keys), std::move(request), std::move(read));
    }

private:
    void read_marker(const WriteTxnMarkersResponse::Marker& marker,
                     Verdicts<Whole, void>& told) const {
        for (const auto& topic : marker.topics) {
            for (const auto& partition : topic.partitions) {
                const TopicPartition key{topic.name, PartitionId{partition.partition_index}};
                if (marker.producer_id == spec_.producer_id.get() && key == spec_.partition) {
                    told.emplace(Whole{}, verdict(ErrorCode{partition.error_code}));
                }
            }
        }
    }

    /// As AbortTransactionHandler of Kafka's client.
    [[nodiscard]] Verdict<void> verdict(ErrorCode code) const {
        switch (code) {
            case ErrorCode::none:
                return Verdict<void>(Result<void>{});
            case ErrorCode::not_leader_or_follower:
            case ErrorCode::replica_not_available:
            case ErrorCode::broker_not_available:
            case ErrorCode::unknown_topic_or_partition:
                return Verdict<void>(Next::elsewhere,
                                     broker_error(code, std::nullopt, describe({})));
            default:
                return Verdict<void>(
                    std::unexpected(broker_error(code, std::nullopt, describe({}))));
        }
    }

    admin::AbortTransactionSpec spec_;
};

/// The first thing that a new producer of the id would do.
class FenceProducers final : public Handler<std::string, FencedProducer> {
public:
    explicit FenceProducers(Duration timeout) : timeout_(timeout) {}

    Route route(const std::string& id) const override { return Route::to_transaction(id); }
    std::string describe(const std::string& id) const override { return about_id(id); }
    Asks requests(const admin::Node& /*to*/, std::vector<std::string> keys,
                  Duration /*time_left*/) override {
        Asks asks;
        for (const auto& id : keys) {
            InitProducerIdRequest request;
            request.transactional_id = id;
            request.transaction_timeout_ms = to_timeout_ms(timeout_);
            auto read = [id](const InitProducerIdResponse& response) {
                Verdicts<std::string, FencedProducer> told;
                told.emplace(id, verdict(id, response));
                return told;
            };
            asks.push_back(
                ask<std::string, FencedProducer>({id}, std::move(request), std::move(read)));
        }
        return asks;
    }

private:
    [[nodiscard]] static Verdict<FencedProducer> verdict(const std::string& id,
                                                         const InitProducerIdResponse& response) {
        const auto code = ErrorCode{response.error_code};
        if (code == ErrorCode::none) {
            return Verdict<FencedProducer>(
                FencedProducer{.producer_id = ProducerId{response.producer_id},
                               .producer_epoch = ProducerEpoch{response.producer_epoch}});
        }
        // The transaction that is being ended for this very request.
        const bool ending = code == ErrorCode::concurrent_transactions;
        return refused<FencedProducer>(ending ? Next::again : next_with_coordinator(code),
                                       broker_error(code, std::nullopt, about_id(id)));
    }

    Duration timeout_;
};

}  // namespace

Plan<Outcomes<BrokerId, Listings>> list_transactions_plan(
    const admin::ListTransactionsOptions& options, const Settings& settings) {
    auto handler =
        [options](const std::vector<admin::Node>&) -> std::unique_ptr<Handler<BrokerId, Listings>> {
        return std::make_unique<ListTransactions>(options);
    };
    return all_brokers_plan<Listings>(std::move(handler), settings);
}

Plan<Outcomes<std::string, TransactionDescription>> describe_transactions_plan(
    std::set<std::string> ids, const Settings& settings) {
    return keyed_plan<std::string, TransactionDescription>(
        std::move(ids), std::make_unique<DescribeTransactions>(), settings);
}

Plan<Outcomes<TopicPartition, Producers>> describe_producers_plan(
    std::set<TopicPartition> partitions, const admin::DescribeProducersOptions& options,
    const Settings& settings) {
    return keyed_plan<TopicPartition, Producers>(
        std::move(partitions), std::make_unique<DescribeProducers>(options.broker), settings);
}

Plan<void> abort_transaction_plan(const admin::AbortTransactionSpec& spec,
                                  const Settings& settings) {
    return whole_plan<void>(std::make_unique<AbortTransaction>(spec), settings);
}

Plan<Outcomes<std::string, FencedProducer>> fence_producers_plan(std::set<std::string> ids,
                                                                 Duration timeout,
                                                                 const Settings& settings) {
    return keyed_plan<std::string, FencedProducer>(
        std::move(ids), std::make_unique<FenceProducers>(timeout), settings);
}

}  // namespace barnabas::client::admin_api
