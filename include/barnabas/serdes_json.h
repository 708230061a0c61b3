#pragma once

// JSON by Boost.JSON. The one public header that shows it: whoever includes this wants its values.
// Link barnabas::client, which brings the library along.

#include <barnabas/serdes.h>

#include <boost/json/value.hpp>
#include <boost/json/value_from.hpp>
#include <boost/json/value_to.hpp>

#include <cstddef>
#include <exception>
#include <memory>

namespace barnabas {

/// Objects and arrays within each other, at most, when reading and when writing (as Jackson's
/// default, which Kafka's own JSON serde reads with).
inline constexpr std::size_t json_depth_max = 1000;

/// One JSON text (RFC 8259, UTF-8), with blanks around it or not. INVALID_RECORD with a sentence
/// that says what is wrong at which byte. Of members with the same name the last one counts.
[[nodiscard]] Result<boost::json::value> parse_json(ByteView bytes);
/// Appends the value without blanks. INVALID_RECORD for what JSON cannot say: a number that is
/// infinite or none, or a value that is nested too deep; `out` is as it was then.
[[nodiscard]] Result<> append_json(const boost::json::value& value, Bytes& out);

/// JSON as it is: TypedConsumer<std::string, boost::json::value>. A JSON null is a value, and not
/// the null (the tombstone) of a record.
template <>
[[nodiscard]] std::shared_ptr<const Serde<boost::json::value>> standard_serde<boost::json::value>();

/// JSON of a T that Boost.JSON converts: numbers, strings, containers, described structs
/// (BOOST_DESCRIBE_STRUCT) and whatever has tag_invoke() for value_from and try_value_to. What
/// those throw is an INVALID_RECORD with its text. Get one with json_serde().
template <class T>
class JsonSerde final : public Serde<T> {
public:
    [[nodiscard]] Result<> serialize(const SerdeContext& /*context*/, const T& value,
                                     Bytes& out) const override {
        try {
            return append_json(boost::json::value_from(value), out);
        } catch (const std::exception& error) {
            return fail(ErrorCode::invalid_record, "this is no JSON: {}", error.what());
        }
    }
    [[nodiscard]] Result<T> deserialize(const SerdeContext& /*context*/,
                                        ByteView bytes) const override {
        TRY_ASSIGN(const boost::json::value json, parse_json(bytes));
        try {
            auto value = boost::json::try_value_to<T>(json);
            if (value) {
                return std::move(*value);
            }
            return fail(ErrorCode::invalid_record, "the JSON is of another form: {}",
                        value.error().message());
        } catch (const std::exception& error) {
            return fail(ErrorCode::invalid_record, "the JSON is of another form: {}", error.what());
        }
    }
};

/// For TypedProducer and TypedConsumer:
///   TypedProducer<std::string, Order> producer(std::move(*plain), standard_serde<std::string>(),
///                                              json_serde<Order>());
template <class T>
[[nodiscard]] std::shared_ptr<const Serde<T>> json_serde() {
    static const auto serde = std::make_shared<const JsonSerde<T>>();
    return serde;
}

}  // namespace barnabas
