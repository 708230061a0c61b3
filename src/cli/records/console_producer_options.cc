#include "cli/records/console_producer_options.h"

#include "cli/common/old_names.h"
#include "cli/framework/command.h"
#include "cli/records/console_producer_command.h"

#include <array>
#include <utility>

namespace barnabas::cli {
namespace {

constexpr std::array producer_options{
    bootstrap_server_option,
    Option{.name = "topic",
           .argument = Argument::required,
           .argument_name = "TOPIC",
           .help = "Where records go (required)."},
    Option{.name = "sync", .help = "Send the next record when the one before is acknowledged."},
    Option{.name = "compression-codec",
           .argument = Argument::optional,
           .argument_name = "CODEC",
           .help = "none, gzip, snappy, lz4 or zstd; alone: gzip."},
    Option{.name = "batch-size",
           .argument = Argument::required,
           .kind = ArgumentKind::int32,
           .argument_name = "BYTES",
           .help = "batch.size: how much of a partition goes out together (16384)."},
    Option{.name = "message-send-max-retries",
           .argument = Argument::required,
           .kind = ArgumentKind::int32,
           .argument_name = "COUNT",
           .help = "retries: how often a record is sent again (3)."},
    Option{.name = "retry-backoff-ms",
           .argument = Argument::required,
           .kind = ArgumentKind::int64,
           .argument_name = "MS",
           .help = "retry.backoff.ms: the pause before it is (100)."},
    Option{.name = "timeout",
           .argument = Argument::required,
           .kind = ArgumentKind::int64,
           .argument_name = "MS",
           .help = "linger.ms: how long a record waits for others (1000; with --sync: 0)."},
    Option{.name = "request-required-acks",
           .argument = Argument::required,
           .argument_name = "ACKS",
           .help = "acks: whose acknowledgement counts: -1 or all, 1, 0 (-1)."},
    Option{.name = "request-timeout-ms",
           .argument = Argument::required,
           .kind = ArgumentKind::int32,
           .argument_name = "MS",
           .help = "request.timeout.ms: how long a broker has for its answer (1500)."},
    Option{.name = "metadata-expiry-ms",
           .argument = Argument::required,
           .kind = ArgumentKind::int64,
           .argument_name = "MS",
           .help = "metadata.max.age.ms: how old metadata become (300000)."},
    Option{.name = "max-block-ms",
           .argument = Argument::required,
           .kind = ArgumentKind::int64,
           .argument_name = "MS",
           .help = "max.block.ms: how long sending waits for metadata and memory (60000)."},
    Option{.name = "max-memory-bytes",
           .argument = Argument::required,
           .kind = ArgumentKind::int64,
           .argument_name = "BYTES",
           .help = "buffer.memory: how much waits to be sent (33554432)."},
    Option{.name = "max-partition-memory-bytes",
           .argument = Argument::required,
           .kind = ArgumentKind::int32,
           .argument_name = "BYTES",
           .help = "The old name of --batch-size; goes before it."},
    Option{.name = "socket-buffer-size",
           .argument = Argument::required,
           .kind = ArgumentKind::int32,
           .argument_name = "BYTES",
           .help = "send.buffer.bytes of connections (102400)."},
    Option{.name = "line-reader",
           .argument = Argument::required,
           .argument_name = "CLASS",
           .help = "What makes records of lines: org.apache.kafka.tools.LineMessageReader."},
    Option{.name = "reader-property",
           .argument = Argument::required,
           .argument_name = "KEY=VALUE",
           .help = "How lines become records; may be repeated: parse.key=true, parse.headers=true, "
                   "key.separator, headers.delimiter (a tab each), headers.separator (,), "
                   "headers.key.separator (:), ignore.error=true, null.marker. With all of it a "
                   "line is h1:v1,h2:v2 TAB key TAB value.",
           .repeatable = true},
    Option{.name = "property",
           .argument = Argument::required,
           .argument_name = "KEY=VALUE",
           .help = "The old name of --reader-property.",
           .repeatable = true},
    Option{.name = "reader-config",
           .argument = Argument::required,
           .argument_name = "FILE",
           .help = "A properties file with the same; --reader-property goes before it."},
    Option{.name = "command-property",
           .argument = Argument::required,
           .argument_name = "KEY=VALUE",
           .help = "A configuration of the producer; may be repeated.",
           .repeatable = true},
    Option{.name = "producer-property",
           .argument = Argument::required,
           .argument_name = "KEY=VALUE",
           .help = "The old name of --command-property.",
           .repeatable = true},
    Option{.name = "command-config",
           .argument = Argument::required,
           .argument_name = "FILE",
           .help = "A properties file with configurations of the producer."},
    Option{.name = "producer.config",
           .argument = Argument::required,
           .argument_name = "FILE",
           .help = "The old name of --command-config."},
};

constexpr std::array<std::string_view, 3> producer_examples{
    "console-producer --bootstrap-server localhost:9092 --topic orders < lines",
    "console-producer --bootstrap-server localhost:9092 --topic orders --reader-property "
    "parse.key=true --reader-property key.separator=:",
    "console-producer --bootstrap-server localhost:9092 --topic orders --sync --json < lines",
};

/// An option that stands for a configuration, and what the tool sets where nobody says anything.
struct ProducerSetting {
    std::string_view option;
    std::string_view name;
    std::string_view standard;
};
constexpr std::array producer_settings{
    ProducerSetting{"timeout", "linger.ms", "1000"},
    ProducerSetting{"request-required-acks", "acks", "-1"},
    ProducerSetting{"request-timeout-ms", "request.timeout.ms", "1500"},
    ProducerSetting{"message-send-max-retries", "retries", "3"},
    ProducerSetting{"retry-backoff-ms", "retry.backoff.ms", "100"},
    ProducerSetting{"socket-buffer-size", "send.buffer.bytes", "102400"},
    ProducerSetting{"max-memory-bytes", "buffer.memory", "33554432"},
    ProducerSetting{"batch-size", "batch.size", "16384"},
    ProducerSetting{"max-partition-memory-bytes", "batch.size", "16384"},
    ProducerSetting{"metadata-expiry-ms", "metadata.max.age.ms", "300000"},
    ProducerSetting{"max-block-ms", "max.block.ms", "60000"},
};

/// What is given, as Java prints it: "+5" is 5.
std::optional<std::string> producer_setting_of(const ParsedOptions& given,
                                               std::string_view option) {
    if (option == "request-required-acks") {
        return given.text(option);
    }
    const auto number = given.number(option);
    return number ? std::optional(std::to_string(*number)) : std::nullopt;
}

constexpr std::array producer_old_rows{
    OldName{"producer-property", "command-property"},
    OldName{"producer.config", "command-config"},
    OldName{"property", "reader-property"},
};
constexpr OldNames producer_old_names{
    .rows = producer_old_rows,
    .both = new_name_and_old_one,
    .warning =
        "Warning: --{0} is deprecated and will be removed in a future version. Use --{1} "
        "instead."};

}  // namespace

const Syntax console_producer_syntax{
    .options = producer_options,
    .examples = producer_examples,
    .note =
        "Each line of standard input becomes a record. With --json, one JSON object is printed "
        "for each record that is acknowledged. Records that could not be delivered are told on "
        "the error output, and end the command with 1 if --sync is given, as in Kafka."};

Result<void> check_console_producer(const ParsedOptions& given) {
    TRY(require_options(given, {"topic"}));
    TRY(check_old_names(given, producer_old_names));
    TRY(require_options(given, {"bootstrap-server"}));
    constexpr std::string_view reader = "org.apache.kafka.tools.LineMessageReader";
    const auto asked = given.text("line-reader").value_or(std::string(reader));
    if (asked != reader && asked != "LineMessageReader") {
        return fail(ErrorCode::invalid_request,
                    "There is no line reader '{}': classes cannot be loaded here, and {} is built "
                    "in",
                    asked, reader);
    }
    return {};
}

std::vector<std::string> console_producer_warnings(const ParsedOptions& given) {
    auto warnings = old_name_warnings(given, producer_old_names);
    if (given.has("max-partition-memory-bytes")) {
        warnings.emplace_back(
            "Warning: --max-partition-memory-bytes is deprecated and will be removed in Apache "
            "Kafka 5.0. Use --batch-size instead.");
    }
    return warnings;
}

ClientConfig console_producer_config(const ParsedOptions& given, ClientConfig properties) {
    properties.insert(given.profile().begin(), given.profile().end());  // keeps what is there
    if (given.has("sync")) {
        // Nothing can join a record that is waited for: Kafka's tool waits for it all the same.
        properties.emplace("linger.ms", "0");
    }
    for (const auto& [option, name, standard] : producer_settings) {
        if (auto value = producer_setting_of(given, option)) {
            properties.insert_or_assign(std::string(name), std::move(*value));
        }
        properties.emplace(name, standard);
    }
    if (given.has("compression-codec")) {
        const auto codec = given.text("compression-codec").value_or("");
        properties.insert_or_assign("compression.type", codec.empty() ? "gzip" : codec);
    }
    properties.emplace("client.id", "console-producer");
    if (const auto servers = given.text("bootstrap-server")) {
        properties.insert_or_assign("bootstrap.servers", *servers);
    }
    return properties;
}

}  // namespace barnabas::cli
