#pragma once

#include "base/result.h"

#include <boost/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::cli {

// Values of the files that kafka-reassign-partitions and kafka-leader-election read. What is wrong
// with one is invalid_request with the sentence of Kafka's DecodeJson.

/// The value that a whole text is; a text that is no JSON has a sentence of ours.
[[nodiscard]] Result<boost::json::value> parse_json(std::string_view text);

[[nodiscard]] Result<const boost::json::object*> json_object(const boost::json::value& value);
[[nodiscard]] Result<const boost::json::array*> json_array(const boost::json::value& value);
[[nodiscard]] Result<std::string> json_text(const boost::json::value& value);
/// Of 32 bits.
[[nodiscard]] Result<std::int32_t> json_int(const boost::json::value& value);
[[nodiscard]] Result<std::vector<std::int32_t>> json_ints(const boost::json::value& value);
[[nodiscard]] Result<std::vector<std::string>> json_texts(const boost::json::value& value);

/// The member of that name, or an error.
[[nodiscard]] Result<const boost::json::value*> json_member(const boost::json::object& object,
                                                            std::string_view name);
/// nullptr where there is none.
[[nodiscard]] const boost::json::value* find_json_member(const boost::json::object& object,
                                                         std::string_view name);

/// A file's "version" must be 1, which it is where nothing is said.
[[nodiscard]] Result<void> check_json_version(const boost::json::object& file);

}  // namespace barnabas::cli
