#include "cli/common/json_file.h"

#include <boost/system/error_code.hpp>

#include <utility>

namespace barnabas::cli {

Result<boost::json::object> parse_json_object(std::string_view text) {
    boost::system::error_code error;
    auto value = boost::json::parse(boost::json::string_view(text.data(), text.size()), error);
    if (error || !value.is_object()) {
        return fail(ErrorCode::invalid_request, "The input string is not a valid JSON");
    }
    return std::move(value.as_object());
}

Result<const boost::json::array*> array_member(const boost::json::object& object,
                                               std::string_view name) {
    const auto* member = object.if_contains(boost::json::string_view(name.data(), name.size()));
    if (member == nullptr) {
        return fail(ErrorCode::invalid_request, "Missing {} field", name);
    }
    if (!member->is_array()) {
        return fail(ErrorCode::invalid_request, "'{}' is no JSON array", name);
    }
    return &member->get_array();
}

Result<std::string> text_member(const boost::json::object& object, std::string_view name) {
    const auto* member = object.if_contains(boost::json::string_view(name.data(), name.size()));
    if (member == nullptr || !member->is_string()) {
        return fail(ErrorCode::invalid_request, "No text as \"{}\" in {}", name,
                    boost::json::serialize(object));
    }
    return std::string(member->get_string());
}

Result<std::int64_t> number_member(const boost::json::object& object, std::string_view name) {
    const auto* member = object.if_contains(boost::json::string_view(name.data(), name.size()));
    boost::system::error_code error;
    const auto number =
        member != nullptr ? member->to_number<std::int64_t>(error) : std::int64_t{0};
    if (member == nullptr || error) {
        return fail(ErrorCode::invalid_request, "No number as \"{}\" in {}", name,
                    boost::json::serialize(object));
    }
    return number;
}

Result<void> check_file_version(const boost::json::object& object) {
    if (!object.contains("version")) {
        return {};
    }
    TRY_ASSIGN(const auto version, number_member(object, "version"));
    if (version != 1) {
        return fail(ErrorCode::invalid_request, "Not supported version field value {}", version);
    }
    return {};
}

}  // namespace barnabas::cli
