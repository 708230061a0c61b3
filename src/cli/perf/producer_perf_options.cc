#include "cli/perf/producer_perf_options.h"

#include "cli/common/admin_session.h"
#include "cli/common/old_names.h"
#include "cli/perf/argparse_checks.h"

#include <algorithm>
#include <array>

namespace barnabas::cli {
namespace {

constexpr std::array producer_perf_rows{
    Option{.name = "bootstrap-server",
           .argument = Argument::required,
           .argument_name = "HOST:PORT,...",
           .help = "Brokers to begin with; goes before bootstrap.servers of the configurations."},
    Option{.name = "topic",
           .argument = Argument::required,
           .argument_name = "TOPIC",
           .help = "Where to write.",
           .required = true},
    Option{.name = "num-records",
           .argument = Argument::required,
           .kind = ArgumentKind::int64,
           .argument_name = "COUNT",
           .help = "How many records to write.",
           .required = true},
    Option{.name = "throughput",
           .argument = Argument::required,
           .argument_name = "RATE",
           .help = "At most so many records a second; -1: without limit.",
           .required = true},
    Option{.name = "record-size",
           .argument = Argument::required,
           .kind = ArgumentKind::int32,
           .argument_name = "BYTES",
           .help = "Values of random letters, so long. This, --payload-file or "
                   "--payload-monotonic is needed."},
    Option{.name = "payload-file",
           .argument = Argument::required,
           .argument_name = "FILE",
           .help = "Values drawn at random from the parts of this file (UTF-8)."},
    Option{.name = "payload-monotonic", .help = "Values that count: 0, 1, 2, ..."},
    Option{.name = "payload-delimiter",
           .argument = Argument::required,
           .argument_name = "REGEX",
           .help = "What stands between the parts of --payload-file (a line's end)."},
    Option{.name = "command-property",
           .argument = Argument::required,
           .argument_name = "NAME=VALUE...",
           .help = "Configurations of the producer; they go before those of --command-config.",
           .many = true},
    Option{.name = "command-config",
           .argument = Argument::required,
           .argument_name = "FILE",
           .help = "A properties file with configurations of the producer."},
    Option{.name = "producer-props",
           .argument = Argument::required,
           .argument_name = "NAME=VALUE...",
           .help = "The old name of --command-property.",
           .many = true},
    Option{.name = "producer.config",
           .argument = Argument::required,
           .argument_name = "FILE",
           .help = "The old name of --command-config."},
    Option{.name = "print-metrics",
           .help = "Print what the producer and this command have measured over the whole run: "
                   "records, batches, requests and retries."},
    Option{.name = "transactional-id",
           .argument = Argument::required,
           .argument_name = "ID",
           .help = "Write in transactions, under this id."},
    Option{.name = "transaction-duration-ms",
           .argument = Argument::required,
           .kind = ArgumentKind::int64,
           .argument_name = "MS",
           .help = "Write in transactions, each committed after so long (3000)."},
    Option{.name = "warmup-records",
           .argument = Argument::required,
           .kind = ArgumentKind::int64,
           .argument_name = "COUNT",
           .help = "The first so many are left out of a second summary, of the steady state (0)."},
    Option{.name = "reporting-interval",
           .argument = Argument::required,
           .kind = ArgumentKind::int64,
           .argument_name = "MS",
           .help = "How often to say how it goes (5000)."},
};

constexpr std::array<std::string_view, 3> producer_perf_examples{
    "producer-perf-test --bootstrap-server localhost:9092 --topic test --num-records 1000000 "
    "--record-size 100 --throughput -1",
    "producer-perf-test --bootstrap-server localhost:9092 --topic test --num-records 60000 "
    "--record-size 1024 --throughput 1000 --command-property acks=1 linger.ms=0",
    "producer-perf-test --bootstrap-server localhost:9092 --topic test --num-records 100000 "
    "--payload-file texts --throughput -1 --transaction-duration-ms 500",
};

constexpr std::string_view no_payload_delimiter = "\\n";  // Kafka's default, as help shows it

std::unexpected<Error> wrong_line(std::string_view sentence) {
    return fail(ErrorCode::invalid_request, "{}", sentence);
}

constexpr std::array producer_perf_old_rows{
    OldName{"producer-props", "command-property"},
    OldName{"producer.config", "command-config"},
};
constexpr OldNames producer_perf_old_names{.rows = producer_perf_old_rows,
                                           .both = "--{1} and --{0} cannot be specified together.",
                                           .warning = old_name_has_been_deprecated};

Result<void> judge_numbers(const ProducerPerfOptions& options) {
    if (options.records <= 0) {
        return wrong_line("--num-records should be greater than zero.");
    }
    if (options.warmup_records >= options.records) {
        return wrong_line(
            "The value for --warmup-records must be strictly fewer than the number of records in "
            "the test, --num-records.");
    }
    if (options.record_size && *options.record_size <= 0) {
        return wrong_line("--record-size should be greater than zero.");
    }
    if (options.throughput == 0) {
        return wrong_line("--throughput 0 would never write; -1 is without limit.");
    }
    return {};
}

Result<void> read_properties(const ParsedOptions& given, ProducerPerfOptions& options) {
    const auto any = {"bootstrap-server", "command-property", "producer-props", "producer.config",
                      "command-config"};
    if (std::ranges::none_of(any, [&](const char* name) { return given.has(name); })) {
        return wrong_line(
            "At least one of --bootstrap-server, --command-property, --producer-props, "
            "--producer.config or --command-config must be specified.");
    }
    TRY(check_old_names(given, producer_perf_old_names));
    options.warnings = old_name_warnings(given, producer_perf_old_names);
    options.properties.bootstrap = given.text("bootstrap-server").value_or("");
    options.properties.profile = given.profile();
    options.properties.file =
        given.has("producer.config") ? given.text("producer.config") : given.text("command-config");
    options.properties.entries =
        given.texts(given.has("producer-props") ? "producer-props" : "command-property");
    options.properties.defaults = {{"client.id", "perf-producer-client"}};
    return {};
}

Result<void> read_intervals(const ParsedOptions& given, ProducerPerfOptions& options) {
    if (const auto duration = given.number("transaction-duration-ms")) {
        if (*duration <= 0) {
            return wrong_line("--transaction-duration-ms should be greater than zero.");
        }
        options.transaction_duration = milliseconds(*duration);
    }
    constexpr std::int64_t usual_interval_ms = 5000;
    const auto interval = given.number("reporting-interval").value_or(usual_interval_ms);
    if (interval <= 0) {
        return wrong_line("--reporting-interval should be greater than zero.");
    }
    options.reporting_interval = milliseconds(interval);
    return {};
}

}  // namespace

const Syntax producer_perf_syntax{
    .style = Style::argparse,
    .options = producer_perf_rows,
    .examples = producer_perf_examples,
    .note =
        "Latencies are from handing a record over to its acknowledgement. A transactional id "
        "may also stand in the configurations.",
    .helps_when_alone = true};

Result<ProducerPerfOptions> producer_perf_options(const ParsedOptions& given) {
    TRY(require_one(given, {"record-size", "payload-file", "payload-monotonic"}));
    ProducerPerfOptions options;
    TRY_ASSIGN(options.throughput, real_argument(given, "throughput", -1));
    options.topic = given.text("topic").value_or("");
    options.records = given.number("num-records").value_or(0);
    options.warmup_records = std::max<std::int64_t>(given.number("warmup-records").value_or(0), 0);
    if (const auto size = given.number("record-size")) {
        options.record_size = static_cast<std::int32_t>(*size);
    }
    TRY(judge_numbers(options));
    TRY(read_properties(given, options));
    TRY(read_intervals(given, options));
    options.payload_file = given.text("payload-file");
    if (const auto delimiter = given.text("payload-delimiter");
        delimiter && *delimiter != no_payload_delimiter) {
        options.payload_delimiter = *delimiter;
    }
    options.print_metrics = given.has("print-metrics");
    options.transactional_id = given.text("transactional-id");
    options.json = given.json();
    return options;
}

Result<ProducerPerfConfig> producer_perf_config(const ProducerPerfOptions& options,
                                                std::string_view new_id) {
    constexpr Duration usual_duration = std::chrono::milliseconds(3000);
    TRY_ASSIGN(auto client, client_properties(options.properties));
    ProducerPerfConfig config{
        .client = std::move(client),
        .transaction_duration = options.transaction_duration.value_or(usual_duration)};
    config.transactions = options.transaction_duration || options.transactional_id ||
                          config.client.contains("transactional.id");
    if (options.transactional_id) {
        config.client.insert_or_assign("transactional.id", *options.transactional_id);
    } else if (config.transactions) {
        config.client.emplace("transactional.id", fmt::format("performance-producer-{}", new_id));
    }
    return config;
}

}  // namespace barnabas::cli
