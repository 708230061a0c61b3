#include "cli/storage/storage_format.h"

#include "broker/features.h"
#include "log/directory_identity.h"
#include "log/foreign_directory.h"
#include "metadata/cluster_state.h"
#include "metadata/embedded_store.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

namespace barnabas::cli {
namespace {

constexpr std::string_view database_name = "cluster.db";
constexpr std::string_view no_such_level = "No feature:{} with feature level {}";

/// The embedded store answers before a call returns.
template <class T>
Result<T> answered(std::optional<Result<T>> answer) {
    return answer ? std::move(*answer)
                  : fail(ErrorCode::unknown_server_error, "the store did not answer");
}

Result<void> check_identity(const runtime::Path& file, const log::DirectoryIdentity& found,
                            const FormatRequest& request) {
    if (found.cluster_id && *found.cluster_id != request.cluster_id) {
        return fail(ErrorCode::inconsistent_cluster_id,
                    "Invalid cluster.id in: {}. Expected {}, but read {}", file.string(),
                    request.cluster_id, *found.cluster_id);
    }
    if (found.node && *found.node != request.node) {
        return fail(ErrorCode::invalid_config,
                    "Stored node id {} doesn't match previous node id {} in {}. If you moved your "
                    "data, make sure your configured node id matches. If you intend to create a "
                    "new node, you should remove all data in your data directories.",
                    *found.node, request.node, file.string());
    }
    return {};
}

/// Which of the directories are nobody's yet.
Result<std::vector<std::string>> unformatted(runtime::Disk& disk, const FormatRequest& request) {
    std::vector<std::string> fresh;
    const std::string* formatted = nullptr;
    for (const auto& directory : request.directories) {
        const runtime::Path path(directory);
        const auto file = path / log::identity_file;
        if (!disk.exists(file)) {
            TRY(disk.is_directory(path) ? log::check_not_foreign(disk, path) : Result<void>());
            fresh.push_back(directory);
            continue;
        }
        TRY_ASSIGN(const auto text, disk.read_text(file));
        const auto found = log::parse_identity(text);
        if (!found) {
            return fail(ErrorCode::invalid_config, "Error loading {}: {}", file.string(),
                        found.error().message);
        }
        TRY(check_identity(file, *found, request));
        formatted = formatted == nullptr ? &directory : formatted;
    }
    if (formatted != nullptr && !request.ignore_formatted) {
        return fail(ErrorCode::invalid_request,
                    "Log directory {} is already formatted. Use --ignore-formatted to ignore this "
                    "directory and format the others.",
                    *formatted);
    }
    return fresh;
}

/// Where the broker will look for it: in the first directory.
Result<void> begin_state(runtime::Disk& disk, const FormatRequest& request) {
    const auto file = runtime::Path(request.directories.front()) / database_name;
    TRY_ASSIGN(const auto store, metadata::open_embedded_store(disk, file));
    std::optional<Result<void>> prepared;
    metadata::prepare_tree(*store, [&](Result<void> done) { prepared = std::move(done); });
    TRY(answered(std::move(prepared)));
    std::optional<Result<std::string>> id;
    metadata::ensure_cluster_id(*store, request.cluster_id,
                                [&](Result<std::string> done) { id = std::move(done); });
    TRY(answered(std::move(id)));
    std::optional<Result<metadata::NodeVersion>> set;
    metadata::set_features(*store, request.levels,
                           [&](Result<metadata::NodeVersion> done) { set = std::move(done); });
    TRY(answered(std::move(set)));
    return {};
}

std::string supported_features() {
    std::vector<std::string> names;
    for (auto& feature : features_of_release(0)) {
        names.push_back(std::move(feature.name));
    }
    std::ranges::sort(names);
    return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

Result<metadata::FeatureLevels> levels_asked_for(const std::optional<std::string>& release,
                                                 std::span<const FeatureLevel> features) {
    auto version = std::string(newest_release());
    metadata::FeatureLevels levels;
    for (const auto& feature : features) {
        if (feature.name == "metadata.version") {
            if (release) {
                return fail(ErrorCode::invalid_request,
                            "Use --release-version instead of --feature metadata.version=X to "
                            "avoid ambiguity.");
            }
            TRY(needed_metadata_level(feature, no_such_level));
            version = release_of_level(feature.level);
        }
    }
    const bool named = release || version != newest_release();
    TRY_ASSIGN(const auto metadata_level, level_of_release(release.value_or(version), true));
    for (const auto& feature : features_of_release(metadata_level)) {
        if (named && broker::find_feature(feature.name) != nullptr) {
            levels[feature.name] = feature.level;
        }
    }
    const auto known = features_of_release(0);
    for (const auto& feature : features) {
        if (feature.name == "metadata.version") {
            continue;
        }
        if (std::ranges::find(known, feature.name, &FeatureLevel::name) == known.end()) {
            return fail(ErrorCode::invalid_request,
                        "Unsupported feature: {}. Supported features are: {}", feature.name,
                        supported_features());
        }
        TRY_ASSIGN(const auto needed, needed_metadata_level(feature, no_such_level));
        if (needed && *needed > metadata_level) {
            return fail(ErrorCode::invalid_request,
                        "{} could not be set to {} because it depends on metadata.version level {}",
                        feature.name, feature.level, *needed);
        }
        if (broker::find_feature(feature.name) != nullptr) {
            levels[feature.name] = feature.level;
        }
    }
    return levels;
}

Result<std::vector<std::string>> format_directories(runtime::Disk& disk, runtime::Random& random,
                                                    const FormatRequest& request) {
    TRY_ASSIGN(auto fresh, unformatted(disk, request));
    const bool has_state = std::ranges::any_of(request.directories, [&](const auto& directory) {
        return disk.exists(runtime::Path(directory) / database_name);
    });
    for (const auto& directory : fresh) {
        TRY(disk.create_directories(directory));
    }
    // First: a directory that is formatted is done with.
    TRY(has_state || request.levels.empty() ? Result<void>() : begin_state(disk, request));
    for (const auto& directory : fresh) {
        const auto text = log::identity_text(request.node, request.cluster_id, random.uuid());
        TRY(disk.replace_text(runtime::Path(directory) / log::identity_file, text));
    }
    return fresh;
}

}  // namespace barnabas::cli
