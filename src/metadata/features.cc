#include "metadata/features.h"

#include "metadata/layout.h"

#include <boost/json.hpp>

#include <limits>
#include <utility>

namespace barnabas::metadata {
namespace json = boost::json;
namespace {

constexpr std::int64_t enabled = 1;
constexpr std::string_view upper_level = "max_version_level";

std::unexpected<Error> wrong(std::string_view path, std::string_view what) {
    return fail(ErrorCode::unknown_server_error, "{}: {}", path, what);
}

Result<std::int16_t> level_of(std::string_view path, std::string_view name,
                              const json::value& value) {
    const json::value* level = &value;
    if (const auto* range = value.if_object()) {
        level = range->if_contains(upper_level);
    }
    const auto* number = level == nullptr ? nullptr : level->if_int64();
    if (number == nullptr || *number < 0 || *number > std::numeric_limits<std::int16_t>::max()) {
        return wrong(path, fmt::format("{} has no level from 0 to 32767", name));
    }
    return static_cast<std::int16_t>(*number);
}

}  // namespace

std::string encode_features(const FeatureLevels& levels) {
    json::object features;
    for (const auto& [name, level] : levels) {
        features.emplace(name, level);
    }
    json::object object;
    object["features"] = std::move(features);
    object["version"] = 2;
    object["status"] = enabled;
    return json::serialize(object);
}

Result<FeatureLevels> decode_features(std::string_view path, std::string_view text) {
    boost::system::error_code error;
    const json::value value = json::parse(text, error);
    const auto* object = error ? nullptr : value.if_object();
    if (object == nullptr) {
        return wrong(path, "no JSON object");
    }
    FeatureLevels levels;
    const auto* status = object->if_contains("status");
    const auto* features = object->if_contains("features");
    if (status == nullptr || !status->is_int64()) {
        return wrong(path, "no whole number \"status\"");
    }
    if (status->get_int64() != enabled || features == nullptr) {
        return levels;
    }
    if (!features->is_object()) {
        return wrong(path, "\"features\" is no object");
    }
    for (const auto& [name, level] : features->get_object()) {
        TRY_ASSIGN(levels[name], level_of(path, name, level));
    }
    return levels;
}

void set_features(Store& store, const FeatureLevels& levels,
                  std::move_only_function<void(Result<NodeVersion>)> done) {
    const std::string path(paths::feature);
    const std::string text = encode_features(levels);
    store.set({.path = path, .data = text},
              [&store, path, text, done = std::move(done)](StoreResult<NodeStat> set) mutable {
                  if (set) {
                      done(set->version);
                      return;
                  }
                  if (set.error().code != StoreErrorCode::no_node) {
                      done(std::unexpected(to_error(set.error())));
                      return;
                  }
                  store.create({.path = path, .data = text},
                               [done = std::move(done)](StoreResult<std::string> created) mutable {
                                   done(created ? Result<NodeVersion>(NodeVersion{0})
                                                : std::unexpected(to_error(created.error())));
                               });
              });
}

}  // namespace barnabas::metadata
