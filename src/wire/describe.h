#pragma once

#include "wire/schema.h"

#include <optional>
#include <string>
#include <type_traits>
#include <vector>

// Turns a struct's fields() description into its StructSchema. Included only by the .cc files that
// compile descriptions: each struct's is instantiated once.
//
//     struct HeartbeatRequest {
//         std::string group_id;
//         std::optional<std::string> group_instance_id;
//         UnknownTags unknown_tags;
//
//         template <class Self, class V>
//         static void fields(Self& m, V& v) {
//             v(m.group_id, "groupId");
//             v(m.group_instance_id, "groupInstanceId").since(3).nullable();
//             v.unknown(m.unknown_tags);
//         }
//     };

namespace barnabas::wire {

template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};
template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};

template <class T>
inline constexpr ArrayAccess array_access{
    .count = [](const void* a) { return static_cast<const std::vector<T>*>(a)->size(); },
    .data = [](const void* a) -> const void* {
        return static_cast<const std::vector<T>*>(a)->data();
    },
    .clear =
        [](void* a, std::size_t n) {
            static_cast<std::vector<T>*>(a)->clear();
            static_cast<std::vector<T>*>(a)->reserve(n);
        },
    .append = [](void* a) -> void* { return &static_cast<std::vector<T>*>(a)->emplace_back(); },
    .stride = sizeof(T),
};

template <class T>
inline constexpr OptionalAccess optional_access{
    .get = [](const void* o) -> const void* {
        const auto& optional = *static_cast<const std::optional<T>*>(o);
        return optional ? &*optional : nullptr;
    },
    .emplace = [](void* o) -> void* { return &static_cast<std::optional<T>*>(o)->emplace(); },
    .reset = [](void* o) { static_cast<std::optional<T>*>(o)->reset(); },
};

template <class T>
constexpr FieldKind kind_of() {
    if constexpr (std::is_same_v<T, bool>) {
        return FieldKind::boolean;
    } else if constexpr (std::is_same_v<T, std::int8_t>) {
        return FieldKind::int8;
    } else if constexpr (std::is_same_v<T, std::int16_t>) {
        return FieldKind::int16;
    } else if constexpr (std::is_same_v<T, std::uint16_t>) {
        return FieldKind::uint16;
    } else if constexpr (std::is_same_v<T, std::int32_t>) {
        return FieldKind::int32;
    } else if constexpr (std::is_same_v<T, std::uint32_t>) {
        return FieldKind::uint32;
    } else if constexpr (std::is_same_v<T, std::int64_t>) {
        return FieldKind::int64;
    } else if constexpr (std::is_same_v<T, double>) {
        return FieldKind::float64;
    } else if constexpr (std::is_same_v<T, Uuid>) {
        return FieldKind::uuid;
    } else if constexpr (std::is_same_v<T, std::string>) {
        return FieldKind::string;
    } else if constexpr (std::is_same_v<T, ByteView>) {
        return FieldKind::bytes;
    } else if constexpr (std::is_same_v<T, Records>) {
        return FieldKind::records;
    } else {
        return FieldKind::structure;
    }
}

/// What v(m.field, "name") returns: the versions that carry the field, and how.
class FieldDescription {
public:
    explicit FieldDescription(FieldSchema& field) : field_(field) {}

    FieldDescription& since(std::int16_t first) { return versions(first, latest); }
    FieldDescription& until(std::int16_t last) { return versions(0, last); }
    FieldDescription& versions(std::int16_t first, std::int16_t last) {
        field_.versions = {first, last};
        return *this;
    }
    FieldDescription& nullable(std::int16_t first = 0, std::int16_t last = latest) {
        field_.nullable = {first, last};
        return *this;
    }
    FieldDescription& tag(int number) {
        field_.tag = number;
        return *this;
    }
    FieldDescription& classic_length() {
        field_.classic_length = true;
        return *this;
    }

private:
    FieldSchema& field_;
};

/// The visitor that fields() is called with, once per struct.
class Describer {
public:
    explicit Describer(const void* object) : object_(static_cast<const std::byte*>(object)) {}

    template <class T>
    FieldDescription operator()(const T& member, std::string_view name) {
        auto& field = fields_.emplace_back();
        field.name = name;
        field.offset = offset_of(&member);
        describe_type<T>(field);
        return FieldDescription(field);
    }
    void unknown(const UnknownTags& member) {
        unknown_tags_offset_ = static_cast<std::ptrdiff_t>(offset_of(&member));
    }

    [[nodiscard]] std::vector<FieldSchema> take_fields() { return std::move(fields_); }
    [[nodiscard]] std::ptrdiff_t unknown_tags_offset() const { return unknown_tags_offset_; }

private:
    [[nodiscard]] std::size_t offset_of(const void* member) const {
        return static_cast<std::size_t>(static_cast<const std::byte*>(member) - object_);
    }

    template <class T>
    static void describe_type(FieldSchema& field) {
        if constexpr (IsOptional<T>::value) {
            field.optional = &optional_access<typename T::value_type>;
            describe_type<typename T::value_type>(field);
        } else if constexpr (IsVector<T>::value) {
            field.array = &array_access<typename T::value_type>;
            describe_type<typename T::value_type>(field);
        } else {
            field.kind = kind_of<T>();
            if constexpr (kind_of<T>() == FieldKind::structure) {
                field.nested = &schema_of<T>;
            }
        }
    }

    const std::byte* object_;
    std::vector<FieldSchema> fields_;
    std::ptrdiff_t unknown_tags_offset_ = -1;
};

template <class T>
const StructSchema& schema_of() {
    static const T defaults{};
    static const StructSchema schema = [] {
        Describer describer(&defaults);
        T::fields(defaults, describer);
        auto fields = describer.take_fields();
        return StructSchema(std::move(fields), describer.unknown_tags_offset(), &defaults);
    }();
    return schema;
}

}  // namespace barnabas::wire
