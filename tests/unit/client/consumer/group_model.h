#pragma once

#include "client/consumer/membership.h"
#include "unit/client/consumer/worlds.h"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace barnabas::client {

/// Members of a group, a coordinator and what lies between them: messages take time and get lost,
/// users poll, hang and leave. Everything from one seed.
class GroupModel {
public:
    /// Answers a request, now or later, by calling `reply` with the response (or never).
    using Reply = std::function<void(GroupResponse)>;
    class Coordinator {
    public:
        virtual ~Coordinator() = default;
        virtual void on_request(const GroupRequest& request, Reply reply, Time now) = 0;
        virtual void tick(Time now) = 0;
        /// Whether it takes this member for one, in this generation or epoch.
        [[nodiscard]] virtual bool counts(const ConsumerGroupMetadata& member) const = 0;
    };
    using MakeMember = std::function<std::unique_ptr<Membership>(std::size_t number)>;

    GroupModel(unsigned seed, Coordinator& coordinator, const Layout& layout, MakeMember make)
        : random_(seed), coordinator_(coordinator), make_(std::move(make)) {
        layout.teach(metadata_, now_);
        for (const auto& [topic, leaders] : layout.topics) {
            topics_.insert(topic);
            for (std::size_t i = 0; i < leaders.size(); ++i) {
                all_.insert(tp(topic, static_cast<std::int32_t>(i)));
            }
        }
    }

    /// Trouble for a while, then peace until everybody has what is his.
    void run(int troubled_steps, int peaceful_steps) {
        for (int i = 0; i < troubled_steps && !::testing::Test::HasFailure(); ++i) {
            make_trouble();
            step(true);
        }
        add_member();  // the others may all be leaving
        for (auto& member : members_) {
            member->hangs = false;
        }
        for (int i = 0; i < peaceful_steps && !::testing::Test::HasFailure(); ++i) {
            step(false);
        }
        check_converged();
    }

private:
    struct Member {
        std::size_t number = 0;
        std::unique_ptr<Membership> machine;
        bool hangs = false;
        bool alive = true;
        Time polls_at{};
        std::set<TopicPartition> reads;  ///< what its user was told that it has
    };
    struct Message {
        Time at;
        std::function<void()> deliver;
    };

    std::uint32_t below(std::uint32_t bound) {
        return static_cast<std::uint32_t>(random_() % bound);
    }
    Duration delay() { return std::chrono::milliseconds(1 + below(20)); }

    void add_member() {
        auto member = std::make_shared<Member>();
        member->number = next_number_++;
        member->machine = make_(member->number);
        member->machine->subscribe(topics_);
        members_.push_back(std::move(member));
    }

    void make_trouble() {
        if (members_.size() < 5 && below(60) == 0) {
            add_member();
        }
        if (members_.empty()) {
            return;
        }
        auto& member = members_[below(static_cast<std::uint32_t>(members_.size()))];
        switch (below(200)) {
            case 0:
                member->hangs = !member->hangs;
                break;
            case 1:  // its process is killed
                member->alive = false;
                std::erase_if(members_, [](const auto& each) { return !each->alive; });
                break;
            case 2:
                member->machine->leave(true);
                break;
            case 3:
                ignore(member->machine->rejoin("trouble"), "where it cannot it does not");
                break;
            default:
                break;
        }
    }

    void step(bool trouble) {
        now_ += std::chrono::milliseconds(1 + below(30));
        deliver();
        coordinator_.tick(now_);
        for (const auto& member : std::vector(members_)) {
            member->machine->on_metadata(metadata_, now_);
            if (!member->hangs && now_ >= member->polls_at) {
                poll(*member);
                member->polls_at = now_ + std::chrono::milliseconds(below(100));
            }
            while (auto call = member->machine->next_request(now_)) {
                send(member, std::move(*call), trouble);
            }
        }
        std::erase_if(members_, [](const auto& member) { return member->machine->has_left(); });
        check_owners();
    }

    void poll(Member& member) {
        member.machine->on_poll(now_);
        for (int i = 0; i < 10; ++i) {
            const auto step = member.machine->next_step(now_);
            if (!step) {
                return;
            }
            for (const auto& partition : step->partitions) {
                if (step->kind == RebalanceStep::Kind::assign) {
                    EXPECT_TRUE(member.reads.insert(partition).second) << partition.topic;
                } else {
                    EXPECT_EQ(member.reads.erase(partition), 1U) << partition.topic;
                }
            }
            member.machine->step_done(now_);
        }
        ADD_FAILURE() << "steps without end";
    }

    void send(const std::shared_ptr<Member>& member, GroupCall call, bool trouble) {
        const std::size_t index = call.request.index();
        if (trouble && below(50) == 0) {
            post([this, member, index] { fail(member, index); }, 100ms);
            return;
        }
        const bool answer_is_lost = trouble && below(50) == 0;
        auto shared = std::make_shared<GroupCall>(std::move(call));
        auto reply = [this, member, index, answer_is_lost](GroupResponse response) {
            if (answer_is_lost) {
                post([this, member, index] { fail(member, index); }, 200ms);
                return;
            }
            keep(response);
            post([this, member, response] {
                if (member->alive) {
                    member->machine->on_response(response, now_);
                }
            });
        };
        post([this, shared, reply] { coordinator_.on_request(shared->request, reply, now_); });
    }
    void fail(const std::shared_ptr<Member>& member, std::size_t index) {
        if (member->alive) {
            member->machine->on_failure(index, {ErrorCode::network_exception, "lost"}, now_);
        }
    }

    /// Bytes that a response looks into live as long as the model.
    void keep(GroupResponse& response) {
        const auto own = [this](ByteView& bytes) {
            auto copy = std::make_shared<ByteBuffer>();
            copy->append(bytes);
            bytes = copy->view();
            kept_.push_back(std::move(copy));
        };
        if (auto* join = std::get_if<wire::JoinGroupResponse>(&response)) {
            for (auto& member : join->members) {
                own(member.metadata);
            }
        } else if (auto* sync = std::get_if<wire::SyncGroupResponse>(&response)) {
            own(sync->assignment);
        }
    }

    /// In the order of posting between two ends, as one connection would.
    void post(std::function<void()> deliver, Duration more = {}) {
        messages_.push_back({.at = now_ + delay() + more, .deliver = std::move(deliver)});
    }
    void deliver() {
        std::vector<Message> due;
        std::vector<Message> later;
        for (auto& message : messages_) {
            (message.at <= now_ ? due : later).push_back(std::move(message));
        }
        messages_ = std::move(later);
        for (auto& message : due) {
            message.deliver();
        }
    }

    /// No partition has two owners whom the coordinator takes for members as they are.
    void check_owners() {
        std::map<TopicPartition, std::size_t> owners;
        for (const auto& member : members_) {
            if (!coordinator_.counts(member->machine->identity())) {
                continue;
            }
            for (const auto& partition : member->machine->assignment()) {
                const auto [at, first] = owners.emplace(partition, member->number);
                ASSERT_TRUE(first) << fmt::format("{} is both member {}'s and {}'s", partition,
                                                  at->second, member->number);
            }
        }
    }

    void check_converged() {
        std::set<TopicPartition> owned;
        for (const auto& member : members_) {
            ASSERT_FALSE(member->machine->fatal()) << member->machine->fatal()->message;
            const auto& assignment = member->machine->assignment();
            owned.insert(assignment.begin(), assignment.end());
            EXPECT_EQ(std::set(assignment.begin(), assignment.end()), member->reads);
            EXPECT_TRUE(coordinator_.counts(member->machine->identity()));
        }
        EXPECT_EQ(owned, all_) << members_.size() << " members";
    }

    std::mt19937 random_;
    Coordinator& coordinator_;
    MakeMember make_;
    Metadata metadata_{{}};
    std::set<std::string> topics_;
    std::set<TopicPartition> all_;
    std::vector<std::shared_ptr<Member>> members_;
    std::vector<Message> messages_;
    std::vector<std::shared_ptr<ByteBuffer>> kept_;
    std::size_t next_number_ = 0;
    Time now_{1000s};
};

}  // namespace barnabas::client
