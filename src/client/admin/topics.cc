// Topics that are made, deleted and extended: the controller's work. Kafka's client tries again
// what a quota held back, unless it is told not to (KIP-599).
#include "client/admin/conversions.h"
#include "client/admin/keyed_operation.h"
#include "client/admin/plans.h"
#include "wire/messages/create_partitions.h"
#include "wire/messages/create_topics.h"
#include "wire/messages/delete_topics.h"

namespace barnabas::client::admin_api {
namespace {

using wire::CreatePartitionsRequest;
using wire::CreatePartitionsResponse;
using wire::CreateTopicsRequest;
using wire::CreateTopicsResponse;
using wire::DeleteTopicsRequest;
using wire::DeleteTopicsResponse;

template <class Value>
Verdict<Value> refused_by_controller(ErrorCode code, Error error, bool quota_retried,
                                     std::int32_t throttle_ms) {
    if (code == ErrorCode::throttling_quota_exceeded && quota_retried) {
        return Verdict<Value>(Next::again, std::move(error),
                              std::chrono::milliseconds(throttle_ms));
    }
    return refused<Value>(next_with_controller(code), std::move(error));
}

std::string about_topic(const std::string& name) {
    return fmt::format("topic {}", name);
}

std::string about_topic(const TopicId& id) {
    return fmt::format("the topic with id {}", id);
}

Result<admin::Config> config_of(const CreateTopicsResponse::Topic& topic) {
    if (topic.topic_config_error_code != 0) {
        const auto code = ErrorCode{topic.topic_config_error_code};
        return fail(code, "the configuration of topic {} cannot be shown: {}", topic.name,
                    error_name(code));
    }
    if (!topic.configs || topic.num_partitions < 0) {
        return fail(ErrorCode::unsupported_version,
                    "the broker is too old to show the configuration of a new topic");
    }
    admin::Config config;
    for (const auto& entry : *topic.configs) {
        config.entries.push_back({.name = entry.name,
                                  .value = entry.value,
                                  .source = config_source_of(entry.config_source),
                                  .sensitive = entry.is_sensitive,
                                  .read_only = entry.read_only,
                                  .synonyms = {},
                                  .type = {},
                                  .documentation = {}});
    }
    return config;
}

admin::CreatedTopic created(const CreateTopicsResponse::Topic& topic) {
    admin::CreatedTopic created{.id = topic.topic_id,
                                .partitions = {},
                                .replication_factor = {},
                                .config = config_of(topic)};
    if (topic.num_partitions >= 0) {
        created.partitions = topic.num_partitions;
        created.replication_factor = topic.replication_factor;
    }
    return created;
}

CreateTopicsRequest::Topic wire_topic(const admin::NewTopic& topic) {
    CreateTopicsRequest::Topic wire;
    wire.name = topic.name;
    wire.num_partitions = topic.partitions.value_or(-1);
    wire.replication_factor = topic.replication_factor.value_or(-1);
    for (const auto& [partition, brokers] : topic.assignments) {
        auto& assignment = wire.assignments.emplace_back();
        assignment.partition_index = partition.get();
        assignment.broker_ids = numbers_of(brokers);
    }
    for (const auto& [name, value] : topic.configs) {
        auto& config = wire.configs.emplace_back();
        config.name = name;
        config.value = value;
    }
    return wire;
}

class CreateTopics final : public Handler<std::string, admin::CreatedTopic> {
public:
    CreateTopics(std::map<std::string, admin::NewTopic> topics,
                 const admin::CreateTopicsOptions& options)
        : topics_(std::move(topics)), options_(options) {}

    Route route(const std::string& /*name*/) const override { return Route::to_controller(); }
    std::string describe(const std::string& name) const override { return about_topic(name); }
    Asks requests(const admin::Node& /*to*/, std::vector<std::string> keys,
                  Duration time_left) override {
        CreateTopicsRequest request;
        request.timeout_ms = to_timeout_ms(time_left);
        request.validate_only = options_.validate_only;
        wire::Versions versions = CreateTopicsRequest::versions;
        for (const auto& name : keys) {
            const auto& topic = topics_.at(name);
            request.topics.push_back(wire_topic(topic));
            versions.first = std::max(versions.first, version_for(topic));
        }
        auto read = [this](const CreateTopicsResponse& response) { return verdicts(response); };
        return ask_once(std::move(keys), std::move(request), std::move(read), versions);
    }

private:
    [[nodiscard]] std::int16_t version_for(const admin::NewTopic& topic) const {
        constexpr std::int16_t first_that_validates = 1;
        constexpr std::int16_t first_with_defaults = 4;  // KIP-464
        const bool defaults =
            topic.assignments.empty() && (!topic.partitions || !topic.replication_factor);
        if (defaults) {
            return first_with_defaults;
        }
        return options_.validate_only ? first_that_validates : 0;
    }

    [[nodiscard]] Verdicts<std::string, admin::CreatedTopic> verdicts(
        const CreateTopicsResponse& response) const {
        Verdicts<std::string, admin::CreatedTopic> verdicts;
        for (const auto& topic : response.topics) {
            const auto code = ErrorCode{topic.error_code};
            if (code == ErrorCode::none) {
                verdicts.emplace(topic.name, Verdict<admin::CreatedTopic>(created(topic)));
            } else {
                verdicts.emplace(
                    topic.name,
                    refused_by_controller<admin::CreatedTopic>(
                        code, broker_error(code, topic.error_message, about_topic(topic.name)),
                        options_.retry_on_quota_violation, response.throttle_time_ms));
            }
        }
        return verdicts;
    }

    std::map<std::string, admin::NewTopic> topics_;
    admin::CreateTopicsOptions options_;
};

/// By name, or by id (version 6, KIP-516).
template <class Key>
class DeleteTopics final : public Handler<Key, void> {
public:
    using typename Handler<Key, void>::Asks;

    explicit DeleteTopics(const admin::DeleteTopicsOptions& options) : options_(options) {}

    Route route(const Key& /*key*/) const override { return Route::to_controller(); }
    std::string describe(const Key& key) const override { return about_topic(key); }
    Asks requests(const admin::Node& /*to*/, std::vector<Key> keys, Duration time_left) override {
        DeleteTopicsRequest request;
        request.timeout_ms = to_timeout_ms(time_left);
        for (const auto& key : keys) {
            auto& topic = request.topics.emplace_back();
            if constexpr (by_name) {
                topic.name = key;
                request.topic_names.push_back(key);
            } else {
                topic.topic_id = key;
            }
        }
        constexpr std::int16_t first_with_ids = 6;
        const wire::Versions versions{by_name ? std::int16_t{0} : first_with_ids,
                                      DeleteTopicsRequest::versions.last};
        auto read = [this](const DeleteTopicsResponse& response) { return verdicts(response); };
        return this->ask_once(std::move(keys), std::move(request), std::move(read), versions);
    }

private:
    static constexpr bool by_name = std::is_same_v<Key, std::string>;

    [[nodiscard]] static Key key_of(const DeleteTopicsResponse::Response& topic) {
        if constexpr (by_name) {
            return topic.name.value_or("");
        } else {
            return topic.topic_id;
        }
    }

    [[nodiscard]] Verdicts<Key, void> verdicts(const DeleteTopicsResponse& response) const {
        Verdicts<Key, void> verdicts;
        for (const auto& topic : response.responses) {
            const Key key = key_of(topic);
            const auto code = ErrorCode{topic.error_code};
            if (code == ErrorCode::none) {
                verdicts.emplace(key, Verdict<void>(Result<void>{}));
            } else {
                verdicts.emplace(
                    key, refused_by_controller<void>(
                             code, broker_error(code, topic.error_message, about_topic(key)),
                             options_.retry_on_quota_violation, response.throttle_time_ms));
            }
        }
        return verdicts;
    }

    admin::DeleteTopicsOptions options_;
};

class CreatePartitions final : public Handler<std::string, void> {
public:
    CreatePartitions(std::map<std::string, admin::NewPartitions> topics,
                     const admin::CreatePartitionsOptions& options)
        : topics_(std::move(topics)), options_(options) {}

    Route route(const std::string& /*name*/) const override { return Route::to_controller(); }
    std::string describe(const std::string& name) const override { return about_topic(name); }
    Asks requests(const admin::Node& /*to*/, std::vector<std::string> keys,
                  Duration time_left) override {
        CreatePartitionsRequest request;
        request.timeout_ms = to_timeout_ms(time_left);
        request.validate_only = options_.validate_only;
        for (const auto& name : keys) {
            const auto& wanted = topics_.at(name);
            auto& topic = request.topics.emplace_back();
            topic.name = name;
            topic.count = wanted.total_count;
            topic.assignments.reset();
            if (wanted.assignments) {
                for (const auto& brokers : *wanted.assignments) {
                    auto& assignments =
                        topic.assignments ? *topic.assignments : topic.assignments.emplace();
                    assignments.emplace_back().broker_ids = numbers_of(brokers);
                }
            }
        }
        auto read = [this](const CreatePartitionsResponse& response) { return verdicts(response); };
        return ask_once(std::move(keys), std::move(request), std::move(read));
    }

private:
    [[nodiscard]] Verdicts<std::string, void> verdicts(
        const CreatePartitionsResponse& response) const {
        Verdicts<std::string, void> verdicts;
        for (const auto& topic : response.results) {
            const auto code = ErrorCode{topic.error_code};
            if (code == ErrorCode::none) {
                verdicts.emplace(topic.name, Verdict<void>(Result<void>{}));
            } else {
                verdicts.emplace(
                    topic.name,
                    refused_by_controller<void>(
                        code, broker_error(code, topic.error_message, about_topic(topic.name)),
                        options_.retry_on_quota_violation, response.throttle_time_ms));
            }
        }
        return verdicts;
    }

    std::map<std::string, admin::NewPartitions> topics_;
    admin::CreatePartitionsOptions options_;
};

}  // namespace

Plan<Outcomes<std::string, admin::CreatedTopic>> create_topics_plan(
    const std::vector<admin::NewTopic>& topics, const admin::CreateTopicsOptions& options,
    const Settings& settings) {
    using Created = Outcomes<std::string, admin::CreatedTopic>;
    std::map<std::string, admin::NewTopic> by_name;
    for (const auto& topic : topics) {
        if (!by_name.emplace(topic.name, topic).second) {
            return failed_plan<Created>({ErrorCode::invalid_request,
                                         fmt::format("topic {} is to be made twice", topic.name)});
        }
        if (!topic.assignments.empty() && (topic.partitions || topic.replication_factor)) {
            return failed_plan<Created>(
                {ErrorCode::invalid_request,
                 fmt::format("topic {} has assignments: they say how many partitions and replicas "
                             "there are, so leave those numbers out",
                             topic.name)});
        }
    }
    auto keys = keys_of(by_name);
    return keyed_plan<std::string, admin::CreatedTopic>(
        std::move(keys), std::make_unique<CreateTopics>(std::move(by_name), options), settings);
}

Plan<Outcomes<std::string>> delete_topics_plan(std::set<std::string> names,
                                               const admin::DeleteTopicsOptions& options,
                                               const Settings& settings) {
    return keyed_plan<std::string, void>(
        std::move(names), std::make_unique<DeleteTopics<std::string>>(options), settings);
}

Plan<Outcomes<TopicId>> delete_topics_by_id_plan(std::set<TopicId> ids,
                                                 const admin::DeleteTopicsOptions& options,
                                                 const Settings& settings) {
    return keyed_plan<TopicId, void>(std::move(ids),
                                     std::make_unique<DeleteTopics<TopicId>>(options), settings);
}

Plan<Outcomes<std::string>> create_partitions_plan(
    std::map<std::string, admin::NewPartitions> topics,
    const admin::CreatePartitionsOptions& options, const Settings& settings) {
    auto keys = keys_of(topics);
    return keyed_plan<std::string, void>(
        std::move(keys), std::make_unique<CreatePartitions>(std::move(topics), options), settings);
}

}  // namespace barnabas::client::admin_api
