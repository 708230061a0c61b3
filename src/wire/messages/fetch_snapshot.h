#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::wire {

struct FetchSnapshotResponse;

struct FetchSnapshotRequest {
    using Response = FetchSnapshotResponse;
    static constexpr std::int16_t api_key = 59;
    static constexpr std::string_view name = "FetchSnapshotRequest";
    static constexpr Versions versions{0, 1};
    static constexpr std::int16_t flexible_since = 0;

    struct Topic {
        struct Partition {
            struct SnapshotId {
                std::int64_t end_offset = 0;
                std::int32_t epoch = 0;
                UnknownTags unknown_tags;

                template <class Self, class V>
                static void fields(Self& m, V& v) {
                    v(m.end_offset, "endOffset");
                    v(m.epoch, "epoch");
                    v.unknown(m.unknown_tags);
                }
            };

            std::int32_t partition = 0;
            std::int32_t current_leader_epoch = 0;
            SnapshotId snapshot_id;
            std::int64_t position = 0;
            Uuid replica_directory_id;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.partition, "partition");
                v(m.current_leader_epoch, "currentLeaderEpoch");
                v(m.snapshot_id, "snapshotId");
                v(m.position, "position");
                v(m.replica_directory_id, "replicaDirectoryId").since(1).tag(0);
                v.unknown(m.unknown_tags);
            }
        };

        std::string name;
        std::vector<Partition> partitions;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.name, "name");
            v(m.partitions, "partitions");
            v.unknown(m.unknown_tags);
        }
    };

    std::int32_t replica_id = -1;
    std::int32_t max_bytes = std::numeric_limits<std::int32_t>::max();
    std::vector<Topic> topics;
    std::optional<std::string> cluster_id;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.replica_id, "replicaId");
        v(m.max_bytes, "maxBytes");
        v(m.topics, "topics");
        v(m.cluster_id, "clusterId").nullable().tag(0);
        v.unknown(m.unknown_tags);
    }
};

struct FetchSnapshotResponse {
    static constexpr std::int16_t api_key = 59;
    static constexpr std::string_view name = "FetchSnapshotResponse";
    static constexpr Versions versions{0, 1};
    static constexpr std::int16_t flexible_since = 0;

    struct Topic {
        struct Partition {
            struct SnapshotId {
                std::int64_t end_offset = 0;
                std::int32_t epoch = 0;
                UnknownTags unknown_tags;

                template <class Self, class V>
                static void fields(Self& m, V& v) {
                    v(m.end_offset, "endOffset");
                    v(m.epoch, "epoch");
                    v.unknown(m.unknown_tags);
                }
            };

            struct CurrentLeader {
                std::int32_t leader_id = 0;
                std::int32_t leader_epoch = 0;
                UnknownTags unknown_tags;

                template <class Self, class V>
                static void fields(Self& m, V& v) {
                    v(m.leader_id, "leaderId");
                    v(m.leader_epoch, "leaderEpoch");
                    v.unknown(m.unknown_tags);
                }
            };

            std::int32_t index = 0;
            std::int16_t error_code = 0;
            SnapshotId snapshot_id;
            std::int64_t size = 0;
            std::int64_t position = 0;
            Records unaligned_records{ByteView{}};
            CurrentLeader current_leader;
            UnknownTags unknown_tags;

            template <class Self, class V>
            static void fields(Self& m, V& v) {
                v(m.index, "index");
                v(m.error_code, "errorCode");
                v(m.snapshot_id, "snapshotId");
                v(m.size, "size");
                v(m.position, "position");
                v(m.unaligned_records, "unalignedRecords");
                v(m.current_leader, "currentLeader").tag(0);
                v.unknown(m.unknown_tags);
            }
        };

        std::string name;
        std::vector<Partition> partitions;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.name, "name");
            v(m.partitions, "partitions");
            v.unknown(m.unknown_tags);
        }
    };

    struct NodeEndpoint {
        std::int32_t node_id = 0;
        std::string host;
        std::uint16_t port = 0;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.node_id, "nodeId").since(1);
            v(m.host, "host").since(1);
            v(m.port, "port").since(1);
            v.unknown(m.unknown_tags);
        }
    };

    std::int32_t throttle_time_ms = 0;
    std::int16_t error_code = 0;
    std::vector<Topic> topics;
    std::vector<NodeEndpoint> node_endpoints;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.throttle_time_ms, "throttleTimeMs");
        v(m.error_code, "errorCode");
        v(m.topics, "topics");
        v(m.node_endpoints, "nodeEndpoints").since(1).tag(0);
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
