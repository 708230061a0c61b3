#include "wire/codec.h"
#include "wire/field_equality.h"

#include <algorithm>
#include <bit>
#include <string>

namespace barnabas::wire {
namespace {

template <class T>
bool same(const void* a, const void* b) {
    return *static_cast<const T*>(a) == *static_cast<const T*>(b);
}

bool same_bytes(ByteView a, ByteView b) {
    return std::ranges::equal(a, b);
}

bool same_records(const Records& a, const Records& b) {
    return a.is_null() == b.is_null() && a.is_spliced() == b.is_spliced() && a.size() == b.size() &&
           a.source() == b.source() && same_bytes(a.bytes(), b.bytes());
}

bool equal_values(const FieldSchema& field, std::int16_t version, const void* a, const void* b) {
    switch (field.kind) {
        case FieldKind::boolean:
            return same<bool>(a, b);
        case FieldKind::int8:
            return same<std::int8_t>(a, b);
        case FieldKind::int16:
        case FieldKind::uint16:
            return same<std::int16_t>(a, b);
        case FieldKind::int32:
        case FieldKind::uint32:
            return same<std::int32_t>(a, b);
        case FieldKind::int64:
            return same<std::int64_t>(a, b);
        case FieldKind::float64:
            return std::bit_cast<std::int64_t>(*static_cast<const double*>(a)) ==
                   std::bit_cast<std::int64_t>(*static_cast<const double*>(b));
        case FieldKind::uuid:
            return same<Uuid>(a, b);
        case FieldKind::string:
            return same<std::string>(a, b);
        case FieldKind::bytes:
            return same_bytes(*static_cast<const ByteView*>(a), *static_cast<const ByteView*>(b));
        case FieldKind::records:
            return same_records(*static_cast<const Records*>(a), *static_cast<const Records*>(b));
        case FieldKind::structure:
            return equal_structs(field.nested(), version, a, b);
    }
    return false;
}

bool equal_arrays(const FieldSchema& field, std::int16_t version, const void* a, const void* b) {
    const auto count = field.array->count(a);
    if (count != field.array->count(b)) {
        return false;
    }
    const auto* left = static_cast<const std::byte*>(field.array->data(a));
    const auto* right = static_cast<const std::byte*>(field.array->data(b));
    for (std::size_t i = 0; i < count; ++i) {
        if (!equal_values(field, version, left + i * field.array->stride,
                          right + i * field.array->stride)) {
            return false;
        }
    }
    return true;
}

bool same_tag(const UnknownTag& a, const UnknownTag& b) {
    return a.tag == b.tag && same_bytes(a.bytes, b.bytes);
}

}  // namespace

bool equal_fields(const FieldSchema& field, std::int16_t version, const void* a, const void* b) {
    const void* left = static_cast<const std::byte*>(a) + field.offset;
    const void* right = static_cast<const std::byte*>(b) + field.offset;
    if (field.optional != nullptr) {
        left = field.optional->get(left);
        right = field.optional->get(right);
        if (left == nullptr || right == nullptr) {
            return left == right;
        }
    }
    return field.array != nullptr ? equal_arrays(field, version, left, right)
                                  : equal_values(field, version, left, right);
}

bool equal_structs(const StructSchema& schema, std::int16_t version, const void* a, const void* b) {
    const Plan& plan = schema.plan(version);
    const auto equal = [&](const PlanStep& step) {
        return equal_fields(*step.field, version, a, b);
    };
    const auto* left = schema.unknown_tags(a);
    const auto* right = schema.unknown_tags(b);
    return std::ranges::all_of(plan.fields, equal) && std::ranges::all_of(plan.tagged, equal) &&
           (left == nullptr || std::ranges::equal(*left, *right, same_tag));
}

}  // namespace barnabas::wire
