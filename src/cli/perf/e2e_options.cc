#include "cli/perf/e2e_options.h"

#include <algorithm>
#include <array>
#include <vector>

namespace barnabas::cli {
namespace {

constexpr std::array e2e_rows{
    bootstrap_server_option,
    Option{.name = "topic",
           .argument = Argument::required,
           .argument_name = "TOPIC",
           .help = "Where the records go; it is created where it is not there (required)."},
    Option{.name = "num-records",
           .argument = Argument::required,
           .kind = ArgumentKind::int32,
           .argument_name = "COUNT",
           .help = "How many records to send, one after the other (required)."},
    Option{.name = "producer-acks",
           .argument = Argument::required,
           .argument_name = "ACKS",
           .help = "1 or all (required)."},
    Option{.name = "record-size",
           .argument = Argument::required,
           .kind = ArgumentKind::int32,
           .argument_name = "BYTES",
           .help = "How long their values are (required)."},
    Option{.name = "record-key-size",
           .argument = Argument::optional,
           .kind = ArgumentKind::int32,
           .argument_name = "BYTES",
           .help = "How long their keys are (0)."},
    Option{.name = "num-headers",
           .argument = Argument::optional,
           .kind = ArgumentKind::int32,
           .argument_name = "COUNT",
           .help = "How many headers they have (0)."},
    Option{.name = "record-header-key-size",
           .argument = Argument::optional,
           .kind = ArgumentKind::int32,
           .argument_name = "BYTES",
           .help = "How long the headers' keys are (0)."},
    Option{.name = "record-header-size",
           .argument = Argument::optional,
           .kind = ArgumentKind::int32,
           .argument_name = "BYTES",
           .help = "How long the headers' values are (0); -1: they are null."},
    Option{.name = "command-config",
           .argument = Argument::optional,
           .argument_name = "FILE",
           .help = "A properties file with configurations of the producer, the consumer and the "
                   "admin client; each takes those that it knows."},
};

constexpr std::array<std::string_view, 2> e2e_examples{
    "e2e-latency --bootstrap-server localhost:9092 --topic test --num-records 10000 "
    "--producer-acks all --record-size 100",
    "e2e-latency --bootstrap-server localhost:9092 --topic test --num-records 1000 "
    "--producer-acks 1 --record-size 100 --record-key-size 16 --num-headers 2 "
    "--record-header-key-size 8 --record-header-size 32",
};

constexpr std::array<std::string_view, 6> old_order{
    "bootstrap-server", "topic", "num-records", "producer-acks", "record-size", "command-config"};
constexpr std::size_t required_options = 5;

std::unexpected<Error> e2e_wrong(std::string_view sentence) {
    return fail(ErrorCode::invalid_request, "{}", sentence);
}

/// What the line says of an option, in either of its forms.
class E2eLine {
public:
    static Result<E2eLine> of(const ParsedOptions& given) {
        E2eLine line(given);
        const auto required = std::span(old_order).first(required_options);
        const auto of_profile = [&](std::string_view name) {  // which is no form of the line
            return name == "bootstrap-server" && given.has_servers_of_profile();
        };
        const auto& words = given.positional();
        const auto said = [&](std::string_view name) {
            return given.has(name) && !(of_profile(name) && !words.empty());
        };
        if (std::ranges::any_of(required, said)) {
            return line;
        }
        const bool named = std::ranges::any_of(given.in_order(), [&](const auto& one) {
            return one.option->name != "json" && !of_profile(one.option->name);
        });
        if (named || words.size() < required_options || words.size() > old_order.size()) {
            return fail(ErrorCode::invalid_request,
                        "Invalid number of arguments. Expected 5 or 6 positional arguments, but "
                        "got {}. Usage: bootstrap-server topic num-records producer-acks "
                        "record-size [optional] command-config",
                        words.size());
        }
        line.old_ = true;
        return line;
    }

    [[nodiscard]] bool is_old() const { return old_; }

    [[nodiscard]] std::optional<std::string> text(std::string_view name) const {
        if (!old_) {
            return given_->text(name);
        }
        const auto at =
            static_cast<std::size_t>(std::ranges::find(old_order, name) - old_order.begin());
        const auto& words = given_->positional();
        return at < words.size() ? std::optional(words[at]) : std::nullopt;
    }

    [[nodiscard]] Result<std::int32_t> number(std::string_view name) const {
        const auto said = text(name);
        if (!said) {
            return 0;
        }
        const auto number = parse_int32(*said);
        if (!number) {
            return fail(ErrorCode::invalid_request, "Cannot parse argument '{}' of option {}",
                        *said, name);
        }
        return *number;
    }

    [[nodiscard]] Result<std::size_t> size(std::string_view name) const {
        TRY_ASSIGN(const auto count, number(name));
        if (count < 0) {
            return fail(ErrorCode::invalid_request,
                        "Value for --{} must be a non-negative integer.", name);
        }
        return static_cast<std::size_t>(count);
    }

private:
    explicit E2eLine(const ParsedOptions& given) : given_(&given) {}

    const ParsedOptions* given_;
    bool old_ = false;
};

Result<void> read_sizes(const E2eLine& line, E2eOptions& options) {
    TRY_ASSIGN(options.value_size, line.size("record-size"));
    TRY_ASSIGN(options.key_size, line.size("record-key-size"));
    TRY_ASSIGN(options.header_key_size, line.size("record-header-key-size"));
    TRY_ASSIGN(const auto header_size, line.number("record-header-size"));
    if (header_size < -1) {
        return e2e_wrong(
            "Value for --record-header-size must be a non-negative integer or -1 for null header "
            "value.");
    }
    options.header_value_size =
        header_size < 0 ? std::nullopt : std::optional(static_cast<std::size_t>(header_size));
    TRY_ASSIGN(options.headers, line.size("num-headers"));
    return {};
}

}  // namespace

const Syntax e2e_latency_syntax{
    .options = e2e_rows,
    .examples = e2e_examples,
    .note =
        "Sends one record at a time, waits until it is acknowledged and until it was read "
        "again, and compares what came with what was sent."};

Result<E2eOptions> e2e_options(const ParsedOptions& given) {
    TRY_ASSIGN(const auto line, E2eLine::of(given));
    if (!line.is_old()) {
        TRY(require_options(
            given, {"bootstrap-server", "topic", "num-records", "producer-acks", "record-size"}));
    }
    E2eOptions options;
    options.properties.bootstrap = line.text("bootstrap-server").value_or("");
    options.properties.profile = given.profile();
    options.topic = line.text("topic").value_or("");
    options.acks = line.text("producer-acks").value_or("");
    if (options.acks != "1" && options.acks != "all") {
        return e2e_wrong(
            "Invalid value for --producer-acks. Latency testing requires synchronous "
            "acknowledgement. Please use '1' or 'all'.");
    }
    TRY_ASSIGN(options.records, line.number("num-records"));
    if (options.records <= 0) {
        return e2e_wrong("Value for --num-records must be a positive integer.");
    }
    TRY(read_sizes(line, options));
    options.properties.file = line.text("command-config");
    options.json = given.json();
    if (line.is_old()) {
        options.warning =
            "WARNING: Positional argument usage is deprecated and will be removed in Apache Kafka "
            "5.0. Please use named arguments instead: --bootstrap-server, --topic, --num-records, "
            "--producer-acks, --record-size, --command-config";
    }
    return options;
}

}  // namespace barnabas::cli
