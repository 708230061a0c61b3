#include "broker/config/reference_page.h"

#include "base/config_text.h"
#include "broker/config/broker_config.h"
#include "broker/config/rows.h"
#include "log/topic_config.h"

#include <algorithm>
#include <span>
#include <string_view>
#include <vector>

namespace barnabas::broker {
namespace {

constexpr std::string_view introduction = R"(# Configuration

Printed from the tables in the source; do not edit by hand.

`barnabas server [server.properties] [--override key=value]...` reads Kafka's file as it is. An
override replaces what the file says. Broker settings that can change while the broker runs are set
with `kafka-configs` (or any admin client) for one broker or for all; those of topics and groups
likewise. The strongest of these counts: the topic's or group's own, the one broker's, the default
for all brokers, the file, the default below.

Every name that Kafka 4.4 knows is known here, and those that only a 3.x file has. A name that has
no effect is reported in the start-up log with the reason; one that is refused ends start-up if it
is set to anything but its default; an unknown one ends start-up with the nearest known name
(`--allow-unknown` turns that into a warning). A listener's own setting is written
`listener.name.<listener>.<name>`.

## Differences from Kafka

- `node.id`, `process.roles` and `controller.listener.names`, which Kafka requires, have defaults.
- Without a file the broker starts with
)";

constexpr std::string_view differences = R"(
- Controller listeners of a KRaft file stay closed; `controller.quorum.voters` may name this node
  alone.
- A listener's own settings have no effect yet, and the log says so: `max.connections` counts the
  connections of all listeners. Where it is lowered those that are open stay; Kafka closes the ones
  that were quiet for longest, and lets the listener among brokers exceed it. Those who wait are let
  in in no fixed order, and who is one too many of its address is refused without waiting.
- Unknown names that are set on a running broker are refused; Kafka keeps them for plug-ins.
- The file is read as UTF-8; Kafka reads it as Latin-1.
)";

/// Cells cannot hold a bar.
std::string cell(std::string_view text) {
    std::string escaped;
    for (const char c : text) {
        escaped += c == '|' ? "\\|" : std::string(1, c);
    }
    return escaped;
}

std::string default_cell(const ConfigRow& row) {
    if (row.fallback.is_required()) {
        return "required";
    }
    const auto text = row.fallback.text();
    if (!text) {
        return "";
    }
    return text->empty() ? "(empty)" : fmt::format("`{}`", cell(*text));
}

std::string sentence_cell(const ConfigRow& row) {
    std::string text(row.help);
    switch (row.effect.kind) {
        case ConfigEffect::Kind::works:
            break;
        case ConfigEffect::Kind::no_effect:
            text += fmt::format(" **No effect:** {}.", row.effect.reason);
            break;
        case ConfigEffect::Kind::refused:
            text += fmt::format(" **Refused:** {}.", row.effect.reason);
            break;
    }
    return cell(text);
}

/// Names that work first: those are what a reader looks for.
void append_table(std::string& page, std::string_view title, std::span<const ConfigRow> rows) {
    std::vector<const ConfigRow*> shown;
    for (const ConfigRow& row : rows) {
        if (!row.extras.internal) {
            shown.push_back(&row);
        }
    }
    std::ranges::sort(shown, [](const ConfigRow* a, const ConfigRow* b) {
        const bool a_works = a->effect.kind == ConfigEffect::Kind::works;
        const bool b_works = b->effect.kind == ConfigEffect::Kind::works;
        return a_works != b_works ? a_works : a->name < b->name;
    });
    page += fmt::format(
        "\n## {}\n\n| name | type | default | accepts | changes | |\n"
        "|---|---|---|---|---|---|\n",
        title);
    for (const ConfigRow* row : shown) {
        const bool resource = row->scope == ConfigScope::resource;
        page += fmt::format("| `{}` | {} | {} | {} | {} | {} |\n", row->name,
                            to_lower(config_type_name(row->type)), default_cell(*row),
                            cell(describe(row->rule)),
                            resource ? "any time" : scope_name(row->scope), sentence_cell(*row));
    }
}

void append_legacy(std::string& page) {
    page += "\n## Names of Kafka 3.x, and of its authorizer\n\n";
    for (const ConfigRow& row : legacy_rows()) {
        const bool is_refused = row.effect.kind == ConfigEffect::Kind::refused;
        page += fmt::format("- `{}` {}: {}.\n", row.name,
                            is_refused ? "is refused" : "has no effect", row.effect.reason);
    }
}

}  // namespace

std::string reference_page() {
    std::string page(introduction);
    for (const auto& [name, value] : config_without_file()) {
        page += fmt::format("  `{}={}`\n", name, value);
    }
    page.pop_back();
    page += differences;
    append_table(page, "Barnabas's own", own_rows());
    append_table(page, "The broker", general_rows());
    append_table(page, "Listeners and connections", network_rows());
    append_table(page, "Logs", log_rows());
    append_table(page, "Topics", log::topic_rows());
    append_table(page, "Replication", replication_rows());
    append_table(page, "Groups and transactions", coordinator_rows());
    append_table(page, "Settings of one group", group_rows());
    append_table(page, "Security", security_rows());
    append_table(page, "Quotas", quota_rows());
    append_table(page, "Quotas of users and clients", user_and_client_quota_rows());
    append_table(page, "Quotas of addresses", ip_quota_rows());
    append_table(page, "Clients' metrics", client_metrics_rows());
    append_table(page, "KRaft", kraft_rows());
    append_table(page, "Tiered storage", remote_storage_rows());
    append_legacy(page);
    return page;
}

}  // namespace barnabas::broker
