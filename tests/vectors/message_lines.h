#pragma once

#include "wire/api.h"
#include "wire/codec.h"
#include "wire/json.h"

#include <boost/json.hpp>

#include <cstdint>
#include <memory>

namespace barnabas::testing {

/// A described struct at one version, as one line of a vector file asks for it.
struct Described {
    const wire::StructSchema* schema = nullptr;
    wire::Layout layout;
    void* (*create)() = nullptr;
    void (*destroy)(void*) = nullptr;

    [[nodiscard]] std::unique_ptr<void, void (*)(void*)> make() const {
        return {create(), destroy};
    }
};

template <class M>
[[nodiscard]] Described described(std::int16_t version) {
    return {.schema = &wire::schema_of<M>(),
            .layout = wire::layout_of<M>(version),
            .create = [] { return static_cast<void*>(new M()); },
            .destroy = [](void* object) { delete static_cast<M*>(object); }};
}

[[nodiscard]] Described described_message(const wire::MessageInfo& info, std::int16_t version);

/// `object` as JSON is `json`.
void expect_json(const Described& what, const void* object, const boost::json::object& json);

/// `bytes` decode to `json`, whole; `json` encodes to `bytes`; the two objects are equal.
void expect_both_ways(const Described& what, const boost::json::object& json, ByteView bytes);

}  // namespace barnabas::testing
