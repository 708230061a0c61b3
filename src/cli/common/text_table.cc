#include "cli/common/text_table.h"

#include "base/invariant.h"

namespace barnabas::cli {

std::size_t text_width(std::string_view text) {
    std::size_t width = 0;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte & 0xC0U) != 0x80U) {
            width += byte >= 0xF0U ? 2 : 1;  // beyond U+FFFF Java has two units
        }
    }
    return width;
}

std::string padded(std::string_view text, std::size_t width) {
    std::string result(text);
    const auto taken = text_width(text);
    result.append(taken < width ? width - taken : 0, ' ');
    return result;
}

std::string table_row(const std::vector<std::string>& cells,
                      const std::vector<std::size_t>& widths) {
    INVARIANT(cells.size() == widths.size(), "{} cells in {} columns", cells.size(), widths.size());
    std::string row;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (i > 0) {
            row += ' ';
        }
        row += padded(cells[i], widths[i]);
    }
    return row;
}

std::string tabbed_table(const std::vector<std::string>& headers,
                         const std::vector<std::vector<std::string>>& rows) {
    std::vector<ColumnWidth> widths;
    widths.reserve(headers.size());
    for (const auto& header : headers) {
        widths.emplace_back(text_width(header));
    }
    for (const auto& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            widths[i].fit(row[i]);
        }
    }
    std::string text;
    const auto add = [&](const std::vector<std::string>& row) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            text += padded(row[i], widths[i].get());
            text += '\t';
        }
        text += '\n';
    };
    add(headers);
    for (const auto& row : rows) {
        add(row);
    }
    return text;
}

}  // namespace barnabas::cli
