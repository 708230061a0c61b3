#pragma once

#include "base/result.h"

#include <boost/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace barnabas::cli {

/// The object that a text is; invalid_request in Kafka's words for anything else.
[[nodiscard]] Result<boost::json::object> parse_json_object(std::string_view text);

/// Members of an object; invalid_request names the member that is not there or of another type.
[[nodiscard]] Result<const boost::json::array*> array_member(const boost::json::object& object,
                                                             std::string_view name);
[[nodiscard]] Result<std::string> text_member(const boost::json::object& object,
                                              std::string_view name);
[[nodiscard]] Result<std::int64_t> number_member(const boost::json::object& object,
                                                 std::string_view name);

/// Only version 1 is known of the files that Kafka's tools read; none counts as 1.
[[nodiscard]] Result<void> check_file_version(const boost::json::object& object);

}  // namespace barnabas::cli
