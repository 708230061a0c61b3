#pragma once

#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What Kafka stores in files of its own, or inside other messages.

namespace barnabas::wire {

struct DefaultPrincipalData {
    static constexpr std::string_view name = "DefaultPrincipalData";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    std::string type;
    std::string principal_name;
    bool token_authenticated = false;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.type, "type");
        v(m.principal_name, "name");
        v(m.token_authenticated, "tokenAuthenticated");
        v.unknown(m.unknown_tags);
    }
};

struct ProducerSnapshotData {
    static constexpr std::string_view name = "ProducerSnapshotData";
    static constexpr Versions versions{1, 1};
    static constexpr std::int16_t flexible_since = never_flexible;

    struct ProducerEntry {
        std::int64_t producer_id = 0;
        std::int16_t epoch = 0;
        std::int32_t last_sequence = 0;
        std::int64_t last_offset = 0;
        std::int32_t offset_delta = 0;
        std::int64_t timestamp = 0;
        std::int32_t coordinator_epoch = 0;
        std::int64_t current_txn_first_offset = 0;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.producer_id, "producerId");
            v(m.epoch, "epoch");
            v(m.last_sequence, "lastSequence");
            v(m.last_offset, "lastOffset");
            v(m.offset_delta, "offsetDelta");
            v(m.timestamp, "timestamp");
            v(m.coordinator_epoch, "coordinatorEpoch");
            v(m.current_txn_first_offset, "currentTxnFirstOffset");
        }
    };

    std::uint32_t crc = 0;
    std::vector<ProducerEntry> producer_entries;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.crc, "crc");
        v(m.producer_entries, "producerEntries");
    }
};

struct QuorumStateData {
    static constexpr std::string_view name = "QuorumStateData";
    static constexpr Versions versions{0, 1};
    static constexpr std::int16_t flexible_since = 0;

    struct CurrentVoter {
        std::int32_t voter_id = 0;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.voter_id, "voterId").until(0);
            v.unknown(m.unknown_tags);
        }
    };

    std::string cluster_id;
    std::int32_t leader_id = -1;
    std::int32_t leader_epoch = -1;
    std::int32_t voted_id = -1;
    Uuid voted_directory_id;
    std::int64_t applied_offset = 0;
    std::optional<std::vector<CurrentVoter>> current_voters{std::in_place};
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.cluster_id, "clusterId").until(0);
        v(m.leader_id, "leaderId");
        v(m.leader_epoch, "leaderEpoch");
        v(m.voted_id, "votedId");
        v(m.voted_directory_id, "votedDirectoryId").since(1);
        v(m.applied_offset, "appliedOffset").until(0);
        v(m.current_voters, "currentVoters").until(0).nullable();
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
