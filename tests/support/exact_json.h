#pragma once

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>

#include <charconv>
#include <optional>
#include <string_view>

namespace barnabas::testing {

/// Builds a JSON value as boost::json::parse() does, but with the nearest double to each number's
/// text: Boost 1.81's own may be the one beside it.
class ExactJsonHandler {
public:
    static constexpr std::size_t max_object_size = -1;
    static constexpr std::size_t max_array_size = -1;
    static constexpr std::size_t max_key_size = -1;
    static constexpr std::size_t max_string_size = -1;
    using Code = boost::system::error_code;
    using Text = boost::json::string_view;

    boost::json::value release() { return stack_.release(); }

    bool on_document_begin(Code&) {
        stack_.reset();
        return true;
    }
    bool on_document_end(Code&) { return true; }
    bool on_array_begin(Code&) { return true; }
    bool on_array_end(std::size_t size, Code&) {
        stack_.push_array(size);
        return true;
    }
    bool on_object_begin(Code&) { return true; }
    bool on_object_end(std::size_t size, Code&) {
        stack_.push_object(size);
        return true;
    }
    bool on_key_part(Text part, std::size_t, Code&) { return push_part(part); }
    bool on_key(Text last, std::size_t, Code&) {
        stack_.push_key(last);
        return true;
    }
    bool on_string_part(Text part, std::size_t, Code&) { return push_part(part); }
    bool on_string(Text last, std::size_t, Code&) {
        stack_.push_string(last);
        return true;
    }
    bool on_number_part(Text, Code&) { return true; }
    bool on_int64(std::int64_t value, Text, Code&) {
        stack_.push_int64(value);
        return true;
    }
    bool on_uint64(std::uint64_t value, Text, Code&) {
        stack_.push_uint64(value);
        return true;
    }
    bool on_double(double, Text text, Code&) {
        double nearest = 0;
        std::from_chars(text.data(), text.data() + text.size(), nearest);
        stack_.push_double(nearest);
        return true;
    }
    bool on_bool(bool value, Code&) {
        stack_.push_bool(value);
        return true;
    }
    bool on_null(Code&) {
        stack_.push_null();
        return true;
    }
    bool on_comment_part(Text, Code&) { return true; }
    bool on_comment(Text, Code&) { return true; }

private:
    bool push_part(Text part) {
        stack_.push_chars(part);
        return true;
    }

    boost::json::value_stack stack_;
};

/// One whole JSON text; nothing if it is none.
inline std::optional<boost::json::value> parse_exactly(std::string_view text) {
    boost::json::basic_parser<ExactJsonHandler> parser{boost::json::parse_options{}};
    boost::system::error_code error;
    const auto taken = parser.write_some(false, text.data(), text.size(), error);
    if (error || taken != text.size()) {
        return std::nullopt;
    }
    return parser.handler().release();
}

}  // namespace barnabas::testing
