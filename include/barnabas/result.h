#pragma once

#include <barnabas/error_code.h>

#include <fmt/format.h>

#include <expected>
#include <string>
#include <utility>

namespace barnabas {

/// Why something expected went wrong: Kafka's code for the client, a sentence for people that
/// names what is wrong, the value, and what would be right.
struct Error {
    ErrorCode code = ErrorCode::unknown_server_error;
    std::string message;

    friend bool operator==(const Error&, const Error&) = default;
};

/// A value or an Error. What it holds must be looked at: see ignore().
template <class T = void>
class [[nodiscard]] Result : public std::expected<T, Error> {
public:
    using std::expected<T, Error>::expected;
};

/// return fail(ErrorCode::offset_out_of_range, "{} is outside [{}, {}]", from, start, end);
template <class... Args>
[[nodiscard]] std::unexpected<Error> fail(ErrorCode code, fmt::format_string<Args...> text,
                                          Args&&... args) {
    return std::unexpected(Error{code, fmt::format(text, std::forward<Args>(args)...)});
}

/// Passes an error on from a Result of another type.
template <class T>
[[nodiscard]] std::unexpected<Error> fail(Result<T>&& failed) {
    return std::unexpected(std::move(failed.error()));
}

/// Drops a result on purpose; `why` is for the reader.
template <class T>
void ignore(const Result<T>& /*dropped*/, const char* /*why*/) {}

}  // namespace barnabas

/// Returns from the enclosing function with the error if `expression` failed.
#define TRY(expression)                                                 \
    do {                                                                \
        if (auto try_result = (expression); !try_result) [[unlikely]] { \
            return ::barnabas::fail(std::move(try_result));             \
        }                                                               \
    } while (false)

#define BARNABAS_TRY_NAME_(line) try_result_##line
#define BARNABAS_TRY_NAME(line) BARNABAS_TRY_NAME_(line)
#define BARNABAS_TRY_ASSIGN(name, target, expression) \
    auto name = (expression);                         \
    if (!name) [[unlikely]] {                         \
        return ::barnabas::fail(std::move(name));     \
    }                                                 \
    target = std::move(*name)

/// TRY_ASSIGN(auto file, disk.open(path)): the value, or return with the error.
#define TRY_ASSIGN(target, expression) \
    BARNABAS_TRY_ASSIGN(BARNABAS_TRY_NAME(__LINE__), target, expression)
