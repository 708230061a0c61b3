#include "base/topic_name.h"

#include <algorithm>

namespace barnabas {
namespace {

bool is_legal(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
}

}  // namespace

Result<> check_topic_name(std::string_view name) {
    if (name.empty()) {
        return fail(ErrorCode::invalid_topic_exception, "a topic's name must not be empty");
    }
    if (name == "." || name == "..") {
        return fail(ErrorCode::invalid_topic_exception, "a topic must not be called '{}'", name);
    }
    if (name.size() > topic_name_size_max) {
        return fail(ErrorCode::invalid_topic_exception,
                    "a topic's name has {} characters, at most {} are allowed: '{}'", name.size(),
                    topic_name_size_max, name);
    }
    if (!std::ranges::all_of(name, is_legal)) {
        return fail(
            ErrorCode::invalid_topic_exception,
            "the topic name '{}' has characters other than letters, digits, '.', '_' and '-'",
            name);
    }
    return {};
}

bool is_internal_topic(std::string_view name) {
    return name == group_metadata_topic || name == transaction_state_topic ||
           name == share_group_state_topic;
}

bool has_collision_chars(std::string_view name) {
    return name.find_first_of("._") != std::string_view::npos;
}

std::string collision_form(std::string_view name) {
    std::string form{name};
    std::ranges::replace(form, '.', '_');
    return form;
}

bool topics_collide(std::string_view a, std::string_view b) {
    return collision_form(a) == collision_form(b);
}

}  // namespace barnabas
