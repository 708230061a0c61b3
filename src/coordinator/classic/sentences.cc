#include "coordinator/classic/sentences.h"

#include "base/json_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

namespace barnabas::coordinator {
namespace {

constexpr std::size_t shown_bytes_max = 255;  // as many as Kafka keeps of a reason
constexpr std::size_t shown_ids_max = 10;

}  // namespace

std::string shown(std::string_view text) {
    std::string quoted;
    append_json_string(quoted, text.substr(0, shown_bytes_max));
    return text.size() > shown_bytes_max ? quoted + "..." : quoted;
}

std::string shown(const std::vector<std::string>& ids) {
    std::string list;
    const auto count = std::min(ids.size(), shown_ids_max);
    for (std::size_t i = 0; i < count; ++i) {
        list += (i == 0 ? "" : ", ") + shown(ids[i]);
    }
    return ids.size() > count ? fmt::format("{} and {} more", list, ids.size() - count) : list;
}

std::string shown_reason(const std::optional<std::string>& reason) {
    return reason && !reason->empty() ? fmt::format(" (the client says {})", shown(*reason)) : "";
}

}  // namespace barnabas::coordinator
