#include "coordination/group.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace coordination_bench {

using barnabas::ErrorCode;
using barnabas::wire::DeleteGroupsRequest;
using barnabas::wire::DeleteGroupsResponse;

namespace {

constexpr double settled_poll_s = 0.001;

double random_share() {
    return double(std::rand()) / (double(RAND_MAX) + 1);
}

}  // namespace

bool Group::all_have_their_assignment() {
    if (members_.empty()) {
        return false;
    }
    std::fill(taken_.begin(), taken_.end(), false);
    std::size_t count = 0;
    for (const Member* member : members_) {
        if (member->epoch() < 0 || member->epoch() != epoch()) {
            return false;
        }
        for (const auto partition : member->partitions()) {
            const auto place = static_cast<std::size_t>(partition);
            if (place >= taken_.size()) {
                give_up(fmt::format("{}: partition {} does not exist", name_, partition));
            }
            if (taken_[place]) {
                return false;  // its last owner has not heard yet
            }
            taken_[place] = true;
            ++count;
        }
    }
    return count == taken_.size();
}

void Group::look() {
    const bool settled = all_have_their_assignment();
    if (settled && !settled_) {
        settled_at_ = now();
    }
    settled_ = settled;
}

Task<> live(Loop& loop, Group& group, Member& member, Course& course, const bool* stop) {
    co_await member.join();
    group.look();
    double next_beat = now();
    while (!course.over && !*stop) {
        if (now() >= next_beat) {
            const auto epoch = member.epoch();
            const bool again = co_await member.beat();
            if (again || member.epoch() != epoch) {
                group.look();
            }
            // Spread out: thousands that began together would else stay together.
            const double pause = course.heartbeat_s * (0.9 + 0.2 * random_share());
            next_beat = again ? now() : now() + pause;
        } else if (course.committing) {
            const double start = now();
            co_await member.commit(member.committed() + 1);
            if (course.counting) {
                course.commit_s.push_back(now() - start);
            }
        } else {
            co_await loop.sleep_until(next_beat);
        }
    }
}

Task<> await_settled(Loop& loop, const std::vector<std::unique_ptr<Group>>& groups) {
    for (const auto& group : groups) {
        while (!group->settled()) {
            co_await loop.sleep(settled_poll_s);
        }
    }
}

Task<Crowd> gather(Loop& loop, const Options& options, Connection& control) {
    std::vector<std::string> names;
    for (std::int64_t i = 0; i < options.groups; ++i) {
        names.push_back(fmt::format("{}-{}", options.name, i));
    }
    const auto coordinators =
        co_await find_coordinators(loop, control, names, CoordinatorOf::group);
    Crowd crowd;
    for (std::size_t i = 0; i < names.size(); ++i) {
        auto& group =
            *crowd.groups.emplace_back(std::make_unique<Group>(names[i], options.partitions));
        for (std::int64_t member = 0; member < options.members; ++member) {
            Membership membership{
                .group = names[i], .topic = options.topic, .coordinator = coordinators[i]};
            crowd.members.push_back(make_member(loop, std::move(membership), options));
            // One after the other: a listener's backlog is short.
            co_await crowd.members.back()->connect(options);
            group.add(*crowd.members.back());
        }
    }
    co_return crowd;
}

Task<> delete_groups(Connection& control, const std::vector<std::unique_ptr<Group>>& groups) {
    DeleteGroupsRequest request;
    for (const auto& group : groups) {
        request.groups_names.push_back(group->name());
    }
    const DeleteGroupsResponse response = co_await control.call(request);
    for (const auto& result : response.results) {
        if (result.error_code != 0) {
            give_up_on("DeleteGroups", result.group_id, code_of(result.error_code));
        }
    }
}

}  // namespace coordination_bench
