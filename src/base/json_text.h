#pragma once

#include <concepts>
#include <string>
#include <string_view>

namespace barnabas {

/// Appends `text` as a JSON string: escaped as Kafka's own tools do (Jackson: short escapes, else
/// \u00XX), with U+FFFD where it is no UTF-8.
void append_json_string(std::string& out, std::string_view text);

/// One flat JSON object, member by member, for tools that print one a line:
///   JsonLine().add("offset", 7).add("key", "k").text()
class JsonLine {
public:
    JsonLine& add(std::string_view name, std::string_view text);
    JsonLine& add(std::string_view name, const char* text) {
        return add(name, std::string_view(text));
    }
    JsonLine& add(std::string_view name, bool value) {
        return add_json(name, value ? "true" : "false");
    }
    template <std::integral T>
        requires(!std::same_as<T, bool>)
    JsonLine& add(std::string_view name, T number) {
        return add_json(name, std::to_string(number));
    }
    /// A value that is JSON already.
    JsonLine& add_json(std::string_view name, std::string_view json);
    [[nodiscard]] std::string text() const { return members_ + '}'; }

private:
    std::string members_ = "{";
};

}  // namespace barnabas
