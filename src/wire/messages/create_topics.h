#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace barnabas::wire {

struct CreateTopicsResponse;

struct CreateTopicsRequest {
    using Response = CreateTopicsResponse;
    static constexpr std::int16_t api_key = 19;
    static constexpr std::string_view name = "CreateTopicsRequest";
    static constexpr Versions versions{0, 7};
    static constexpr std::int16_t flexible_since = 5;

    struct Topic {
        struct Assignment {
            std::int32_t partition_index = 0;
            std::vector<std::int32_t> broker_ids;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.partition_index, "partitionIndex");
                v(m.broker_ids, "brokerIds");
                v.unknown(m.unknown_tags);
            }
        };

        struct Config {
            std::string name;
            std::optional<std::string> value = "";
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.name, "name");
                v(m.value, "value").nullable();
                v.unknown(m.unknown_tags);
            }
        };

        std::string name;
        std::int32_t num_partitions = 0;
        std::int16_t replication_factor = 0;
        std::vector<Assignment> assignments;
        std::vector<Config> configs;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.name, "name");
            v(m.num_partitions, "numPartitions");
            v(m.replication_factor, "replicationFactor");
            v(m.assignments, "assignments");
            v(m.configs, "configs");
            v.unknown(m.unknown_tags);
        }
    };

    std::vector<Topic> topics;
    std::int32_t timeout_ms = 60000;
    bool validate_only = false;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.topics, "topics");
        v(m.timeout_ms, "timeoutMs");
        v(m.validate_only, "validateOnly").since(1);
        v.unknown(m.unknown_tags);
    }
};

struct CreateTopicsResponse {
    static constexpr std::int16_t api_key = 19;
    static constexpr std::string_view name = "CreateTopicsResponse";
    static constexpr Versions versions{0, 7};
    static constexpr std::int16_t flexible_since = 5;

    struct Topic {
        struct Config {
            std::string name;
            std::optional<std::string> value = "";
            bool read_only = false;
            std::int8_t config_source = -1;
            bool is_sensitive = false;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.name, "name").since(5);
                v(m.value, "value").since(5).nullable();
                v(m.read_only, "readOnly").since(5);
                v(m.config_source, "configSource").since(5);
                v(m.is_sensitive, "isSensitive").since(5);
                v.unknown(m.unknown_tags);
            }
        };

        std::string name;
        Uuid topic_id;
        std::int16_t error_code = 0;
        std::optional<std::string> error_message = "";
        std::int32_t num_partitions = -1;
        std::int16_t replication_factor = -1;
        std::optional<std::vector<Config>> configs{std::in_place};
        std::int16_t topic_config_error_code = 0;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.name, "name");
            v(m.topic_id, "topicId").since(7);
            v(m.error_code, "errorCode");
            v(m.error_message, "errorMessage").since(1).nullable();
            v(m.num_partitions, "numPartitions").since(5);
            v(m.replication_factor, "replicationFactor").since(5);
            v(m.configs, "configs").since(5).nullable();
            v(m.topic_config_error_code, "topicConfigErrorCode").since(5).tag(0);
            v.unknown(m.unknown_tags);
        }
    };

    std::int32_t throttle_time_ms = 0;
    std::vector<Topic> topics;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.throttle_time_ms, "throttleTimeMs").since(2);
        v(m.topics, "topics");
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
