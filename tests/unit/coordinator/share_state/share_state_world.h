#pragma once

#include "coordinator/share_state/share_states.h"
#include "unit/coordinator/consumer/fakes.h"
#include "unit/coordinator/fake_sink.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace barnabas::coordinator::testing {

/// "[0-4:2*1] [5-9:0*3]": offsets, state, count.
template <class Batches>
std::string text_of_batches(const Batches& batches) {
    std::string text;
    for (const auto& batch : batches) {
        text += fmt::format("{}[{}-{}:{}*{}]", text.empty() ? "" : " ", batch.first_offset,
                            batch.last_offset, batch.delivery_state, batch.delivery_count);
    }
    return text;
}

/// "S2 state 1 leader 3 @5 done 0 [5-9:2*1]" for a snapshot with epoch 2, "U2 leader 3 @5 done 0"
/// for an update behind it, "T" for a tombstone; with what it is of in front.
inline std::string text_of(const Record& record) {
    const auto stored_key = wire::read_coordinator_key(record.key.view());
    if (!stored_key) {
        return stored_key.error().message;
    }
    const bool is_snapshot = stored_key->id == wire::ShareSnapshotKey::record_id;
    const auto key = wire::decode<wire::ShareSnapshotKey>(stored_key->body, 0);  // both are alike
    const auto of = fmt::format("{}/{}", key ? key->group_id : "?", key ? key->partition : -1);
    if (!record.value) {
        return of + (is_snapshot ? " T" : " an update's tombstone");
    }
    const auto stored_value = wire::read_versioned(record.value->view(), stored_key->id);
    if (!stored_value || stored_value->version != 0) {
        return of + " has no value of version 0";
    }
    if (is_snapshot) {
        const auto value = wire::decode_stored<wire::ShareSnapshotValue>(*stored_value);
        EXPECT_TRUE(value);
        return fmt::format("{} S{} state {} leader {} @{} done {} {}", of, value->snapshot_epoch,
                           value->state_epoch, value->leader_epoch, value->start_offset,
                           value->delivery_complete_count, text_of_batches(value->state_batches));
    }
    const auto value = wire::decode_stored<wire::ShareUpdateValue>(*stored_value);
    EXPECT_TRUE(value);
    return fmt::format("{} U{} leader {} @{} done {} {}", of, value->snapshot_epoch,
                       value->leader_epoch, value->start_offset, value->delivery_complete_count,
                       text_of_batches(value->state_batches));
}

/// What a write says of offsets.
struct Written {
    std::int64_t first = 0;
    std::int64_t last = 0;
    std::int8_t state = 0;
    std::int16_t count = 1;
};
struct WriteSpec {
    std::int32_t partition = 0;
    std::int32_t state_epoch = 0;
    std::int32_t leader_epoch = 0;
    std::int64_t start = 0;
    std::int32_t done = 0;
    std::vector<Written> batches{};
};

/// A partition of __share_group_state, topic t with four partitions and u with two, and group g.
class ShareStateWorld {
public:
    explicit ShareStateWorld(const ShareStateConfig& with = {}) : config(with) {
        topics.put("t", 4);
        topics.put("u", 2);
        restart();
    }

    FakeTopics topics;
    FakeSink sink;
    ShareStateConfig config;
    Now now{.steady = Time{} + 1h, .wall = Timestamp{1'700'000'000'000}};
    std::unique_ptr<ShareStates> states;

    /// Another coordinator reads the log from there on.
    void restart(std::size_t from = 0) {
        states = std::make_unique<ShareStates>(ShareStates::Ports{.sink = sink, .topics = topics},
                                               config);
        for (std::size_t i = from; i < sink.log.size(); ++i) {
            const Record& record = sink.log[i].record;
            const auto replayed =
                states->replay({.offset = Offset{static_cast<std::int64_t>(i)},
                                .key = record.key.view(),
                                .value = record.value ? wire::NullableBytes(record.value->view())
                                                      : wire::NullableBytes()});
            ASSERT_TRUE(replayed) << replayed.error().message;
        }
        states->loaded(now);
    }
    void pass(std::chrono::milliseconds time) {
        now.steady += time;
        now.wall += time.count();
    }
    /// Whatever is due, as the host does it.
    void work() {
        for (int i = 0; i < 100'000 && states->next_due() <= now.steady; ++i) {
            ASSERT_TRUE(states->work(now));
            if (const auto before = states->to_prune(now)) {
                states->pruned(*before, now);
                pruned = *before;
            }
        }
        EXPECT_GT(states->next_due(), now.steady) << "it does not come to an end";
    }
    Offset pruned{0};

    [[nodiscard]] Uuid id(const std::string& topic) const { return topics.find(topic)->id; }
    [[nodiscard]] ShareStateKey key(std::int32_t partition, const std::string& group = "g") const {
        return {.group = group, .topic = id("t"), .partition = partition};
    }

    template <class Request>
    ShareStateAnswer<Request> ask(const ShareStateAsked<Request>& asked,
                                  const std::string& group = "g", std::optional<Uuid> topic = {}) {
        Request request;
        request.group_id = group;
        auto& of = request.topics.emplace_back();
        of.topic_id = topic ? *topic : id("t");
        of.partitions.push_back(asked);
        const auto response = states->answer(request, now);
        EXPECT_EQ(response.results.size(), 1U);
        EXPECT_EQ(response.results.at(0).topic_id, of.topic_id);
        EXPECT_EQ(response.results.at(0).partitions.size(), 1U);
        const auto answer = response.results.at(0).partitions.at(0);
        EXPECT_EQ(answer.partition, asked.partition);
        EXPECT_EQ(answer.error_code == 0, !answer.error_message.has_value());
        return answer;
    }

    ErrorCode initialize(std::int32_t partition, std::int32_t state_epoch, std::int64_t start,
                         const std::string& group = "g") {
        wire::InitializeShareGroupStateRequest::Topic::Partition asked;
        asked.partition = partition;
        asked.state_epoch = state_epoch;
        asked.start_offset = start;
        return code(ask<wire::InitializeShareGroupStateRequest>(asked, group));
    }
    ErrorCode write(const WriteSpec& spec, const std::string& group = "g") {
        return code(ask<wire::WriteShareGroupStateRequest>(asked_of(spec), group));
    }
    ShareStateAnswer<wire::ReadShareGroupStateRequest> read(std::int32_t partition,
                                                            std::int32_t leader_epoch,
                                                            const std::string& group = "g") {
        wire::ReadShareGroupStateRequest::Topic::Partition asked;
        asked.partition = partition;
        asked.leader_epoch = leader_epoch;
        return ask<wire::ReadShareGroupStateRequest>(asked, group);
    }
    ShareStateAnswer<wire::ReadShareGroupStateSummaryRequest> summary(
        std::int32_t partition, const std::string& group = "g") {
        wire::ReadShareGroupStateSummaryRequest::Topic::Partition asked;
        asked.partition = partition;
        return ask<wire::ReadShareGroupStateSummaryRequest>(asked, group);
    }
    ErrorCode remove(std::int32_t partition, const std::string& group = "g") {
        wire::DeleteShareGroupStateRequest::Topic::Partition asked;
        asked.partition = partition;
        return code(ask<wire::DeleteShareGroupStateRequest>(asked, group));
    }

    [[nodiscard]] std::string last() const {
        return sink.log.empty() ? "" : text_of(sink.log.back().record);
    }

    [[nodiscard]] static wire::WriteShareGroupStateRequest::Topic::Partition asked_of(
        const WriteSpec& spec) {
        wire::WriteShareGroupStateRequest::Topic::Partition asked;
        asked.partition = spec.partition;
        asked.state_epoch = spec.state_epoch;
        asked.leader_epoch = spec.leader_epoch;
        asked.start_offset = spec.start;
        asked.delivery_complete_count = spec.done;
        for (const auto& batch : spec.batches) {
            asked.state_batches.push_back({.first_offset = batch.first,
                                           .last_offset = batch.last,
                                           .delivery_state = batch.state,
                                           .delivery_count = batch.count,
                                           .unknown_tags = {}});
        }
        return asked;
    }
    template <class Answer>
    [[nodiscard]] static ErrorCode code(const Answer& answer) {
        return static_cast<ErrorCode>(answer.error_code);
    }
};

}  // namespace barnabas::coordinator::testing
