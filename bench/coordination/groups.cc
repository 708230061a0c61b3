// The mode groups.
#include "coordination/cluster.h"
#include "coordination/figures.h"
#include "coordination/group.h"
#include "coordination/modes.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <span>
#include <utility>

namespace coordination_bench {

using barnabas::ErrorCode;
using barnabas::wire::OffsetFetchRequest;
using barnabas::wire::OffsetFetchResponse;

namespace {

using Groups = std::vector<std::unique_ptr<Group>>;

constexpr std::size_t groups_per_fetch = 100;

OffsetFetchRequest fetch_all_of(std::span<const std::unique_ptr<Group>> groups) {
    OffsetFetchRequest request{.require_stable = true};
    for (const auto& group : groups) {
        auto& wanted = request.groups.emplace_back();
        wanted.group_id = group->name();
        wanted.topics.reset();  // null: all that the group has
    }
    return request;
}

/// What must be there: for each partition the last offset whose commit was acknowledged. A slow
/// broker may have left a member no time for any.
std::map<std::int32_t, std::int64_t> committed_offsets(const Group& group) {
    std::map<std::int32_t, std::int64_t> offsets;
    for (const Member* member : group.members()) {
        for (const auto partition : member->partitions()) {
            if (member->committed() >= 0) {
                offsets.emplace(partition, member->committed());
            }
        }
    }
    return offsets;
}

void compare(const Group& group, const OffsetFetchResponse::Group& fetched,
             const std::string& topic) {
    if (fetched.error_code != 0) {
        give_up_on("OffsetFetch", group.name(), code_of(fetched.error_code));
    }
    std::map<std::int32_t, std::int64_t> found;
    for (const auto& answered : fetched.topics) {
        if (answered.name != topic) {
            give_up(fmt::format("{} has offsets of topic {}, which nobody committed", group.name(),
                                answered.name));
        }
        for (const auto& partition : answered.partitions) {
            if (partition.error_code != 0 || partition.metadata.value_or("") != "") {
                give_up(fmt::format("{}, partition {}: error {}, metadata '{}'", group.name(),
                                    partition.partition_index, code_of(partition.error_code),
                                    partition.metadata.value_or("")));
            }
            found.emplace(partition.partition_index, partition.committed_offset);
        }
    }
    const auto expected = committed_offsets(group);
    if (found != expected) {
        const auto text = [](const auto& offsets) {
            std::string list;
            for (const auto& [partition, offset] : offsets) {
                list += fmt::format(" {}:{}", partition, offset);
            }
            return list;
        };
        give_up(fmt::format("{} committed{}, and fetched{}", group.name(), text(expected),
                            text(found)));
    }
}

Task<> prove_commits(Connection& control, const Groups& groups, const std::string& topic) {
    for (std::size_t begin = 0; begin < groups.size(); begin += groups_per_fetch) {
        const auto part =
            std::span(groups).subspan(begin, std::min(groups_per_fetch, groups.size() - begin));
        const auto request = fetch_all_of(part);
        const OffsetFetchResponse response = co_await control.call(request);
        if (response.groups.size() != part.size()) {
            give_up(fmt::format("OffsetFetch of {} groups was answered for {}", part.size(),
                                response.groups.size()));
        }
        for (const auto& group : part) {
            const auto fetched = std::ranges::find(response.groups, group->name(),
                                                   &OffsetFetchResponse::Group::group_id);
            if (fetched == response.groups.end()) {
                give_up("OffsetFetch says nothing of " + group->name());
            }
            compare(*group, *fetched, topic);
        }
    }
}

/// Nobody was to be moved while they committed.
void prove_calm(const Groups& groups, const std::vector<std::int32_t>& epochs) {
    for (std::size_t i = 0; i < groups.size(); ++i) {
        if (!groups[i]->settled() || groups[i]->epoch() != epochs[i]) {
            give_up(fmt::format("{} was rebalanced while it committed", groups[i]->name()));
        }
    }
}

std::vector<std::int32_t> epochs_of(const Groups& groups) {
    std::vector<std::int32_t> epochs;
    for (const auto& group : groups) {
        epochs.push_back(group->epoch());
    }
    return epochs;
}

/// The seconds from the first request to join until the last group was settled.
Task<double> settle(Loop& loop, Crowd& crowd, Tasks& lives, Course& course) {
    const double start = now();
    for (std::size_t i = 0; i < crowd.members.size(); ++i) {
        auto& group = *crowd.groups[i / (crowd.members.size() / crowd.groups.size())];
        lives.start(live(loop, group, *crowd.members[i], course, &course.over));
    }
    co_await await_settled(loop, crowd.groups);
    double last = start;
    for (const auto& group : crowd.groups) {
        last = std::max(last, group->settled_at());
    }
    co_return last - start;
}

}  // namespace

Task<std::string> groups(Loop& loop, const Options& options) {
    Connection control(loop, parse_address(options.bootstrap));
    co_await check_versions(control, options);
    Crowd crowd = co_await gather(loop, options, control);
    Course course{.heartbeat_s = double(options.heartbeat_ms) / 1e3};
    Tasks lives(loop);
    step(options, "connected");
    const double settled_s = co_await settle(loop, crowd, lives, course);
    step(options, "settled");
    const auto epochs = epochs_of(crowd.groups);
    course.committing = true;
    // Members hear of it when they wake for a heartbeat: all have after one and a half.
    co_await loop.sleep(1.5 * course.heartbeat_s);
    step(options, "counting");
    const ClientThread thread;
    const double start = now();
    course.counting = true;
    co_await loop.sleep(double(options.seconds));
    course.counting = false;
    const double seconds = now() - start;
    const double share = thread.share();
    step(options, "counted");
    course.over = true;
    co_await lives.join();
    prove_calm(crowd.groups, epochs);
    co_await prove_commits(control, crowd.groups, options.topic);
    for (const auto& member : crowd.members) {
        co_await member->leave();
    }
    co_await delete_groups(control, crowd.groups);
    const auto commits = course.commit_s.size();
    co_return fmt::format(
        R"({{"groups":{},"settled_s":{:.4f},"commits":{},"commit_seconds":{:.4f},)"
        R"("commits_per_s":{:.1f},"client_thread":{:.3f},{}}})",
        crowd.groups.size(), settled_s, commits, seconds, double(commits) / seconds, share,
        times_json(std::move(course.commit_s)));
}

}  // namespace coordination_bench
