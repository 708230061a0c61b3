#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

struct StreamsGroupTopologyDescriptionUpdateResponse;

struct StreamsGroupTopologyDescriptionUpdateRequest {
    using Response = StreamsGroupTopologyDescriptionUpdateResponse;
    static constexpr std::int16_t api_key = 93;
    static constexpr std::string_view name = "StreamsGroupTopologyDescriptionUpdateRequest";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    struct TopologyDescription {
        struct Subtopology {
            struct Node {
                std::string name;
                std::int8_t node_type = 0;
                std::vector<std::string> source_topics;
                std::optional<std::string> sink_topic;
                std::vector<std::string> stores;
                std::vector<std::string> successors;
                UnknownTags unknown_tags;

                template <class Self, class V>
                static void fields(Self& m, V& v) {
                    v(m.name, "name");
                    v(m.node_type, "nodeType");
                    v(m.source_topics, "sourceTopics");
                    v(m.sink_topic, "sinkTopic").nullable();
                    v(m.stores, "stores");
                    v(m.successors, "successors");
                    v.unknown(m.unknown_tags);
                }
            };

            std::string subtopology_id;
            std::vector<Node> nodes;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.subtopology_id, "subtopologyId");
                v(m.nodes, "nodes");
                v.unknown(m.unknown_tags);
            }
        };

        struct GlobalStore {
            struct Source {
                std::string name;
                std::int8_t node_type = 0;
                std::vector<std::string> source_topics;
                std::optional<std::string> sink_topic;
                std::vector<std::string> stores;
                std::vector<std::string> successors;
                UnknownTags unknown_tags;

                template <class Self, class V>
                static void fields(Self& m, V& v) {
                    v(m.name, "name");
                    v(m.node_type, "nodeType");
                    v(m.source_topics, "sourceTopics");
                    v(m.sink_topic, "sinkTopic").nullable();
                    v(m.stores, "stores");
                    v(m.successors, "successors");
                    v.unknown(m.unknown_tags);
                }
            };

            struct Processor {
                std::string name;
                std::int8_t node_type = 0;
                std::vector<std::string> source_topics;
                std::optional<std::string> sink_topic;
                std::vector<std::string> stores;
                std::vector<std::string> successors;
                UnknownTags unknown_tags;

                template <class Self, class V>
                static void fields(Self& m, V& v) {
                    v(m.name, "name");
                    v(m.node_type, "nodeType");
                    v(m.source_topics, "sourceTopics");
                    v(m.sink_topic, "sinkTopic").nullable();
                    v(m.stores, "stores");
                    v(m.successors, "successors");
                    v.unknown(m.unknown_tags);
                }
            };

            Source source;
            Processor processor;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.source, "source");
                v(m.processor, "processor");
                v.unknown(m.unknown_tags);
            }
        };

        std::vector<Subtopology> subtopologies;
        std::vector<GlobalStore> global_stores;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.subtopologies, "subtopologies");
            v(m.global_stores, "globalStores");
            v.unknown(m.unknown_tags);
        }
    };

    std::string group_id;
    std::string member_id;
    std::int32_t topology_epoch = 0;
    TopologyDescription topology_description;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.group_id, "groupId");
        v(m.member_id, "memberId");
        v(m.topology_epoch, "topologyEpoch");
        v(m.topology_description, "topologyDescription");
        v.unknown(m.unknown_tags);
    }
};

struct StreamsGroupTopologyDescriptionUpdateResponse {
    static constexpr std::int16_t api_key = 93;
    static constexpr std::string_view name = "StreamsGroupTopologyDescriptionUpdateResponse";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    std::int32_t throttle_time_ms = 0;
    std::int16_t error_code = 0;
    std::optional<std::string> error_message;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.throttle_time_ms, "throttleTimeMs");
        v(m.error_code, "errorCode");
        v(m.error_message, "errorMessage").nullable();
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
