#pragma once

#include <fmt/format.h>

#include <string>

namespace barnabas {

/// Writes file, line, condition and sentence to standard error and aborts.
[[noreturn]] void invariant_failed(const char* file, int line, const char* condition,
                                   const std::string& sentence) noexcept;

}  // namespace barnabas

/// A fact that only a bug in Barnabas can break; on in release builds too. Never for input.
#define INVARIANT(condition, ...)                                        \
    do {                                                                 \
        if (!(condition)) [[unlikely]] {                                 \
            ::barnabas::invariant_failed(__FILE__, __LINE__, #condition, \
                                         ::fmt::format(__VA_ARGS__));    \
        }                                                                \
    } while (false)
