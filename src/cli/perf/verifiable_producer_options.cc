#include "cli/perf/verifiable_producer_options.h"

#include "cli/common/old_names.h"
#include "cli/perf/argparse_checks.h"

#include <algorithm>
#include <array>

namespace barnabas::cli {
namespace {

constexpr std::array verifiable_producer_rows{
    Option{.name = "topic",
           .argument = Argument::required,
           .argument_name = "TOPIC",
           .help = "Where to write.",
           .required = true},
    bootstrap_server_option,
    Option{.name = "max-messages",
           .argument = Argument::required,
           .kind = ArgumentKind::int32,
           .argument_name = "COUNT",
           .help = "How many to write; -1, which is the default: until it is stopped."},
    Option{.name = "throughput",
           .argument = Argument::required,
           .kind = ArgumentKind::int32,
           .argument_name = "RATE",
           .help = "At most so many messages a second; -1, which is the default: without limit."},
    Option{.name = "acks",
           .argument = Argument::required,
           .kind = ArgumentKind::int32,
           .argument_name = "ACKS",
           .help = "0, 1 or -1 (all), the default."},
    Option{.name = "message-create-time",
           .argument = Argument::required,
           .kind = ArgumentKind::int64,
           .argument_name = "MS",
           .help = "Timestamps that begin here, in milliseconds since 1970."},
    Option{.name = "value-prefix",
           .argument = Argument::required,
           .kind = ArgumentKind::int32,
           .argument_name = "NUMBER",
           .help = "A number and a dot in front of each value."},
    Option{.name = "repeating-keys",
           .argument = Argument::required,
           .kind = ArgumentKind::int32,
           .argument_name = "COUNT",
           .help = "Keys that count from 0 up to this, which is not among them, again and again."},
    Option{.name = "command-config",
           .argument = Argument::required,
           .argument_name = "FILE",
           .help = "A properties file with configurations of the producer; they go before all "
                   "options."},
    Option{.name = "producer.config",
           .argument = Argument::required,
           .argument_name = "FILE",
           .help = "The old name of --command-config."},
};

constexpr std::array verifiable_producer_old_rows{OldName{"producer.config", "command-config"}};
constexpr OldNames verifiable_producer_old_names{.rows = verifiable_producer_old_rows,
                                                 .both = names_exclude_each_other,
                                                 .warning = old_name_has_been_deprecated};

constexpr std::array<std::string_view, 2> verifiable_producer_examples{
    "verifiable-producer --bootstrap-server localhost:9092 --topic test --max-messages 1000",
    "verifiable-producer --bootstrap-server localhost:9092 --topic test --throughput 100 "
    "--value-prefix 1 --repeating-keys 10",
};

Result<std::int64_t> acks_of(const ParsedOptions& given) {
    const auto acks = given.number("acks").value_or(-1);
    if (acks < -1 || acks > 1) {
        return fail(ErrorCode::invalid_request,
                    "argument --acks: invalid choice: '{}' (choose from {{0,1,-1}})", acks);
    }
    return acks;
}

std::optional<std::int32_t> number32(const ParsedOptions& given, std::string_view name) {
    const auto number = given.number(name);
    return number ? std::optional(static_cast<std::int32_t>(*number)) : std::nullopt;
}

}  // namespace

const Syntax verifiable_producer_syntax{
    .style = Style::argparse,
    .options = verifiable_producer_rows,
    .examples = verifiable_producer_examples,
    .note =
        "Writes numbers that count up, and prints a line of JSON for each that was stored and "
        "each that was not. Nothing is sent twice (retries=0), unless the configurations say "
        "so.",
    .helps_when_alone = true,
    .complaint = "verifiable-producer: error: "};

Result<VerifiableProducerOptions> verifiable_producer_options(const ParsedOptions& given) {
    TRY_ASSIGN(const auto acks, acks_of(given));
    TRY(require_one(given, {"bootstrap-server"}));
    TRY(check_old_names(given, verifiable_producer_old_names));
    VerifiableProducerOptions options;
    options.topic = given.text("topic").value_or("");
    options.messages = given.number("max-messages").value_or(-1);
    options.throughput = given.number("throughput").value_or(-1);
    options.create_time_ms = given.number("message-create-time");
    if (options.create_time_ms == -1) {
        options.create_time_ms.reset();
    }
    options.value_prefix = number32(given, "value-prefix");
    options.repeating_keys = number32(given, "repeating-keys");
    options.properties.file =
        given.text(given.has("producer.config") ? "producer.config" : "command-config");
    options.warnings = old_name_warnings(given, verifiable_producer_old_names);
    // The file goes before the command line, as in Kafka's tool.
    options.properties.defaults = {
        {"bootstrap.servers", given.text("bootstrap-server").value_or("")},
        {"acks", std::to_string(acks)},
        {"retries", "0"}};
    auto& weakest = options.properties.defaults;
    weakest.insert(weakest.end(), given.profile().begin(), given.profile().end());
    return options;
}

}  // namespace barnabas::cli
