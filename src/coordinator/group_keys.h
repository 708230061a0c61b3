#pragma once

#include <string_view>

namespace barnabas::coordinator {

/// The key of a stored record of a group, or of one of its members.
template <class Key>
[[nodiscard]] Key key_of(std::string_view group) {
    Key key;
    key.group_id = group;
    return key;
}

template <class Key>
[[nodiscard]] Key key_of(std::string_view group, std::string_view member) {
    Key key;
    key.group_id = group;
    key.member_id = member;
    return key;
}

}  // namespace barnabas::coordinator
