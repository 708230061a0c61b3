#pragma once

#include "coordinator/classic/classic_groups.h"
#include "coordinator/consumer/classic_members.h"
#include "coordinator/consumer/consumer_groups.h"
#include "fakes.h"
#include "requests.h"
#include "wire/persisted/framing.h"
#include "wire/persisted/offset_records.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace barnabas::coordinator::testing {

/// A partition of __consumer_offsets with its groups, as its host would run it.
class World {
public:
    World() { begin(); }

    FakeTopics topics;
    FakeSettings settings;
    ClassicConfig classic_config;
    Now now{.steady = Time{} + 1h, .wall = Timestamp{1'700'000'000'000}};
    std::vector<GroupEvent> events;

    void pass(std::chrono::milliseconds time) {
        now.steady += time;
        now.wall += time.count();
    }

    ConsumerGroupHeartbeatResponse beat(const ConsumerGroupHeartbeatRequest& request,
                                        std::int16_t version = 1) {
        Client client{.id = "client", .host = "/127.0.0.1", .version = version, .fresh = uuid(200)};
        auto outcome = groups_->heartbeat(request, client, now);
        if (outcome.reply.error_code != 0) {
            EXPECT_TRUE(outcome.records.empty()) << "a refusal changes nothing";
            return std::move(outcome.reply);
        }
        append(std::move(outcome.records), request.group_id);
        std::ranges::move(outcome.events, std::back_inserter(events));
        groups_->heard(request.group_id, outcome.reply.member_id.value_or(""), now);
        return std::move(outcome.reply);
    }

    /// Runs what is due now.
    void run_timers() {
        while (const auto key = timers_->take_due(now.steady)) {
            if (key->kind <= TimerKind::classic_new_member) {
                Decisions decisions;
                classic_->on_timer(*key, now, decisions);
                carry_out(std::move(decisions));
                continue;
            }
            auto decisions = groups_->on_timer(*key, now);
            append(std::move(decisions.records), key->group);
            std::ranges::move(decisions.events, std::back_inserter(events));
        }
    }

    /// Records of the consumer side, which may convert the group.
    void append(Records records, const std::string& id = "g") {
        last = records.size();
        auto* const classic = table_->find_as<ClassicGroup>(id);
        if (classic != nullptr && !records.empty()) {
            Decisions out;
            classic_->release(*classic, ErrorCode::rebalance_in_progress, out);
            carry_out(std::move(out));
        }
        const bool was_consumer = group(id) != nullptr;
        for (Record& record : records) {
            apply(record);
            log.push_back(std::move(record));
        }
        if (was_consumer && table_->find_as<ClassicGroup>(id) != nullptr) {
            std::unique_ptr<ClassicGroup> adopted(
                static_cast<ClassicGroup*>(table_->take(id).release()));
            Decisions out;
            classic_->adopt(std::move(adopted), "the last member of the consumer protocol is gone",
                            now, out);
            carry_out(std::move(out));
        }
    }

    // Classic members, wherever their group stands. Joins and syncs are answered in `answers`.
    Ticket join(const wire::JoinGroupRequest& request, std::int16_t version = 9);
    Ticket sync(const wire::SyncGroupRequest& request);
    ErrorCode heartbeat(const wire::HeartbeatRequest& request);
    wire::LeaveGroupResponse leave(const wire::LeaveGroupRequest& request,
                                   std::int16_t version = 5);
    std::map<Ticket, Answer> answers;

    /// What a broker does that becomes leader of the partition; from the log, or from what is left
    /// of it when it is compacted.
    void restart(bool compacted) {
        begin();
        std::map<std::string, std::size_t> latest;
        for (std::size_t i = 0; i < log.size(); ++i) {
            latest[std::string(as_text(log[i].key.view()))] = i;
        }
        for (std::size_t i = 0; i < log.size(); ++i) {
            if (!compacted || latest[std::string(as_text(log[i].key.view()))] == i) {
                apply(log[i]);
            }
        }
        groups_->loaded(now);
        Decisions out;
        classic_->loaded(now, out);
        carry_out(std::move(out));
    }

    void change_topic(const std::string& name, std::int32_t partitions) {
        topics.put(name, partitions);
        groups_->topics_changed(std::vector{name});
    }
    void remove_topic(const std::string& name) {
        topics.remove(name);
        groups_->topics_changed(std::vector{name});
    }

    [[nodiscard]] const ConsumerGroup* group(std::string_view id = "g") const {
        return table_->find_as<ConsumerGroup>(id);
    }
    [[nodiscard]] ConsumerGroups& groups() { return *groups_; }
    [[nodiscard]] GroupTable& table() { return *table_; }
    [[nodiscard]] Timers& timers() { return *timers_; }

    /// Everything that the group's records say, as text.
    [[nodiscard]] std::string state(std::string_view id = "g") const;

    Records log;
    std::size_t last = 0;  // how many records the last command gave

private:
    void begin() {
        timers_ = std::make_unique<Timers>();
        table_ = std::make_unique<GroupTable>();
        groups_ = std::make_unique<ConsumerGroups>(ConsumerGroups::Ports{.groups = *table_,
                                                                         .timers = *timers_,
                                                                         .topics = topics,
                                                                         .settings = settings,
                                                                         .converts = true});
        classic_ = std::make_unique<ClassicGroups>(
            ClassicGroups::Ports{.groups = *table_, .timers = *timers_, .config = classic_config});
        members_ = std::make_unique<ClassicMembers>(ClassicMembers::Ports{.groups = *table_,
                                                                          .timers = *timers_,
                                                                          .topics = topics,
                                                                          .settings = settings,
                                                                          .classic = classic_config,
                                                                          .consumer = *groups_});
    }

    void carry_out(Decisions decisions) {
        std::ranges::move(decisions.events, std::back_inserter(events));
        for (Answer& answer : decisions.answers) {
            const Ticket ticket = answer.ticket;
            EXPECT_TRUE(answers.emplace(ticket, std::move(answer)).second) << "answered twice";
        }
        if (decisions.appended) {
            std::ranges::move(decisions.records, std::back_inserter(log));
            Decisions next;
            classic_->appended(*decisions.appended, {}, now, next);
            carry_out(std::move(next));
        }
    }
    [[nodiscard]] Uuid fresh_id() {
        Uuid id = uuid(static_cast<std::uint8_t>(++fresh_));
        id.bytes[14] = static_cast<std::uint8_t>(fresh_ >> 8);
        id.bytes[13] = 1;
        return id;
    }
    [[nodiscard]] Client classic_client(std::int16_t version) {
        return {.id = "old", .host = "/127.0.0.2", .version = version, .fresh = fresh_id()};
    }

    template <class Key, class Value>
    void apply_as(const wire::StoredRecord& stored, const Record& record) {
        const auto key = wire::decode_stored<Key>(stored);
        ASSERT_TRUE(key) << key.error().message;
        if (!record.value) {
            apply_to(*key, static_cast<const Value*>(nullptr));
            return;
        }
        const auto framed = wire::read_versioned(record.value->view(), stored.id);
        ASSERT_TRUE(framed) << framed.error().message;
        const auto value = wire::decode_stored<Value>(*framed);
        ASSERT_TRUE(value) << value.error().message;
        apply_to(*key, &*value);
    }
    template <class Key, class Value>
    void apply_to(const Key& key, const Value* value) {
        if constexpr (std::is_same_v<Key, wire::GroupMetadataKey>) {
            classic_->apply(key, value);
        } else {
            groups_->apply(key, value);
        }
    }

    void apply(const Record& record);

    std::unique_ptr<Timers> timers_;
    std::unique_ptr<GroupTable> table_;
    std::unique_ptr<ConsumerGroups> groups_;
    std::unique_ptr<ClassicGroups> classic_;
    std::unique_ptr<ClassicMembers> members_;
    std::uint64_t tickets_ = 0;
    int fresh_ = 0;
};

inline void World::apply(const Record& record) {
    using namespace wire;
    const auto key = read_coordinator_key(record.key.view());
    ASSERT_TRUE(key) << key.error().message;
    switch (key->id) {
        case 2:
            return apply_as<GroupMetadataKey, GroupMetadataValue>(*key, record);
        case 3:
            return apply_as<ConsumerGroupMetadataKey, ConsumerGroupMetadataValue>(*key, record);
        case 4:
            return apply_as<ConsumerGroupPartitionMetadataKey, ConsumerGroupPartitionMetadataValue>(
                *key, record);
        case 5:
            return apply_as<ConsumerGroupMemberMetadataKey, ConsumerGroupMemberMetadataValue>(
                *key, record);
        case 6:
            return apply_as<ConsumerGroupTargetAssignmentMetadataKey,
                            ConsumerGroupTargetAssignmentMetadataValue>(*key, record);
        case 7:
            return apply_as<ConsumerGroupTargetAssignmentMemberKey,
                            ConsumerGroupTargetAssignmentMemberValue>(*key, record);
        case 8:
            return apply_as<ConsumerGroupCurrentMemberAssignmentKey,
                            ConsumerGroupCurrentMemberAssignmentValue>(*key, record);
        case 16:
            return apply_as<ConsumerGroupRegularExpressionKey, ConsumerGroupRegularExpressionValue>(
                *key, record);
        default:
            FAIL() << "record " << key->id << " is none of a consumer group";
    }
}

inline std::string World::state(std::string_view id) const {
    const ConsumerGroup* const found = group(id);
    if (found == nullptr) {
        return "none";
    }
    std::string text = fmt::format("{} epoch {} hash {} assignment {} at {}\n", found->state_name(),
                                   found->epoch(), found->metadata_hash(),
                                   found->assignment_epoch(), found->assigned_at());
    for (const auto& [member_id, member] : found->members()) {
        text += fmt::format("{} of {} {}/{} {}:{} |{} |{} | {} | {} {}\n", member_id,
                            member.instance_id.value_or("-"), member.epoch, member.previous_epoch,
                            static_cast<int>(member.state), text_of(member.assigned),
                            text_of(member.revoking), text_of(found->target_of(member_id)),
                            fmt::join(member.topics, ","), member.regex, member.client_host);
    }
    for (const auto& [regex, resolved] : found->regexes()) {
        text += fmt::format("{}: {}\n", regex, fmt::join(resolved.topics, ","));
    }
    return text;
}

}  // namespace barnabas::coordinator::testing

#include "world_classic.h"  // IWYU pragma: export
