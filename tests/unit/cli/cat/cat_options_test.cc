#include "cli/cat/cat_options.h"

#include "cli/cat/cat_command.h"
#include "cli/cat/reading_goal.h"
#include "unit/cli/options_of.h"

#include <gtest/gtest.h>

namespace barnabas::cli {
namespace {

Result<CatOptions> read(const std::string& line, bool terminal = false) {
    TRY_ASSIGN(const auto given, parsed(cat_syntax, line));
    return cat_options(given, terminal);
}

TEST(CatOptions, AreKcats) {
    const auto options =
        read("-C -b a:1,b:2 -torders -p3 -o-5 -c 7 -qeJ -X client.id=me -K: -D\\x0a");
    ASSERT_TRUE(options) << options.error().message;
    EXPECT_EQ(options->mode, CatMode::consume);
    EXPECT_EQ(options->topic(), "orders");
    EXPECT_EQ(options->partition, 3);
    EXPECT_EQ(options->range.start, (StartOffset{.kind = StartOffset::Kind::tail, .value = 5}));
    EXPECT_EQ(options->count, 7);
    EXPECT_TRUE(options->exit_at_end && options->json);
    EXPECT_EQ(options->verbosity, 0);
    EXPECT_EQ(options->key_delimiter, ":");
    EXPECT_EQ(options->delimiter, "\n");
    EXPECT_EQ(options->properties,
              (ClientConfig{{"bootstrap.servers", "a:1,b:2"}, {"client.id", "me"}}));
    EXPECT_EQ(read("-b a:1 -t x -vv -C")->verbosity, 3);
}

TEST(CatOptions, TheModeDependsOnTheTerminal) {
    EXPECT_EQ(read("-b a:1 -t x", true)->mode, CatMode::consume);
    EXPECT_EQ(read("-b a:1 -t x", false)->mode, CatMode::produce);
    EXPECT_TRUE(read("-b a:1 -t x -P -J")->json_input);
    const auto group = read("-b a:1 -G readers one ^two");
    ASSERT_TRUE(group);
    EXPECT_EQ(group->topics, (std::vector<std::string>{"one", "^two"}));
    EXPECT_EQ(group->properties.at("group.id"), "readers");
}

TEST(CatOptions, WhatDoesNotGoTogetherIsSaid) {
    const std::pair<std::string, std::string> rows[] = {
        {"-P -C -b a:1 -t x", "Do not mix modes: -C seen when -P already set"},
        {"-C -b a:1", "-t <topic> missing"},
        {"-C -t x", "-b <broker,..> missing"},
        {"-Q -b a:1", "-t <topic>:<partition>:<timestamp> missing"},
        {"-G g -b a:1", "-G <group> needs topics behind it"},
        {"-C -b a:1 -t x word",
         "file/topic list only allowed in producer(-P)/kafkaconsumer(-G) mode"},
        {"-C -b a:1 -t x -k key", "--key means nothing with -C; it is for -P"},
        {"-P -b a:1 -t x -e", "--exit means nothing with -P; it is for -C, -G"},
        {"-P -b a:1 -t x -l", "-l takes one file, not 0"},
        {"-P -b a:1 -t x -K=", ""},
        {"-P -b a:1 -t x -f %s",
         "nothing in the format says where %s ends: text must follow it, or "
         "its length stand before it (%K, %S, %R)"},
        {"-P -b a:1 -t x -f %s; -J", "--json-in and -f both say how input is read"},
        {"-P -b a:1 -t x -J -K:", "--key-delimiter means nothing with --json-in"},
        {"-P -b a:1 -t x -p -2", "-p -2: there is no such partition"},
        {"-C -b a:1 -t x -p -1", "-p -1: there is no such partition"},
        {"-C -b a:1 -t x -o soon",
         "-o soon is none of: beginning, end, stored, an offset, -N for the last N, s@MS, e@MS"},
        {"-C -b a:1 -t x -X client.id", "Expected -X property=value, not client.id"},
        {"-C -b a:1 -t x -s avro",
         "-s avro: there is no schema registry; what there is: numbers and text (< > b B h H i I q "
         "Q c s $)"},
        {"-P -b a:1 -t x -H =v", "Expected -H \"name=value..\" or -H \"name\""},
        {"-C -b a:1 -t x -y", "-y is not a recognized option"},
        {"-C -b a:1 -t", "Option topic requires an argument"},
    };
    for (const auto& [line, want] : rows) {
        EXPECT_EQ(sentence(read(line)), want) << line;
    }
}

TEST(CatOptions, OffsetsAreReadTogether) {
    using Kind = StartOffset::Kind;
    struct Row {
        std::vector<std::string> words;
        ReadingRange want;
    };
    const Row rows[] = {
        {{}, {}},
        {{"beginning"}, {.start = StartOffset{.kind = Kind::beginning}}},
        {{"end"}, {.start = StartOffset{.kind = Kind::end}}},
        {{"stored"}, {.start = StartOffset{.kind = Kind::stored}}},
        {{"17"}, {.start = StartOffset{.kind = Kind::absolute, .value = 17}}},
        {{"-17"}, {.start = StartOffset{.kind = Kind::tail, .value = 17}}},
        {{"s@5", "e@9"},
         {.start = StartOffset{.kind = Kind::time, .value = 5}, .stop_before = Timestamp(9)}},
        {{"e@9", "3"},
         {.start = StartOffset{.kind = Kind::absolute, .value = 3}, .stop_before = Timestamp(9)}},
    };
    for (const auto& row : rows) {
        const auto range = parse_offsets(row.words);
        ASSERT_TRUE(range) << range.error().message;
        EXPECT_EQ(*range, row.want);
    }
    for (const auto* wrong : {"", "s@", "s@x", "e@-1", "1.5", "s@1x"}) {
        EXPECT_FALSE(parse_offsets({wrong})) << wrong;
    }
}

TEST(CatOptions, QueriesNamePartitionsOnce) {
    const auto queries = parse_queries({"t:0:5", "a.b:11:-1"});
    ASSERT_TRUE(queries) << queries.error().message;
    EXPECT_EQ(queries->at({.topic = "t", .partition = PartitionId(0)}), 5);
    EXPECT_EQ(queries->at({.topic = "a.b", .partition = PartitionId(11)}), -1);
    for (const auto* wrong : {"t", "t:0", "t:x:5", "t:0:x", ":0:5", "t:-1:5", "t:0:"}) {
        EXPECT_FALSE(parse_queries({wrong})) << wrong;
    }
    EXPECT_EQ(sentence(parse_queries({"t:0:5", "t:0:6"})), "-t names t-0 twice");
}

TEST(CatOptions, PatternsAreMatchedFromTheBeginning) {
    EXPECT_EQ(cat_subscription({"a", "b"}), (CatSubscription{.names = {"a", "b"}}));
    EXPECT_EQ(cat_subscription({"a.b", "^c"}), (CatSubscription{.pattern = "a\\.b|(?:c).*"}));
    EXPECT_EQ(cat_subscription({"^c$"}), (CatSubscription{.pattern = "(?:c$).*"}));
}

TEST(CatOptions, LibrdkafkasNamesAreUnderstood) {
    EXPECT_EQ(with_kafkas_names({{"metadata.broker.list", "a:1"},
                                 {"topic.request.required.acks", "1"},
                                 {"compression.codec", "zstd"},
                                 {"group.id", "g"}}),
              (ClientConfig{{"bootstrap.servers", "a:1"},
                            {"acks", "1"},
                            {"compression.type", "zstd"},
                            {"group.id", "g"}}));
    EXPECT_EQ(read("-C -t x -X metadata.broker.list=a:1")->properties.at("bootstrap.servers"),
              "a:1");
}

TopicPartition part(int number) {
    return {.topic = "t", .partition = PartitionId(number)};
}

TEST(ReadingGoal, CountsRecords) {
    ReadingGoal goal({.count = 2});
    goal.assign({part(0)});
    EXPECT_EQ(goal.on_record(part(0), Timestamp(1)), ReadingGoal::Verdict::print);
    EXPECT_FALSE(goal.reached());
    EXPECT_EQ(goal.on_record(part(0), Timestamp(1)), ReadingGoal::Verdict::print);
    EXPECT_TRUE(goal.reached());
    EXPECT_EQ(goal.on_record(part(0), Timestamp(1)), ReadingGoal::Verdict::skip);
}

TEST(ReadingGoal, EndsWhenEveryPartitionIsAtItsEnd) {
    ReadingGoal goal({.exit_at_end = true});
    EXPECT_FALSE(goal.reached()) << "nothing is assigned yet";
    goal.assign({part(0), part(1)});
    EXPECT_TRUE(goal.on_end(part(0)));
    EXPECT_FALSE(goal.on_end(part(0))) << "no news";
    EXPECT_FALSE(goal.reached());
    EXPECT_EQ(goal.on_record(part(0), Timestamp(1)), ReadingGoal::Verdict::skip);
    goal.revoke({part(1)});
    EXPECT_TRUE(goal.reached());
    goal.assign({part(0)});
    EXPECT_FALSE(goal.reached()) << "it was assigned anew";
    EXPECT_FALSE(goal.on_end(part(7)));
}

TEST(ReadingGoal, TellsOfAnEndAgainAfterMoreRecords) {
    ReadingGoal goal({});
    goal.assign({part(0)});
    EXPECT_TRUE(goal.on_end(part(0)));
    EXPECT_EQ(goal.on_record(part(0), Timestamp(1)), ReadingGoal::Verdict::print);
    EXPECT_TRUE(goal.on_end(part(0)));
    EXPECT_FALSE(goal.reached());
}

TEST(ReadingGoal, StopsPartitionsAtATime) {
    ReadingGoal goal({.stop_before = Timestamp(10)});
    goal.assign({part(0), part(1)});
    EXPECT_EQ(goal.on_record(part(0), Timestamp(9)), ReadingGoal::Verdict::print);
    EXPECT_EQ(goal.on_record(part(0), Timestamp(10)), ReadingGoal::Verdict::late);
    EXPECT_EQ(goal.on_record(part(0), Timestamp(9)), ReadingGoal::Verdict::skip);
    EXPECT_TRUE(goal.is_done(part(0)));
    EXPECT_FALSE(goal.reached());
    EXPECT_EQ(goal.on_record(part(1), Timestamp(11)), ReadingGoal::Verdict::late);
    EXPECT_TRUE(goal.reached());
}

}  // namespace
}  // namespace barnabas::cli
