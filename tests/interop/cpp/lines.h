#pragma once

#include <cstdio>
#include <string>
#include <string_view>

/// How the programs of this folder speak to the tests: one JSON object a line.
namespace interop {

/// A line on standard output, at once.
inline void say(const std::string& line) {
    std::fputs((line + "\n").c_str(), stdout);
    std::fflush(stdout);
}

/// A JSON string of one line: a line's end within `text` becomes a space.
inline std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
        }
        out += c == '\n' ? ' ' : c;
    }
    return out + "\"";
}

}  // namespace interop
