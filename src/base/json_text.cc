#include "base/json_text.h"

#include "base/utf8.h"

#include <fmt/format.h>

namespace barnabas {
namespace {

/// The letter of a short escape; 0 for a character that has none.
char short_escape(char c) {
    switch (c) {
        case '"':
        case '\\':
            return c;
        case '\b':
            return 'b';
        case '\t':
            return 't';
        case '\n':
            return 'n';
        case '\f':
            return 'f';
        case '\r':
            return 'r';
        default:
            return 0;
    }
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
    out += '"';
    for (const char c : replace_malformed_utf8(text)) {
        if (const char letter = short_escape(c)) {
            out += '\\';
            out += letter;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            out += fmt::format("\\u{:04X}", static_cast<unsigned>(c));
        } else {
            out += c;
        }
    }
    out += '"';
}

JsonLine& JsonLine::add(std::string_view name, std::string_view text) {
    std::string json;
    append_json_string(json, text);
    return add_json(name, json);
}

JsonLine& JsonLine::add_json(std::string_view name, std::string_view json) {
    if (members_.size() > 1) {
        members_ += ',';
    }
    append_json_string(members_, name);
    members_ += ':';
    members_ += json;
    return *this;
}

}  // namespace barnabas
