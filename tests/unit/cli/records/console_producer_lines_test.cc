#include "cli/records/console_producer_lines.h"

#include "unit/cli/options_of.h"

#include <gtest/gtest.h>
#include <re2/re2.h>

#include <string>

namespace barnabas::cli {
namespace {

std::string shown(const std::optional<ByteView>& bytes) {
    return bytes ? "'" + std::string(as_text(*bytes)) + "'" : "null";
}

/// "h1='v1' | 'key' | 'value'", or what is wrong.
std::string told(LineReader& reader, const std::string& line) {
    const auto record = reader.read(line);
    if (!record) {
        return record.error().message;
    }
    std::string headers;
    for (const auto& header : record->headers) {
        headers += std::string(header.key) + "=" + shown(header.value) + " ";
    }
    return headers + "| " + shown(record->key) + " | " + shown(record->value);
}

LineReader reader_of(ClientConfig properties) {
    properties.emplace("topic", "orders");
    auto format = line_format(properties);
    EXPECT_TRUE(format) << sentence(format);
    return LineReader(std::move(format).value_or(LineFormat{}));
}

TEST(LineReader, TakesLinesApart) {
    const ClientConfig keys{{"parse.key", "true"}, {"key.separator", ":"}};
    const ClientConfig both{{"parse.headers", " True "}, {"parse.key", "true"}};
    const ClientConfig marked{
        {"parse.headers", "true"}, {"parse.key", "true"}, {"null.marker", "~"}};
    const ClientConfig lenient{
        {"parse.headers", "true"}, {"parse.key", "true"}, {"ignore.error", "true"}};
    struct Row {
        ClientConfig properties;
        std::string line;
        std::string want;
    };
    const Row rows[] = {
        {{}, "plain value", "| null | 'plain value'"},
        {{}, "", "| null | ''"},
        {{}, "\xff", "| null | '\xff'"},
        {keys, "a:b", "| 'a' | 'b'"},
        {keys, "a:b:c", "| 'a' | 'b:c'"},
        {keys, ":b", "| '' | 'b'"},
        {keys, "a:", "| 'a' | ''"},
        {keys, "none", "No key separator found on line number 1: 'none'"},
        {{{"parse.key", "true"}, {"key.separator", "::"}}, "a::b:c", "| 'a' | 'b:c'"},
        {{{"parse.key", "TRUE"}}, "k\tv", "| 'k' | 'v'"},
        {{{"parse.key", "yes"}}, "k\tv", "| null | 'k\tv'"},
        {both, "h1:v1,h2:v2\tk\tv", "h1='v1' h2='v2' | 'k' | 'v'"},
        {both, "h1:\tk\tv", "h1='' | 'k' | 'v'"},
        {both, "h1:a:b\tk\tv", "h1='a:b' | 'k' | 'v'"},
        {both, "bad\tk\tv", "No header key separator found in pair 'bad' on line number 1"},
        {both, "\tk\tv", "No header key separator found in pair '' on line number 1"},
        {both, "h:v", "No headers delimiter found on line number 1: 'h:v'"},
        {both, "h:v\tk", "No key separator found on line number 1: 'h:v\tk'"},
        {marked, "~\t~\t~", "| null | null"},
        {marked, "h:~\tk\tv", "h=null | 'k' | 'v'"},
        {marked, "~:x\tk\tv",
         "Header keys should not be equal to the null marker '~' as they can't be null"},
        {lenient, "bad\tk\tv", "bad=null | 'k' | 'v'"},
        {lenient, "value", "| null | 'value'"},
        {{{"parse.headers", "true"}, {"headers.separator", "[;|]"}},
         "a:1;b:2|c:3;;\tv",
         "a='1' b='2' c='3' | null | 'v'"},
        {{{"parse.headers", "true"}, {"headers.delimiter", "|"}, {"headers.key.separator", "="}},
         "a=1|v",
         "a='1' | null | 'v'"},
    };
    for (const auto& row : rows) {
        auto reader = reader_of(row.properties);
        EXPECT_EQ(told(reader, row.line), row.want) << row.line;
    }
}

TEST(LineReader, CountsLinesAndForgetsHeaders) {
    auto reader = reader_of({{"parse.headers", "true"}});
    EXPECT_EQ(told(reader, "a:1\tv"), "a='1' | null | 'v'");
    EXPECT_EQ(told(reader, "b:2\tv"), "b='2' | null | 'v'");
    EXPECT_EQ(told(reader, "bad"), "No headers delimiter found on line number 3: 'bad'");
}

TEST(LineReader, SendsToTheTopicOfItsProperties) {
    auto reader = reader_of({{"topic", "other"}});
    EXPECT_EQ(reader.read("v")->topic, "other");
}

TEST(LineReader, RefusesSeparatorsThatAreAlike) {
    const std::pair<ClientConfig, std::string> rows[] = {
        {{{"headers.separator", "\t"}}, "headers.delimiter and headers.separator may not be equal"},
        {{{"headers.key.separator", "\t"}},
         "headers.delimiter and headers.key.separator may not be equal"},
        {{{"headers.key.separator", ","}},
         "headers.separator and headers.key.separator may not be equal"},
        {{{"null.marker", "\t"}, {"headers.delimiter", "|"}},
         "null.marker and key.separator may not be equal"},
        {{{"null.marker", ","}}, "null.marker and headers.separator may not be equal"},
        {{{"null.marker", "|"}, {"headers.delimiter", "|"}},
         "null.marker and headers.delimiter may not be equal"},
        {{{"null.marker", ":"}}, "null.marker and headers.key.separator may not be equal"},
    };
    for (const auto& [properties, want] : rows) {
        EXPECT_EQ(sentence(line_format(properties)), want);
    }
    EXPECT_TRUE(sentence(line_format({{"headers.separator", "("}}))
                    .starts_with("headers.separator '(' is no regular expression: "));
}

TEST(LineReader, SplitsAsJavasPatterns) {
    using Pieces = std::vector<std::string_view>;
    const std::tuple<const char*, std::string_view, Pieces> rows[] = {
        {",", "a,b", {"a", "b"}},
        {",", "a", {"a"}},
        {",", "", {""}},
        {",", ",a,,", {"", "a"}},
        {",", ",", {}},
        {"", "abc", {"a", "b", "c"}},
        {"x*", "axxb", {"a", "", "b"}},
        {"[;|]", "a;b|c", {"a", "b", "c"}},
    };
    for (const auto& [separator, text, want] : rows) {
        EXPECT_EQ(split_by(re2::RE2(separator), text), want) << separator << " " << text;
    }
}

TEST(LineReader, EndsLinesAsJava) {
    using Lines = std::vector<std::string_view>;
    const std::pair<std::string_view, Lines> rows[] = {
        {"", {""}},
        {"a", {"a"}},
        {"a\r", {"a"}},
        {"a\rb", {"a", "b"}},
        {"a\r\rb\r", {"a", "", "b"}},
        {"\r", {""}},
    };
    for (const auto& [line, want] : rows) {
        EXPECT_EQ(java_lines(line), want);
    }
}

}  // namespace
}  // namespace barnabas::cli
