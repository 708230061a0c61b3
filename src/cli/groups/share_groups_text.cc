#include "cli/common/text_table.h"
#include "cli/groups/consumer_groups_text.h"
#include "cli/groups/share_groups_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace barnabas::cli {
namespace {

using Cells = std::vector<std::string>;
using Widths = std::vector<std::size_t>;

void cut(Widths& widths, std::vector<Cells>& rows, std::size_t from, std::size_t count) {
    const auto remove = [&](auto& row) {
        const auto begin = row.begin() + static_cast<std::ptrdiff_t>(from);
        row.erase(begin, begin + static_cast<std::ptrdiff_t>(count));
    };
    remove(widths);
    std::ranges::for_each(rows, remove);
}

std::string lines(const std::vector<Cells>& rows, const Widths& widths) {
    std::string text;
    for (const auto& row : rows) {
        text += '\n' + table_row(row, widths);
    }
    return text + '\n';
}

template <class Number>
std::string text_of(const std::optional<Number>& number) {
    return number ? fmt::format("{}", *number) : std::string(missing_value);
}

std::size_t least_15(std::string_view text) {
    return std::max<std::size_t>(15, text_width(text));
}

}  // namespace

std::string share_offsets_table(const std::string& group, const ShareOffsets& offsets,
                                bool verbose) {
    ColumnWidth topic_width(15);
    std::vector<Cells> rows{{"GROUP", "TOPIC", "PARTITION", "LEADER-EPOCH", "START-OFFSET", "LAG"}};
    for (const auto& [partition, offset] : offsets) {
        topic_width.fit(partition.topic);
        rows.push_back({group, partition.topic, fmt::format("{}", partition.partition),
                        offset ? text_of(offset->leader_epoch) : "-",
                        offset ? fmt::format("{}", offset->start_offset) : "-",
                        offset ? text_of(offset->lag) : "-"});
    }
    Widths widths{least_15(group), topic_width.get(), 10, 13, 13, 0};
    if (!verbose) {
        cut(widths, rows, 3, 1);
    }
    return lines(rows, widths);
}

std::string share_members_table(const admin::ShareGroupDescription& group, bool verbose) {
    ColumnWidth consumer(15);
    ColumnWidth host(15);
    ColumnWidth client(15);
    auto members = group.members;
    std::ranges::sort(members, {}, &admin::ShareMemberDescription::member_id);
    std::vector<Cells> rows{
        {"GROUP", "CONSUMER-ID", "HOST", "CLIENT-ID", "#PARTITIONS", "MEMBER-EPOCH", "ASSIGNMENT"}};
    for (const auto& member : members) {
        consumer.fit(member.member_id);
        host.fit(member.host);
        client.fit(member.client_id);
        rows.push_back({group.group_id, member.member_id, member.host, member.client_id,
                        std::to_string(member.assignment.size()),
                        std::to_string(member.member_epoch), assignment_text(member.assignment)});
    }
    Widths widths{least_15(group.group_id), consumer.get(), host.get(), client.get(), 12, 13, 0};
    if (!verbose) {
        cut(widths, rows, 5, 1);
    }
    return lines(rows, widths);
}

std::string share_state_table(const admin::ShareGroupDescription& group, bool verbose) {
    const auto coordinator = group.coordinator
                                 ? fmt::format("{}:{}  ({})", group.coordinator->host,
                                               group.coordinator->port, group.coordinator->id)
                                 : std::string(missing_value);
    ColumnWidth coordinator_width(25);
    coordinator_width.fit(coordinator);
    Widths widths{least_15(group.group_id), coordinator_width.get(), 15, 12, 17, 0};
    std::vector<Cells> rows{
        {"GROUP", "COORDINATOR (ID)", "STATE", "GROUP-EPOCH", "ASSIGNMENT-EPOCH", "#MEMBERS"},
        {group.group_id, coordinator, std::string(admin::to_text(group.state)),
         std::to_string(group.group_epoch), std::to_string(group.target_assignment_epoch),
         std::to_string(group.members.size())}};
    if (!verbose) {
        cut(widths, rows, 3, 2);
    }
    return lines(rows, widths);
}

std::string share_listings_table(const std::vector<admin::GroupListing>& groups) {
    ColumnWidth width(15);
    for (const auto& group : groups) {
        width.fit(group.id);
    }
    std::string text = padded("GROUP", width.get()) + " STATE\n";
    for (const auto& group : groups) {
        text += fmt::format("{} {}\n", padded(group.id, width.get()),
                            admin::to_text(group.state.value_or(admin::GroupState::unknown)));
    }
    return text;
}

}  // namespace barnabas::cli
