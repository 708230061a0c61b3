#include "cli/storage/storage_command.h"

#include "base/json_text.h"
#include "base/properties.h"
#include "broker/config/broker_config.h"
#include "broker/config/definitions.h"
#include "cli/cluster/features_command.h"
#include "cli/common/admin_session.h"
#include "cli/storage/storage_format.h"
#include "log/directory_identity.h"
#include "runtime/real/posix_disk.h"
#include "runtime/real/real_random.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
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
           .help = "The id of the cluster that the broker belongs to (required).",
           .letter = 't',
           .required = true},
    Option{.name = "add-scram",
           .argument = Argument::required,
           .argument_name = "CREDENTIAL",
           .help = "Refused: no listener of Barnabas asks for SCRAM credentials.",
           .letter = 'S',
           .repeatable = true},
    Option{.name = "ignore-formatted",
           .help = "Leave directories alone that are formatted, instead of failing.",
           .letter = 'g'},
    Option{.name = "release-version",
           .argument = Argument::required,
           .argument_name = "RELEASE",
           .help = "Begin with the levels of features of that release of Kafka, as 4.0.",
           .letter = 'r'},
    Option{.name = "feature",
           .argument = Argument::required,
           .argument_name = "NAME=LEVEL",
           .help = "Begin with that level of a feature; may be repeated.",
           .letter = 'f',
           .repeatable = true},
    Option{.name = "standalone",
           .help = "Of no effect: Barnabas has no quorum of controllers.",
           .letter = 's'},
    Option{
        .name = "no-initial-controllers", .help = "Of no effect, as --standalone.", .letter = 'N'},
    Option{.name = "initial-controllers",
           .argument = Argument::required,
           .argument_name = "LIST",
           .help = "Of no effect, as --standalone.",
           .letter = 'I'},
};
constexpr std::array mapping_options{
    Option{.name = "release-version",
           .argument = Argument::required,
           .argument_name = "RELEASE",
           .help = "Which release, as 4.0-IV3 or 4.0; the newest without it.",
           .letter = 'r'},
};
constexpr std::array dependencies_options{
    Option{.name = "feature",
           .argument = Argument::required,
           .argument_name = "NAME=LEVEL",
           .help = "Which feature at which level; may be repeated (required).",
           .letter = 'f',
           .repeatable = true,
           .required = true},
};
constexpr std::array actions{
    Action{.name = "info",
           .help = "Tell the log directories of a broker and whose they are.",
           .options = info_options},
    Action{.name = "format",
           .help =
               "Give the log directories to a broker of a cluster. A broker that starts without "
               "does it itself, and chooses an id for the cluster.",
           .options = format_options},
    Action{.name = "version-mapping",
           .help = "Tell the levels of features that a release of Kafka begins with.",
           .options = mapping_options},
    Action{.name = "feature-dependencies",
           .help = "Tell which other features a level of one needs.",
           .options = dependencies_options},
    Action{.name = "random-uuid", .help = "Print a new id, as clusters and topics have."},
};
constexpr std::array<std::string_view, 3> examples{
    "storage format -t \"$(barnabas storage random-uuid)\" -c server.properties",
    "storage info --config server.properties",
    "storage version-mapping --release-version 4.0",
};

Result<broker::LoadedConfig> configuration_of(const ParsedOptions& given) {
    TRY_ASSIGN(const auto text, read_file(given.text("config").value_or("")));
    TRY_ASSIGN(const auto set, parse_properties(text));
    return broker::load_broker_config(broker::broker_definition(), set, {.allow_unknown = true});
}

/// Sorted, as Kafka has them: those of log.dirs, and that of KRaft's metadata.
Result<std::vector<std::string>> directories_of(const ParsedOptions& given) {
    TRY_ASSIGN(const auto loaded, configuration_of(given));
    const auto& dirs = loaded.config.storage.log_dirs;
    std::set<std::string> directories(dirs.begin(), dirs.end());
    if (const auto metadata = loaded.statics.find("metadata.log.dir");
        metadata != loaded.statics.end()) {
        directories.insert(metadata->second);
    }
    return std::vector<std::string>(directories.begin(), directories.end());
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

/// As argparse4j says it of options that exclude each other.
Result<void> check_controllers(const ParsedOptions& given) {
    constexpr std::pair<std::string_view, char> exclusive[] = {
        {"standalone", 's'}, {"no-initial-controllers", 'N'}, {"initial-controllers", 'I'}};
    std::optional<std::pair<std::string_view, char>> first;
    for (const auto& option : exclusive) {
        if (!given.has(option.first)) {
            continue;
        }
        if (first) {
            return fail(ErrorCode::invalid_request,
                        "kafka-storage: error: argument --{}/-{}: not allowed with argument "
                        "--{}/-{}",
                        option.first, option.second, first->first, first->second);
        }
        first = option;
    }
    return {};
}

Result<std::vector<FeatureLevel>> features_asked_for(const ParsedOptions& given) {
    std::vector<FeatureLevel> features;
    for (const auto& text : given.texts("feature")) {
        TRY_ASSIGN(auto feature, parse_feature_level(text));
        features.push_back(std::move(feature));
    }
    return features;
}

Result<int> format(const ParsedOptions& given, Console& console) {
    TRY(check_controllers(given));
    if (given.has("add-scram")) {
        return fail(ErrorCode::invalid_request,
                    "--add-scram: no listener of Barnabas asks for SCRAM credentials, so none are "
                    "kept; format without it");
    }
    TRY_ASSIGN(const auto loaded, configuration_of(given));
    TRY_ASSIGN(const auto features, features_asked_for(given));
    FormatRequest request{.cluster_id = given.text("cluster-id").value_or(""),
                          .node = loaded.config.id,
                          .directories = loaded.config.storage.log_dirs,
                          .ignore_formatted = given.has("ignore-formatted")};
    TRY_ASSIGN(request.levels, levels_asked_for(given.text("release-version"), features));
    runtime::PosixDisk disk;
    runtime::RealRandom random;
    TRY_ASSIGN(const auto formatted, format_directories(disk, random, request));
    if (formatted.empty() && !given.json()) {
        console.line("All of the log directories are already formatted.");
    }
    for (const auto& directory : given.json() ? request.directories : formatted) {
        const bool fresh = std::ranges::find(formatted, directory) != formatted.end();
        console.line(given.json()
                         ? JsonLine().add("directory", directory).add("formatted", fresh).text()
                         : fmt::format("Formatting data directory {} for cluster {}.", directory,
                                       request.cluster_id));
    }
    return 0;
}

Result<int> tell_mapping(const ParsedOptions& given, Console& console) {
    const auto wanted = given.text("release-version").value_or(std::string(newest_release()));
    TRY_ASSIGN(const auto text,
               given.json() ? version_mapping_json(wanted) : version_mapping_text(wanted));
    console.write(text);
    return 0;
}

/// Kafka's two tools that know this have different words for what is wrong.
Result<FeatureLevel> feature_level_of(const std::string& text) {
    if (text.find('=') == std::string::npos) {
        return fail(ErrorCode::invalid_request,
                    "Invalid feature format: {}. Expected format: 'feature=version' (e.g. "
                    "'group.version=1')",
                    text);
    }
    auto level = parse_feature_level(text);
    if (!level) {
        const auto [name, number] = split_feature_level(text);
        return fail(ErrorCode::invalid_request, "Invalid version format: {} for feature {}", number,
                    name);
    }
    return level;
}

Result<int> tell_dependencies(const ParsedOptions& given, Console& console) {
    for (const auto& text : given.texts("feature")) {
        TRY_ASSIGN(const auto feature, feature_level_of(text));
        TRY_ASSIGN(const auto needed,
                   needed_metadata_level(feature,
                                         "Feature level {1} is not supported for feature "
                                         "{0}"));
        console.write(given.json() ? dependencies_json(feature, needed)
                                   : dependencies_text(feature, needed));
    }
    return 0;
}

Result<int> carry_out(const ParsedOptions& given, Console& console) {
    const auto action = given.action();
    return action == "info"              ? tell_info(given, console)
           : action == "format"          ? format(given, console)
           : action == "version-mapping" ? tell_mapping(given, console)
                                         : tell_dependencies(given, console);
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
    const auto status = carry_out(given, console);
    if (!status) {
        console.error_line(status.error().message);
    }
    return status.value_or(1);
}

}  // namespace barnabas::cli
