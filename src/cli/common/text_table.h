#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::cli {

/// How many columns a text takes, as Java counts: its UTF-16 units.
[[nodiscard]] std::size_t text_width(std::string_view text);

/// `text` with blanks behind it up to `width`; a longer one stays as it is.
[[nodiscard]] std::string padded(std::string_view text, std::size_t width);

/// The cells one blank apart, each padded to its column's width: Java's "%-15s %-10s %s". A width
/// of 0 pads nothing.
[[nodiscard]] std::string table_row(const std::vector<std::string>& cells,
                                    const std::vector<std::size_t>& widths);

/// The widest of a column, and at least `least`.
class ColumnWidth {
public:
    explicit ColumnWidth(std::size_t least) : width_(least) {}
    void fit(std::string_view text) { width_ = std::max(width_, text_width(text)); }
    [[nodiscard]] std::size_t get() const { return width_; }

private:
    std::size_t width_;
};

/// What stands in a column where there is nothing to say.
inline constexpr std::string_view missing_value = "-";

/// A number, or "-".
template <class T>
[[nodiscard]] std::string number_or_missing(const std::optional<T>& value) {
    return value ? std::to_string(*value) : std::string(missing_value);
}

/// A table whose columns are as wide as their widest cell, each followed by a tab: how
/// kafka-transactions prints.
[[nodiscard]] std::string tabbed_table(const std::vector<std::string>& headers,
                                       const std::vector<std::vector<std::string>>& rows);

}  // namespace barnabas::cli
