#include "cli/cluster/kafka_releases.h"

#include "base/json_text.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <span>
#include <utility>

namespace barnabas::cli {
namespace {

constexpr std::string_view metadata_version = "metadata.version";

/// The names of metadata.version's levels; the last is not released.
constexpr std::int16_t first_level = 7;
constexpr std::string_view release_names[] = {
    "3.3-IV3", "3.4-IV0", "3.5-IV0", "3.5-IV1", "3.5-IV2", "3.6-IV0", "3.6-IV1",
    "3.6-IV2", "3.7-IV0", "3.7-IV1", "3.7-IV2", "3.7-IV3", "3.7-IV4", "3.8-IV0",
    "3.9-IV0", "4.0-IV0", "4.0-IV1", "4.0-IV2", "4.0-IV3", "4.1-IV0", "4.1-IV1",
    "4.2-IV0", "4.2-IV1", "4.3-IV0", "4.4-IV0", "4.4-IV1", "4.4-IV2", "4.5-IV0"};
constexpr std::int16_t newest_level = 33;
static_assert(release_names[newest_level - first_level] == "4.4-IV2");

/// From which level of metadata.version on a cluster begins with that level of a feature.
struct Begin {
    std::int16_t metadata_level;
    std::int16_t level;
};
constexpr Begin kraft_begin[] = {{21, 1}};
constexpr Begin transactions_begin[] = {{24, 2}};
constexpr Begin groups_begin[] = {{22, 1}};
constexpr Begin eligible_leaders_begin[] = {{26, 1}};
constexpr Begin shares_begin[] = {{28, 1}, {31, 2}};
constexpr Begin streams_begin[] = {{29, 1}};

struct KnownFeature {
    std::string_view name;
    std::int16_t level_max;
    std::span<const Begin> begins;
};
constexpr KnownFeature known_features[] = {
    {"kraft.version", 1, kraft_begin},
    {"transaction.version", 2, transactions_begin},
    {"group.version", 1, groups_begin},
    {"eligible.leader.replicas.version", 1, eligible_leaders_begin},
    {"share.version", 2, shares_begin},
    {"streams.version", 1, streams_begin},
};

/// What a level of a feature needs of another one: there is but one such pair.
struct Dependency {
    std::string_view name;
    std::int16_t level;
    std::int16_t metadata_level;
};
constexpr Dependency dependencies[] = {{"eligible.leader.replicas.version", 1, 23}};

std::span<const std::string_view> releases(bool released) {
    const std::span all(release_names);
    return released ? all.first(newest_level - first_level + 1) : all;
}

/// "4.0" of "4.0-IV3".
std::string_view number_of(std::string_view release) {
    return release.substr(0, release.find('-'));
}

/// The first two of its numbers, as "4.0.1" is "4.0", and with them what else there is if that is
/// all: "4.0-IV3".
std::string_view without_patch(std::string_view release) {
    const auto first = release.find('.');
    const auto second = first == std::string_view::npos ? first : release.find('.', first + 1);
    return release.substr(0, second);
}

std::optional<std::int16_t> find_level(std::string_view release, bool released) {
    const auto names = releases(released);
    const auto wanted = without_patch(release);
    const auto level = [&names](auto at) {
        return static_cast<std::int16_t>(first_level + std::distance(names.begin(), at));
    };
    if (const auto exact = std::ranges::find(names, wanted); exact != names.end()) {
        return level(exact);
    }
    // A number alone stands for the last of its release, if that is out.
    std::optional<std::int16_t> found;
    for (auto at = names.begin(); at != names.end(); ++at) {
        if (number_of(*at) == wanted && level(at) <= newest_level) {
            found = level(at);
        }
    }
    return found;
}

}  // namespace

std::string release_of_level(int level) {
    const int index = level - first_level;
    return index >= 0 && std::cmp_less(index, std::size(release_names))
               ? std::string(release_names[index])
               : fmt::format("UNKNOWN {}", level);
}

Result<std::int16_t> level_of_release(std::string_view release, bool released) {
    if (const auto level = find_level(release, released)) {
        return *level;
    }
    return fail(ErrorCode::invalid_request,
                "Unknown metadata.version '{}'. Supported metadata.version are: {}", release,
                fmt::join(releases(released), ", "));
}

std::string_view newest_release() {
    return release_names[newest_level - first_level];
}

std::vector<FeatureLevel> features_of_release(std::int16_t metadata_level) {
    std::vector<FeatureLevel> levels;
    for (const auto& feature : known_features) {
        FeatureLevel begins{.name = std::string(feature.name)};
        for (const auto& begin : feature.begins) {
            begins.level = metadata_level >= begin.metadata_level ? begin.level : begins.level;
        }
        levels.push_back(std::move(begins));
    }
    return levels;
}

Result<std::string> version_mapping_text(std::string_view release) {
    TRY_ASSIGN(const auto level, level_of_release(release, false));
    std::string text = fmt::format("{}={} ({})\n", metadata_version, level, release);
    for (const auto& feature : features_of_release(level)) {
        text += fmt::format("{}={}\n", feature.name, feature.level);
    }
    return text;
}

Result<std::string> version_mapping_json(std::string_view release) {
    TRY_ASSIGN(const auto level, level_of_release(release, false));
    std::string text = JsonLine()
                           .add("feature", metadata_version)
                           .add("level", level)
                           .add("release", release)
                           .text() +
                       '\n';
    for (const auto& feature : features_of_release(level)) {
        text += JsonLine().add("feature", feature.name).add("level", feature.level).text() + '\n';
    }
    return text;
}

Result<std::optional<std::int16_t>> needed_metadata_level(const FeatureLevel& feature,
                                                          std::string_view unsupported) {
    if (feature.name == metadata_version) {
        const int index = feature.level - first_level;
        if (index < 0 || std::cmp_greater_equal(index, std::size(release_names))) {
            return fail(ErrorCode::invalid_request, "Unknown metadata.version {}", feature.level);
        }
        return std::optional<std::int16_t>();
    }
    const auto* known = std::ranges::find(known_features, feature.name, &KnownFeature::name);
    if (known == std::end(known_features)) {
        return fail(ErrorCode::invalid_request, "Unknown feature: {}", feature.name);
    }
    if (feature.level < 0 || feature.level > known->level_max) {
        return fail(ErrorCode::invalid_request, "{}",
                    fmt::format(fmt::runtime(unsupported), feature.name, feature.level));
    }
    for (const auto& dependency : dependencies) {
        if (dependency.name == feature.name && dependency.level == feature.level) {
            return std::optional(dependency.metadata_level);
        }
    }
    return std::optional<std::int16_t>();
}

std::string dependencies_text(const FeatureLevel& feature, std::optional<std::int16_t> needed) {
    if (needed) {
        return fmt::format("{}={} requires:\n    {}={} ({})\n", feature.name, feature.level,
                           metadata_version, *needed, release_of_level(*needed));
    }
    const auto release = feature.name == metadata_version
                             ? fmt::format(" ({})", release_of_level(feature.level))
                             : std::string();
    return fmt::format("{}={}{} has no dependencies.\n", feature.name, feature.level, release);
}

std::string dependencies_json(const FeatureLevel& feature, std::optional<std::int16_t> needed) {
    JsonLine needs;
    if (needed) {
        needs.add(metadata_version, *needed);
    }
    return JsonLine()
               .add("feature", feature.name)
               .add("level", feature.level)
               .add_json("requires", needs.text())
               .text() +
           '\n';
}

}  // namespace barnabas::cli
