#include "wire/json.h"
#include "wire/text_bytes.h"

#include <boost/json.hpp>

#include <algorithm>
#include <limits>

namespace barnabas::wire {
namespace {

namespace json = boost::json;

template <class... Args>
[[nodiscard]] Result<> refuse(fmt::format_string<Args...> text, Args&&... args) {
    return fail(ErrorCode::invalid_request, text, std::forward<Args>(args)...);
}

/// Walks a schema and fills an object from JSON.
class JsonReader {
public:
    JsonReader(std::int16_t version, JsonBytes& bytes) : version_(version), bytes_(bytes) {}

    Result<> structure(const StructSchema& schema, const json::object& from, void* object);

private:
    Result<> field(const PlanStep& step, const json::value& from, void* object);
    Result<> array(const FieldSchema& field, const json::value& from, void* member);
    Result<> value(const FieldSchema& field, const json::value& from, void* to);
    Result<> text(const FieldSchema& field, const json::value& from, void* to);
    Result<> unknown_tags(const json::value& from, UnknownTags& to);

    std::int16_t version_;
    JsonBytes& bytes_;
};

template <class T>
Result<> integer(const json::value& from, void* to) {
    boost::system::error_code error;
    const auto number = from.to_number<std::int64_t>(error);
    if (error || !from.is_number() || !std::in_range<T>(number)) {
        return refuse("{} is not a whole number from {} to {}", json::serialize(from),
                      std::numeric_limits<T>::min(), std::numeric_limits<T>::max());
    }
    *static_cast<T*>(to) = static_cast<T>(number);
    return {};
}

Result<> boolean(const json::value& from, void* to) {
    if (!from.is_bool()) {
        return refuse("{} is neither true nor false", json::serialize(from));
    }
    *static_cast<bool*>(to) = from.get_bool();
    return {};
}

Result<> float64(const json::value& from, void* to) {
    if (!from.is_number()) {
        return refuse("{} is not a number", json::serialize(from));
    }
    *static_cast<double*>(to) = from.to_number<double>();
    return {};
}

Result<> JsonReader::structure(const StructSchema& schema, const json::object& from, void* object) {
    const Plan& plan = schema.plan(version_);
    std::size_t taken = 0;
    const auto read = [&](const PlanStep& step, bool required) -> Result<> {
        const auto* member = from.if_contains(step.field->name);
        if (member == nullptr) {
            return required ? refuse("{} is missing", step.field->name) : Result<>{};
        }
        ++taken;
        if (auto done = field(step, *member, object); !done) {
            return refuse("{}: {}", step.field->name, done.error().message);
        }
        return {};
    };
    for (const auto& step : plan.fields) {
        TRY(read(step, true));
    }
    for (const auto& step : plan.tagged) {
        TRY(read(step, false));
    }
    const auto* tags = from.if_contains(unknown_tags_member);
    if (auto* kept = schema.unknown_tags(object); kept != nullptr && tags != nullptr) {
        ++taken;
        TRY(unknown_tags(*tags, *kept));
    }
    if (taken != from.size()) {
        return refuse("{} members, of which version {} has {}", from.size(), version_, taken);
    }
    return {};
}

Result<> JsonReader::field(const PlanStep& step, const json::value& from, void* object) {
    const FieldSchema& field = *step.field;
    void* to = static_cast<std::byte*>(object) + field.offset;
    if (from.is_null()) {
        if (!step.nullable) {
            return refuse("null, which this version does not allow");
        }
        if (field.optional != nullptr) {
            field.optional->reset(to);
        } else {
            *static_cast<Records*>(to) = Records();
        }
        return {};
    }
    if (field.optional != nullptr) {
        to = field.optional->emplace(to);
    }
    return field.array != nullptr ? array(field, from, to) : value(field, from, to);
}

Result<> JsonReader::array(const FieldSchema& field, const json::value& from, void* member) {
    const auto* elements = from.if_array();
    if (elements == nullptr) {
        return refuse("{} is not an array", json::serialize(from));
    }
    field.array->clear(member, elements->size());
    for (std::size_t i = 0; i < elements->size(); ++i) {
        if (auto read = value(field, (*elements)[i], field.array->append(member)); !read) {
            return refuse("[{}]: {}", i, read.error().message);
        }
    }
    return {};
}

Result<> JsonReader::value(const FieldSchema& field, const json::value& from, void* to) {
    switch (field.kind) {
        case FieldKind::boolean:
            return boolean(from, to);
        case FieldKind::int8:
            return integer<std::int8_t>(from, to);
        case FieldKind::int16:
            return integer<std::int16_t>(from, to);
        case FieldKind::uint16:
            return integer<std::uint16_t>(from, to);
        case FieldKind::int32:
            return integer<std::int32_t>(from, to);
        case FieldKind::uint32:
            return integer<std::uint32_t>(from, to);
        case FieldKind::int64:
            return integer<std::int64_t>(from, to);
        case FieldKind::float64:
            return float64(from, to);
        case FieldKind::structure:
            if (!from.is_object()) {
                return refuse("{} is not an object", json::serialize(from));
            }
            return structure(field.nested(), from.get_object(), to);
        case FieldKind::uuid:
        case FieldKind::string:
        case FieldKind::bytes:
        case FieldKind::records:
            return text(field, from, to);
    }
    return {};
}

Result<> JsonReader::text(const FieldSchema& field, const json::value& from, void* to) {
    if (!from.is_string()) {
        return refuse("{} is not a string", json::serialize(from));
    }
    const std::string_view text = from.get_string();
    if (field.kind == FieldKind::string) {
        static_cast<std::string*>(to)->assign(text);
        return {};
    }
    if (field.kind == FieldKind::uuid) {
        const auto id = Uuid::parse(text);
        if (!id) {
            return refuse("'{}' is not 22 characters of URL-safe base64", text);
        }
        *static_cast<Uuid*>(to) = *id;
        return {};
    }
    auto decoded = from_base64(text);
    if (!decoded) {
        return refuse("'{}' is not base64", text);
    }
    const ByteView kept = bytes_.keep(std::move(*decoded));
    if (field.kind == FieldKind::bytes) {
        *static_cast<ByteView*>(to) = kept;
    } else {
        *static_cast<Records*>(to) = Records(kept);
    }
    return {};
}

Result<> JsonReader::unknown_tags(const json::value& from, UnknownTags& to) {
    const auto* tags = from.if_array();
    if (tags == nullptr) {
        return refuse("{} is not an array", unknown_tags_member);
    }
    for (const auto& element : *tags) {
        const auto* tag = element.is_object() ? element.get_object().if_contains("tag") : nullptr;
        const auto* hex = element.is_object() ? element.get_object().if_contains("hex") : nullptr;
        if (tag == nullptr || hex == nullptr || !hex->is_string()) {
            return refuse("{} holds something else than a tag and hex", unknown_tags_member);
        }
        auto& unknown = to.emplace_back();
        TRY(integer<std::uint32_t>(*tag, &unknown.tag));
        auto decoded = from_hex(hex->get_string());
        if (!decoded) {
            return refuse("{} holds something else than hex", unknown_tags_member);
        }
        unknown.bytes = bytes_.keep(std::move(*decoded));
    }
    return {};
}

}  // namespace

Result<> from_json(const StructSchema& schema, std::int16_t version, const json::object& from,
                   void* object, JsonBytes& bytes) {
    return JsonReader(version, bytes).structure(schema, from, object);
}

}  // namespace barnabas::wire
