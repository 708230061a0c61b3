#include "cli/cluster/features_command.h"

#include "base/json_text.h"
#include "cli/common/admin_session.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace barnabas::cli {
namespace {

constexpr std::array options{
    Option{.name = "bootstrap-server",
           .argument = Argument::required,
           .argument_name = "HOST:PORT,...",
           .help = "Brokers to begin with (required, where brokers are asked)."},
    Option{.name = "bootstrap-controller",
           .argument = Argument::required,
           .argument_name = "HOST:PORT,...",
           .help = "Refused: Barnabas has no controllers apart from its brokers."},
    command_config_option,
};
constexpr Option feature_option{.name = "feature",
                                .argument = Argument::required,
                                .argument_name = "NAME=LEVEL",
                                .help = "Which feature, and to which level; may be repeated.",
                                .repeatable = true};
constexpr Option dry_run{.name = "dry-run", .help = "Check it, and do not do it."};
constexpr Option unsafe{.name = "unsafe", .help = "Do it even if state may be lost."};

constexpr std::array describe_options{
    Option{.name = "node-id",
           .argument = Argument::required,
           .kind = ArgumentKind::int32,
           .argument_name = "ID",
           .help = "Which broker to ask."},
};
constexpr Option metadata_option{.name = "metadata",
                                 .argument = Argument::required,
                                 .argument_name = "RELEASE",
                                 .help = "The level of metadata.version, as 4.0-IV3 (deprecated)."};
constexpr Option release_option{.name = "release-version",
                                .argument = Argument::required,
                                .argument_name = "RELEASE",
                                .help = "All features as that release of Kafka begins with them."};
constexpr std::array upgrade_options{metadata_option, release_option, feature_option, dry_run};
constexpr std::array downgrade_options{metadata_option, release_option, feature_option, unsafe,
                                       dry_run};
constexpr std::array disable_options{
    Option{.name = "feature",
           .argument = Argument::required,
           .argument_name = "NAME",
           .help = "Which feature; may be repeated.",
           .repeatable = true},
    unsafe,
    dry_run,
};
constexpr std::array mapping_options{
    Option{.name = "release-version",
           .argument = Argument::required,
           .argument_name = "RELEASE",
           .help = "Which release, as 4.0-IV3 or 4.0; the newest without it."},
};
constexpr std::array dependencies_options{
    Option{.name = "feature",
           .argument = Argument::required,
           .argument_name = "NAME=LEVEL",
           .help = "Which feature at which level; may be repeated (required).",
           .repeatable = true,
           .required = true},
};
constexpr std::array feature_actions{
    Action{.name = "describe",
           .help = "Tell features, and which levels count.",
           .options = describe_options},
    Action{.name = "upgrade", .help = "Raise levels.", .options = upgrade_options},
    Action{.name = "downgrade", .help = "Lower levels.", .options = downgrade_options},
    Action{.name = "disable",
           .help = "Turn features off: the same as level 0.",
           .options = disable_options},
    Action{.name = "version-mapping",
           .help = "Tell the levels of features that a release of Kafka begins with.",
           .options = mapping_options},
    Action{.name = "feature-dependencies",
           .help = "Tell which other features a level of one needs.",
           .options = dependencies_options},
};
constexpr std::array<std::string_view, 2> feature_examples{
    "features --bootstrap-server localhost:9092 describe",
    "features --bootstrap-server localhost:9092 upgrade --feature share.version=1 --dry-run",
};

std::string level_text(std::string_view name, std::int16_t level) {
    return name == "metadata.version" ? release_of_level(level) : std::to_string(level);
}

using Updates = std::map<std::string, admin::FeatureUpdate>;

admin::FeatureUpgradeType type_of(const ParsedOptions& given) {
    return given.action() == "upgrade" ? admin::FeatureUpgradeType::upgrade
           : given.has("unsafe")       ? admin::FeatureUpgradeType::unsafe_downgrade
                                       : admin::FeatureUpgradeType::safe_downgrade;
}

/// Of a release, all features. Nothing is raised to 0.
Result<Updates> updates_of_release(const ParsedOptions& given, std::string_view wanted) {
    if (given.has("metadata") || given.has("feature")) {
        return fail(ErrorCode::invalid_request,
                    "Can not specify `release-version` with other feature flags.");
    }
    const auto type = type_of(given);
    TRY_ASSIGN(const auto level, level_of_release(wanted, false));
    Updates updates{{"metadata.version", {.version_max_level = level, .type = type}}};
    for (const auto& one : features_of_release(level)) {
        if (type != admin::FeatureUpgradeType::upgrade || one.level > 0) {
            updates.emplace(one.name,
                            admin::FeatureUpdate{.version_max_level = one.level, .type = type});
        }
    }
    return updates;
}

Result<Updates> updates_of(const ParsedOptions& given, Console& console) {
    if (const auto wanted = given.text("release-version")) {
        return updates_of_release(given, *wanted);
    }
    const bool disabled = given.action() == "disable";
    const auto type = type_of(given);
    Updates updates;
    if (const auto wanted = given.text("metadata")) {
        constexpr std::string_view old =
            " `metadata` flag is deprecated and may be removed in a future release.";
        given.json() ? console.error_line(old) : console.line(old);
        TRY_ASSIGN(const auto level, level_of_release(*wanted, false));
        updates.emplace("metadata.version",
                        admin::FeatureUpdate{.version_max_level = level, .type = type});
    }
    for (const auto& text : given.texts("feature")) {
        FeatureLevel level{.name = text};
        if (!disabled) {
            TRY_ASSIGN(level, parse_feature_level(text));
        }
        const admin::FeatureUpdate update{.version_max_level = level.level, .type = type};
        if (!updates.emplace(level.name, update).second) {
            return fail(ErrorCode::invalid_request, "Feature {} was specified more than once.",
                        level.name);
        }
    }
    if (updates.empty()) {
        return fail(ErrorCode::invalid_request, "You must specify at least one feature to {}",
                    given.action());
    }
    return updates;
}

/// "group.version was upgraded to 1.", "Could not disable group.version. ..."
std::string update_line(const ParsedOptions& given, const std::string& name, std::int16_t level,
                        const Result<void>& outcome) {
    const auto action = given.action();
    const bool tried = given.has("dry-run");
    if (!outcome) {
        const auto what = action == "disable" ? fmt::format("disable {}", name)
                                              : fmt::format("{} {} to {}", action, name, level);
        return fmt::format("{} not {}. {}", tried ? "Can" : "Could", what, outcome.error().message);
    }
    const auto done =
        action == "disable" ? std::string("disabled.") : fmt::format("{}d to {}.", action, level);
    return fmt::format("{} {} {}", name, tried ? "can be" : "was", done);
}

std::string update_json(const std::string& name, std::int16_t level, const Result<void>& outcome) {
    JsonLine line;
    line.add("feature", name).add("level", level).add("done", outcome.has_value());
    if (!outcome) {
        line.add("error", error_name(outcome.error().code)).add("message", outcome.error().message);
    }
    return line.text();
}

Result<void> update(Admin& admin, const ParsedOptions& given, Console& console) {
    TRY_ASSIGN(const auto updates, updates_of(given, console));
    TRY_ASSIGN(const auto outcomes,
               admin.update_features(updates, {.validate_only = given.has("dry-run")}).get());
    std::size_t failures = 0;
    for (const auto& [name, outcome] : outcomes) {
        const auto level = updates.at(name).version_max_level;
        console.line(given.json() ? update_json(name, level, outcome)
                                  : update_line(given, name, level, outcome));
        failures += outcome ? 0 : 1;
    }
    if (failures > 0) {
        return fail(ErrorCode::feature_update_failed, "{} out of {} operation(s) failed.", failures,
                    updates.size());
    }
    return {};
}

/// Without a broker, which Kafka's tool wants to be named all the same.
Result<void> tell_of_releases(const ParsedOptions& given, Console& console) {
    if (given.action() == "version-mapping") {
        const auto wanted = given.text("release-version").value_or(std::string(newest_release()));
        TRY_ASSIGN(const auto text,
                   given.json() ? version_mapping_json(wanted) : version_mapping_text(wanted));
        console.write(text);
    }
    for (const auto& one : given.texts("feature")) {
        TRY_ASSIGN(const auto feature_level, parse_feature_level(one));
        TRY_ASSIGN(const auto needed,
                   needed_metadata_level(feature_level, "No feature:{} with feature level {}"));
        console.write(given.json() ? dependencies_json(feature_level, needed)
                                   : dependencies_text(feature_level, needed));
    }
    return {};
}

bool asks_brokers(const ParsedOptions& given) {
    return given.action() != "version-mapping" && given.action() != "feature-dependencies";
}

Result<void> check_servers(const ParsedOptions& given) {
    if (given.has("bootstrap-controller")) {
        return given.has("bootstrap-server")
                   ? fail(ErrorCode::invalid_request,
                          "Command line error: argument --bootstrap-server: not allowed with "
                          "argument --bootstrap-controller. Type --help for help.")
                   : fail(ErrorCode::invalid_request,
                          "--bootstrap-controller: Barnabas has no controllers apart from its "
                          "brokers; use --bootstrap-server");
    }
    if (asks_brokers(given) && !given.has("bootstrap-server")) {
        return fail(ErrorCode::invalid_request,
                    "Command line error: You must specify either --bootstrap-controller or "
                    "--bootstrap-server.. Type --help for help.");
    }
    return {};
}

std::int16_t finalized_level(const admin::FeatureMetadata& features, const std::string& name) {
    const auto found = features.finalized.find(name);
    return found == features.finalized.end() ? std::int16_t{0} : found->second.version_max;
}

std::string epoch_of(const admin::FeatureMetadata& features) {
    return features.finalized_epoch ? std::to_string(*features.finalized_epoch) : "-";
}

std::string features_json(const admin::FeatureMetadata& features) {
    std::string text;
    for (const auto& [name, range] : features.supported) {
        JsonLine line;
        line.add("feature", name)
            .add("supportedMinVersion", range.version_min)
            .add("supportedMaxVersion", range.version_max)
            .add("finalizedVersionLevel", finalized_level(features, name));
        if (features.finalized_epoch) {
            line.add("epoch", *features.finalized_epoch);
        }
        text += line.text() + '\n';
    }
    return text;
}

Result<void> run_feature_action(const ParsedOptions& given, Console& console) {
    TRY(check_servers(given));
    if (!asks_brokers(given)) {
        return tell_of_releases(given, console);
    }
    TRY_ASSIGN(auto admin, admin_client(given));
    if (given.action() != "describe") {
        return update(admin, given, console);
    }
    admin::DescribeFeaturesOptions whom;
    if (const auto node = given.number("node-id")) {
        if (*node < 0) {
            return fail(ErrorCode::invalid_request, "Invalid node id {}: must be non-negative.",
                        *node);
        }
        whom.broker = BrokerId(static_cast<std::int32_t>(*node));
    }
    TRY_ASSIGN(const auto features, admin.describe_features(whom).get());
    console.write(given.json() ? features_json(features) : features_text(features));
    return {};
}

}  // namespace

const Syntax features_syntax{.style = Style::argparse,
                             .options = options,
                             .actions = feature_actions,
                             .examples = feature_examples,
                             .complaint = "Command line error: ",
                             .complaint_end = ". Type --help for help."};

std::string features_text(const admin::FeatureMetadata& features) {
    std::string text;
    for (const auto& [name, range] : features.supported) {
        text += fmt::format(
            "Feature: {:<40}  SupportedMinVersion: {:<15}  SupportedMaxVersion: {:<15}  "
            "FinalizedVersionLevel: {:<15}  Epoch: {}\n",
            name, level_text(name, range.version_min), level_text(name, range.version_max),
            level_text(name, finalized_level(features, name)), epoch_of(features));
    }
    return text;
}

std::pair<std::string_view, std::string_view> split_feature_level(std::string_view text) {
    const auto trimmed = [](std::string_view word) {
        const auto from = word.find_first_not_of(' ');
        return from == std::string_view::npos
                   ? std::string_view()
                   : word.substr(from, word.find_last_not_of(' ') + 1 - from);
    };
    const auto equals = std::min(text.find('='), text.size());
    const auto behind = std::min(equals + 1, text.size());
    return {trimmed(text.substr(0, equals)), trimmed(text.substr(behind))};
}

Result<FeatureLevel> parse_feature_level(std::string_view text) {
    if (text.find('=') == std::string_view::npos) {
        return fail(ErrorCode::invalid_request,
                    "Can't parse feature=level string {}: equals sign not found.", text);
    }
    const auto [name, number] = split_feature_level(text);
    const auto level = parse_integer(number, std::numeric_limits<std::int16_t>::min(),
                                     std::numeric_limits<std::int16_t>::max());
    if (!level) {
        return fail(ErrorCode::invalid_request,
                    "Can't parse feature=level string {}: unable to parse {} as a short.", text,
                    number);
    }
    return FeatureLevel{.name = std::string(name), .level = static_cast<std::int16_t>(*level)};
}

int run_features(const ParsedOptions& given, Console& console) {
    const auto done = run_feature_action(given, console);
    if (!done) {
        console.error_line(done.error().message);
    }
    return done ? 0 : 1;
}

}  // namespace barnabas::cli
