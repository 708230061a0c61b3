#include "cli/cluster/features_command.h"

#include "base/json_text.h"
#include "cli/common/admin_session.h"

#include <array>
#include <limits>
#include <utility>

namespace barnabas::cli {
namespace {

constexpr std::array options{
    Option{.name = "bootstrap-server",
           .argument = Argument::required,
           .argument_name = "HOST:PORT,...",
           .help = "Brokers to begin with (required).",
           .required = true},
    command_config_option,
};
constexpr Option feature{.name = "feature",
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
constexpr std::array upgrade_options{feature, dry_run};
constexpr std::array downgrade_options{feature, unsafe, dry_run};
constexpr std::array disable_options{
    Option{.name = "feature",
           .argument = Argument::required,
           .argument_name = "NAME",
           .help = "Which feature; may be repeated.",
           .repeatable = true},
    unsafe,
    dry_run,
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
};
constexpr std::array<std::string_view, 2> feature_examples{
    "features --bootstrap-server localhost:9092 describe",
    "features --bootstrap-server localhost:9092 upgrade --feature share.version=1 --dry-run",
};

/// The releases by which Kafka's tools name the levels of metadata.version, which KRaft's brokers
/// have (org.apache.kafka.server.common.MetadataVersion).
constexpr int metadata_level_min = 7;
constexpr std::array<std::string_view, 27> metadata_releases{
    "3.3-IV3", "3.4-IV0", "3.5-IV0", "3.5-IV1", "3.5-IV2", "3.6-IV0", "3.6-IV1",
    "3.6-IV2", "3.7-IV0", "3.7-IV1", "3.7-IV2", "3.7-IV3", "3.7-IV4", "3.8-IV0",
    "3.9-IV0", "4.0-IV0", "4.0-IV1", "4.0-IV2", "4.0-IV3", "4.1-IV0", "4.1-IV1",
    "4.2-IV0", "4.2-IV1", "4.3-IV0", "4.4-IV0", "4.4-IV1", "4.4-IV2"};

std::string level_text(std::string_view name, std::int16_t level) {
    if (name != "metadata.version") {
        return std::to_string(level);
    }
    const int index = level - metadata_level_min;
    return index >= 0 && std::cmp_less(index, metadata_releases.size())
               ? std::string(metadata_releases[static_cast<std::size_t>(index)])
               : fmt::format("UNKNOWN {}", level);
}

using Updates = std::map<std::string, admin::FeatureUpdate>;

Result<Updates> updates_of(const ParsedOptions& given) {
    const bool disabled = given.action() == "disable";
    const auto type = given.action() == "upgrade" ? admin::FeatureUpgradeType::upgrade
                      : given.has("unsafe")       ? admin::FeatureUpgradeType::unsafe_downgrade
                                                  : admin::FeatureUpgradeType::safe_downgrade;
    Updates updates;
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
    TRY_ASSIGN(const auto updates, updates_of(given));
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

Result<FeatureLevel> parse_feature_level(std::string_view text) {
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) {
        return fail(ErrorCode::invalid_request,
                    "Can't parse feature=level string {}: equals sign not found.", text);
    }
    const auto level =
        parse_integer(text.substr(equals + 1), std::numeric_limits<std::int16_t>::min(),
                      std::numeric_limits<std::int16_t>::max());
    if (!level) {
        return fail(ErrorCode::invalid_request,
                    "Can't parse feature=level string {}: unable to parse {} as a short.", text,
                    text.substr(equals + 1));
    }
    return FeatureLevel{.name = std::string(text.substr(0, equals)),
                        .level = static_cast<std::int16_t>(*level)};
}

int run_features(const ParsedOptions& given, Console& console) {
    const auto done = run_feature_action(given, console);
    if (!done) {
        console.error_line(done.error().message);
    }
    return done ? 0 : 1;
}

}  // namespace barnabas::cli
