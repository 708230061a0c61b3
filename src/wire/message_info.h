#pragma once

#include "wire/codec.h"
#include "wire/schema.h"

#include <cstdint>
#include <memory>
#include <string_view>

namespace barnabas::wire {

/// A message or record whose type is known only at run time: for tests, tools and fuzzing.
struct MessageInfo {
    std::string_view name;
    Versions versions;
    std::int16_t flexible_since = never_flexible;
    const StructSchema& (*schema)() = nullptr;
    void* (*create)() = nullptr;
    void (*destroy)(void*) = nullptr;

    [[nodiscard]] Layout layout(std::int16_t version) const {
        return {.version = version, .flexible = version >= flexible_since};
    }
    using Object = std::unique_ptr<void, void (*)(void*)>;
    /// An object as the default constructor leaves it.
    [[nodiscard]] Object make() const { return {create(), destroy}; }
};

template <class M>
constexpr MessageInfo info_of() {
    return {.name = M::name,
            .versions = M::versions,
            .flexible_since = M::flexible_since,
            .schema = &schema_of<M>,
            .create = [] { return static_cast<void*>(new M()); },
            .destroy = [](void* message) { delete static_cast<M*>(message); }};
}

}  // namespace barnabas::wire
