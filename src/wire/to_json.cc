#include "wire/field_equality.h"
#include "wire/json.h"
#include "wire/text_bytes.h"

#include <boost/json.hpp>

namespace barnabas::wire {
namespace {

namespace json = boost::json;

json::value value_of(const FieldSchema& field, std::int16_t version, const void* from);

json::value records_of(const Records& records) {
    if (records.is_null()) {
        return nullptr;
    }
    if (records.is_spliced()) {
        return json::object{{"splicedBytes", records.size()}};
    }
    return json::string(to_base64(records.bytes()));
}

json::value value_of(const FieldSchema& field, std::int16_t version, const void* from) {
    switch (field.kind) {
        case FieldKind::boolean:
            return *static_cast<const bool*>(from);
        case FieldKind::int8:
            return static_cast<std::int64_t>(*static_cast<const std::int8_t*>(from));
        case FieldKind::int16:
            return static_cast<std::int64_t>(*static_cast<const std::int16_t*>(from));
        case FieldKind::uint16:
            return static_cast<std::int64_t>(*static_cast<const std::uint16_t*>(from));
        case FieldKind::int32:
            return static_cast<std::int64_t>(*static_cast<const std::int32_t*>(from));
        case FieldKind::uint32:
            return static_cast<std::int64_t>(*static_cast<const std::uint32_t*>(from));
        case FieldKind::int64:
            return *static_cast<const std::int64_t*>(from);
        case FieldKind::float64:
            return *static_cast<const double*>(from);
        case FieldKind::uuid:
            return json::string(static_cast<const Uuid*>(from)->to_string());
        case FieldKind::string:
            return json::string(*static_cast<const std::string*>(from));
        case FieldKind::bytes:
            return json::string(to_base64(*static_cast<const ByteView*>(from)));
        case FieldKind::records:
            return records_of(*static_cast<const Records*>(from));
        case FieldKind::structure:
            return to_json(field.nested(), version, from);
    }
    return nullptr;
}

json::value member_of(const FieldSchema& field, std::int16_t version, const void* object) {
    const void* from = static_cast<const std::byte*>(object) + field.offset;
    if (field.optional != nullptr) {
        from = field.optional->get(from);
        if (from == nullptr) {
            return nullptr;
        }
    }
    if (field.array == nullptr) {
        return value_of(field, version, from);
    }
    json::array array;
    const auto count = field.array->count(from);
    const auto* element = static_cast<const std::byte*>(field.array->data(from));
    array.reserve(count);
    for (std::size_t i = 0; i < count; ++i, element += field.array->stride) {
        array.push_back(value_of(field, version, element));
    }
    return array;
}

}  // namespace

json::object to_json(const StructSchema& schema, std::int16_t version, const void* object) {
    json::object result;
    for (const auto& field : schema.fields()) {
        const bool told = field.tag < 0 || !equal_fields(field, version, object, schema.defaults());
        if (field.versions.contains(version) && told) {
            result.emplace(field.name, member_of(field, version, object));
        }
    }
    const auto* unknown = schema.unknown_tags(object);
    if (unknown != nullptr && !unknown->empty()) {
        json::array tags;
        for (const auto& tag : *unknown) {
            tags.push_back(json::object{{"tag", tag.tag}, {"hex", to_hex(tag.bytes)}});
        }
        result.emplace(unknown_tags_member, std::move(tags));
    }
    return result;
}

}  // namespace barnabas::wire
