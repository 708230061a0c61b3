#include "support/seeds.h"
#include "unit/coordinator/offsets/offsets_world.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <random>
#include <set>

namespace barnabas::coordinator {
namespace {

using testing::OffsetsWorld;

constexpr std::int64_t hour = 3'600'000;

/// What a partition, a topic, a group is called; any bytes.
const std::string group_ids[] = {"g", std::string("\0\xff\xfe", 3), "gg"};
const std::string topic_names[] = {"t", "t.\xc3\xa9", "tt"};
constexpr std::int32_t partitions[] = {0, 1, 255, 256, -1};
const Uuid topic_ids[] = {{}, {{1}}, {{2}}};

/// The coordinator beside maps that know every rule once more, in the plainest way.
class OffsetsModel {
public:
    explicit OffsetsModel(std::uint64_t seed) : random_(seed) {
        world_.config.retention = std::chrono::hours(24);
    }

    void step() {
        switch (below(12)) {
            case 0:
            case 1:
            case 2:
                return commit();
            case 3:
            case 4:
                return commit_in_transaction();
            case 5:
                return end(ProducerId{static_cast<std::int64_t>(below(3))});
            case 6:
                return delete_offsets();
            case 7:
                return below(3) == 0 ? delete_group() : change_members();
            case 8:
                return below(2) == 0 ? delete_topic() : be_refused();
            case 9:
                return expire();
            default:
                world_.now.wall += static_cast<std::int64_t>(below(6)) * hour;
                return;
        }
    }

    void check() {
        OffsetsWorld::Picture want;
        for (const auto& [at, kept] : committed_) {
            want[at] = kept.text();
        }
        EXPECT_EQ(world_.picture(), want);
        for (const auto& group : group_ids) {
            check_fetch(group);
        }
    }

    /// Replay gives the same, and all transactions end alike in both.
    void check_replay() {
        OffsetsWorld other;
        other.replay(world_);
        EXPECT_EQ(other.picture(), world_.picture());
        for (const auto& group : group_ids) {
            EXPECT_EQ(other.offsets.has_pending(group), world_.offsets.has_pending(group));
        }
    }

    /// A compacted log, which has only the last of each key and nothing aborted, says the same.
    void check_compacted() {
        for (std::int64_t producer = 0; producer < 3; ++producer) {
            end(ProducerId{producer});
        }
        check();
        OffsetsWorld other;
        for (std::size_t i = 0; i < world_.log.size(); ++i) {
            if (survives(i)) {
                other.apply(world_.log[i], Offset{static_cast<std::int64_t>(i)});
            }
        }
        EXPECT_EQ(other.picture(), world_.picture());
    }

private:
    using Place = std::tuple<std::string, std::string, std::int32_t>;
    struct Kept {
        std::int64_t offset;
        std::string metadata;
        std::int32_t epoch;
        std::int64_t committed_at;
        std::int64_t expires_at;
        Uuid topic_id;
        std::size_t record;

        [[nodiscard]] std::string text() const {
            return fmt::format("{} epoch {} '{}' at {} until {} of {} in {}", offset, epoch,
                               metadata, committed_at, expires_at, topic_id, record);
        }
    };

    std::uint64_t below(std::uint64_t n) { return random_() % n; }
    template <class Array>
    const auto& any(const Array& of) {
        return of[below(std::size(of))];
    }

    void commit() {
        const auto& group = any(group_ids);
        wire::OffsetCommitRequest request;
        request.group_id = group;
        request.retention_time_ms =
            below(4) == 0 ? static_cast<std::int64_t>(below(48)) * hour : -1;
        std::vector<std::pair<Place, Kept>> kept;
        auto& topic = request.topics.emplace_back();
        topic.name = any(topic_names);
        topic.topic_id = any(topic_ids);
        for (auto n = below(4); n > 0; --n) {
            const bool dates = below(3) == 0;
            const auto at = world_.now.wall.get() - static_cast<std::int64_t>(below(30)) * hour;
            topic.partitions.push_back({.partition_index = any(partitions),
                                        .committed_offset = static_cast<std::int64_t>(random_()),
                                        .committed_leader_epoch = static_cast<int>(below(5)) - 1,
                                        .commit_timestamp = dates ? at : -1,
                                        .committed_metadata = metadata()});
            const auto& one = topic.partitions.back();
            const bool expires = request.retention_time_ms != -1;
            kept.push_back(
                {{group, topic.name, one.partition_index},
                 {.offset = one.committed_offset,
                  .metadata = one.committed_metadata.value_or(""),
                  .epoch = expires ? -1 : one.committed_leader_epoch,
                  .committed_at = dates ? at : world_.now.wall.get(),
                  .expires_at = expires ? world_.now.wall.get() + request.retention_time_ms : -1,
                  .topic_id = expires ? Uuid{} : topic.topic_id,
                  .record = world_.log.size() + kept.size()}});
        }
        world_.append(world_.offsets.commit(request, {.version = 4}, world_.now).records);
        for (auto& [at, one] : kept) {
            committed_[at] = one;
        }
    }

    void commit_in_transaction() {
        const ProducerId producer{static_cast<std::int64_t>(below(3))};
        wire::TxnOffsetCommitRequest request;
        request.group_id = any(group_ids);
        auto& topic = request.topics.emplace_back();
        topic.name = any(topic_names);
        topic.topic_id = any(topic_ids);
        topic.partitions.push_back({.partition_index = any(partitions),
                                    .committed_offset = static_cast<std::int64_t>(random_()),
                                    .committed_leader_epoch = 7,
                                    .committed_metadata = metadata()});
        const auto& one = topic.partitions.back();
        pending_[producer][{request.group_id, topic.name, one.partition_index}] = {
            .offset = one.committed_offset,
            .metadata = one.committed_metadata.value_or(""),
            .epoch = 7,
            .committed_at = world_.now.wall.get(),
            .expires_at = -1,
            .topic_id = topic.topic_id,
            .record = world_.log.size()};
        world_.append(world_.offsets.commit(request, {.version = 5}, world_.now).records, producer);
    }

    std::optional<std::string> metadata() {
        switch (below(3)) {
            case 0:
                return std::nullopt;
            case 1:
                return std::string(below(40), 'm');
            default:
                return "";
        }
    }

    void end(ProducerId producer) {
        const bool committed = below(3) != 0;
        ends_.emplace_back(world_.log.size(), producer, committed);
        world_.end(producer, committed);
        if (committed) {
            for (const auto& [at, one] : pending_[producer]) {
                const auto earlier = committed_.find(at);
                if (earlier == committed_.end() || earlier->second.record < one.record) {
                    committed_[at] = one;
                }
            }
        }
        pending_.erase(producer);
    }

    void be_refused() {
        auto& group = world_.group(any(group_ids));
        group.commit_error = ErrorCode::illegal_generation;
        const auto out = world_.offsets.commit(OffsetsWorld::request_of({.group = group.id()}),
                                               {.version = 9}, world_.now);
        EXPECT_TRUE(out.records.empty());
        group.commit_error = ErrorCode::none;
    }

    void delete_offsets() {
        const auto& id = any(group_ids);
        const auto& topic = any(topic_names);
        wire::OffsetDeleteRequest request;
        request.group_id = id;
        request.topics = {{.name = topic, .partitions = {{any(partitions)}, {any(partitions)}}}};
        const auto* group = world_.groups.find(id);
        auto out = world_.offsets.remove(request);
        if (group == nullptr || group->is_subscribed_to(topic) || !group->is_empty()) {
            EXPECT_TRUE(out.records.empty());
            return;
        }
        world_.append(std::move(out.records));
        for (const auto& [partition] : request.topics[0].partitions) {
            forget({id, topic, partition});
        }
    }

    void delete_group() {
        const auto id = any(group_ids);
        Records records;
        world_.offsets.add_tombstones(id, records);
        if (const auto* group = world_.groups.find(id)) {
            group->add_tombstones(records);
        }
        world_.append(std::move(records));
        forget_if([&](const Place& at, const Kept&) { return std::get<0>(at) == id; });
        EXPECT_FALSE(world_.offsets.has_offsets(id));
    }

    void change_members() {
        auto& group = world_.group(any(group_ids));
        group.members.clear();
        group.topics.clear();
        group.expiry = Group::Expiry{};
        if (below(2) == 0) {
            group.members = {"m"};
            group.topics = {any(topic_names)};
        } else if (below(2) == 0) {
            group.expiry->not_before = world_.now.wall;
        } else if (below(3) == 0) {
            group.expiry = std::nullopt;
        }
    }

    void delete_topic() {
        const DeletedTopic topic{.name = any(topic_names), .id = topic_ids[1 + below(2)]};
        for (int calls = 0;; ++calls) {
            auto records = world_.offsets.remove_topics({&topic, 1}, 3);
            if (records.empty()) {
                break;
            }
            ASSERT_LT(calls, 100);
            world_.append(std::move(records));
        }
        const auto of_it = [&](const Place& at, const Kept& one) {
            return std::get<1>(at) == topic.name &&
                   (one.topic_id.is_zero() || one.topic_id == topic.id);
        };
        std::set<Place> gone;
        for (const auto& [at, one] : committed_) {
            if (of_it(at, one)) {
                gone.insert(at);
            }
        }
        for (const auto& [producer, places] : pending_) {
            for (const auto& [at, one] : places) {
                if (of_it(at, one) && !committed_.contains(at)) {
                    gone.insert(at);
                }
            }
        }
        forget_if([&](const Place& at, const Kept&) { return gone.contains(at); });
    }

    void expire() {
        std::set<std::string> want_drained;
        std::set<Place> gone;
        for (const auto& [id, group] : world_.groups.all()) {
            std::size_t left = 0;
            for (const auto& [at, one] : committed_) {
                if (std::get<0>(at) == id) {
                    if (has_expired(*group, at, one)) {
                        gone.insert(at);
                    } else {
                        ++left;
                    }
                }
            }
            const bool pends = std::ranges::any_of(pending_, [&](const auto& of) {
                return std::ranges::any_of(
                    of.second, [&](const auto& at) { return std::get<0>(at.first) == id; });
            });
            if (left == 0 && !pends && group->is_empty()) {
                want_drained.insert(id);
            }
        }
        std::set<std::string> drained;
        std::string from;
        for (int calls = 0; calls < 20; ++calls) {
            auto out = world_.offsets.expire(from, world_.now);
            for (const auto& id : out.drained) {
                EXPECT_TRUE(drained.insert(id).second);
                world_.groups.find(id)->add_tombstones(out.records);
            }
            world_.append(std::move(out.records));
            if (!out.next) {
                break;
            }
            from = *out.next;
        }
        EXPECT_EQ(drained, want_drained);
        forget_if([&](const Place& at, const Kept&) { return gone.contains(at); });
    }

    bool has_expired(const Group& group, const Place& at, const Kept& one) {
        const auto rule = group.offset_expiry();
        if (!rule || group.is_subscribed_to(std::get<1>(at)) || is_pending(at)) {
            return false;
        }
        const auto now = world_.now.wall.get();
        if (one.expires_at != -1) {
            return now >= one.expires_at;
        }
        const auto emptied = rule->not_before ? rule->not_before->get() : one.committed_at;
        return now - one.committed_at >= 24 * hour && now - emptied >= 24 * hour;
    }

    bool is_pending(const Place& at) {
        return std::ranges::any_of(pending_,
                                   [&](const auto& of) { return of.second.contains(at); });
    }

    void forget(const Place& at) {
        committed_.erase(at);
        for (auto& [producer, places] : pending_) {
            places.erase(at);
        }
    }
    void forget_if(const auto& test) {
        std::set<Place> gone;
        for (const auto& [at, one] : committed_) {
            if (test(at, one)) {
                gone.insert(at);
            }
        }
        for (const auto& [producer, places] : pending_) {
            for (const auto& [at, one] : places) {
                if (test(at, one)) {
                    gone.insert(at);
                }
            }
        }
        std::ranges::for_each(gone, [&](const Place& at) { forget(at); });
    }

    void check_fetch(const std::string& group) {
        wire::OffsetFetchRequest::Group request;
        request.group_id = group;
        request.topics.emplace();
        for (const auto& topic : topic_names) {
            request.topics->push_back(
                {.topic_id = any(topic_ids),
                 .name = topic,
                 .partition_indexes = {std::begin(partitions), std::end(partitions)}});
        }
        const auto reply = world_.offsets.fetch(request, 10, true);
        for (const auto& topic : reply.topics) {
            for (const auto& one : topic.partitions) {
                const Place at{group, topic.name, one.partition_index};
                const auto kept = committed_.find(at);
                const bool none = kept == committed_.end() || is_pending(at) ||
                                  (!kept->second.topic_id.is_zero() && !topic.topic_id.is_zero() &&
                                   kept->second.topic_id != topic.topic_id);
                EXPECT_EQ(one.error_code, is_pending(at) ? 88 : 0);
                EXPECT_EQ(one.committed_offset, none ? -1 : kept->second.offset);
                EXPECT_EQ(one.committed_leader_epoch, none ? -1 : kept->second.epoch);
                EXPECT_EQ(one.metadata, none ? "" : kept->second.metadata);
            }
        }
    }

    /// What became of the transaction of the record `i`; nothing if it is in none.
    std::optional<bool> fate_of(std::size_t i) const {
        const auto producer = world_.log[i].producer;
        if (producer == no_producer) {
            return std::nullopt;
        }
        const auto end = std::ranges::find_if(ends_, [&](const auto& one) {
            return std::get<0>(one) > i && std::get<1>(one) == producer;
        });
        EXPECT_NE(end, ends_.end());
        return std::get<2>(*end);
    }

    bool survives(std::size_t i) const {
        const auto& log = world_.log;
        if (log[i].committed) {
            return true;
        }
        if (fate_of(i) == false) {
            return false;
        }
        for (std::size_t later = i + 1; later < log.size(); ++later) {
            if (!log[later].committed && fate_of(later) != false &&
                as_text(log[later].record.key.view()) == as_text(log[i].record.key.view())) {
                return false;
            }
        }
        return true;
    }

    std::mt19937_64 random_;
    OffsetsWorld world_;
    std::map<Place, Kept> committed_;
    std::map<ProducerId, std::map<Place, Kept>> pending_;
    std::vector<std::tuple<std::size_t, ProducerId, bool>> ends_;  // markers by their place
};

TEST(OffsetsModel, NothingCommittedIsLostAndReplayGivesTheSame) {
    const auto first = barnabas::testing::first_seed(1);
    const auto seeds = barnabas::testing::number_of("BARNABAS_SEEDS", 30);
    const auto steps = barnabas::testing::number_of("BARNABAS_STEPS", 150);
    for (auto seed = first; seed < first + seeds && !HasFailure(); ++seed) {
        SCOPED_TRACE(fmt::format("BARNABAS_SEED={}", seed));
        OffsetsModel model(seed);
        for (std::uint64_t i = 0; i < steps && !HasFailure(); ++i) {
            SCOPED_TRACE(fmt::format("step {}", i));
            model.step();
            model.check();
            if (i % 25 == 24) {
                model.check_replay();
            }
        }
        if (!HasFailure()) {
            model.check_compacted();
        }
    }
}

}  // namespace
}  // namespace barnabas::coordinator
