#include "cli/groups/consumer_groups_text.h"

#include "base/json_text.h"
#include "cli/common/text_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

namespace barnabas::cli {
namespace {

template <class Number>
std::string text_of(const std::optional<Number>& number) {
    return number ? fmt::format("{}", *number) : std::string(missing_value);
}

std::string or_missing(std::string text) {
    return text.empty() ? std::string(missing_value) : std::move(text);
}

std::string assignment_or_missing(const std::set<TopicPartition>& assignment) {
    return or_missing(assignment_text(assignment));
}

std::string target_of(const admin::MemberDescription& member) {
    return member.target_assignment ? assignment_or_missing(*member.target_assignment)
                                    : std::string(missing_value);
}

/// What the members of a group make of the widths and columns of their table.
struct MemberColumns {
    ColumnWidth group{15};
    ColumnWidth consumer{15};
    ColumnWidth instance{17};
    ColumnWidth host{15};
    ColumnWidth client{15};
    ColumnWidth current{20};
    ColumnWidth target{20};
    bool has_instances = false;
    bool has_classic = false;
    bool has_consumer = false;

    explicit MemberColumns(const admin::ConsumerGroupDescription& of) {
        for (const auto& member : of.members) {
            group.fit(of.group_id);
            consumer.fit(member.member_id);
            instance.fit(member.group_instance_id.value_or(""));
            host.fit(member.host);
            client.fit(member.client_id);
            current.fit(assignment_or_missing(member.assignment));
            target.fit(target_of(member));
            has_instances = has_instances || !member.group_instance_id.value_or("").empty();
            has_classic = has_classic || !member.upgraded.value_or(true);
            has_consumer = has_consumer || member.upgraded.value_or(false);
        }
    }

    /// Members of both protocols: each says which it speaks.
    [[nodiscard]] bool migrating() const { return has_classic && has_consumer; }

    [[nodiscard]] std::string first(std::vector<std::string> cells) const {
        std::vector<std::size_t> widths{group.get(), consumer.get(), instance.get(),
                                        host.get(),  client.get(),   15};
        if (!has_instances) {
            cells.erase(cells.begin() + 2);
            widths.erase(widths.begin() + 2);
        }
        return table_row(cells, widths) + ' ';
    }
    [[nodiscard]] std::string second(std::vector<std::string> cells) const {
        std::vector<std::size_t> widths{15, current.get(), 15, target.get(), 0};
        if (!migrating()) {
            cells.pop_back();
            widths.pop_back();
        }
        return table_row(cells, widths);
    }
};

}  // namespace

std::optional<std::int64_t> PartitionProgress::lag() const {
    if (!committed || *committed == no_offset || !log_end) {
        return std::nullopt;
    }
    return *log_end - *committed;
}

std::string progress_table(const std::vector<PartitionProgress>& rows, bool verbose) {
    ColumnWidth group(15);
    ColumnWidth topic(15);
    ColumnWidth consumer(15);
    ColumnWidth host(15);
    for (const auto& row : rows) {
        group.fit(row.group);
        topic.fit(row.partition.topic);
        consumer.fit(row.consumer_id);
        host.fit(row.host);
    }
    std::string text;
    const auto add = [&](std::vector<std::string> cells) {
        std::vector<std::size_t> widths{group.get(), topic.get(),    10,         15, 15, 15,
                                        15,          consumer.get(), host.get(), 0};
        if (!verbose) {
            cells.erase(cells.begin() + 3);
            widths.erase(widths.begin() + 3);
        }
        text += '\n' + table_row(cells, widths);
    };
    add({"GROUP", "TOPIC", "PARTITION", "LEADER-EPOCH", "CURRENT-OFFSET", "LOG-END-OFFSET", "LAG",
         "CONSUMER-ID", "HOST", "CLIENT-ID"});
    for (const auto& row : rows) {
        add({row.group, row.partition.topic, fmt::format("{}", row.partition.partition),
             text_of(row.leader_epoch), text_of(row.committed), text_of(row.log_end),
             text_of(row.lag()), row.consumer_id, row.host, row.client_id});
    }
    return text + '\n';
}

std::string assignment_text(const std::set<TopicPartition>& assignment) {
    std::map<std::string, std::string> topics;
    for (const auto& [topic, partition] : assignment) {
        auto& list = topics[topic];
        list += fmt::format("{}{}", list.empty() ? "" : ",", partition);
    }
    std::vector<std::string> parts;
    for (const auto& [topic, list] : topics) {
        parts.push_back(fmt::format("{}:{}", topic, list));
    }
    std::ranges::sort(parts);
    return fmt::format("{}", fmt::join(parts, ";"));
}

std::string members_table(const admin::ConsumerGroupDescription& group, bool verbose) {
    const MemberColumns columns(group);
    std::string text = '\n' + columns.first({"GROUP", "CONSUMER-ID", "GROUP-INSTANCE-ID", "HOST",
                                             "CLIENT-ID", "#PARTITIONS"});
    if (verbose) {
        text += columns.second({"CURRENT-EPOCH", "CURRENT-ASSIGNMENT", "TARGET-EPOCH",
                                "TARGET-ASSIGNMENT", "UPGRADED"});
    }
    text += '\n';
    for (const auto& member : group.members) {
        text += columns.first({group.group_id, member.member_id,
                               member.group_instance_id.value_or(""), member.host, member.client_id,
                               std::to_string(member.assignment.size())});
        if (verbose) {
            text += columns.second({text_of(member.member_epoch),
                                    assignment_or_missing(member.assignment),
                                    text_of(group.target_assignment_epoch), target_of(member),
                                    member.upgraded ? fmt::format("{}", *member.upgraded) : "-"});
        }
        text += '\n';
    }
    return text;
}

std::string state_table(const admin::ConsumerGroupDescription& group, bool verbose) {
    const auto coordinator = group.coordinator
                                 ? fmt::format("{}:{}  ({})", group.coordinator->host,
                                               group.coordinator->port, group.coordinator->id)
                                 : std::string(missing_value);
    ColumnWidth group_width(15);
    group_width.fit(group.group_id);
    ColumnWidth coordinator_width(25);
    coordinator_width.fit(coordinator);
    std::vector<std::size_t> widths{group_width.get(), coordinator_width.get(), 20, 20, 15, 25, 0};
    std::vector<std::string> header{"GROUP",   "COORDINATOR (ID)", "ASSIGNMENT-STRATEGY",
                                    "STATE",   "GROUP-EPOCH",      "TARGET-ASSIGNMENT-EPOCH",
                                    "#MEMBERS"};
    std::vector<std::string> cells{group.group_id,
                                   coordinator,
                                   or_missing(group.partition_assignor),
                                   std::string(admin::to_text(group.state)),
                                   text_of(group.group_epoch),
                                   text_of(group.target_assignment_epoch),
                                   std::to_string(group.members.size())};
    if (!verbose) {
        const auto cut = [](auto& row) { row.erase(row.begin() + 4, row.begin() + 6); };
        cut(widths);
        cut(header);
        cut(cells);
    }
    return '\n' + table_row(header, widths) + '\n' + table_row(cells, widths) + '\n';
}

std::string listings_table(const std::vector<admin::GroupListing>& groups, bool with_type,
                           bool with_state) {
    ColumnWidth width(15);
    for (const auto& group : groups) {
        width.fit(group.id);
    }
    std::string text;
    const auto add = [&](std::string_view id, std::string_view type, std::string_view state) {
        text += padded(id, width.get() + 10);
        if (with_type) {
            text += ' ' + padded(type, 20);
        }
        if (with_state) {
            text += ' ' + padded(state, 20);
        }
        text += '\n';
    };
    add("GROUP", "TYPE", "STATE");
    for (const auto& group : groups) {
        add(group.id, admin::to_text(group.type.value_or(admin::GroupType::unknown)),
            admin::to_text(group.state.value_or(admin::GroupState::unknown)));
    }
    return text;
}

GroupRemark group_remark(const std::string& group, admin::GroupState state, std::size_t rows) {
    using enum admin::GroupState;
    switch (state) {
        case dead:
            return {.output = fmt::format("\nError: Consumer group '{}' does not exist.\n", group),
                    .show = false};
        case empty:
            return {.error = fmt::format("\nConsumer group '{}' has no active members.\n", group),
                    .show = rows > 0};
        case preparing_rebalance:
        case completing_rebalance:
        case assigning:
        case reconciling:
            return {.error = fmt::format("\nWarning: Consumer group '{}' is rebalancing.\n", group),
                    .show = rows > 0};
        case stable:
        case unknown:
        case not_ready:
            break;
    }
    return {.show = rows > 0};
}

std::string progress_json(const PartitionProgress& row) {
    JsonLine line;
    line.add("group", row.group)
        .add("topic", row.partition.topic)
        .add("partition", row.partition.partition.get());
    const auto add = [&](std::string_view name, const auto& number) {
        line.add_json(name, number ? fmt::format("{}", *number) : "null");
    };
    add("leaderEpoch", row.leader_epoch);
    add("currentOffset", row.committed);
    add("logEndOffset", row.log_end);
    add("lag", row.lag());
    const auto add_text = [&](std::string_view name, const std::string& text) {
        if (text == missing_value) {
            line.add_json(name, "null");
        } else {
            line.add(name, text);
        }
    };
    add_text("consumerId", row.consumer_id);
    add_text("host", row.host);
    add_text("clientId", row.client_id);
    return line.text();
}

std::string member_json(const std::string& group, const admin::MemberDescription& member) {
    JsonLine line;
    line.add("group", group).add("consumerId", member.member_id);
    if (member.group_instance_id) {
        line.add("groupInstanceId", *member.group_instance_id);
    }
    line.add("host", member.host)
        .add("clientId", member.client_id)
        .add("assignment", assignment_text(member.assignment));
    if (member.target_assignment) {
        line.add("targetAssignment", assignment_text(*member.target_assignment));
    }
    if (member.member_epoch) {
        line.add("memberEpoch", *member.member_epoch);
    }
    return line.text();
}

std::string group_json(const admin::ConsumerGroupDescription& group) {
    JsonLine line;
    line.add("group", group.group_id)
        .add("type", admin::to_text(group.type))
        .add("state", admin::to_text(group.state))
        .add("assignor", group.partition_assignor)
        .add("members", group.members.size());
    if (group.coordinator) {
        line.add("coordinator", group.coordinator->id.get());
    }
    if (group.group_epoch) {
        line.add("groupEpoch", *group.group_epoch);
    }
    if (group.target_assignment_epoch) {
        line.add("targetAssignmentEpoch", *group.target_assignment_epoch);
    }
    return line.text();
}

std::string listing_json(const admin::GroupListing& group) {
    return JsonLine()
        .add("group", group.id)
        .add("type", admin::to_text(group.type.value_or(admin::GroupType::unknown)))
        .add("state", admin::to_text(group.state.value_or(admin::GroupState::unknown)))
        .add("protocol", group.protocol)
        .text();
}

}  // namespace barnabas::cli
