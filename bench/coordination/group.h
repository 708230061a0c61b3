#pragma once

#include "coordination/loop.h"
#include "coordination/member.h"
#include "coordination/options.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace coordination_bench {

/// The members of one group, judged together. Does not own them.
class Group {
public:
    Group(std::string name, std::int32_t partitions) : name_(std::move(name)), taken_(partitions) {}

    void add(Member& member) { members_.push_back(&member); }
    void remove(Member& member) { std::erase(members_, &member); }

    /// To be called when a member may have another epoch or other partitions than before.
    void look();

    /// Whether all of its members are in one generation or epoch, and each partition is exactly
    /// one's: every one of them has its assignment.
    [[nodiscard]] bool settled() const { return settled_; }
    /// When it last became so.
    [[nodiscard]] double settled_at() const { return settled_at_; }

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] const std::vector<Member*>& members() const { return members_; }
    [[nodiscard]] std::int32_t epoch() const { return members_.front()->epoch(); }

private:
    [[nodiscard]] bool all_have_their_assignment();

    std::string name_;
    std::vector<Member*> members_;
    std::vector<bool> taken_;  ///< all_have_their_assignment()'s, kept for its memory
    bool settled_ = false;
    double settled_at_ = 0;
};

/// What members do, for all of them; changed while they live.
struct Course {
    double heartbeat_s = 1;
    bool over = false;        ///< no more of anything
    bool committing = false;  ///< one commit after the other
    bool counting = false;    ///< whose times are kept
    std::vector<double> commit_s;
};

/// From joining until the course is over or `*stop` is set: heartbeats at their interval, and
/// commits between them, of offsets that rise by one. `group`, `member`, `course` and `stop`
/// outlive it.
Task<> live(Loop& loop, Group& group, Member& member, Course& course, const bool* stop);

/// Ends when every group is settled.
Task<> await_settled(Loop& loop, const std::vector<std::unique_ptr<Group>>& groups);

/// `count` groups, their coordinators known, each with the options' members, connected.
struct Crowd {
    std::vector<std::unique_ptr<Group>> groups;
    std::vector<std::unique_ptr<Member>> members;  ///< those of a group stand together
};
Task<Crowd> gather(Loop& loop, const Options& options, Connection& control);

/// Removes the groups, whose members have left.
Task<> delete_groups(Connection& control, const std::vector<std::unique_ptr<Group>>& groups);

}  // namespace coordination_bench
