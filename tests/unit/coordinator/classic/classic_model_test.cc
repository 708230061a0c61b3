// Random consumers at a random coordinator: they come, change, leave, die and come back; appends
// fail; the coordinator stops and another replays its records. What has to hold meanwhile is in
// check(), what has to become of it in converge().
#include "support/seeds.h"
#include "unit/coordinator/classic/classic_replay.h"
#include "unit/coordinator/classic/model_member.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace barnabas::coordinator {
namespace {

using testing::ClassicWorld;
using testing::ModelMember;
using Doing = ModelMember::Doing;

class ClassicModel {
public:
    explicit ClassicModel(std::uint64_t seed) : random_(seed) {
        config_.initial_rebalance_delay = std::chrono::seconds(below(4));
        start_coordinator(nullptr);
        for (std::size_t i = 0; i < 2 + below(5); ++i) {
            members_.push_back(new_member());
        }
    }

    void step() {
        world_->append_error =
            below(12) == 0 ? std::optional(ErrorCode::not_enough_replicas) : std::nullopt;
        disturb();
        act();
        world_->append_error.reset();
        world_->advance(std::chrono::milliseconds(below(1'500)));
        check();
    }

    /// Left in peace, all who ask come into one generation and stay there.
    void converge() {
        // Leftovers of members that died while they were new may hold a rebalance up for this long.
        const auto within = config_.new_member_timeout + 5min;
        for (Duration passed{}; passed < within && !has_converged(); passed += 1s) {
            act();
            world_->advance(1s);
            check();
        }
        EXPECT_TRUE(has_converged()) << testing::picture_of(*world_);
        const auto generation = world_->group().generation();
        for (int i = 0; i < 60; ++i) {
            act();
            world_->advance(1s);
        }
        EXPECT_EQ(world_->group().generation(), generation) << "it was stable";
        check();
    }

private:
    std::uint64_t below(std::uint64_t n) { return random_() % n; }
    ModelMember& anybody() { return members_[below(members_.size())]; }

    ModelMember new_member() {
        ModelMember member;
        constexpr std::array<std::int16_t, 5> versions{0, 3, 4, 6, 9};
        member.spec.version = versions[below(versions.size())];
        if (member.spec.version >= 5 && below(2) == 0) {
            member.spec.instance = fmt::format("i{}", ++instances_);
        }
        member.spec.rebalance_ms = static_cast<int>((1 + below(4)) * 15'000);
        change_subscription(member);
        return member;
    }
    /// Everybody knows both protocols: of the members the topic keeps only the one that was chosen,
    /// so that after a change of the coordinator (Kafka's too) one who knows only another protocol
    /// is turned away.
    void change_subscription(ModelMember& member) {
        member.spec.protocols = {{"range", fmt::format("t{}", below(3))}, {"sticky", "t"}};
        if (below(2) == 0) {
            std::ranges::reverse(member.spec.protocols);
        }
    }

    void start_coordinator(std::unique_ptr<ClassicWorld> before) {
        auto next = std::make_unique<ClassicWorld>();
        next->config = config_;
        if (before != nullptr) {
            next->now = before->now;
            next->now.steady += 1s;
            testing::replay(*before, *next);
            next->log = std::move(before->log);
            next->fresh_from(*before);
        }
        Decisions out;
        next->classic.loaded(next->now, out);
        next->carry_out(std::move(out));
        world_ = std::move(next);
    }

    void disturb() {
        switch (below(24)) {
            case 0:
                anybody().forget();  // its connection breaks
                break;
            case 1: {  // it dies; a static one comes back as itself, without its id
                auto& member = anybody();
                member.forget();
                member.reset();
                break;
            }
            case 2: {  // it dies and is not seen again
                if (members_.size() > 1) {
                    members_.erase(members_.begin() +
                                   static_cast<std::ptrdiff_t>(below(members_.size())));
                }
                break;
            }
            case 3:
                if (members_.size() < 8) {
                    members_.push_back(new_member());
                }
                break;
            case 4: {
                auto& member = anybody();
                change_subscription(member);
                member.wants_rebalance = true;
                break;
            }
            case 5: {
                auto& member = anybody();
                if (!member.id.empty()) {
                    world_->leave({testing::leaving(member.id, member.spec.instance)});
                    member.forget();
                    member.reset();
                }
                break;
            }
            case 6:
                if (below(4) == 0) {
                    change_coordinator();
                }
                break;
            case 7:
                world_->advance(std::chrono::seconds(below(20)));
                break;
            default:
                break;
        }
    }

    void change_coordinator() {
        if (below(2) == 0) {
            Decisions out;
            world_->classic.unloaded(out);
            world_->carry_out(std::move(out));
            EXPECT_TRUE(world_->waiting.empty()) << world_->waiting.size() << " were forgotten";
        }
        for (auto& member : members_) {
            if (member.ticket) {
                member.forget();
            }
        }
        start_coordinator(std::move(world_));
    }

    void act() {
        std::ranges::shuffle(members_, random_);
        for (auto& member : members_) {
            member.act(*world_);
        }
    }

    void check() {
        const auto* group = world_->groups.find_as<ClassicGroup>("g");
        std::size_t waits = 0;
        if (group != nullptr) {
            for (const auto& [id, member] : group->members()) {
                waits += (member.waits_for_join() ? 1 : 0) + (member.waits_for_sync() ? 1 : 0);
                EXPECT_TRUE(world_->timers.size() > 0) << "nobody looks after " << id;
            }
            check_owners(*group);
        }
        EXPECT_EQ(world_->waiting.size(), waits) << "a request that waits is in no group";
        if (group != nullptr && group->is_in(ClassicGroupState::stable)) {
            ClassicWorld other;
            testing::replay(*world_, other);
            EXPECT_EQ(testing::picture_of(other), testing::picture_of(*world_));
        }
    }

    /// A partition's offsets can be committed by one member at most.
    void check_owners(const ClassicGroup& group) {
        std::map<int, std::string> owners;
        for (const auto& member : members_) {
            if (member.doing != Doing::working ||
                !group.check_commit({.member_id = member.id,
                                     .instance_id = member.spec.instance,
                                     .generation_or_epoch = member.generation,
                                     .version = 8})) {
                continue;
            }
            for (const int partition : member.owned) {
                const auto [at, alone] = owners.emplace(partition, member.id);
                EXPECT_TRUE(alone) << partition << " is " << at->second << "'s and " << member.id
                                   << "'s in generation " << group.generation();
            }
        }
    }

    [[nodiscard]] bool has_converged() const {
        const auto* group = world_->groups.find_as<ClassicGroup>("g");
        std::set<int> owned;
        for (const auto& member : members_) {
            if (member.doing != Doing::working || member.wants_rebalance || group == nullptr ||
                member.generation != group->generation()) {
                return false;
            }
            owned.insert(member.owned.begin(), member.owned.end());
        }
        return group != nullptr && group->is_in(ClassicGroupState::stable) &&
               group->member_count() == members_.size() && owned.size() == ModelMember::partitions;
    }

    std::mt19937_64 random_;
    ClassicConfig config_;
    std::unique_ptr<ClassicWorld> world_;
    std::vector<ModelMember> members_;
    int instances_ = 0;
};

TEST(ClassicModel, WhoeverAsksComesIntoOneGenerationAndNoRequestIsForgotten) {
    const auto first = barnabas::testing::first_seed(1);
    const auto seeds = barnabas::testing::number_of("BARNABAS_SEEDS", 60);
    const auto steps = barnabas::testing::number_of("BARNABAS_STEPS", 150);
    for (auto seed = first; seed < first + seeds && !HasFailure(); ++seed) {
        SCOPED_TRACE(fmt::format("BARNABAS_SEED={}", seed));
        ClassicModel model(seed);
        for (std::uint64_t i = 0; i < steps && !HasFailure(); ++i) {
            SCOPED_TRACE(fmt::format("step {}", i));
            model.step();
        }
        if (!HasFailure()) {
            model.converge();
        }
    }
}

}  // namespace
}  // namespace barnabas::coordinator
