#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "wire/codec.h"

#include <boost/json/fwd.hpp>

#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace barnabas::wire {

// Any described struct as JSON, for logs, tools and tests: one member per field that the version
// has, in camelCase and in the order of the description; a tagged field is left out where it has
// its default value. A uuid is Kafka's text, bytes and records are standard base64 with padding,
// null is null. Unknown tagged fields are
// "_unknownTaggedFields": [{"tag": n, "hex": "..."}].

inline constexpr std::string_view unknown_tags_member = "_unknownTaggedFields";

/// The bytes that fields of a struct made from JSON are views of. The struct must not outlive it.
class JsonBytes {
public:
    ByteView keep(std::vector<std::byte> bytes) { return kept_.emplace_back(std::move(bytes)); }

private:
    std::deque<std::vector<std::byte>> kept_;
};

/// Records that are spliced in from elsewhere have no bytes here: {"splicedBytes": size}.
[[nodiscard]] boost::json::object to_json(const StructSchema& schema, std::int16_t version,
                                          const void* object);

/// As Kafka's tools print it (Jackson): no blanks, doubles as Java writes them, U+FFFD where a
/// string is no UTF-8. Tagged fields that the schema does not know are left out, as Kafka does.
[[nodiscard]] std::string json_text(const boost::json::value& value);

/// Fills `object`, which is as its default constructor leaves it. Refuses (invalid_request, with
/// the field's name) what is of the wrong type or out of range, a member that the version does not
/// have, and an untagged field that is missing; `object` is then indeterminate.
[[nodiscard]] Result<> from_json(const StructSchema& schema, std::int16_t version,
                                 const boost::json::object& json, void* object, JsonBytes& bytes);

/// A message of type M; returned by value, so that callers include <boost/json.hpp>.
template <class M>
[[nodiscard]] auto to_json(const M& message, std::int16_t version) {
    return to_json(schema_of<M>(), version, &message);
}
template <class M>
[[nodiscard]] Result<M> from_json(const boost::json::object& json, std::int16_t version,
                                  JsonBytes& bytes) {
    Result<M> message;
    if (auto read = from_json(schema_of<M>(), version, json, &*message, bytes); !read) {
        return fail(ErrorCode::invalid_request, "{} v{}: {}", M::name, version,
                    read.error().message);
    }
    return message;
}

}  // namespace barnabas::wire
