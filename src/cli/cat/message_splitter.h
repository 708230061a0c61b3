#pragma once

#include "base/result.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace barnabas::cli {

/// Cuts a stream of bytes at delimiters of any length. Always: at most `size_max` bytes and a
/// delimiter are kept besides what the last feed() brought.
///
///     splitter.feed(bytes);
///     while (auto message = splitter.next()) ...
///     at the end of the stream: splitter.rest()
class MessageSplitter {
public:
    /// INVARIANT: the delimiter is not empty.
    MessageSplitter(std::string delimiter, std::size_t size_max);

    /// More of the stream. message_too_large where what is kept has no delimiter within `size_max`.
    Result<void> feed(std::string_view bytes);
    /// What stands before the next delimiter; good until the next call of feed().
    [[nodiscard]] std::optional<std::string_view> next();
    /// What stands behind the last delimiter, once next() has nothing more.
    [[nodiscard]] std::string_view rest() const;

private:
    std::string delimiter_;
    std::size_t size_max_;
    std::string kept_;
    std::size_t begin_ = 0;    ///< of what next() has not handed out
    std::size_t scanned_ = 0;  ///< no delimiter begins before it
};

/// A message taken apart at the first key delimiter. Nothing: there is none in it.
[[nodiscard]] std::optional<std::pair<std::string_view, std::string_view>> split_key(
    std::string_view message, std::string_view delimiter);

}  // namespace barnabas::cli
