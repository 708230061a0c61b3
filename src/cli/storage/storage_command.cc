#include "cli/storage/storage_command.h"

#include "base/json_text.h"
#include "base/properties.h"
#include "broker/config/broker_config.h"
#include "broker/config/definitions.h"
#include "cli/common/admin_session.h"
#include "log/directory_identity.h"
#include "runtime/real/posix_disk.h"
#include "runtime/real/real_random.h"

#include <algorithm>
#include <array>
#include <utility>

namespace barnabas::cli {
namespace {

constexpr Option config{.name = "config",
                        .argument = Argument::required,
                        .argument_name = "FILE",
                        .help = "The broker's server.properties (required).",
                        .letter = 'c',
                        .required = true};
constexpr std::array info_options{config};
constexpr std::array format_options{
    config,
    Option{.name = "cluster-id",
           .argument = Argument::required,
           .argument_name = "ID",
           .help = "Of no effect: a cluster gets its id when its first broker starts (required).",
           .letter = 't',
           .required = true},
    Option{.name = "standalone", .help = "Of no effect.", .letter = 's'},
    Option{.name = "no-initial-controllers", .help = "Of no effect.", .letter = 'N'},
    Option{.name = "initial-controllers",
           .argument = Argument::required,
           .argument_name = "LIST",
           .help = "Of no effect.",
           .letter = 'I'},
    Option{.name = "ignore-formatted", .help = "Of no effect.", .letter = 'g'},
    Option{.name = "release-version",
           .argument = Argument::required,
           .argument_name = "VERSION",
           .help = "Of no effect.",
           .letter = 'r'},
    Option{.name = "feature",
           .argument = Argument::required,
           .argument_name = "NAME=LEVEL",
           .help = "Of no effect.",
           .letter = 'f',
           .repeatable = true},
};
constexpr std::array actions{
    Action{.name = "random-uuid", .help = "Print a new id, as clusters and topics have."},
    Action{.name = "info",
           .help = "Tell the log directories of a broker and whose they are.",
           .options = info_options},
    Action{.name = "format",
           .help = "Do nothing: Barnabas makes its directories when it starts. Scripts that format "
                   "before they start go on working.",
           .options = format_options},
};
constexpr std::array<std::string_view, 2> examples{
    "storage random-uuid",
    "storage info --config server.properties",
};

Result<std::vector<std::string>> directories_of(const ParsedOptions& given) {
    TRY_ASSIGN(const auto text, read_file(given.text("config").value_or("")));
    TRY_ASSIGN(const auto set, parse_properties(text));
    const auto definition = broker::broker_definition();
    TRY_ASSIGN(auto loaded, broker::load_broker_config(definition, set, {.allow_unknown = true}));
    auto directories = std::move(loaded.config.storage.log_dirs);
    std::ranges::sort(directories);
    return directories;
}

/// Looks at one directory; a problem becomes a sentence.
void look(runtime::Disk& disk, const std::string& directory, StorageInfo& info) {
    const runtime::Path path(directory);
    if (!disk.exists(path)) {
        info.problems.push_back(fmt::format("{} does not exist", directory));
        return;
    }
    if (!disk.is_directory(path)) {
        info.problems.push_back(fmt::format("{} is not a directory", directory));
        return;
    }
    info.directories.push_back(directory);
    const auto file = path / log::identity_file;
    if (!disk.exists(file)) {
        info.problems.push_back(fmt::format("{} is not formatted.", directory));
        return;
    }
    const auto text = disk.read_text(file);
    const auto properties =
        text ? parse_properties(*text) : Result<ConfigMap>(std::unexpected(text.error()));
    if (!properties) {
        info.problems.push_back(
            fmt::format("Error loading {}: {}", file.string(), properties.error().message));
        return;
    }
    if (!info.metadata) {
        info.metadata.emplace(properties->begin(), properties->end());
        return;
    }
    const auto differs = [&](std::string_view name) {
        const auto one = info.metadata->find(name);
        const auto other = properties->find(name);
        return one != info.metadata->end() && other != properties->end() &&
               one->second != other->second;
    };
    if (differs("cluster.id")) {
        info.problems.emplace_back("Mismatched cluster IDs between storage directories.");
    } else if (differs("node.id")) {
        info.problems.emplace_back("Mismatched node IDs between storage directories.");
    }
}

std::string info_json(const StorageInfo& info) {
    const auto list = [](const std::vector<std::string>& texts) {
        std::string json = "[";
        for (const auto& text : texts) {
            json += json.size() > 1 ? "," : "";
            append_json_string(json, text);
        }
        return json + ']';
    };
    JsonLine metadata;
    if (info.metadata) {
        for (const auto& [name, value] : *info.metadata) {
            metadata.add(name, value);
        }
    }
    return JsonLine()
        .add_json("directories", list(info.directories))
        .add_json("metadata", info.metadata ? metadata.text() : "null")
        .add_json("problems", list(info.problems))
        .text();
}

Result<int> tell_info(const ParsedOptions& given, Console& console) {
    TRY_ASSIGN(const auto directories, directories_of(given));
    runtime::PosixDisk disk;
    StorageInfo info;
    for (const auto& directory : directories) {
        look(disk, directory, info);
    }
    if (given.json()) {
        console.line(info_json(info));
    } else {
        console.write(storage_info_text(info));
    }
    return info.problems.empty() ? 0 : 1;
}

Result<int> format(const ParsedOptions& given, Console& console) {
    TRY_ASSIGN(const auto directories, directories_of(given));
    for (const auto& directory : directories) {
        if (given.json()) {
            console.line(JsonLine().add("directory", directory).add("formatted", false).text());
        } else {
            console.print("Nothing to format in {}: Barnabas makes what it needs when it starts.\n",
                          directory);
        }
    }
    return 0;
}

}  // namespace

const Syntax storage_syntax{
    .style = Style::argparse, .options = {}, .actions = actions, .examples = examples};

std::string storage_info_text(const StorageInfo& info) {
    std::string text;
    const auto add = [&](std::string_view one, std::string_view many,
                         const std::vector<std::string>& lines) {
        if (lines.empty()) {
            return;
        }
        text += fmt::format("{}\n", lines.size() == 1 ? one : many);
        for (const auto& line : lines) {
            text += fmt::format("  {}\n", line);
        }
        text += '\n';
    };
    add("Found log directory:", "Found log directories:", info.directories);
    if (info.metadata) {
        std::string pairs;
        for (const auto& [name, value] : *info.metadata) {
            pairs += fmt::format("{}{}={}", pairs.empty() ? "" : ", ", name, value);
        }
        text += fmt::format("Found metadata: {{{}}}\n\n", pairs);
    }
    add("Found problem:", "Found problems:", info.problems);
    return text;
}

int run_storage(const ParsedOptions& given, Console& console) {
    if (given.action() == "random-uuid") {
        const auto id = runtime::RealRandom().uuid().to_string();
        console.line(given.json() ? JsonLine().add("uuid", id).text() : id);
        return 0;
    }
    const auto status =
        given.action() == "info" ? tell_info(given, console) : format(given, console);
    if (!status) {
        console.error_line(status.error().message);
    }
    return status.value_or(1);
}

}  // namespace barnabas::cli
