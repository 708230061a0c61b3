#include "cli/perf/verifiable_consumer_options.h"

#include "cli/common/old_names.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace barnabas::cli {
namespace {

constexpr std::array verifiable_consumer_rows{
    Option{.name = "bootstrap-server",
           .argument = Argument::required,
           .argument_name = "HOST:PORT,...",
           .help = "Brokers to begin with; the others are learnt from them.",
           .required = true},
    Option{.name = "topic",
           .argument = Argument::required,
           .argument_name = "TOPIC",
           .help = "What to read.",
           .required = true},
    Option{.name = "group-id",
           .argument = Argument::required,
           .argument_name = "GROUP",
           .help = "The consumer group.",
           .required = true},
    Option{.name = "group-protocol",
           .argument = Argument::required,
           .argument_name = "PROTOCOL",
           .help = "classic, which is the default, or consumer (KIP-848)."},
    Option{.name = "group-remote-assignor",
           .argument = Argument::required,
           .argument_name = "NAME",
           .help = "The broker's assignor; counts with the protocol consumer alone."},
    Option{.name = "group-instance-id",
           .argument = Argument::required,
           .argument_name = "ID",
           .help = "Makes the member a static one, of this name."},
    Option{.name = "max-messages",
           .argument = Argument::required,
           .kind = ArgumentKind::int32,
           .argument_name = "COUNT",
           .help = "How many to read; -1, which is the default: until it is stopped."},
    Option{.name = "session-timeout",
           .argument = Argument::required,
           .kind = ArgumentKind::int32,
           .argument_name = "MS",
           .help = "The member's session timeout; not for the protocol consumer."},
    Option{.name = "verbose", .help = "Print each record, too."},
    Option{.name = "enable-autocommit",
           .help = "Let the consumer commit by itself, and print no commits."},
    Option{.name = "reset-policy",
           .argument = Argument::required,
           .argument_name = "POLICY",
           .help = "Where to begin without committed offset: earliest (the default), latest or "
                   "none."},
    Option{.name = "assignment-strategy",
           .argument = Argument::required,
           .argument_name = "CLASS",
           .help = "The assignor (range), by name or Kafka's class; counts with the protocol "
                   "classic alone."},
    Option{.name = "command-config",
           .argument = Argument::required,
           .argument_name = "FILE",
           .help = "A properties file with configurations of the consumer; options go before it."},
    Option{.name = "consumer.config",
           .argument = Argument::required,
           .argument_name = "FILE",
           .help = "The old name of --command-config."},
};

constexpr std::array verifiable_consumer_old_rows{OldName{"consumer.config", "command-config"}};
constexpr OldNames verifiable_consumer_old_names{.rows = verifiable_consumer_old_rows,
                                                 .both = names_exclude_each_other,
                                                 .warning = old_name_has_been_deprecated};

constexpr std::array<std::string_view, 2> verifiable_consumer_examples{
    "verifiable-consumer --bootstrap-server localhost:9092 --topic test --group-id readers "
    "--max-messages 1000",
    "verifiable-consumer --bootstrap-server localhost:9092 --topic test --group-id readers "
    "--group-protocol consumer --verbose",
};

/// GroupProtocol.of(): any case.
Result<std::string> group_protocol(const ParsedOptions& given) {
    auto name = given.text("group-protocol").value_or("classic");
    std::ranges::transform(name, name.begin(), [](char c) {
        return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    });
    if (name != "classic" && name != "consumer") {
        return fail(ErrorCode::invalid_request,
                    "--group-protocol is '{}', and must be classic or consumer", name);
    }
    return name;
}

Result<void> read_member(const ParsedOptions& given, VerifiableConsumerOptions& options) {
    TRY_ASSIGN(const auto protocol, group_protocol(given));
    auto& set = options.overrides;
    set.emplace_back("group.protocol", protocol);
    if (protocol == "classic") {
        set.emplace_back("partition.assignment.strategy",
                         given.text("assignment-strategy")
                             .value_or("org.apache.kafka.clients.consumer.RangeAssignor"));
    } else if (const auto assignor = given.text("group-remote-assignor")) {
        set.emplace_back("group.remote.assignor", *assignor);
    }
    if (const auto timeout = given.text("session-timeout")) {
        set.emplace_back("session.timeout.ms", *timeout);
    }
    set.emplace_back("group.id", given.text("group-id").value_or(""));
    if (const auto instance = given.text("group-instance-id")) {
        set.emplace_back("group.instance.id", *instance);
    }
    return {};
}

}  // namespace

const Syntax verifiable_consumer_syntax{
    .style = Style::argparse,
    .options = verifiable_consumer_rows,
    .examples = verifiable_consumer_examples,
    .note =
        "Reads a topic as a member of a group, and prints a line of JSON for all that happens: "
        "partitions that come and go, records, commits.",
    .helps_when_alone = true,
    .complaint = "verifiable-consumer: error: "};

Result<VerifiableConsumerOptions> verifiable_consumer_options(const ParsedOptions& given) {
    TRY(check_old_names(given, verifiable_consumer_old_names));
    VerifiableConsumerOptions options;
    options.topic = given.text("topic").value_or("");
    options.messages = given.number("max-messages").value_or(-1);
    options.verbose = given.has("verbose");
    options.auto_commit = given.has("enable-autocommit");
    TRY(read_member(given, options));
    options.overrides.emplace_back("enable.auto.commit", options.auto_commit ? "true" : "false");
    options.overrides.emplace_back("auto.offset.reset",
                                   given.text("reset-policy").value_or("earliest"));
    options.properties.bootstrap = given.text("bootstrap-server").value_or("");
    options.properties.profile = given.profile();
    options.properties.file =
        given.text(given.has("consumer.config") ? "consumer.config" : "command-config");
    options.warnings = old_name_warnings(given, verifiable_consumer_old_names);
    return options;
}

Result<ClientConfig> verifiable_consumer_config(const VerifiableConsumerOptions& options) {
    TRY_ASSIGN(auto config, client_properties(options.properties));
    for (const auto& [name, value] : options.overrides) {
        config.insert_or_assign(name, value);
    }
    return config;
}

}  // namespace barnabas::cli
