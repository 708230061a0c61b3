#pragma once

#include "base/result.h"
#include "base/time.h"

#include <ctime>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::cli {

/// A pattern of java.text.SimpleDateFormat, "yyyy-MM-dd HH:mm:ss:SSS", with English names: the
/// letters G y Y M d D E u a H k K h m s S z Z X, 'quoted text', and what is no letter as it is.
class JavaDateFormat {
public:
    /// invalid_request with Java's sentence for a letter that means nothing, or an open quote.
    [[nodiscard]] static Result<JavaDateFormat> parse(std::string_view pattern);

    /// `calendar`: the moment's parts in some time zone (its tm_gmtoff and tm_zone count).
    [[nodiscard]] std::string format(const std::tm& calendar, int milliseconds) const;
    /// In the machine's time zone, as Java.
    [[nodiscard]] std::string local(Timestamp moment) const;

private:
    /// `count` times a letter of the pattern, or text where `letter` is 0.
    struct Piece {
        char letter = 0;
        int count = 0;
        std::string text{};
    };
    static std::string piece_text(const Piece& piece, const std::tm& calendar, int milliseconds);
    static std::string number_text(const Piece& piece, const std::tm& calendar, int milliseconds);

    std::vector<Piece> pieces_;
};

}  // namespace barnabas::cli
