#include "cli/cat/cat_options.h"

#include "cli/cat/escapes.h"
#include "cli/cat/input_format.h"
#include "cli/common/client_properties.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace barnabas::cli {
namespace {

constexpr auto int64_max = std::numeric_limits<std::int64_t>::max();

struct ModeOption {
    std::string_view name;
    CatMode mode;
    char letter;
};
constexpr std::array mode_options{
    ModeOption{.name = "produce", .mode = CatMode::produce, .letter = 'P'},
    ModeOption{.name = "consume", .mode = CatMode::consume, .letter = 'C'},
    ModeOption{.name = "group", .mode = CatMode::group, .letter = 'G'},
    ModeOption{.name = "list", .mode = CatMode::metadata, .letter = 'L'},
    ModeOption{.name = "query", .mode = CatMode::query, .letter = 'Q'},
};

Result<CatMode> chosen_mode(const ParsedOptions& given, bool stdin_is_terminal) {
    const ModeOption* chosen = nullptr;
    for (const auto& option : mode_options) {
        if (!given.has(option.name)) {
            continue;
        }
        if (chosen != nullptr) {
            return fail(ErrorCode::invalid_request,
                        "Do not mix modes: -{} seen when -{} already set", option.letter,
                        chosen->letter);
        }
        chosen = &option;
    }
    if (chosen != nullptr) {
        return chosen->mode;
    }
    return stdin_is_terminal ? CatMode::consume : CatMode::produce;
}

/// Options that only some modes have: anywhere else they would be accepted and ignored.
struct OptionOfModes {
    std::string_view name;
    std::string_view modes;  ///< their letters
};
constexpr std::array options_of_modes{
    OptionOfModes{.name = "topic", .modes = "PCLQ"},
    OptionOfModes{.name = "partition", .modes = "PC"},
    OptionOfModes{.name = "offset", .modes = "CG"},
    OptionOfModes{.name = "count", .modes = "PCG"},
    OptionOfModes{.name = "exit", .modes = "CG"},
    OptionOfModes{.name = "format", .modes = "PCG"},
    OptionOfModes{.name = "json-in", .modes = "P"},
    OptionOfModes{.name = "json", .modes = "PCGLQ"},
    OptionOfModes{.name = "delimiter", .modes = "PCG"},
    OptionOfModes{.name = "key-delimiter", .modes = "PCG"},
    OptionOfModes{.name = "key", .modes = "P"},
    OptionOfModes{.name = "header", .modes = "P"},
    OptionOfModes{.name = "lines", .modes = "P"},
    OptionOfModes{.name = "tee", .modes = "P"},
    OptionOfModes{.name = "compression", .modes = "P"},
    OptionOfModes{.name = "null", .modes = "PCG"},
    OptionOfModes{.name = "pack", .modes = "PCG"},
    OptionOfModes{.name = "unbuffered", .modes = "PCGLQ"},
    OptionOfModes{.name = "keep-going", .modes = "PCG"},
};

char letter_of(CatMode mode) {
    return std::ranges::find(mode_options, mode, &ModeOption::mode)->letter;
}

Result<void> check_mode_has(const ParsedOptions& given, CatMode mode) {
    for (const auto& row : options_of_modes) {
        if (given.has(row.name) && row.modes.find(letter_of(mode)) == std::string_view::npos) {
            return fail(ErrorCode::invalid_request, "--{} means nothing with -{}; it is for -{}",
                        row.name, letter_of(mode), fmt::join(row.modes, ", -"));
        }
    }
    if (!given.positional().empty() && mode != CatMode::produce && mode != CatMode::group) {
        return fail(ErrorCode::invalid_request,
                    "file/topic list only allowed in producer(-P)/kafkaconsumer(-G) mode");
    }
    return {};
}

Result<void> read_topics(const ParsedOptions& given, CatOptions& options) {
    options.topics = given.texts("topic");
    if (options.mode == CatMode::query) {
        TRY_ASSIGN(options.queries, parse_queries(options.topics));
        if (options.queries.empty()) {
            return fail(ErrorCode::invalid_request, "-t <topic>:<partition>:<timestamp> missing");
        }
    } else if (options.mode == CatMode::group) {
        options.topics = given.positional();
        if (options.topics.empty()) {
            return fail(ErrorCode::invalid_request, "-G <group> needs topics behind it");
        }
    } else if (options.topics.empty() && options.mode != CatMode::metadata && !options.json_input &&
               !options.format) {
        return fail(ErrorCode::invalid_request, "-t <topic> missing");
    }
    return {};
}

/// "-s key=FORMAT", "-s value=FORMAT", "-s FORMAT" for both.
Result<void> read_packing(const ParsedOptions& given, CatOptions& options) {
    for (const auto& word : given.texts("pack")) {
        std::string_view letters = word;
        const bool only_key = letters.starts_with("key=");
        const bool only_value = letters.starts_with("value=");
        letters.remove_prefix(only_key || only_value ? letters.find('=') + 1 : 0);
        if (letters == "avro") {
            return fail(ErrorCode::invalid_request,
                        "-s avro: there is no schema registry; what there is: numbers and text "
                        "(< > b B h H i I q Q c s $)");
        }
        if (!only_value) {
            TRY_ASSIGN(options.key_pack, PackFormat::parse("key", letters));
        }
        if (!only_key) {
            TRY_ASSIGN(options.value_pack, PackFormat::parse("value", letters));
        }
    }
    return {};
}

Result<void> read_delimiters(const ParsedOptions& given, CatOptions& options) {
    options.delimiter = unescaped_delimiter(given.text("delimiter").value_or("\n"));
    if (const auto text = given.text("key-delimiter")) {
        options.key_delimiter = unescaped_delimiter(*text);
    }
    if (options.mode != CatMode::produce) {
        return {};
    }
    if (options.delimiter.empty()) {
        return fail(ErrorCode::invalid_request,
                    "Message delimiter -D must not be empty when producing");
    }
    if (options.key_delimiter && options.key_delimiter->empty()) {
        return fail(ErrorCode::invalid_request,
                    "Key delimiter -K must not be empty when producing");
    }
    return {};
}

/// One way of reading the input, and what does not go with it.
Result<void> check_input(const ParsedOptions& given, const CatOptions& options) {
    if (options.mode != CatMode::produce) {
        return {};
    }
    if (options.format && options.json_input) {
        return fail(ErrorCode::invalid_request, "--json-in and -f both say how input is read");
    }
    if (options.format || options.json_input) {
        const std::string_view way = options.format ? "-f" : "--json-in";
        for (const std::string_view other : {"key-delimiter", "null"}) {
            if (given.has(other)) {
                return fail(ErrorCode::invalid_request, "--{} means nothing with {}", other, way);
            }
        }
    }
    if (options.format && given.has("delimiter")) {
        return fail(ErrorCode::invalid_request, "-f says where records end: leave -D out");
    }
    if (options.format) {
        TRY(InputFormat::parse(*options.format));
    }
    if (options.lines && options.files.size() != 1) {
        return fail(ErrorCode::invalid_request, "-l takes one file, not {}", options.files.size());
    }
    if ((options.format || options.json_input) && !options.files.empty() && !options.lines) {
        return fail(ErrorCode::invalid_request,
                    "a file is one message; with -l it is read as the input is");
    }
    return {};
}

Result<void> read_numbers(const ParsedOptions& given, CatOptions& options) {
    if (const auto partition = given.number("partition")) {
        options.partition = static_cast<std::int32_t>(*partition);
        if (*partition < (options.mode == CatMode::produce ? -1 : 0)) {
            return fail(ErrorCode::invalid_request, "-p {}: there is no such partition",
                        *partition);
        }
    }
    options.count = given.number("count").value_or(0);
    const auto timeout_s = given.number("timeout").value_or(5);
    constexpr std::int64_t day_s = 86400;
    if (options.count < 0 || timeout_s < 1 || timeout_s > day_s) {
        return fail(ErrorCode::invalid_request,
                    "-c counts from 1 (0: no end) and -m goes from 1 to {} seconds", day_s);
    }
    options.timeout_ms = timeout_s * 1000;
    return {};
}

Result<void> read_flags(const ParsedOptions& given, CatOptions& options) {
    options.exit_at_end = given.has("exit");
    options.verbosity =
        given.has("quiet")
            ? 0
            : 1 + static_cast<int>(std::ranges::count_if(given.in_order(), [](const auto& one) {
                  return one.option->name == "verbose";
              }));
    options.json = given.json();
    options.nulls = given.has("null");
    options.lines = given.has("lines");
    options.tee = given.has("tee");
    options.unbuffered = given.has("unbuffered");
    options.exit_on_error = !given.has("keep-going");
    options.key = given.text("key");
    for (const auto& header : given.texts("header")) {
        TRY_ASSIGN(auto read, parse_header(header));
        options.headers.push_back(std::move(read));
    }
    return {};
}

Result<void> read_properties(const ParsedOptions& given, CatOptions& options) {
    PropertySources sources{.file = given.text("command-config"),
                            .entries = given.texts("property")};
    for (const auto& entry : sources.entries) {
        if (entry.find('=') == std::string::npos) {
            return fail(ErrorCode::invalid_request, "Expected -X property=value, not {}", entry);
        }
    }
    TRY_ASSIGN(const auto config, client_properties(sources));
    options.properties = with_kafkas_names(config);
    const bool names_servers = options.properties.contains("bootstrap.servers");
    if (!names_servers || given.has("profile")) {
        options.properties.insert(given.profile().begin(), given.profile().end());
    }
    if (const auto servers = given.text("bootstrap-server");
        servers && !(names_servers && given.has_servers_of_profile())) {
        options.properties.insert_or_assign("bootstrap.servers", *servers);
    }
    if (const auto codec = given.text("compression")) {
        options.properties.insert_or_assign("compression.type", *codec);
    }
    if (!options.properties.contains("bootstrap.servers")) {
        return fail(ErrorCode::invalid_request, "-b <broker,..> missing");
    }
    if (options.mode == CatMode::group) {
        options.properties.insert_or_assign("group.id", options.group);
    }
    return {};
}

}  // namespace

Result<ReadingRange> parse_offsets(const std::vector<std::string>& words) {
    using Kind = StartOffset::Kind;
    ReadingRange range;
    for (const std::string_view word : words) {
        const bool from = word.starts_with("s@");
        if (from || word.starts_with("e@")) {
            const auto time = parse_integer(word.substr(2), 0, int64_max);
            if (!time) {
                return fail(ErrorCode::invalid_request,
                            "-o {}: a time is milliseconds since 1970, as in {}1767225600000", word,
                            word.substr(0, 2));
            }
            if (from) {
                range.start = StartOffset{.kind = Kind::time, .value = *time};
            } else {
                range.stop_before = Timestamp(*time);
            }
        } else if (word == "beginning") {
            range.start = StartOffset{.kind = Kind::beginning};
        } else if (word == "end") {
            range.start = StartOffset{.kind = Kind::end};
        } else if (word == "stored") {
            range.start = StartOffset{.kind = Kind::stored};
        } else if (const auto number = parse_integer(word, -int64_max, int64_max)) {
            range.start = *number < 0 || word == "-0"
                              ? StartOffset{.kind = Kind::tail, .value = -*number}
                              : StartOffset{.kind = Kind::absolute, .value = *number};
        } else {
            return fail(ErrorCode::invalid_request,
                        "-o {} is none of: beginning, end, stored, an offset, -N for the last N, "
                        "s@MS, e@MS",
                        word);
        }
    }
    return range;
}

Result<std::map<TopicPartition, std::int64_t>> parse_queries(
    const std::vector<std::string>& words) {
    std::map<TopicPartition, std::int64_t> queries;
    for (const auto& word : words) {
        const auto topic_end = word.find(':');
        const auto partition_end =
            topic_end == std::string::npos ? topic_end : word.find(':', topic_end + 1);
        if (topic_end == 0 || partition_end == std::string::npos) {
            return fail(ErrorCode::invalid_request,
                        "-t {}: expected \"topic:partition:offset_or_timestamp\"", word);
        }
        const auto partition = parse_int32(
            std::string_view(word).substr(topic_end + 1, partition_end - topic_end - 1));
        const auto time =
            parse_integer(std::string_view(word).substr(partition_end + 1), -2, int64_max);
        if (!partition || *partition < 0 || !time) {
            return fail(ErrorCode::invalid_request,
                        "-t {}: expected \"topic:partition:offset_or_timestamp\"", word);
        }
        const TopicPartition one{.topic = word.substr(0, topic_end),
                                 .partition = PartitionId(*partition)};
        if (!queries.emplace(one, *time).second) {
            return fail(ErrorCode::invalid_request, "-t names {} twice", one);
        }
    }
    return queries;
}

Result<Header> parse_header(std::string_view text) {
    const auto equals = text.find('=');
    if (equals == 0 || text.empty()) {
        return fail(ErrorCode::invalid_request, "Expected -H \"name=value..\" or -H \"name\"");
    }
    Header header{.key = std::string(text.substr(0, equals)), .value = std::nullopt};
    if (equals != std::string_view::npos) {
        header.value = to_bytes(text.substr(equals + 1));
    }
    return header;
}

CatSubscription cat_subscription(const std::vector<std::string>& topics) {
    if (std::ranges::none_of(topics, [](const auto& topic) { return topic.starts_with('^'); })) {
        return {.names = topics};
    }
    std::string pattern;
    for (const std::string_view topic : topics) {
        std::string one;
        if (topic.starts_with('^')) {
            one = fmt::format("(?:{}).*", topic.substr(1));
        } else {
            for (const char c : topic) {
                one += c == '.' ? "\\." : std::string(1, c);
            }
        }
        pattern += (pattern.empty() ? "" : "|") + one;
    }
    return {.names = {}, .pattern = pattern};
}

ClientConfig with_kafkas_names(const ClientConfig& config) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 12> names{{
        {"metadata.broker.list", "bootstrap.servers"},
        {"compression.codec", "compression.type"},
        {"queue.buffering.max.ms", "linger.ms"},
        {"message.send.max.retries", "retries"},
        {"request.required.acks", "acks"},
        {"message.timeout.ms", "delivery.timeout.ms"},
        {"message.max.bytes", "max.request.size"},
        {"max.in.flight", "max.in.flight.requests.per.connection"},
        {"fetch.wait.max.ms", "fetch.max.wait.ms"},
        {"fetch.message.max.bytes", "max.partition.fetch.bytes"},
        {"socket.timeout.ms", "request.timeout.ms"},
        {"sasl.mechanisms", "sasl.mechanism"},
    }};
    ClientConfig translated;
    for (const auto& [name, value] : config) {
        std::string_view kept = name;
        kept.remove_prefix(kept.starts_with("topic.") ? std::string_view("topic.").size() : 0);
        const auto* const row = std::ranges::find(
            names, kept, [](const auto& pair) -> std::string_view { return pair.first; });
        translated.insert_or_assign(std::string(row == names.end() ? kept : row->second), value);
    }
    return translated;
}

Result<CatOptions> cat_options(const ParsedOptions& given, bool stdin_is_terminal) {
    CatOptions options;
    TRY_ASSIGN(options.mode, chosen_mode(given, stdin_is_terminal));
    TRY(check_mode_has(given, options.mode));
    options.group = given.text("group").value_or("");
    options.json_input = given.has("json-in") || (options.mode == CatMode::produce && given.json());
    options.format = given.text("format");
    if (options.mode == CatMode::produce) {
        options.files = given.positional();
    }
    TRY(read_topics(given, options));
    TRY(read_flags(given, options));
    TRY(read_numbers(given, options));
    TRY(read_delimiters(given, options));
    TRY(read_packing(given, options));
    TRY_ASSIGN(options.range, parse_offsets(given.texts("offset")));
    TRY(check_input(given, options));
    TRY(read_properties(given, options));
    return options;
}

}  // namespace barnabas::cli
