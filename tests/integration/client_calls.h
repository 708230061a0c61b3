#pragma once

#include <barnabas/future.h>
#include <barnabas/result.h>

#include <fmt/format.h>

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

namespace barnabas {

// What the tests of the C++ clients against a real broker have in common.

/// The broker that whoever runs the test has started.
inline std::string bootstrap() {
    const char* const address = std::getenv("BARNABAS_BOOTSTRAP");
    return address != nullptr ? address : "localhost:9092";
}

/// The value, or the end of the test.
template <class T>
T good(Result<T> result) {
    if (!result) {
        throw std::runtime_error(
            fmt::format("{}: {}", error_name(result.error().code), result.error().message));
    }
    if constexpr (!std::is_void_v<T>) {
        return std::move(*result);
    }
}

template <class T>
T good(Future<T> future) {
    return good(future.get());
}

}  // namespace barnabas
