#pragma once

#include "wire/schema.h"

#include <cstdint>

namespace barnabas::wire {

/// Whether one field of two objects of the same struct is the same, as `version` sees it.
[[nodiscard]] bool equal_fields(const FieldSchema& field, std::int16_t version, const void* a,
                                const void* b);

}  // namespace barnabas::wire
