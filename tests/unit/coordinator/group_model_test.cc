// Random members of both protocols at a whole group coordinator: they come, rebalance, commit,
// leave, die and come back; groups change their protocol; offsets expire; appends fail; the
// coordinator stops and another replays its records, compacted or not. What has to hold meanwhile
// is in check(), what has to become of it in converge().
#include "support/seeds.h"
#include "unit/coordinator/group_model_checks.h"
#include "unit/coordinator/group_model_offsets.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace barnabas::coordinator::testing {
namespace {

/// How often what happened, so that the model is seen to do what it says.
struct GroupModelCounts {
    std::size_t commits = 0;
    std::size_t refused = 0;
    std::size_t earlier_epoch = 0;  // accepted nevertheless
    std::size_t expired = 0;
    std::size_t restarts = 0;
    std::size_t conversions = 0;
};

class GroupModel {
public:
    GroupModel(std::uint64_t seed, GroupModelCounts& counts) : counts_(counts), random_(seed) {
        auto& host = world_.host;
        host.classic.initial_rebalance_delay = std::chrono::seconds(below(3));
        host.classic.new_member_timeout = 30s;
        host.consumer.times.session_timeout = 20s;
        host.consumer.times.assignment_interval = std::chrono::milliseconds(below(3) * 1'500);
        if (below(4) == 0) {
            host.consumer.config.migration = MigrationPolicy::upgrade;
        }
        host.offsets.retention = retention;
        for (const auto* const name : topics) {
            host.topics.put(name, static_cast<std::int32_t>(1 + below(4)));
        }
        old_max_ = below(4);
        new_max_ = old_max_ == 0 ? 4 : below(4);
    }

    void step() {
        if (below(10) == 0) {
            world_.host.sink.error = ErrorCode::not_enough_replicas;
        }
        const auto before = classic_committers(table(), all_);
        disturb();
        check_upgrades(table(), all_, before);
        world_.host.sink.error.reset();
        check();
    }

    /// Left in peace, all who live come to a stable assignment, each partition with one of them.
    void converge() {
        lose_some();
        constexpr int rounds_max = 75;  // of 3 s: what was left behind expires meanwhile
        for (int round = 0; round < rounds_max && !why_not_converged().empty(); ++round) {
            // Whoever leads looks at the topics as they are now; and once more, for a static member
            // that took its place since and reads others, which alone is no reason to rebalance
            // (KIP-345).
            if (round % 25 == 0) {
                std::ranges::for_each(all_.old, &OldMember::rejoin);
            }
            live_on();
        }
        EXPECT_EQ(why_not_converged(), "");
        const auto before = epochs();
        for (int i = 0; i < 5; ++i) {
            live_on();
        }
        EXPECT_EQ(why_not_converged(), "");
        EXPECT_EQ(epochs(), before) << "it was stable";
        restart();
        check();
    }

private:
    static constexpr std::array<const char*, 3> topics{"a", "b", "c"};
    static constexpr std::array<const char*, 2> groups{"g", "h"};
    static constexpr std::chrono::minutes retention{60};

    std::uint64_t below(std::uint64_t n) { return random_() % n; }
    template <class Array>
    const auto& any(const Array& of) {
        return of[below(of.size())];
    }
    [[nodiscard]] const GroupTable& table() const { return world_.host.groups->groups(); }
    /// nullptr now and then, and if there is nobody.
    GroupModelMember* somebody() {
        const auto who = below(all_.size() + 1);
        if (who < all_.old.size()) {
            return &all_.old[who];
        }
        return who < all_.size() ? &all_.fresh[who - all_.old.size()] : nullptr;
    }

    // --- what happens ---

    void disturb() {
        switch (below(40)) {
            case 0:
            case 1:
                return come();
            case 2:
                return go();
            case 3:
                return change_subscription();
            case 4:
                return below(3) == 0 ? grow_topic() : fetch_as_member();
            case 5:
                return below(4) == 0 ? restart() : expire();
            case 6:
                return below(4) == 0 ? world_.pass(std::chrono::minutes(15 + below(60)))
                                     : world_.pass(std::chrono::seconds(5 + below(20)));
            case 7:
                return below(2) == 0 ? delete_offsets() : delete_group();
            case 8:
            case 9:
                return commit_as_stranger();
            case 10:
            case 11:
            case 12:
            case 13:
            case 14:
            case 15:
                return commit_as_member();
            case 16:
            case 17:
            case 18:
            case 19:
                return world_.pass(std::chrono::milliseconds(below(1'500)));
            default:
                return act();
        }
    }

    void act() {
        const auto who = below(all_.size() + 1);
        if (who < all_.old.size()) {
            all_.old[who].step(world_, below(12) == 0);
        } else if (who < all_.size()) {
            NewMember& member = all_.fresh[who - all_.old.size()];
            if (below(3) == 0) {
                member.take_over();
            } else if (below(10) == 0) {
                member.unsure = true;  // its request was lost
            } else {
                member.beat(world_, below(8) == 0);
            }
        }
        all_.bury();
    }

    std::vector<std::string> some_names() {
        std::vector<std::string> names;
        for (const auto* const name : topics) {
            if (below(2) == 0) {
                names.emplace_back(name);
            }
        }
        return names;
    }

    /// A static one may take the place of one that lives, if both speak the classic protocol.
    std::optional<std::string> some_instance(const std::string& group, bool is_old) {
        if (below(2) == 0) {
            return std::nullopt;
        }
        auto instance = fmt::format("i{}", below(4));
        const auto has_it = [&](const GroupModelMember& member) {
            return member.group == group && member.instance == instance;
        };
        const bool is_taken = std::ranges::any_of(all_.fresh, has_it) ||
                              (std::ranges::any_of(all_.old, has_it) && (!is_old || below(2) == 0));
        return is_taken ? std::nullopt : std::optional(std::move(instance));
    }

    void come() {
        const std::string group = any(groups);
        const auto alike = [&](const GroupModelMember& member) { return member.group == group; };
        if (below(2) == 0) {
            if (static_cast<std::uint64_t>(std::ranges::count_if(all_.old, alike)) < old_max_) {
                OldMember member;
                member.group = group;
                member.names = some_names();
                member.version = std::array<std::int16_t, 3>{3, 5, 9}[below(3)];
                if (member.version >= 5) {
                    member.instance = some_instance(group, true);
                }
                all_.old.push_back(std::move(member));
            }
        } else if (static_cast<std::uint64_t>(std::ranges::count_if(all_.fresh, alike)) <
                   new_max_) {
            NewMember member;
            member.group = group;
            member.names = some_names();
            member.id = fmt::format("m{}", ++ids_);
            member.instance = some_instance(group, false);
            all_.fresh.push_back(std::move(member));
        }
    }

    void go() {
        const auto who = below(all_.size() + 1);
        const bool says_so = below(2) == 0;
        if (who < all_.old.size()) {
            OldMember& member = all_.old[who];
            member.gone = true;
            if (says_so && !member.id.empty()) {
                member.leave(world_);
            }
        } else if (who < all_.size()) {
            NewMember& member = all_.fresh[who - all_.old.size()];
            member.gone = true;
            if (says_so && member.epoch > 0) {
                member.leave(world_, below(2) == 0);
            }
        }
        all_.bury();
    }

    /// Processes end without a word, and nobody may remember when they were heard last.
    void lose_some() {
        all_.for_each_to_change([this](GroupModelMember& member) { member.gone = below(4) == 0; });
        all_.bury();
        if (below(2) == 0) {
            restart();
        }
        check();
    }

    void change_subscription() {
        const auto who = below(all_.size() + 1);
        if (who < all_.old.size()) {
            all_.old[who].names = some_names();
            all_.old[who].rejoin();
        } else if (who < all_.size()) {
            all_.fresh[who - all_.old.size()].names = some_names();
            all_.fresh[who - all_.old.size()].says_subscription = true;
        }
    }

    void grow_topic() {
        const std::string name = any(topics);
        const auto topic = world_.host.topics.find(name);
        if (topic->partitions < 6) {
            world_.host.topics.put(name, topic->partitions + 1);
            world_.host.groups->topics_changed(std::vector{name});
        }
    }

    void restart() {
        ++counts_.restarts;
        const auto size = world_.host.sink.log.size();
        const auto before = stored_state_of(table(), world_.host.topics);
        world_.restart({.compacted = below(3) == 0 ? size : below(size + 1),
                        .keeps_tombstones = below(2) == 0,
                        .tells = below(2) == 0});
        auto after = stored_state_of(table(), world_.host.topics);
        for (const auto& [id, state] : before) {
            EXPECT_EQ(after[id], state) << id;
        }
        for (OldMember& member : all_.old) {
            member.lose_connection();
        }
        for (NewMember& member : all_.fresh) {
            member.unsure |= below(2) == 0;
        }
        empty_since_.clear();
        last_epochs_.clear();  // a generation that was not stored comes once more
    }

    // --- offsets ---

    void commit_as_member() {
        const GroupModelMember* const who = somebody();
        if (who == nullptr) {
            return;
        }
        std::string topic = any(topics);
        auto partition = static_cast<std::int32_t>(below(4));
        if (!who->owned.empty() && below(5) > 0) {
            auto owned = who->owned.begin();
            std::advance(owned, static_cast<std::ptrdiff_t>(below(who->owned.size())));
            topic = *world_.host.topics.name_of(owned->first);
            partition = any(owned->second);
        }
        auto epoch = who->epoch;
        if (below(4) == 0) {
            epoch += static_cast<std::int32_t>(below(4)) - 2;
        }
        const auto version = static_cast<std::int16_t>(below(8) == 0 ? 8 : 9);
        commit({.group = who->group, .topic = topic, .partition = partition},
               {.member_id = who->id,
                .instance_id =
                    who->instance ? std::optional<std::string_view>(*who->instance) : std::nullopt,
                .generation_or_epoch = epoch,
                .version = version});
    }

    /// An administrator, or a consumer that assigns to itself.
    void commit_as_stranger() {
        const std::array<std::string, 3> names{groups[0], groups[1], "simple"};
        commit({.group = any(names),
                .topic = any(topics),
                .partition = static_cast<std::int32_t>(below(4))},
               {.member_id = {},
                .instance_id = {},
                .generation_or_epoch = below(8) == 0 ? 1 : -1,
                .version = 9});
    }

    void commit(const OffsetsLedger::Place& at, const Committer& from) {
        const OffsetsLedger::Kept kept{.offset = static_cast<std::int64_t>(++commits_),
                                       .leader_epoch = static_cast<std::int32_t>(below(3)) - 1,
                                       .at = world_.host.now.wall};
        const Uuid topic_id = world_.host.topics.find(at.topic)->id;
        wire::OffsetCommitRequest request;
        request.group_id = at.group;
        request.member_id = from.member_id;
        request.group_instance_id = from.instance_id;
        request.generation_id_or_member_epoch = from.generation_or_epoch;
        auto& topic = request.topics.emplace_back();
        topic.name = at.topic;
        topic.topic_id = from.version >= 9 || below(2) == 0 ? topic_id : Uuid{};
        topic.partitions.push_back({.partition_index = at.partition,
                                    .committed_offset = kept.offset,
                                    .committed_leader_epoch = kept.leader_epoch});
        auto want = expected_of_commit(table(), at.group, from, topic_id, at.partition);
        const bool is_earlier = is_earlier_epoch(at.group, from);
        if (want == ErrorCode::none && world_.host.sink.error) {
            want = ErrorCode::coordinator_not_available;
        }
        const auto reply = world_.commit(request, from.version);
        const auto got = static_cast<ErrorCode>(reply.topics.at(0).partitions.at(0).error_code);
        EXPECT_EQ(error_name(got), error_name(want))
            << at.group << " of member '" << from.member_id << "' in " << from.generation_or_epoch;
        if (got == ErrorCode::none) {
            ledger_.put(at, kept);
        }
        ++(got == ErrorCode::none ? counts_.commits : counts_.refused);
        counts_.earlier_epoch += got == ErrorCode::none && is_earlier ? 1 : 0;
    }

    [[nodiscard]] bool is_earlier_epoch(const std::string& id, const Committer& from) const {
        const auto* const group = table().find_as<ConsumerGroup>(id);
        const ConsumerMember* const member =
            group == nullptr ? nullptr : group->member(from.member_id);
        return member != nullptr && from.generation_or_epoch < member->epoch;
    }

    /// A member of the consumer protocol is told offsets only in its epoch.
    void fetch_as_member() {
        const GroupModelMember* const who = somebody();
        if (who == nullptr) {
            return;
        }
        wire::OffsetFetchRequest::Group request;
        request.group_id = who->group;
        request.member_id = who->id;
        request.member_epoch = who->epoch - (below(3) == 0 ? 1 : 0);
        request.topics.reset();
        ErrorCode want = ErrorCode::none;
        if (const auto* const group = table().find_as<ConsumerGroup>(who->group)) {
            const ConsumerMember* const member = group->member(who->id);
            if (member == nullptr) {
                want = ErrorCode::unknown_member_id;
            } else if (member->epoch != request.member_epoch) {
                want =
                    member->classic ? ErrorCode::illegal_generation : ErrorCode::stale_member_epoch;
            }
        }
        const auto reply = world_.host.groups->fetch(request, 9, false);
        EXPECT_EQ(error_name(static_cast<ErrorCode>(reply.error_code)), error_name(want));
        EXPECT_EQ(OffsetsLedger::text(reply),
                  want == ErrorCode::none ? ledger_.text(who->group) : "");
    }

    void expire() {
        auto& host = world_.host;
        auto after = ledger_;
        after.expire(table(), host.now.wall, retention);
        std::vector<std::string> drained;
        for (const auto& [id, group] : table().all()) {
            if (!after.has_any(id) && group->check_delete()) {
                drained.push_back(id);
            }
        }
        const bool changes = after.size() < ledger_.size() || !drained.empty();
        const auto step = host.groups->expire("", host.now, host.told);
        EXPECT_EQ(step.has_value(), !changes || !host.sink.error);
        if (!step) {
            return;
        }
        EXPECT_FALSE(*step) << "there are few";
        counts_.expired += ledger_.size() - after.size();
        ledger_ = std::move(after);
        for (const std::string& id : drained) {
            EXPECT_EQ(table().find(id), nullptr) << id << " has neither members nor offsets";
        }
    }

    void delete_offsets() {
        wire::OffsetDeleteRequest request;
        request.group_id = any(groups);
        auto& topic = request.topics.emplace_back();
        topic.name = any(topics);
        topic.partitions.push_back({static_cast<std::int32_t>(below(4))});
        const auto reply = world_.host.groups->remove_offsets(request, world_.host.now);
        const bool done =
            reply.error_code == 0 && reply.topics.at(0).partitions.at(0).error_code == 0;
        const Group* const group = table().find(request.group_id);
        if (done) {
            EXPECT_FALSE(group->is_subscribed_to(topic.name));
            ledger_.forget({.group = request.group_id,
                            .topic = topic.name,
                            .partition = topic.partitions[0].partition_index});
        } else {
            EXPECT_TRUE(group == nullptr || group->state_name() != "Empty" ||
                        world_.host.sink.error);
        }
    }

    void delete_group() {
        const std::string id = any(groups);
        const Group* const group = table().find(id);
        const bool may = group != nullptr && group->check_delete() && !world_.host.sink.error;
        const auto removed = world_.host.groups->remove(id, world_.host.now, world_.host.told);
        EXPECT_EQ(removed.has_value(), may);
        if (removed) {
            ledger_.forget_group(id);
        }
    }

    // --- what has to hold ---

    void check() {
        counts_.conversions += world_.host.count(GroupEvent::Kind::converted);
        world_.host.told.events.clear();
        for (const auto* const id : {"g", "h", "simple"}) {
            wire::OffsetFetchRequest::Group request;
            request.group_id = id;
            request.topics.reset();
            EXPECT_EQ(OffsetsLedger::text(world_.host.groups->fetch(request, 9, true)),
                      ledger_.text(id))
                << "offsets of " << id;
            check_emptiness(id);
            check_epoch(id);
        }
        check_waiting();
        check_owners(table(), all_);
    }

    /// Since when a group is empty is what expiry counts from.
    void check_emptiness(const std::string& id) {
        const auto* const group = table().find_as<ClassicGroup>(id);
        const bool is_empty = group != nullptr && group->is_in(ClassicGroupState::empty) &&
                              group->has_protocol_type();
        const auto now = world_.host.now.wall;
        const auto at = empty_since_.find(id);
        if (!is_empty) {
            empty_since_.erase(id);
            return;
        }
        ASSERT_TRUE(group->since()) << id;
        EXPECT_LE(*group->since(), now) << id;
        if (at != empty_since_.end()) {
            EXPECT_EQ(*group->since(), at->second) << id << " was empty, and is";
        }
        empty_since_[id] = *group->since();
    }

    /// Whatever protocol it has, it goes on from where it is while somebody is in it.
    void check_epoch(const std::string& id) {
        const Group* const group = table().find(id);
        if (group == nullptr || group->is_empty()) {
            last_epochs_.erase(id);
            return;
        }
        const auto epoch = epoch_of(table(), id);
        const auto [at, fresh] = last_epochs_.emplace(id, epoch);
        EXPECT_GE(epoch, at->second) << id;
        at->second = epoch;
    }

    void check_waiting() {
        std::size_t waits = 0;
        for (const auto& [id, any] : table().all()) {
            const auto* const group = table().find_as<ClassicGroup>(id);
            for (const auto& [unused, member] :
                 group == nullptr ? ClassicGroup::Members{} : group->members()) {
                waits += (member.waits_for_join() ? 1 : 0) + (member.waits_for_sync() ? 1 : 0);
            }
        }
        EXPECT_EQ(world_.open_count(), waits) << "a request that waits is in no group";
    }

    // --- what becomes of it ---

    void live_on() {
        for (OldMember& member : all_.old) {
            member.step(world_);
            member.step(world_);
        }
        for (NewMember& member : all_.fresh) {
            member.take_over();
            member.beat(world_);
        }
        all_.bury();
        check();
        world_.pass(3s);
        check();
    }

    [[nodiscard]] std::string epochs() const {
        std::string text;
        all_.for_each([&](const GroupModelMember& member) {
            text += fmt::format("{} {} ", member.id, member.epoch);
        });
        return text;
    }

    /// Empty if it has.
    [[nodiscard]] std::string why_not_converged() const {
        std::string why;
        for (const std::string id : groups) {
            why += testing::why_not_converged(table(), world_.host.topics, all_, id);
        }
        return why;
    }

    GroupModelCounts& counts_;
    std::mt19937_64 random_;
    mutable GroupModelWorld world_;
    GroupModelMembers all_;
    std::uint64_t old_max_ = 0;  // of a group
    std::uint64_t new_max_ = 0;
    OffsetsLedger ledger_;
    std::map<std::string, Timestamp> empty_since_;
    std::map<std::string, std::int32_t> last_epochs_;
    std::uint64_t commits_ = 0;
    int ids_ = 0;
};

// Whatever happens, in whatever order: no committed offset is lost or kept too long, a partition
// has one owner who can commit, stale commits are refused with Kafka's codes, all converge.
TEST(GroupModel, NoOffsetIsLostAndNoPartitionHasTwoOwnersWhateverHappens) {
    const auto first = barnabas::testing::first_seed(1);
    const auto seeds = barnabas::testing::number_of("BARNABAS_SEEDS", 150);
    const auto steps = barnabas::testing::number_of("BARNABAS_STEPS", 400);
    GroupModelCounts counts;
    for (auto seed = first; seed < first + seeds && !HasFailure(); ++seed) {
        SCOPED_TRACE(fmt::format("BARNABAS_SEED={}", seed));
        GroupModel model(seed, counts);
        for (std::uint64_t i = 0; i < steps && !HasFailure(); ++i) {
            SCOPED_TRACE(fmt::format("step {}", i));
            model.step();
        }
        if (!HasFailure()) {
            model.converge();
        }
    }
    fmt::print(
        "{} commits ({} with an earlier epoch), {} refused, {} expired, {} restarts, {} "
        "conversions\n",
        counts.commits, counts.earlier_epoch, counts.refused, counts.expired, counts.restarts,
        counts.conversions);
    if (!HasFailure() && seeds >= 50 && steps >= 300) {
        EXPECT_GT(counts.commits, seeds * 10);
        EXPECT_GT(counts.refused, seeds * 5);
        EXPECT_GT(counts.earlier_epoch, 0U);
        EXPECT_GT(counts.expired, seeds / 2);
        EXPECT_GT(counts.restarts, seeds / 2);
        EXPECT_GT(counts.conversions, seeds / 4);
    }
}

}  // namespace
}  // namespace barnabas::coordinator::testing
