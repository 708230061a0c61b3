#include "cli/groups/consumer_groups_command.h"

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

#include <re2/re2.h>

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace barnabas::cli {
namespace {

constexpr int done = 0;
constexpr int failed = 1;

using Names = std::set<std::string>;
using Descriptions = std::map<std::string, admin::ConsumerGroupDescription>;
using Committed = admin::Outcomes<TopicPartition, std::optional<OffsetAndMetadata>>;
using GroupsCommitted = std::map<std::string, Committed>;

/// One run of the command; errors are what the cluster says, or invalid_request for nonsense on the
/// command line that shows only on the way.
class ConsumerGroupsRun {
public:
    ConsumerGroupsRun(const ParsedOptions& options, Console& console, Admin admin)
        : options_(options),
          console_(console),
          admin_(std::move(admin)),
          timeout_(milliseconds(options.number("timeout").value_or(5000))) {}

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
    Result<GroupListings> listings(admin::ListGroupsOptions filter) {
        filter.timeout = timeout_;
        return list_groups(admin_, std::move(filter));
    }

    Result<void> list() {
        const bool with_type = options_.has("type");
        const bool with_state = options_.has("state");
        auto filter = admin::ListGroupsOptions::for_consumer_groups();
        if (with_type || with_state) {
            using enum admin::GroupState;
            TRY_ASSIGN(filter.states,
                       parse_group_states(options_.text("state").value_or(""),
                                          {preparing_rebalance, completing_rebalance, stable, dead,
                                           empty, assigning, reconciling}));
            TRY_ASSIGN(const auto types,
                       parse_consumer_group_types(options_.text("type").value_or("")));
            if (!types.empty()) {
                filter.types = types;
            }
        }
        TRY_ASSIGN(const auto groups, listings(std::move(filter)));
        if (options_.json()) {
            for (const auto& group : groups) {
                console_.line(listing_json(group));
            }
        } else if (with_type || with_state) {
            console_.write(listings_table(groups, with_type, with_state));
        } else {
            for (const auto& group : groups) {
                console_.line(group.id);
            }
        }
        return {};
    }

    Result<Names> named_groups() {
        auto list_all = [this] {
            return listings(admin::ListGroupsOptions::for_consumer_groups());
        };
        return groups_of(options_, list_all);
    }

    Result<void> describe() {
        TRY_ASSIGN(const auto names, named_groups());
        if (names.empty()) {
            return {};
        }
        TRY_ASSIGN(auto outcomes,
                   admin_.describe_consumer_groups(names, {.timeout = timeout_}).get());
        Descriptions groups;
        for (auto& [name, outcome] : outcomes) {
            if (!outcome) {
                return fail(outcome.error().code, "{}", java_text(outcome.error()));
            }
            groups.emplace(name, std::move(*outcome));
        }
        const bool verbose = options_.has("verbose");
        if (options_.has("members")) {
            for (const auto& [name, group] : groups) {
                show_members(group, verbose);
            }
            return {};
        }
        if (options_.has("state")) {
            for (const auto& [name, group] : groups) {
                show_state(group, verbose);
            }
            return {};
        }
        return show_offsets(groups, verbose);
    }

    /// Says what is to be said before a group's table, and whether there is one.
    bool remark(const admin::ConsumerGroupDescription& group, std::size_t rows) {
        const auto said = group_remark(group.group_id, group.state, rows);
        if (!said.output.empty()) {
            options_.json() ? console_.write_error(said.output) : console_.write(said.output);
        }
        if (!said.error.empty()) {
            console_.write_error(said.error);
        }
        return said.show;
    }

    void show_members(const admin::ConsumerGroupDescription& group, bool verbose) {
        remark(group, group.members.size());  // the table's head is printed all the same
        if (options_.json()) {
            for (const auto& member : group.members) {
                console_.line(member_json(group.group_id, member));
            }
            return;
        }
        console_.write(members_table(group, verbose));
    }

    void show_state(const admin::ConsumerGroupDescription& group, bool verbose) {
        const bool show = remark(group, 1);
        if (options_.json()) {
            console_.line(group_json(group));
        } else if (show) {
            console_.write(state_table(group, verbose));
        }
    }

    /// What all groups have committed, in one question.
    Result<GroupsCommitted> committed_offsets(const Names& groups) {
        std::map<std::string, admin::GroupOffsetsSpec> asked;
        for (const auto& group : groups) {
            asked.emplace(group, admin::GroupOffsetsSpec{});
        }
        TRY_ASSIGN(
            auto outcomes,
            admin_.list_consumer_group_offsets(std::move(asked), {.timeout = timeout_}).get());
        GroupsCommitted committed;
        for (auto& [group, outcome] : outcomes) {
            TRY_ASSIGN(auto offsets, std::move(outcome));
            committed.emplace(group, std::move(offsets));
        }
        return committed;
    }

    Result<void> show_offsets(const Descriptions& groups, bool verbose) {
        Names names;
        for (const auto& [name, group] : groups) {
            names.insert(name);
        }
        TRY_ASSIGN(const auto committed, committed_offsets(names));
        Partitions partitions;
        for (const auto& [name, offsets] : committed) {
            for (const auto& [partition, offset] : offsets) {
                partitions.insert(partition);
            }
        }
        for (const auto& [name, group] : groups) {
            for (const auto& member : group.members) {
                partitions.insert(member.assignment.begin(), member.assignment.end());
            }
        }
        TRY_ASSIGN(const auto ends, log_ends(partitions));
        for (const auto& [name, group] : groups) {
            const auto offsets = committed.find(name);
            const auto rows = progress_of(
                group, offsets == committed.end() ? Committed{} : offsets->second, ends);
            const bool show = remark(group, rows.size());
            if (options_.json()) {
                for (const auto& row : rows) {
                    console_.line(progress_json(row));
                }
            } else if (show) {
                console_.write(progress_table(rows, verbose));
            }
        }
        return {};
    }

    /// Of partitions that are gone or have no leader nothing is known, and nobody waits for them.
    Result<std::map<TopicPartition, Offset>> log_ends(const Partitions& partitions) {
        Names topics;
        for (const auto& partition : partitions) {
            topics.insert(partition.topic);
        }
        std::map<TopicPartition, Offset> ends;
        if (topics.empty()) {
            return ends;
        }
        TRY_ASSIGN(const auto described,
                   admin_.describe_topics(topics, {.timeout = timeout_}).get());
        std::map<TopicPartition, admin::OffsetSpec> asked;
        for (const auto& [name, topic] : described) {
            for (const auto& partition :
                 topic ? topic->partitions : std::vector<admin::PartitionDescription>{}) {
                const TopicPartition one{.topic = name, .partition = partition.partition};
                if (partition.leader && partitions.contains(one)) {
                    asked.emplace(one, admin::OffsetSpec::latest());
                }
            }
        }
        if (asked.empty()) {
            return ends;
        }
        TRY_ASSIGN(const auto outcomes,
                   admin_.list_offsets(std::move(asked), {.timeout = timeout_}).get());
        for (const auto& [partition, listed] : outcomes) {
            if (listed) {
                ends.emplace(partition, listed->offset);
            }
        }
        return ends;
    }

    /// Members with more partitions come first, then what nobody reads.
    static std::vector<PartitionProgress> progress_of(
        const admin::ConsumerGroupDescription& group, const Committed& committed,
        const std::map<TopicPartition, Offset>& ends) {
        std::vector<PartitionProgress> rows;
        Partitions assigned;
        const auto add = [&](const TopicPartition& partition) -> PartitionProgress& {
            auto& row = rows.emplace_back();
            row.group = group.group_id;
            row.partition = partition;
            const auto offset = committed.find(partition);
            if (offset != committed.end() && offset->second && *offset->second) {
                row.committed = (*offset->second)->offset;
                row.leader_epoch = (*offset->second)->leader_epoch;
            }
            if (const auto end = ends.find(partition); end != ends.end()) {
                row.log_end = end->second;
            }
            return row;
        };
        std::vector<const admin::MemberDescription*> members;
        for (const auto& member : group.members) {
            members.push_back(&member);
        }
        std::ranges::sort(members, [](const auto* one, const auto* other) {
            const auto size = one->assignment.size();
            const auto other_size = other->assignment.size();
            return size != other_size ? size > other_size : std::less{}(one, other);
        });
        for (const auto* member : members) {
            for (const auto& partition : member->assignment) {
                auto& row = add(partition);
                row.consumer_id = member->member_id;
                row.host = member->host;
                row.client_id = member->client_id;
                assigned.insert(partition);
            }
        }
        for (const auto& [partition, offset] : committed) {
            if (offset && *offset && !assigned.contains(partition)) {
                add(partition);
            }
        }
        return rows;
    }

    Result<void> remove() {
        TRY_ASSIGN(const auto names, named_groups());
        admin::Outcomes<std::string> outcomes;
        if (!names.empty()) {
            TRY_ASSIGN(outcomes, admin_.delete_groups(names, {.timeout = timeout_}).get());
        }
        console_.write(options_.json() ? deleted_groups_json(outcomes)
                                       : deleted_groups_text(outcomes, "consumer"));
        return refusal_of(outcomes);
    }

    Result<void> reset() {
        TRY_ASSIGN(const auto names, named_groups());
        if (names.empty()) {
            return {};
        }
        TRY_ASSIGN(const auto described,
                   admin_.describe_consumer_groups(names, {.timeout = timeout_}).get());
        GroupOffsets plan;
        {
            ProgressBar bar(console_, std::ssize(described));
            ConsoleUnderBar under(console_, bar);
            for (const auto& [name, group] : described) {
                TRY_ASSIGN(auto offsets, reset_group(name, group, under));
                plan.emplace(name, std::move(offsets));
                if (plan.size() < described.size()) {
                    bar.show(std::ssize(plan), clock_.now());
                }
            }
        }
        if (options_.has("export")) {
            console_.line(offsets_csv(plan, options_.texts("group").size() != 1));
        } else {
            console_.write(options_.json() ? reset_json(plan) : reset_table(plan));
        }
        return {};
    }

    Result<PartitionOffsets> reset_group(const std::string& name,
                                         const Result<admin::ConsumerGroupDescription>& group,
                                         Console& console) {
        if (!group && group.error().code != ErrorCode::group_id_not_found) {
            return std::unexpected(group.error());
        }
        const auto state = group ? group->state : admin::GroupState::dead;
        if (state != admin::GroupState::empty && state != admin::GroupState::dead) {
            tell_error(console,
                       fmt::format("Assignments can only be reset if the group '{}' is inactive, "
                                   "but the current state is {}.",
                                   name, admin::to_text(state)));
            return PartitionOffsets{};
        }
        OffsetReset finder(admin_, options_, console, timeout_);
        CurrentOffsets current;
        if (options_.has("all-topics") || options_.has("shift-by") || options_.has("to-current")) {
            TRY_ASSIGN(const auto committed, committed_offsets({name}));
            for (const auto& [partition, offset] : committed.at(name)) {
                if (offset && *offset) {
                    current.emplace(partition, (*offset)->offset);
                }
            }
        }
        Partitions partitions;
        if (options_.has("all-topics")) {
            for (const auto& [partition, offset] : current) {
                partitions.insert(partition);
            }
        } else if (options_.has("topic")) {
            TRY_ASSIGN(partitions, finder.named_partitions());
        } else if (!options_.has("from-file")) {
            return fail(ErrorCode::invalid_request,
                        "One of the reset scopes should be defined: --all-topics, --topic.");
        }
        TRY_ASSIGN(auto plan, finder.plan(name, partitions, current));
        if (options_.has("execute")) {
            TRY(commit(name, plan, console));
        }
        return plan;
    }

    /// Of one group many partitions show a bar; where there are many groups, they do.
    Result<void> commit(const std::string& name, const PartitionOffsets& plan, Console& console) {
        std::map<TopicPartition, OffsetAndMetadata> offsets;
        for (const auto& [partition, offset] : plan) {
            offsets.emplace(partition, OffsetAndMetadata{.offset = offset});
        }
        ProgressBar bar(console, std::ssize(offsets));
        const bool alone = options_.texts("group").size() == 1;
        const auto alter = [&](std::map<TopicPartition, OffsetAndMetadata> some) -> Result<void> {
            TRY_ASSIGN(
                const auto outcomes,
                admin_.alter_consumer_group_offsets(name, std::move(some), {.timeout = timeout_})
                    .get());
            return admin::all(outcomes);
        };
        return in_pieces(std::move(offsets), partitions_per_question, alter,
                         [&](std::int64_t count) {
                             if (alone) {
                                 bar.show(count, clock_.now());
                             }
                         });
    }

    /// With --json what the cluster refuses is an error; without, it is told where Kafka's tool
    /// tells it, which ends well.
    template <class Key>
    Result<void> refusal_of(const admin::Outcomes<Key>& outcomes) const {
        return options_.json() ? admin::all(outcomes) : Result<void>{};
    }

    /// With --json standard output is JSON alone.
    void tell_error(Console& console, std::string_view sentence) const {
        if (options_.json()) {
            console.error_line(fmt::format("Error: {}", sentence));
        } else {
            console.print("\nError: {}\n", sentence);
        }
    }

    Result<void> delete_offsets() {
        const auto group = options_.text("group").value_or("");
        admin::Outcomes<TopicPartition> outcomes;
        TRY_ASSIGN(const auto partitions, offsets_to_delete(outcomes));
        Result<void> whole;
        if (!partitions.empty()) {
            TRY_ASSIGN(
                auto deleted,
                admin_.delete_consumer_group_offsets(group, partitions, {.timeout = timeout_})
                    .get());
            whole = admin::all(deleted);
            outcomes.merge(deleted);
        }
        if (options_.json()) {
            console_.write(deleted_offsets_json(group, outcomes));
            return refusal_of(outcomes);
        }
        if (!whole) {
            tell_error(console_, deletion_error(whole.error()));
        } else {
            console_.print("Request succeeded for deleting offsets from group {}.\n", group);
        }
        console_.write(deleted_offsets_table(outcomes));
        return {};
    }

    /// A topic of which the partitions are not known goes into `outcomes`.
    Result<Partitions> offsets_to_delete(admin::Outcomes<TopicPartition>& outcomes) {
        TRY_ASSIGN(auto named, parse_topic_scopes(options_.texts("topic")));
        auto& [partitions, whole] = named;
        if (whole.empty()) {
            return std::move(partitions);
        }
        TRY_ASSIGN(const auto topics, admin_.describe_topics(whole, {.timeout = timeout_}).get());
        for (const auto& [name, topic] : topics) {
            if (!topic) {
                outcomes.emplace(TopicPartition{.topic = name, .partition = PartitionId(-1)},
                                 std::unexpected(topic.error()));
                continue;
            }
            for (const auto& partition : topic->partitions) {
                partitions.insert({.topic = name, .partition = partition.partition});
            }
        }
        return std::move(partitions);
    }

    static std::string deletion_error(const Error& error) {
        switch (error.code) {
            case ErrorCode::invalid_group_id:
            case ErrorCode::group_id_not_found:
            case ErrorCode::group_authorization_failed:
            case ErrorCode::non_empty_group:
                return error.message;
            case ErrorCode::group_subscribed_to_topic:
            case ErrorCode::topic_authorization_failed:
            case ErrorCode::unknown_topic_or_partition:
                return "Encountered some partition-level error, see the follow-up details.";
            default:
                return fmt::format("Encountered some unknown error: {}", error_name(error.code));
        }
    }

    const ParsedOptions& options_;
    Console& console_;
    Admin admin_;
    Duration timeout_;
    runtime::RealClock clock_;
};

int validate_regex(const std::string& expression, bool json, Console& console) {
    const re2::RE2 regex(expression, re2::RE2::Quiet);
    if (json) {
        JsonLine line;
        line.add("expression", expression).add("valid", regex.ok());
        if (!regex.ok()) {
            line.add("error", regex.error());
        }
        console.line(line.text());
    } else if (regex.ok()) {
        console.print("The regular expression `{}` is valid.\n", expression);
    } else {
        console.print("The regular expression `{}` is invalid: {}.\n", expression, regex.error());
    }
    return done;
}

}  // namespace

int run_consumer_groups(const ParsedOptions& options, Console& console) {
    if (const auto checked = check_consumer_groups(options); !checked) {
        console.error_line(checked.error().message);
        return failed;
    }
    if (const auto expression = options.text("validate-regex")) {
        return validate_regex(*expression, options.json(), console);
    }
    if (options.has("reset-offsets") && !options.has("dry-run") && !options.has("execute")) {
        console.error_line(
            "WARN: No action will be performed as the --execute option is missing. In version 5.0, "
            "this command will require either --dry-run or --execute to be specified. You should "
            "add the --dry-run option explicitly if you are scripting this command and want to "
            "keep the current default behavior without prompting.");
    }
    auto admin = admin_client(options);
    if (!admin) {
        console.error_line(admin.error().message);
        return failed;
    }
    const auto ran = ConsumerGroupsRun(options, console, std::move(*admin)).run();
    return ran ? done : end_badly(ran.error(), "consumer", options.json(), console);
}

}  // namespace barnabas::cli
