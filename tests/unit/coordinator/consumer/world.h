#pragma once

#include "coordinator/consumer/consumer_groups.h"
#include "requests.h"
#include "wire/persisted/framing.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace barnabas::coordinator::testing {

/// Topics by name, with ids that are never used again.
class FakeTopics final : public TopicsView {
public:
    void put(const std::string& name, std::int32_t partitions) {
        const auto [at, fresh] = topics_.try_emplace(name);
        if (fresh) {
            at->second.id.bytes[15] = static_cast<std::uint8_t>(++ids_);
            at->second.id.bytes[14] = static_cast<std::uint8_t>(ids_ >> 8);
        }
        at->second.partitions = partitions;
        ++version_;
    }
    void remove(const std::string& name) {
        topics_.erase(name);
        ++version_;
    }
    void set_racks(std::vector<std::string> racks) { racks_ = std::move(racks); }

    [[nodiscard]] std::optional<Topic> find(std::string_view name) const override {
        const auto at = topics_.find(name);
        return at == topics_.end() ? std::nullopt : std::optional(at->second);
    }
    [[nodiscard]] std::optional<std::string> name_of(const Uuid& id) const override {
        for (const auto& [name, topic] : topics_) {
            if (topic.id == id) {
                return name;
            }
        }
        return std::nullopt;
    }
    [[nodiscard]] std::vector<std::string> racks_of(std::string_view /*name*/,
                                                    std::int32_t /*partition*/) const override {
        return racks_;
    }
    void each_name(const std::function<void(std::string_view)>& visit) const override {
        for (const auto& [name, topic] : topics_) {
            visit(name);
        }
    }
    [[nodiscard]] std::int64_t version() const override { return version_; }
    [[nodiscard]] const std::map<std::string, Topic, std::less<>>& all() const { return topics_; }

private:
    std::map<std::string, Topic, std::less<>> topics_;
    std::vector<std::string> racks_;
    int ids_ = 0;
    std::int64_t version_ = 0;
};

class FakeSettings final : public ConsumerGroupSettings {
public:
    ConsumerGroupConfig config;
    ConsumerGroupTimes times;

    [[nodiscard]] const ConsumerGroupConfig& broker() const override { return config; }
    [[nodiscard]] ConsumerGroupTimes times_of(std::string_view /*group*/) const override {
        return times;
    }
};

/// A partition of __consumer_offsets with its consumer groups, as its host would run it.
class World {
public:
    World() { begin(); }

    FakeTopics topics;
    FakeSettings settings;
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
        append(std::move(outcome.records));
        std::ranges::move(outcome.events, std::back_inserter(events));
        groups_->heard(request.group_id, outcome.reply.member_id.value_or(""), now);
        return std::move(outcome.reply);
    }

    /// Runs what is due now.
    void run_timers() {
        while (const auto key = timers_->take_due(now.steady)) {
            auto decisions = groups_->on_timer(*key, now);
            append(std::move(decisions.records));
            std::ranges::move(decisions.events, std::back_inserter(events));
        }
    }

    void append(Records records) {
        last = records.size();
        for (Record& record : records) {
            apply(record);
            log.push_back(std::move(record));
        }
    }

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
        groups_ = std::make_unique<ConsumerGroups>(ConsumerGroups::Ports{
            .groups = *table_, .timers = *timers_, .topics = topics, .settings = settings});
    }

    template <class Key, class Value>
    void apply_as(const wire::StoredRecord& stored, const Record& record) {
        const auto key = wire::decode_stored<Key>(stored);
        ASSERT_TRUE(key) << key.error().message;
        if (!record.value) {
            groups_->apply(*key, static_cast<const Value*>(nullptr));
            return;
        }
        const auto framed = wire::read_versioned(record.value->view(), stored.id);
        ASSERT_TRUE(framed) << framed.error().message;
        const auto value = wire::decode_stored<Value>(*framed);
        ASSERT_TRUE(value) << value.error().message;
        groups_->apply(*key, &*value);
    }

    void apply(const Record& record);

    std::unique_ptr<Timers> timers_;
    std::unique_ptr<GroupTable> table_;
    std::unique_ptr<ConsumerGroups> groups_;
};

inline void World::apply(const Record& record) {
    using namespace wire;
    const auto key = read_coordinator_key(record.key.view());
    ASSERT_TRUE(key) << key.error().message;
    switch (key->id) {
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
