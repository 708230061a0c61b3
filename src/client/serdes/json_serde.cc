#include <barnabas/serdes_json.h>

#include <boost/json/array.hpp>
#include <boost/json/error.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/stream_parser.hpp>

#include <algorithm>
#include <cmath>

namespace barnabas {
namespace {

std::unexpected<Error> no_json(const boost::json::error_code& why, std::size_t at) {
    return fail(ErrorCode::invalid_record, "no JSON: {} at byte {}", why.message(), at);
}

/// What JSON has no text for, if there is any in it.
Result<> check_json(const boost::json::value& value, std::size_t depth) {
    if (const auto* number = value.if_double(); number != nullptr && !std::isfinite(*number)) {
        return fail(ErrorCode::invalid_record, "JSON has no text for the number {}", *number);
    }
    if (!value.is_structured()) {
        return {};
    }
    if (depth == json_depth_max) {
        return fail(ErrorCode::invalid_record,
                    "JSON is nested more than {} deep, which readers refuse", json_depth_max);
    }
    if (const auto* array = value.if_array()) {
        for (const auto& element : *array) {
            TRY(check_json(element, depth + 1));
        }
    } else {
        for (const auto& member : value.get_object()) {
            TRY(check_json(member.value(), depth + 1));
        }
    }
    return {};
}

class JsonValueSerde final : public Serde<boost::json::value> {
public:
    Result<> serialize(const SerdeContext& /*context*/, const boost::json::value& value,
                       Bytes& out) const override {
        return append_json(value, out);
    }
    Result<boost::json::value> deserialize(const SerdeContext& /*context*/,
                                           ByteView bytes) const override {
        return parse_json(bytes);
    }
};

}  // namespace

Result<boost::json::value> parse_json(ByteView bytes) {
    const std::string_view text = as_text(bytes);
    boost::json::parse_options options;
    options.max_depth = json_depth_max;
    boost::json::stream_parser parser({}, options);
    boost::json::error_code wrong;
    const std::size_t read = parser.write_some(text.data(), text.size(), wrong);
    if (!wrong && read < text.size()) {
        wrong = boost::json::error::extra_data;
    }
    if (!wrong) {
        parser.finish(wrong);
    }
    if (wrong) {
        return no_json(wrong, read);
    }
    return Result<boost::json::value>(std::in_place, parser.release());
}

Result<> append_json(const boost::json::value& value, Bytes& out) {
    TRY(check_json(value, 0));
    const std::string text = boost::json::serialize(value);
    const ByteView bytes = as_bytes(text);
    out.insert(out.end(), bytes.begin(), bytes.end());
    return {};
}

template <>
std::shared_ptr<const Serde<boost::json::value>> standard_serde<boost::json::value>() {
    static const auto serde = std::make_shared<const JsonValueSerde>();
    return serde;
}

}  // namespace barnabas
