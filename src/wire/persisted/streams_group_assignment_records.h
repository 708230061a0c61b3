#pragma once

#include "wire/persisted/family.h"
#include "wire/schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What __consumer_offsets says of the assignments in streams groups (KIP-1071).

namespace barnabas::wire {

struct StreamsGroupTargetAssignmentMetadataKey {
    static constexpr RecordFamily family = RecordFamily::group;
    static constexpr std::int16_t record_id = 20;
    static constexpr std::string_view name = "StreamsGroupTargetAssignmentMetadataKey";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = never_flexible;

    std::string group_id;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.group_id, "groupId");
    }
};

struct StreamsGroupTargetAssignmentMetadataValue {
    static constexpr RecordFamily family = RecordFamily::group;
    static constexpr std::int16_t record_id = 20;
    static constexpr std::string_view name = "StreamsGroupTargetAssignmentMetadataValue";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    std::int32_t assignment_epoch = 0;
    std::int64_t assignment_timestamp = 0;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.assignment_epoch, "assignmentEpoch");
        v(m.assignment_timestamp, "assignmentTimestamp").tag(0);
        v.unknown(m.unknown_tags);
    }
};

struct StreamsGroupTargetAssignmentMemberKey {
    static constexpr RecordFamily family = RecordFamily::group;
    static constexpr std::int16_t record_id = 21;
    static constexpr std::string_view name = "StreamsGroupTargetAssignmentMemberKey";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = never_flexible;

    std::string group_id;
    std::string member_id;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.group_id, "groupId");
        v(m.member_id, "memberId");
    }
};

struct StreamsGroupTargetAssignmentMemberValue {
    static constexpr RecordFamily family = RecordFamily::group;
    static constexpr std::int16_t record_id = 21;
    static constexpr std::string_view name = "StreamsGroupTargetAssignmentMemberValue";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    struct TaskIds {
        std::string subtopology_id;
        std::vector<std::int32_t> partitions;
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.subtopology_id, "subtopologyId");
            v(m.partitions, "partitions");
            v.unknown(m.unknown_tags);
        }
    };

    std::vector<TaskIds> active_tasks;
    std::vector<TaskIds> standby_tasks;
    std::vector<TaskIds> warmup_tasks;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.active_tasks, "activeTasks");
        v(m.standby_tasks, "standbyTasks");
        v(m.warmup_tasks, "warmupTasks");
        v.unknown(m.unknown_tags);
    }
};

struct StreamsGroupCurrentMemberAssignmentKey {
    static constexpr RecordFamily family = RecordFamily::group;
    static constexpr std::int16_t record_id = 22;
    static constexpr std::string_view name = "StreamsGroupCurrentMemberAssignmentKey";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = never_flexible;

    std::string group_id;
    std::string member_id;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.group_id, "groupId");
        v(m.member_id, "memberId");
    }
};

struct StreamsGroupCurrentMemberAssignmentValue {
    static constexpr RecordFamily family = RecordFamily::group;
    static constexpr std::int16_t record_id = 22;
    static constexpr std::string_view name = "StreamsGroupCurrentMemberAssignmentValue";
    static constexpr Versions versions{0, 0};
    static constexpr std::int16_t flexible_since = 0;

    struct TaskIds {
        std::string subtopology_id;
        std::vector<std::int32_t> partitions;
        std::optional<std::vector<std::int32_t>> assignment_epochs{std::in_place};
        UnknownTags unknown_tags;

        template <class Self, class V>
        static void fields(Self& m, V& v) {
            v(m.subtopology_id, "subtopologyId");
            v(m.partitions, "partitions");
            v(m.assignment_epochs, "assignmentEpochs").nullable().tag(0);
            v.unknown(m.unknown_tags);
        }
    };

    std::int32_t member_epoch = 0;
    std::int32_t previous_member_epoch = 0;
    std::int8_t state = 0;
    std::vector<TaskIds> active_tasks;
    std::vector<TaskIds> standby_tasks;
    std::vector<TaskIds> warmup_tasks;
    std::vector<TaskIds> active_tasks_pending_revocation;
    std::vector<TaskIds> standby_tasks_pending_revocation;
    std::vector<TaskIds> warmup_tasks_pending_revocation;
    UnknownTags unknown_tags;

    template <class Self, class V>
    static void fields(Self& m, V& v) {
        v(m.member_epoch, "memberEpoch");
        v(m.previous_member_epoch, "previousMemberEpoch");
        v(m.state, "state");
        v(m.active_tasks, "activeTasks");
        v(m.standby_tasks, "standbyTasks");
        v(m.warmup_tasks, "warmupTasks");
        v(m.active_tasks_pending_revocation, "activeTasksPendingRevocation");
        v(m.standby_tasks_pending_revocation, "standbyTasksPendingRevocation");
        v(m.warmup_tasks_pending_revocation, "warmupTasksPendingRevocation");
        v.unknown(m.unknown_tags);
    }
};

}  // namespace barnabas::wire
