#include "cli/cat/cat_command.h"

#include "cli/cat/cat_modes.h"
#include "cli/cat/cat_options.h"

#include <array>
#include <unistd.h>

namespace barnabas::cli {
namespace {

constexpr Option flag(std::string_view name, char letter, std::string_view help) {
    return {.name = name, .help = help, .letter = letter, .repeatable = true};
}
constexpr Option with_text(std::string_view name, char letter, std::string_view argument,
                           std::string_view help) {
    return {.name = name,
            .argument = Argument::required,
            .argument_name = argument,
            .help = help,
            .letter = letter,
            .repeatable = true};
}
constexpr Option with_number(std::string_view name, char letter, ArgumentKind kind,
                             std::string_view argument, std::string_view help) {
    auto option = with_text(name, letter, argument, help);
    option.kind = kind;
    return option;
}

constexpr std::array cat_table{
    flag("consume", 'C', "Read records and print them; what happens at a terminal."),
    flag("produce", 'P', "Send records of the input, or files; what happens without a terminal."),
    with_text("group", 'G', "GROUP",
              "Read as a member of a group the topics behind it; ^... is a regular expression."),
    flag("list", 'L', "Print brokers, topics and partitions."),
    flag("query", 'Q', "Print offsets of times: -t TOPIC:PARTITION:MS."),
    with_text("bootstrap-server", 'b', "HOST:PORT,...", "Brokers to begin with."),
    with_text("topic", 't', "TOPIC", "The topic."),
    with_number("partition", 'p', ArgumentKind::int32, "N",
                "Only this partition; with -P where records go (-1: wherever the partitioner says, "
                "even if --json-in names one)."),
    with_text("offset", 'o', "OFFSET",
              "Where to begin: beginning, end, stored, an offset, -N (the last N), s@MS (a time); "
              "e@MS is where to stop. May be given twice, for both."),
    flag("exit", 'e', "End when all has been read."),
    with_number("count", 'c', ArgumentKind::int64, "N", "End after so many records."),
    with_text("format", 'f', "FORMAT",
              "How records are printed: %t topic, %p partition, %o offset, %T time, %k key, %s "
              "value, %K %S their sizes (-1: null), %R the value's as four bytes, %h headers, %%; "
              "\\n \\t \\r \\xNN. With -P how the input is read."),
    flag("json", 'J', "Print JSON lines; with -P read them."),
    flag("json-in", 0, "Read JSON lines: key, payload, headers, topic, partition, ts."),
    with_text("delimiter", 'D', "TEXT", "What stands between records; a line end."),
    with_text("key-delimiter", 'K', "TEXT", "Print, or read, keys and this before values."),
    with_text("key", 'k', "KEY", "The key of records that have none."),
    with_text("header", 'H', "NAME=VALUE", "A header of each record that is sent; repeatable."),
    flag("null", 'Z', "Print null keys and values as NULL; send empty ones as null."),
    flag("lines", 'l', "Read the file as the input is read: a line is a record."),
    flag("tee", 'T', "Print what is sent."),
    with_text("pack", 's', "[key=|value=]FORMAT",
              "Keys and values are numbers: < little-endian, > big-endian (as at the beginning), b "
              "B h H i I q Q integers of 1, 2, 4, 8 bytes, c a byte, s the rest, $ the end, and "
              "blanks. With -P text becomes bytes."),
    with_text("compression", 'z', "CODEC", "gzip, snappy, lz4, zstd or none."),
    with_text("property", 'X', "NAME=VALUE",
              "A configuration of the client; librdkafka's names are understood where Kafka has "
              "the same by another. transactional.id: all that is sent is one transaction."),
    with_text("command-config", 'F', "FILE", "A properties file of the kind."),
    with_number("timeout", 'm', ArgumentKind::int64, "SECONDS",
                "How long to wait for the cluster's answers: 5."),
    flag("keep-going", 'E', "Go on after a record that cannot be read or shown."),
    flag("unbuffered", 'u', "Print each record at once."),
    flag("quiet", 'q', "Print records and errors alone."),
    flag("verbose", 'v', "Say more; twice: each delivery."),
    flag("version", 'V', "Print the version."),
};

constexpr std::array<std::string_view, 9> cat_examples{
    "cat -b localhost:9092 -L",
    "cat -b localhost:9092 -t orders -C -e -f '%T %p/%o %k=%s\\n'",
    "cat -b localhost:9092 -t orders -C -o s@1767225600000 -o e@1767312000000 -J",
    "cat -b localhost:9092 -t orders -C -o -10 -e -s key=i -s value='q s'",
    "cat -b localhost:9092 -G billing orders '^returns-.*'",
    "cat -b localhost:9092 -Q -t orders:0:1767225600000",
    "cat -b localhost:9092 -t orders -P -K: -H source=shell -z zstd < orders.txt",
    "cat -b localhost:9092 -t orders -P -l --json-in orders.jsonl",
    "cat -b localhost:9092 -t counts -P -f '%k %s\\n' -s value=q < counts.txt",
};

/// 0, or 1 where something went wrong that has been told of.
Result<int> run_mode(const CatOptions& options, Console& console) {
    switch (options.mode) {
        case CatMode::consume:
        case CatMode::group:
            TRY(cat_consume(options, console));
            return 0;
        case CatMode::produce: {
            TRY_ASSIGN(const bool all_well, cat_produce(options, console));
            return all_well ? 0 : 1;
        }
        case CatMode::metadata:
            TRY(cat_list(options, console));
            return 0;
        case CatMode::query:
            TRY(cat_query(options, console));
            return 0;
    }
    return 1;
}

bool names_mode(const ParsedOptions& given) {
    for (const auto* mode : {"consume", "produce", "group", "list", "query"}) {
        if (given.has(mode)) {
            return true;
        }
    }
    return false;
}

Result<int> run_line(const ParsedOptions& given, Console& console) {
    TRY_ASSIGN(const auto options, cat_options(given, ::isatty(STDIN_FILENO) == 1));
    if (!names_mode(given)) {
        cat_tell(options, console, 1,
                 fmt::format("Auto-selecting {} mode (use -P or -C to override)",
                             options.mode == CatMode::consume ? "Consumer" : "Producer"));
    }
    return run_mode(options, console);
}

}  // namespace

const Syntax cat_syntax{
    .style = Style::getopt,
    .options = cat_table,
    .examples = cat_examples,
    .note =
        "What kcat does, with its options. Words behind them are files to send (-P; each is a "
        "message, unless -l) or topics (-G).",
    .complaint = "% ERROR: "};

void cat_tell(const CatOptions& options, Console& console, int level, std::string_view sentence) {
    if (options.verbosity >= level) {
        console.error_line(fmt::format("% {}", sentence));
    }
}

int run_cat(const ParsedOptions& given, Console& console) {
    const auto status = run_line(given, console);
    if (!status) {
        console.error_line(fmt::format("% ERROR: {}", status.error().message));
        return 1;
    }
    return *status;
}

}  // namespace barnabas::cli
