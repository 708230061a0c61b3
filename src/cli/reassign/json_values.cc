#include "cli/reassign/json_values.h"

#include <boost/system/error_code.hpp>

#include <limits>

namespace barnabas::cli {
namespace {

std::unexpected<Error> not_a(std::string_view type, const boost::json::value& value) {
    return fail(ErrorCode::invalid_request, "Expected `{}` value, received {}", type,
                boost::json::serialize(value));
}

template <class T, class Decode>
Result<std::vector<T>> decode_list(const boost::json::value& value, Decode decode) {
    if (!value.is_array()) {
        return not_a("JSON array", value);
    }
    std::vector<T> items;
    for (const auto& item : value.get_array()) {
        TRY_ASSIGN(auto decoded, decode(item));
        items.push_back(std::move(decoded));
    }
    return items;
}

}  // namespace

Result<boost::json::value> parse_json(std::string_view text) {
    boost::system::error_code error;
    auto value = boost::json::parse(boost::json::string_view(text.data(), text.size()), error);
    if (error) {
        return fail(ErrorCode::invalid_request, "The input string is not a valid JSON");
    }
    return value;
}

Result<const boost::json::object*> json_object(const boost::json::value& value) {
    if (!value.is_object()) {
        return fail(ErrorCode::invalid_request, "Expected JSON object, received {}",
                    boost::json::serialize(value));
    }
    return &value.get_object();
}

Result<const boost::json::array*> json_array(const boost::json::value& value) {
    if (!value.is_array()) {
        return fail(ErrorCode::invalid_request, "Expected JSON array, received {}",
                    boost::json::serialize(value));
    }
    return &value.get_array();
}

Result<std::string> json_text(const boost::json::value& value) {
    if (!value.is_string()) {
        return not_a("String", value);
    }
    return std::string(value.get_string());
}

Result<std::int32_t> json_int(const boost::json::value& value) {
    const bool small = value.is_int64() &&
                       value.get_int64() >= std::numeric_limits<std::int32_t>::min() &&
                       value.get_int64() <= std::numeric_limits<std::int32_t>::max();
    if (!small) {
        return not_a("Integer", value);
    }
    return static_cast<std::int32_t>(value.get_int64());
}

Result<std::vector<std::int32_t>> json_ints(const boost::json::value& value) {
    return decode_list<std::int32_t>(value, &json_int);
}

Result<std::vector<std::string>> json_texts(const boost::json::value& value) {
    return decode_list<std::string>(value, &json_text);
}

const boost::json::value* find_json_member(const boost::json::object& object,
                                           std::string_view name) {
    return object.if_contains(boost::json::string_view(name.data(), name.size()));
}

Result<const boost::json::value*> json_member(const boost::json::object& object,
                                              std::string_view name) {
    const auto* member = find_json_member(object, name);
    if (member == nullptr) {
        return fail(ErrorCode::invalid_request, "No such field exists: `{}`", name);
    }
    return member;
}

Result<void> check_json_version(const boost::json::object& file) {
    const auto* member = find_json_member(file, "version");
    if (member == nullptr) {
        return {};
    }
    TRY_ASSIGN(const auto version, json_int(*member));
    if (version != 1) {
        return fail(ErrorCode::invalid_request, "Not supported version field value {}", version);
    }
    return {};
}

}  // namespace barnabas::cli
