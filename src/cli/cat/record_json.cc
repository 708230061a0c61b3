#include "cli/cat/record_json.h"

#include "base/json_text.h"
#include "base/utf8.h"
#include "cli/framework/help.h"
#include "wire/text_bytes.h"

#include <boost/json.hpp>
#include <boost/system/error_code.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <utility>

namespace barnabas::cli {
namespace {

using JsonValue = boost::json::value;

bool is_utf8(std::string_view bytes) {
    return replace_malformed_utf8(bytes) == bytes;
}

std::string base64_of(std::string_view bytes) {
    return wire::to_base64(as_bytes(bytes));
}

/// A text, or null where there is none.
std::string json_or_null(const std::optional<std::string>& text) {
    std::string json;
    if (text) {
        append_json_string(json, *text);
    }
    return text ? json : "null";
}

void add_field(JsonLine& line, std::string_view name,
               const std::optional<std::string_view>& field) {
    if (field && !is_utf8(*field)) {
        line.add(fmt::format("{}_base64", name), base64_of(*field));
    } else {
        line.add_json(name, json_or_null(std::optional<std::string>(field)));
    }
}

void add_headers(JsonLine& line, const ShownRecord& record) {
    if (record.headers.empty()) {
        return;
    }
    const bool readable = std::ranges::all_of(
        record.headers, [](const auto& header) { return is_utf8(header.second.value_or("")); });
    std::string row = "[";
    for (const auto& [name, value] : record.headers) {
        row += row.size() > 1 ? "," : "";
        append_json_string(row, name);
        std::optional<std::string> shown(value);
        if (shown && !readable) {
            shown = base64_of(*value);
        }
        row += ',' + json_or_null(shown);
    }
    line.add_json(readable ? "headers" : "headers_base64", row + ']');
}

std::string_view type_name(TimestampType type) {
    return type == TimestampType::log_append_time ? "logappend" : "create";
}

// --- reading -----------------------------------------------------------------------------------

constexpr std::array record_members{"topic", "partition",  "offset",  "tstype",
                                    "ts",    "broker",     "headers", "headers_base64",
                                    "key",   "key_base64", "payload", "payload_base64",
                                    "value"};

std::string_view text_of(const boost::json::string& text) {
    return {text.data(), text.size()};
}

/// As it was written, but for blanks and the form of fractions: Boost writes 1.5 as 1.5E0.
void append_plain_json(std::string& out, const JsonValue& value) {
    if (value.is_double()) {
        out += fmt::format("{}", value.get_double());
    } else if (value.is_array()) {
        out += '[';
        for (const auto& item : value.get_array()) {
            out += out.back() == '[' ? "" : ",";
            append_plain_json(out, item);
        }
        out += ']';
    } else if (value.is_object()) {
        out += '{';
        bool first = true;
        for (const auto& member : value.get_object()) {
            out += std::exchange(first, false) ? "" : ",";
            append_json_string(out, std::string_view(member.key().data(), member.key().size()));
            out += ':';
            append_plain_json(out, member.value());
        }
        out += '}';
    } else {
        out += boost::json::serialize(value);
    }
}

/// Nothing for null.
std::optional<std::string> field_of(const JsonValue& value) {
    if (value.is_null()) {
        return std::nullopt;
    }
    if (value.is_string()) {
        return std::string(text_of(value.get_string()));
    }
    std::string json;
    append_plain_json(json, value);
    return json;
}

Result<std::optional<std::string>> base64_field(std::string_view name, const JsonValue& value) {
    if (value.is_null()) {
        return std::nullopt;
    }
    const auto bytes =
        value.is_string() ? wire::from_base64(text_of(value.get_string())) : std::nullopt;
    if (!bytes) {
        return fail(ErrorCode::invalid_request, "'{}' is no base64: {}", name,
                    boost::json::serialize(value));
    }
    return std::string(as_text(*bytes));
}

Result<std::int64_t> whole_number(std::string_view name, const JsonValue& value, std::int64_t min,
                                  std::int64_t max) {
    if (!value.is_int64() || value.get_int64() < min || value.get_int64() > max) {
        return fail(ErrorCode::invalid_request, "'{}' is no whole number from {} to {}: {}", name,
                    min, max, boost::json::serialize(value));
    }
    return value.get_int64();
}

Result<void> add_read_header(ReadRecord& record, std::string name, const JsonValue& value,
                             bool base64) {
    if (!base64) {
        record.headers.emplace_back(std::move(name), field_of(value));
        return {};
    }
    TRY_ASSIGN(auto bytes, base64_field("headers_base64", value));
    record.headers.emplace_back(std::move(name), std::move(bytes));
    return {};
}

Result<void> read_headers(ReadRecord& record, const JsonValue& value, bool base64) {
    if (value.is_object()) {
        for (const auto& member : value.get_object()) {
            TRY(add_read_header(record, std::string(member.key()), member.value(), base64));
        }
        return {};
    }
    if (!value.is_array() || value.get_array().size() % 2 != 0) {
        return fail(ErrorCode::invalid_request,
                    "'headers' is neither an object nor a row of names and values: {}",
                    boost::json::serialize(value));
    }
    const auto& row = value.get_array();
    for (std::size_t i = 0; i < row.size(); i += 2) {
        if (!row[i].is_string()) {
            return fail(ErrorCode::invalid_request, "{} is no header's name",
                        boost::json::serialize(row[i]));
        }
        TRY(add_read_header(record, std::string(text_of(row[i].get_string())), row[i + 1], base64));
    }
    return {};
}

Result<void> unknown_member(std::string_view name) {
    const auto* const near = *std::ranges::min_element(
        record_members, {}, [&](const char* known) { return edit_distance(known, name); });
    return fail(ErrorCode::invalid_request, "a record has no '{}'; the nearest name is '{}'", name,
                near);
}

Result<void> read_member(ReadRecord& record, std::string_view name, const JsonValue& value) {
    if (name == "key") {
        record.key = field_of(value);
    } else if (name == "payload" || name == "value") {
        record.value = field_of(value);
    } else if (name == "key_base64") {
        TRY_ASSIGN(record.key, base64_field(name, value));
    } else if (name == "payload_base64") {
        TRY_ASSIGN(record.value, base64_field(name, value));
    } else if (name == "headers" || name == "headers_base64") {
        TRY(read_headers(record, value, name == "headers_base64"));
    } else if (name == "topic") {
        if (!value.is_string()) {
            return fail(ErrorCode::invalid_request, "'topic' is no text: {}",
                        boost::json::serialize(value));
        }
        record.topic = std::string(text_of(value.get_string()));
    } else if (name == "partition") {
        TRY_ASSIGN(const auto number,
                   whole_number(name, value, 0, std::numeric_limits<std::int32_t>::max()));
        record.partition = static_cast<std::int32_t>(number);
    } else if (name == "ts") {
        TRY_ASSIGN(record.timestamp,
                   whole_number(name, value, 0, std::numeric_limits<std::int64_t>::max()));
    } else if (std::ranges::find(record_members, name) == record_members.end()) {
        return unknown_member(name);
    }
    return {};
}

}  // namespace

std::string record_json(const ShownRecord& record, std::int32_t broker) {
    JsonLine line;
    line.add("topic", record.topic).add("partition", record.partition).add("offset", record.offset);
    if (record.timestamp_type != TimestampType::none) {
        line.add("tstype", type_name(record.timestamp_type)).add("ts", record.timestamp);
    }
    line.add("broker", broker);
    add_headers(line, record);
    add_field(line, "key", record.key);
    add_field(line, "payload", record.value);
    return line.text();
}

Result<ReadRecord> parse_record_json(std::string_view line) {
    boost::system::error_code error;
    const auto parsed =
        boost::json::parse(boost::json::string_view(line.data(), line.size()), error);
    if (error || !parsed.is_object()) {
        return fail(ErrorCode::invalid_request, "no JSON object{}{}", error ? ": " : "",
                    error ? error.message() : "");
    }
    ReadRecord record;
    const auto& object = parsed.get_object();
    for (const auto& member : object) {
        TRY(read_member(record, std::string_view(member.key().data(), member.key().size()),
                        member.value()));
    }
    const bool says_something =
        std::ranges::any_of(std::array{"key", "key_base64", "payload", "payload_base64", "value"},
                            [&](const char* name) { return object.contains(name); });
    if (!says_something) {
        return fail(ErrorCode::invalid_request, "there is neither a key nor a payload");
    }
    return record;
}

}  // namespace barnabas::cli
