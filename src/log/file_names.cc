#include "log/file_names.h"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace barnabas::log {
namespace {

template <class T>
std::optional<T> whole_number(std::string_view text) {
    T number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool digits =
        std::ranges::all_of(text, [](unsigned char c) { return std::isdigit(c) != 0; });
    if (text.empty() || !digits || error != std::errc() || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return number;
}

/// Of "topic-3.<uuid><suffix>".
std::optional<TopicPartition> partition_of_renamed(std::string_view name, std::string_view suffix) {
    const auto dot = name.rfind('.');  // topics have dots too
    if (!name.ends_with(suffix) || dot == std::string_view::npos) {
        return std::nullopt;
    }
    return partition_of_folder(name.substr(0, dot));
}

}  // namespace

std::string file_name(Offset base, std::string_view suffix, std::string_view state) {
    return fmt::format("{:020}{}{}", base.get(), suffix, state);
}

std::optional<Offset> offset_of_file(std::string_view name, std::string_view suffix) {
    if (!name.ends_with(suffix)) {
        return std::nullopt;
    }
    const auto number = whole_number<std::int64_t>(name.substr(0, name.size() - suffix.size()));
    return number ? std::optional(Offset{*number}) : std::nullopt;
}

std::string folder_name(const TopicPartition& partition) {
    return fmt::format("{}", partition);
}

std::optional<TopicPartition> partition_of_folder(std::string_view name) {
    if (name.ends_with(delete_folder_suffix) || name.ends_with(stray_folder_suffix) ||
        name.ends_with(future_folder_suffix)) {
        return std::nullopt;
    }
    const auto dash = name.rfind('-');
    if (dash == std::string_view::npos || dash == 0) {
        return std::nullopt;
    }
    const auto number = whole_number<std::int32_t>(name.substr(dash + 1));
    if (!number) {
        return std::nullopt;
    }
    return TopicPartition{std::string(name.substr(0, dash)), PartitionId{*number}};
}

std::optional<TopicPartition> partition_of_future(std::string_view name) {
    return partition_of_renamed(name, future_folder_suffix);
}

std::optional<TopicPartition> partition_of_deletion(std::string_view name) {
    return partition_of_renamed(name, delete_folder_suffix);
}

std::optional<TopicPartition> partition_of_stray(std::string_view name) {
    return partition_of_renamed(name, stray_folder_suffix);
}

}  // namespace barnabas::log
