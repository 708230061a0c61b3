#pragma once

#include "cli/framework/option_parser.h"

#include <sstream>
#include <string>
#include <vector>

namespace barnabas::cli {

/// The words of a line, apart by blanks.
inline std::vector<std::string> words_of(const std::string& line) {
    std::istringstream in(line);
    std::vector<std::string> words;
    for (std::string word; in >> word;) {
        words.push_back(word);
    }
    return words;
}

inline Result<ParsedOptions> parsed(const Syntax& syntax, const std::string& line) {
    return parse_options(syntax, words_of(line));
}

/// What went wrong; empty if nothing.
template <class T>
std::string sentence(const Result<T>& result) {
    return result ? "" : result.error().message;
}

/// What reading a line, and a check of what was read, complain about; empty if nothing.
template <class Check>
std::string complaint(const Syntax& syntax, const std::string& line, Check check) {
    const auto options = parsed(syntax, line);
    if (!options) {
        return options.error().message;
    }
    const auto checked = check(*options);
    return checked ? "" : checked.error().message;
}

}  // namespace barnabas::cli
