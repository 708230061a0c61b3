#include "cli/perf/consumer_perf_options.h"

#include "cli/common/admin_session.h"
#include "cli/common/old_names.h"

#include <array>

namespace barnabas::cli {
namespace {

constexpr std::array consumer_perf_rows{
    bootstrap_server_option,
    Option{.name = "topic",
           .argument = Argument::required,
           .argument_name = "TOPIC",
           .help = "What to read. This or --include is needed."},
    Option{.name = "include",
           .argument = Argument::required,
           .argument_name = "REGEX",
           .help = "Read all topics whose whole name this regular expression matches."},
    Option{.name = "num-records",
           .argument = Argument::required,
           .kind = ArgumentKind::int64,
           .argument_name = "COUNT",
           .help = "How many records to read (required)."},
    Option{.name = "messages",
           .argument = Argument::required,
           .kind = ArgumentKind::int64,
           .argument_name = "COUNT",
           .help = "The old name of --num-records."},
    Option{.name = "timeout",
           .argument = Argument::optional,
           .kind = ArgumentKind::int64,
           .argument_name = "MS",
           .help = "Without any record for so long it is over (10000)."},
    Option{.name = "group",
           .argument = Argument::required,
           .argument_name = "GROUP",
           .help = "The consumer group (a new one)."},
    Option{.name = "from-latest",
           .help = "Where the group has no offset, begin with new records, not with the oldest."},
    Option{.name = "fetch-size",
           .argument = Argument::required,
           .kind = ArgumentKind::int32,
           .argument_name = "BYTES",
           .help = "Most bytes of one partition in a fetch (1048576)."},
    Option{.name = "socket-buffer-size",
           .argument = Argument::required,
           .kind = ArgumentKind::int32,
           .argument_name = "BYTES",
           .help = "The sockets' receive buffer (2097152)."},
    Option{.name = "command-property",
           .argument = Argument::required,
           .argument_name = "NAME=VALUE",
           .help = "A configuration of the consumer; goes before those of --command-config.",
           .repeatable = true},
    Option{.name = "command-config",
           .argument = Argument::required,
           .argument_name = "FILE",
           .help = "A properties file with configurations of the consumer."},
    Option{.name = "consumer.config",
           .argument = Argument::required,
           .argument_name = "FILE",
           .help = "The old name of --command-config."},
    Option{.name = "show-detailed-stats", .help = "A line of figures for each interval."},
    Option{.name = "reporting-interval",
           .argument = Argument::required,
           .kind = ArgumentKind::int64,
           .argument_name = "MS",
           .help = "How long these intervals are (5000)."},
    Option{.name = "date-format",
           .argument = Argument::required,
           .argument_name = "PATTERN",
           .help = "How times are written: a pattern of Java's SimpleDateFormat "
                   "(yyyy-MM-dd HH:mm:ss:SSS)."},
    Option{.name = "hide-header", .help = "Without the line that names the columns."},
    Option{.name = "print-metrics",
           .help = "Print the metrics of the consumer that this command itself can count, over the "
                   "whole run."},
};

constexpr std::array<std::string_view, 3> consumer_perf_examples{
    "consumer-perf-test --bootstrap-server localhost:9092 --topic test --num-records 1000000",
    "consumer-perf-test --bootstrap-server localhost:9092 --include 'orders.*' --num-records 50000 "
    "--show-detailed-stats --reporting-interval 1000",
    "consumer-perf-test --bootstrap-server localhost:9092 --topic test --num-records 1000 "
    "--timeout 60000 --from-latest --command-property group.protocol=consumer",
};

Result<void> exactly_one(const ParsedOptions& given, std::string_view one, std::string_view other) {
    if (given.has(one) == given.has(other)) {
        return fail(ErrorCode::invalid_request,
                    "Exactly one of the following arguments is required: [{}], [{}]", one, other);
    }
    return {};
}

Result<void> judge_line(const ParsedOptions& given) {
    TRY(require_options(given, {"bootstrap-server"}));
    TRY(exactly_one(given, "topic", "include"));
    TRY(exactly_one(given, "messages", "num-records"));
    return refuse_together(given, "consumer.config", {"command-config"});
}

/// Both names of one are refused by judge_line(), in other words.
constexpr std::array consumer_perf_old_rows{
    OldName{"messages", "num-records"},
    OldName{"consumer.config", "command-config"},
};
constexpr OldNames consumer_perf_old_names{
    .rows = consumer_perf_old_rows,
    .both = old_name_and_new_one,
    .warning = "Warning: --{0} is deprecated. Use --{1} instead."};

}  // namespace

const Syntax consumer_perf_syntax{.options = consumer_perf_rows,
                                  .examples = consumer_perf_examples};

Result<ConsumerPerfOptions> consumer_perf_options(const ParsedOptions& given,
                                                  std::uint64_t random) {
    constexpr std::int64_t usual_timeout_ms = 10'000;
    constexpr std::int64_t usual_interval_ms = 5000;
    constexpr std::int64_t usual_fetch = 1024 * 1024;
    constexpr std::int64_t usual_buffer = 2 * 1024 * 1024;
    constexpr std::uint64_t group_names = 100'000;
    TRY(judge_line(given));
    ConsumerPerfOptions options;
    options.reporting_interval_ms = given.number("reporting-interval").value_or(usual_interval_ms);
    options.topic = given.text("topic");
    options.include = given.text("include");
    options.records = given.number(given.has("messages") ? "messages" : "num-records").value_or(0);
    options.timeout = milliseconds(given.number("timeout").value_or(usual_timeout_ms));
    options.date_format = given.text("date-format").value_or("yyyy-MM-dd HH:mm:ss:SSS");
    options.detailed = given.has("show-detailed-stats");
    options.header = !given.has("hide-header");
    options.print_metrics = given.has("print-metrics");
    options.json = given.json();
    options.own_group = !given.has("group");
    options.warnings = old_name_warnings(given, consumer_perf_old_names);
    options.properties.bootstrap = given.text("bootstrap-server").value_or("");
    options.properties.profile = given.profile();
    options.properties.file =
        given.has("consumer.config") ? given.text("consumer.config") : given.text("command-config");
    options.properties.entries = given.texts("command-property");
    options.properties.defaults = {{"client.id", "perf-consumer-client"}};
    const auto size = [&](std::string_view name, std::int64_t usual) {
        return std::to_string(given.number(name).value_or(usual));
    };
    options.overrides = {{"group.id", given.text("group").value_or(
                                          fmt::format("perf-consumer-{}", random % group_names))},
                         {"receive.buffer.bytes", size("socket-buffer-size", usual_buffer)},
                         {"max.partition.fetch.bytes", size("fetch-size", usual_fetch)},
                         {"auto.offset.reset", given.has("from-latest") ? "latest" : "earliest"},
                         {"check.crcs", "false"}};
    return options;
}

Result<ClientConfig> consumer_perf_config(const ConsumerPerfOptions& options) {
    TRY_ASSIGN(auto config, client_properties(options.properties));
    for (const auto& [name, value] : options.overrides) {
        config.insert_or_assign(name, value);
    }
    return config;
}

}  // namespace barnabas::cli
