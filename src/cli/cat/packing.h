#pragma once

#include "base/result.h"

#include <string>
#include <string_view>

namespace barnabas::cli {

/// How the bytes of a key or value are made of numbers and text: kcat's -s, after Python's struct.
///
///     <  little-endian from here on        >  big-endian from here on (the beginning's)
///     b B  h H  i I  q Q                   integers of 1, 2, 4 and 8 bytes, signed and not
///     c  one byte                          s  all that is left
///     $  nothing must be left              (blank)  a blank in the text, nothing in the bytes
///
/// Bytes behind the end of the format are left out of the text, unless it ends with '$'.
class PackFormat {
public:
    /// invalid_request names the letter that is none. `what` is "key" or "value", for sentences.
    static Result<PackFormat> parse(std::string_view what, std::string_view letters);

    /// Appends `bytes` as text; what was appended before an error stays.
    Result<void> unpack(std::string_view bytes, std::string& text) const;

    /// The bytes that unpack() makes `text` of. Numbers must stand apart in the text: with nothing
    /// between two of them they cannot be told apart, which is an error of the format.
    [[nodiscard]] Result<std::string> pack(std::string_view text) const;

private:
    PackFormat(std::string_view what, std::string_view letters) : what_(what), letters_(letters) {}

    std::string what_;
    std::string letters_;
};

}  // namespace barnabas::cli
