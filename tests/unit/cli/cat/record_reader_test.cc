#include "cli/cat/record_reader.h"

#include "unit/cli/options_of.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace barnabas::cli {
namespace {

using namespace std::string_literals;

constexpr std::size_t big = 1 << 20;

/// All that comes out of an input that comes in pieces of `piece` bytes, "key=value" or
/// "!sentence"; null is "~".
std::vector<std::string> all_of(const CatOptions& options, std::string_view input,
                                std::size_t piece, std::size_t size_max = big) {
    std::vector<std::string> out;
    auto reader = RecordReader::make(options, size_max);
    const auto keep = [&](const Result<std::optional<RecordReader::Read>>& read) {
        if (!read) {
            out.push_back("!" + read.error().message);
        } else if (*read) {
            const auto& record = (*read)->record;
            out.push_back(record.key.value_or("~") + "=" + record.value.value_or("~"));
        }
        return read ? read->has_value() : reader->can_go_on();
    };
    for (; !input.empty(); input.remove_prefix(std::min(piece, input.size()))) {
        if (const auto fed = reader->feed(input.substr(0, piece)); !fed) {
            out.push_back("!" + fed.error().message);
            return out;
        }
        while (keep(reader->next())) {
        }
    }
    keep(reader->last());
    return out;
}

CatOptions options_with(const std::string& delimiter, std::optional<std::string> key_delimiter = {},
                        bool nulls = false) {
    CatOptions options;
    options.mode = CatMode::produce;
    options.delimiter = delimiter;
    options.key_delimiter = std::move(key_delimiter);
    options.nulls = nulls;
    return options;
}

using Lines = std::vector<std::string>;

TEST(RecordReader, CutsAtDelimitersHoweverPiecesCome) {
    struct Row {
        CatOptions options;
        std::string input;
        Lines want;
    };
    const Row rows[] = {
        {options_with("\n"), "a\nb\n\nc", {"~=a", "~=b", "~=c"}},
        {options_with("\n"), "", {}},
        {options_with("::"), "a:b::c:::d::", {"~=a:b", "~=c", "~=:d"}},
        {options_with("\n", ":"), "k:v:w\nnone\n:v\nk:\n", {"k=v:w", "~=none", "=v", "k="}},
        {options_with("\n", ":", true), ":v\nk:\n:\n", {"~=v", "k=~", "~=~"}},
        {options_with("\n", "=>"), "k=>v\nk=v\n", {"k=v", "~=k=v"}},
    };
    for (const auto& row : rows) {
        for (const std::size_t piece : {1, 2, 3, 1000}) {
            EXPECT_EQ(all_of(row.options, row.input, piece), row.want)
                << row.input << " in pieces of " << piece;
        }
    }
}

TEST(RecordReader, ReadsJsonLines) {
    auto options = options_with("\n");
    options.json_input = true;
    EXPECT_EQ(all_of(options, "{\"key\":\"k\",\"payload\":\"v\"}\nnonsense\n{\"payload\":null}", 7),
              (Lines{"k=v", "!record 2 of the input: no JSON object: syntax error", "~=~"}));
}

TEST(RecordReader, PacksWhatItReads) {
    auto options = options_with("\n", ":");
    options.key_pack = *PackFormat::parse("key", "h");
    EXPECT_EQ(all_of(options, "258:v\nx:v\n", 4),
              (Lines{"\x01\x02=v",
                     "!record 2 of the input: key 'x' has no number for 'h' of its pack-format at "
                     "'x'"}));
}

TEST(RecordReader, HoldsNoMoreThanARecord) {
    auto options = options_with("\n");
    const auto lines = all_of(options, std::string(300, 'x') + "\n", 10, 100);
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_NE(lines[0].find("more than 100 bytes"), std::string::npos) << lines[0];
    EXPECT_EQ(all_of(options, std::string(100, 'x') + "\n", 10, 100).front(),
              "~=" + std::string(100, 'x'));
    options.format = "%s\\n";
    EXPECT_NE(all_of(options, std::string(200 << 10, 'x'), 1 << 10, 100).front().find("100 bytes"),
              std::string::npos);
}

TEST(InputFormat, ReadsWhatTheFormatPrints) {
    struct Row {
        std::string format;
        std::string input;
        Lines want;
    };
    const Row rows[] = {
        {R"(%k:%s\n)", "a:b\nc:d:e\n", {"a=b", "c=d:e"}},
        {R"(%p %o %k=%s;)", "3 17 k=v;4 18 l=w;", {"k=v", "l=w"}},
        {R"(%K %k%S %s)", "2 a:5 x\ny z-1 0 ", {"a:=x\ny z", "~="}},
        {R"(%S %s)", "-1 3 abc", {"~=~", "~=abc"}},
        {R"(%R%s)", "\0\0\0\x02hi\xff\xff\xff\xff"s, {"~=hi", "~=~"}},
        {R"(%h|%s\n)", "a=1,b=NULL|v\n|w\n", {"~=v", "~=w"}},
        {R"(%k:%s\n)",
         "a:b\nc",
         {"a=b",
          "!record 2 of the input: it ends in the middle, behind 1 "
          "bytes"}},
        {R"(<%s>)",
         "<a>x",
         {"~=a",
          "!record 2 of the input: byte 0 of the record is not '<' but "
          "'x'"}},
        {R"(%p,%s\n)",
         "x,v\n",
         {"!record 1 of the input: byte 0 of the record is not a number for "
          "%p but 'x,v\n'"}},
        {R"(%p,%s\n)", "-1,v\n", {"!record 1 of the input: -1 is out of range for %p"}},
    };
    for (const auto& row : rows) {
        auto options = options_with("\n");
        options.format = row.format;
        for (const std::size_t piece : {1, 1000}) {
            auto got = all_of(options, row.input, piece);
            // An error of a format has no next record: what is said at the end is of no interest.
            got.resize(std::min(got.size(), row.want.size()));
            if (piece == 1000 || !row.want.back().starts_with("!")) {
                EXPECT_EQ(got, row.want) << row.format << " in pieces of " << piece;
            }
        }
    }
}

TEST(InputFormat, GivesPlacesTimesAndHeaders) {
    const auto format = InputFormat::parse(R"(%t %p %T %h %s\n)");
    ASSERT_TRUE(format) << format.error().message;
    const auto taken = format->take("orders 2 1700000000000 a=b,c=NULL,d text\nnext");
    ASSERT_TRUE(taken && *taken);
    EXPECT_EQ((*taken)->size, 41U);
    const auto& record = (*taken)->record;
    EXPECT_EQ(record.topic, "orders");
    EXPECT_EQ(record.partition, 2);
    EXPECT_EQ(record.timestamp, 1700000000000);
    EXPECT_EQ(record.value, "text");
    EXPECT_EQ(record.headers, (std::vector<ReadRecord::ReadHeader>{
                                  {"a", "b"}, {"c", std::nullopt}, {"d", std::nullopt}}));
    const auto more = format->take("orders 2 17");
    ASSERT_TRUE(more);
    EXPECT_FALSE(*more);
}

TEST(InputFormat, RefusesFormatsThatCannotBeReadBack) {
    for (const auto* format : {"%s", "%k%s\\n", "%p%s\\n", "%s:%s\\n", "%s:%S\\n", "text", "", "%o",
                               "%K%k\\n", "%h", "%x\\n"}) {
        EXPECT_FALSE(InputFormat::parse(format)) << format;
    }
    EXPECT_EQ(sentence(InputFormat::parse("%k%s\\n")),
              "nothing in the format says where %k ends: text must follow it, or its length stand "
              "before it (%K, %S, %R)");
}

}  // namespace
}  // namespace barnabas::cli
