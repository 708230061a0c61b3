#pragma once

#include "base/bytes.h"
#include "base/uuid.h"
#include "wire/records_field.h"

#include <array>
#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <span>
#include <string_view>
#include <vector>

namespace barnabas::wire {

/// Both ends included; an empty range has first > last.
struct Versions {
    std::int16_t first = 0;
    std::int16_t last = std::numeric_limits<std::int16_t>::max();

    [[nodiscard]] constexpr bool contains(std::int16_t version) const {
        return first <= version && version <= last;
    }
    friend constexpr bool operator==(Versions, Versions) = default;
};

inline constexpr Versions no_versions{1, 0};
inline constexpr std::int16_t latest = std::numeric_limits<std::int16_t>::max();
/// Kafka neither reads nor writes a longer string, whatever its length is encoded in.
inline constexpr std::size_t string_bytes_max = 32'767;
inline constexpr std::int16_t never_flexible = std::numeric_limits<std::int16_t>::max();

/// A tagged field (KIP-482) that no version here defines; kept so that the message is written back
/// as it came. The bytes are a view of the input.
struct UnknownTag {
    std::uint32_t tag = 0;
    ByteView bytes;
};
using UnknownTags = std::vector<UnknownTag>;

enum class FieldKind : std::uint8_t {
    boolean,
    int8,
    int16,
    uint16,
    int32,
    uint32,
    int64,
    float64,
    uuid,
    string,
    bytes,
    records,
    structure,
};

class StructSchema;

/// How the codec reaches into a std::vector or a std::optional without knowing its type.
struct ArrayAccess {
    std::size_t (*count)(const void* array);
    const void* (*data)(const void* array);
    void (*clear)(void* array, std::size_t reserve);  // empties it, with room for so many
    void* (*append)(void* array);                     // a new last element
    std::size_t stride;
};
struct OptionalAccess {
    const void* (*get)(const void* optional);  // nullptr: null
    void* (*emplace)(void* optional);
    void (*reset)(void* optional);
};

/// One field of a struct: its name and place on the wire, and where it is in the C++ object.
struct FieldSchema {
    std::string_view name;  // Kafka's, in camelCase
    FieldKind kind = FieldKind::boolean;
    std::size_t offset = 0;
    Versions versions;
    Versions nullable = no_versions;
    int tag = -1;                 // -1: untagged
    bool classic_length = false;  // int16 even in flexible versions (the header's client id)
    const ArrayAccess* array = nullptr;
    const OptionalAccess* optional = nullptr;
    const StructSchema& (*nested)() = nullptr;  // of kind structure
};

/// One field as a given version has it: what the codec walks over.
struct PlanStep {
    const FieldSchema* field = nullptr;
    bool nullable = false;
};

/// A struct at one version: untagged fields in the order of the wire, tagged ones by tag.
struct Plan {
    std::vector<PlanStep> fields;
    std::vector<PlanStep> tagged;
};

/// What a message or a struct inside one looks like, built once from its fields() description.
/// Immutable; safe on every thread. Lives until the process ends.
class StructSchema {
public:
    StructSchema(std::vector<FieldSchema> fields, std::ptrdiff_t unknown_tags_offset,
                 const void* defaults);
    StructSchema(const StructSchema&) = delete;
    StructSchema& operator=(const StructSchema&) = delete;
    ~StructSchema();

    [[nodiscard]] std::span<const FieldSchema> fields() const { return fields_; }
    /// An object as the default constructor leaves it.
    [[nodiscard]] const std::byte* defaults() const { return defaults_; }
    /// nullptr if the struct keeps none.
    [[nodiscard]] UnknownTags* unknown_tags(void* object) const;
    [[nodiscard]] const UnknownTags* unknown_tags(const void* object) const;

    [[nodiscard]] const Plan& plan(std::int16_t version) const {
        const Plan* plan =
            plans_[static_cast<std::size_t>(version)].load(std::memory_order_acquire);
        return plan != nullptr ? *plan : make_plan(version);
    }

    /// Versions are 0 to plans_max - 1.
    static constexpr std::size_t plans_max = 32;

private:
    const Plan& make_plan(std::int16_t version) const;

    std::vector<FieldSchema> fields_;
    std::ptrdiff_t unknown_tags_offset_;  // -1: none
    const std::byte* defaults_;
    mutable std::array<std::atomic<const Plan*>, plans_max> plans_{};
    mutable std::mutex making_plans_;
};

/// The schema of message or struct T; defined where T's description is compiled (wire/describe.h).
template <class T>
const StructSchema& schema_of();

}  // namespace barnabas::wire
