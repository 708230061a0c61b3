#include "cli/groups/share_groups_command.h"

#include "base/json_text.h"
#include "cli/common/admin_session.h"
#include "cli/common/java_errors.h"
#include "cli/common/pieces.h"
#include "cli/common/progress_bar.h"
#include "cli/groups/consumer_groups_options.h"
#include "cli/groups/consumer_groups_text.h"
#include "cli/groups/group_outcomes.h"
#include "cli/groups/named_groups.h"
#include "cli/groups/offset_reset.h"
#include "runtime/real/real_clock.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

namespace barnabas::cli {
namespace {

using Names = std::set<std::string>;

/// One run of the command; errors are what the cluster says, or invalid_request for nonsense on the
/// command line that shows only on the way.
class ShareGroupsRun {
public:
    ShareGroupsRun(const ParsedOptions& options, Console& console, Admin admin)
        : options_(options),
          console_(console),
          admin_(std::move(admin)),
          timeout_(milliseconds(options.number("timeout").value_or(30000))) {}

    Result<void> run() {
        if (options_.has("list")) {
            return list();
        }
        if (options_.has("describe")) {
            return describe();
        }
        if (options_.has("delete")) {
            return remove();
        }
        return options_.has("reset-offsets") ? reset() : delete_offsets();
    }

private:
    Result<GroupListings> listings(std::set<admin::GroupState> states = {}) {
        auto filter = admin::ListGroupsOptions::for_share_groups();
        filter.timeout = timeout_;
        filter.states = std::move(states);
        return list_groups(admin_, std::move(filter));
    }

    Result<void> list() {
        using enum admin::GroupState;
        TRY_ASSIGN(auto states,
                   parse_group_states(options_.text("state").value_or(""), {stable, dead, empty}));
        TRY_ASSIGN(const auto groups, listings(std::move(states)));
        if (options_.json()) {
            for (const auto& group : groups) {
                console_.line(listing_json(group));
            }
        } else if (options_.has("state")) {
            console_.write(share_listings_table(groups));
        } else {
            for (const auto& group : groups) {
                console_.line(group.id);
            }
        }
        return {};
    }

    Result<Names> named_groups() {
        auto list_all = [this] { return listings(); };
        return groups_of(options_, list_all);
    }

    Result<void> describe() {
        TRY_ASSIGN(const auto names, named_groups());
        if (names.empty()) {
            return {};
        }
        TRY_ASSIGN(auto outcomes, admin_.describe_share_groups(names, {.timeout = timeout_}).get());
        std::map<std::string, admin::ShareGroupDescription> groups;
        for (auto& [name, outcome] : outcomes) {
            if (!outcome) {
                return fail(outcome.error().code, "{}", java_text(outcome.error()));
            }
            groups.emplace(name, std::move(*outcome));
        }
        if (options_.has("members")) {
            for (const auto& [name, group] : groups) {
                show_members(group);
            }
            return {};
        }
        if (options_.has("state")) {
            for (const auto& [name, group] : groups) {
                show_state(group);
            }
            return {};
        }
        return show_offsets(names);
    }

    /// Says what is to be said of a group that is not at work; whether there is a table.
    bool remark(const admin::ShareGroupDescription& group, std::size_t rows) {
        if (group.state == admin::GroupState::dead) {
            say(fmt::format("Error: Share group '{}' does not exist.", group.group_id));
        } else if (group.state == admin::GroupState::empty) {
            console_.error_line(
                fmt::format("\nShare group '{}' has no active members.", group.group_id));
        }
        return group.state != admin::GroupState::dead && rows > 0;
    }

    /// With --json standard output is JSON alone.
    void say(std::string_view sentence) {
        if (options_.json()) {
            console_.error_line(sentence);
        } else {
            console_.print("\n{}\n", sentence);
        }
    }

    void show_members(const admin::ShareGroupDescription& group) {
        const bool show = remark(group, group.members.size());
        if (options_.json()) {
            for (const auto& member : group.members) {
                console_.line(JsonLine()
                                  .add("group", group.group_id)
                                  .add("consumerId", member.member_id)
                                  .add("host", member.host)
                                  .add("clientId", member.client_id)
                                  .add("memberEpoch", member.member_epoch)
                                  .add("assignment", assignment_text(member.assignment))
                                  .text());
            }
        } else if (show) {
            console_.write(share_members_table(group, options_.has("verbose")));
        }
    }

    void show_state(const admin::ShareGroupDescription& group) {
        remark(group, 1);
        if (options_.json()) {
            console_.line(JsonLine()
                              .add("group", group.group_id)
                              .add("state", admin::to_text(group.state))
                              .add("groupEpoch", group.group_epoch)
                              .add("assignmentEpoch", group.target_assignment_epoch)
                              .add("members", group.members.size())
                              .text());
            return;
        }
        console_.write(share_state_table(group, options_.has("verbose")));
    }

    Result<std::map<std::string, ShareOffsets>> offsets_of(const Names& names) {
        std::map<std::string, admin::GroupOffsetsSpec> asked;
        for (const auto& name : names) {
            asked.emplace(name, admin::GroupOffsetsSpec{});
        }
        TRY_ASSIGN(auto outcomes,
                   admin_.list_share_group_offsets(std::move(asked), {.timeout = timeout_}).get());
        std::map<std::string, ShareOffsets> found;
        for (auto& [name, outcome] : outcomes) {
            TRY_ASSIGN(auto partitions, std::move(outcome));
            auto& offsets = found[name];
            for (auto& [partition, offset] : partitions) {
                offsets.emplace(partition, offset.value_or(std::nullopt));
            }
        }
        return found;
    }

    Result<void> show_offsets(const Names& names) {
        TRY_ASSIGN(const auto groups, offsets_of(names));
        for (const auto& [name, offsets] : groups) {
            if (offsets.empty()) {
                say(fmt::format("Share group '{}' has no offset information.", name));
            } else if (options_.json()) {
                print_json(name, offsets);
            } else {
                console_.write(share_offsets_table(name, offsets, options_.has("verbose")));
            }
        }
        return {};
    }

    void print_json(const std::string& group, const ShareOffsets& offsets) {
        for (const auto& [partition, offset] : offsets) {
            JsonLine line;
            line.add("group", group)
                .add("topic", partition.topic)
                .add("partition", partition.partition.get());
            if (offset) {
                line.add("startOffset", offset->start_offset.get());
            }
            if (offset && offset->lag) {
                line.add("lag", *offset->lag);
            }
            console_.line(line.text());
        }
    }

    /// Groups that are not there, or that are at work, are told of without asking for more.
    Result<void> remove() {
        TRY_ASSIGN(const auto groups, listings());
        TRY_ASSIGN(const auto names, named_groups());
        admin::Outcomes<std::string> outcomes;
        Names empty_ones;
        for (const auto& name : names) {
            const auto found = std::ranges::find(groups, name, &admin::GroupListing::id);
            if (found == groups.end()) {
                outcomes.emplace(name, fail(ErrorCode::group_id_not_found,
                                            "Group '{}' is not a share group.", name));
            } else if (found->state.value_or(admin::GroupState::empty) !=
                       admin::GroupState::empty) {
                outcomes.emplace(
                    name, fail(ErrorCode::non_empty_group, "Share group '{}' is not EMPTY.", name));
            } else {
                empty_ones.insert(name);
            }
        }
        if (!empty_ones.empty()) {
            TRY_ASSIGN(auto deleted,
                       admin_.delete_groups(std::move(empty_ones), {.timeout = timeout_}).get());
            outcomes.merge(deleted);
        }
        if (options_.json()) {
            console_.write(deleted_groups_json(outcomes));
            return admin::all(outcomes);
        }
        console_.write(deleted_groups_text(outcomes, "share"));
        return {};
    }

    Result<void> reset() {
        const auto name = options_.text("group").value_or("");
        TRY_ASSIGN(const auto described,
                   admin_.describe_share_groups({name}, {.timeout = timeout_}).get());
        const auto& group = described.at(name);
        if (!group && group.error().code != ErrorCode::group_id_not_found) {
            return std::unexpected(group.error());
        }
        const auto state = group ? group->state : admin::GroupState::dead;
        if (state != admin::GroupState::empty && state != admin::GroupState::dead) {
            return fail(ErrorCode::invalid_request, "Share group '{}' is not empty.", name);
        }
        TRY_ASSIGN(auto offsets, planned(name));
        if (options_.has("execute")) {
            TRY(alter(name, offsets));
        }
        GroupOffsets plan;
        if (!offsets.empty()) {
            plan.emplace(name, std::move(offsets));
        }
        if (options_.has("export")) {
            console_.line(offsets_csv(plan, false));
        } else {
            console_.write(options_.json() ? reset_json(plan) : reset_table(plan));
        }
        return {};
    }

    Result<void> alter(const std::string& name, const PartitionOffsets& offsets) {
        ProgressBar bar(console_, std::ssize(offsets));
        const auto some = [&](PartitionOffsets piece) -> Result<void> {
            TRY_ASSIGN(
                const auto outcomes,
                admin_.alter_share_group_offsets(name, std::move(piece), {.timeout = timeout_})
                    .get());
            return admin::all(outcomes);
        };
        return in_pieces(offsets, partitions_per_question, some,
                         [&](std::int64_t done) { bar.show(done, runtime::RealClock().now()); });
    }

    Result<PartitionOffsets> planned(const std::string& name) {
        OffsetReset finder(admin_, options_, console_, timeout_);
        CurrentOffsets current;
        if (!options_.has("topic") || options_.has("to-current")) {
            TRY_ASSIGN(const auto groups, offsets_of({name}));
            for (const auto& [partition, offset] : groups.at(name)) {
                if (offset) {
                    current.emplace(partition, offset->start_offset);
                }
            }
        }
        Partitions partitions;
        if (options_.has("topic")) {
            TRY_ASSIGN(partitions, finder.named_partitions());
        } else {
            for (const auto& [partition, offset] : current) {
                partitions.insert(partition);
            }
        }
        return finder.plan(name, partitions, current);
    }

    Result<void> delete_offsets() {
        const auto group = options_.text("group").value_or("");
        Names topics;
        for (auto& topic : options_.texts("topic")) {
            topics.insert(std::move(topic));
        }
        TRY_ASSIGN(const auto outcomes,
                   admin_.delete_share_group_offsets(group, topics, {.timeout = timeout_}).get());
        const auto whole = admin::all(outcomes);
        if (options_.json()) {
            console_.write(deleted_topics_json(group, outcomes));
            return whole;
        }
        if (!whole) {
            switch (whole.error().code) {
                case ErrorCode::topic_authorization_failed:
                case ErrorCode::unknown_topic_or_partition:
                    break;  // the table says it
                default:
                    console_.print("\nError: {}\n", whole.error().message);
            }
        }
        console_.write(deleted_topics_table(outcomes));
        return {};
    }

    const ParsedOptions& options_;
    Console& console_;
    Admin admin_;
    Duration timeout_;
};

}  // namespace

int run_share_groups(const ParsedOptions& options, Console& console) {
    if (const auto checked = check_share_groups(options); !checked) {
        console.error_line(checked.error().message);
        return 1;
    }
    auto admin = admin_client(options);
    if (!admin) {
        console.error_line(admin.error().message);
        return 1;
    }
    const auto ran = ShareGroupsRun(options, console, std::move(*admin)).run();
    return ran ? 0 : end_badly(ran.error(), "share", options.json(), console);
}

}  // namespace barnabas::cli
