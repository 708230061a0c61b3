#include "cli/groups/groups_command.h"

#include "cli/common/admin_session.h"
#include "cli/common/old_names.h"
#include "cli/common/text_table.h"
#include "cli/groups/consumer_groups_text.h"
#include "cli/groups/named_groups.h"

#include <array>
#include <utility>

namespace barnabas::cli {
namespace {

constexpr std::array groups_options{
    bootstrap_server_option,
    command_config_option,
    Option{.name = "list", .help = "List groups."},
    Option{.name = "group-type",
           .argument = Argument::required,
           .argument_name = "TYPE",
           .help = "Of this type alone: classic, consumer, share or streams."},
    Option{.name = "protocol",
           .argument = Argument::required,
           .argument_name = "PROTOCOL",
           .help = "Of this protocol type alone: consumer, share, connect, ..."},
    Option{.name = "consumer",
           .help = "Consumer groups of all kinds: of KIP-848, classic ones, and offsets that were "
                   "committed without a member."},
    Option{.name = "share", .help = "Share groups."},
    Option{.name = "streams", .help = "Groups of Kafka Streams (KIP-1071)."},
};
constexpr std::array<std::string_view, 2> groups_examples{
    "groups --bootstrap-server localhost:9092 --list",
    "groups --bootstrap-server localhost:9092 --list --group-type share",
};

Result<void> list_all_groups(const ParsedOptions& given, Console& console) {
    TRY_ASSIGN(auto admin, admin_client(given));
    TRY_ASSIGN(auto groups, list_groups(admin, {}));
    std::erase_if(groups, [&](const auto& group) { return !is_wanted_group(given, group); });
    if (!given.json()) {
        console.write(groups_table(groups));
        return {};
    }
    for (const auto& group : groups) {
        console.line(listing_json(group));
    }
    return {};
}

}  // namespace

const Syntax groups_syntax{.options = groups_options, .examples = groups_examples};

Result<void> check_groups(const ParsedOptions& given) {
    if (!given.has("bootstrap-server")) {
        return fail(ErrorCode::invalid_request, "Missing required option(s) [bootstrap-server]");
    }
    if (!given.has("list")) {
        return fail(ErrorCode::invalid_request, "Command must include exactly one action: --list.");
    }
    const auto type = given.text("group-type");
    if (type && admin::parse_group_type(*type) == admin::GroupType::unknown) {
        return fail(ErrorCode::invalid_request, "--group-type must be a valid group type.");
    }
    TRY(refuse_together(given, "consumer", {"group-type", "protocol", "share", "streams"}));
    TRY(refuse_together(given, "share", {"consumer", "group-type", "protocol", "streams"}));
    return refuse_together(given, "streams", {"consumer", "group-type", "protocol", "share"});
}

bool is_wanted_group(const ParsedOptions& given, const admin::GroupListing& group) {
    const auto is_of = [&](admin::GroupType type) { return group.type == type; };
    const auto type = given.text("group-type");
    const auto protocol = given.text("protocol");
    if (type || protocol) {
        return (!type || is_of(admin::parse_group_type(*type))) &&
               (!protocol || group.protocol == *protocol);
    }
    if (given.has("consumer")) {
        return group.protocol == "consumer" || group.protocol.empty() ||
               is_of(admin::GroupType::consumer);
    }
    if (given.has("share")) {
        return is_of(admin::GroupType::share);
    }
    return !given.has("streams") || is_of(admin::GroupType::streams);
}

std::string groups_table(const std::vector<admin::GroupListing>& groups) {
    constexpr std::size_t narrowest = 20;
    ColumnWidth width(narrowest);
    const auto type_of = [](const admin::GroupListing& group) {
        return std::string(group.type ? admin::to_text(*group.type) : "");
    };
    for (const auto& group : groups) {
        width.fit(group.id);
        width.fit(type_of(group));
        width.fit(group.protocol);
    }
    const std::vector<std::size_t> widths(3, width.get());
    std::string text = table_row({"GROUP", "TYPE", "PROTOCOL"}, widths) + '\n';
    for (const auto& group : groups) {
        text += table_row({group.id, type_of(group), group.protocol}, widths) + " \n";
    }
    return text;
}

int run_groups(const ParsedOptions& options, Console& console) {
    if (const auto checked = check_groups(options); !checked) {
        console.error_line(checked.error().message);
        return 1;
    }
    if (const auto listed = list_all_groups(options, console); !listed) {
        tell_warning(
            fmt::format("Error while executing groups command : {}", listed.error().message),
            options.json(), console);
        return 1;
    }
    return 0;
}

}  // namespace barnabas::cli
