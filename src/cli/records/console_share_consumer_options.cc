#include "cli/records/console_share_consumer_options.h"

#include "cli/common/old_names.h"
#include "cli/framework/command.h"
#include "cli/records/console_share_consumer_command.h"
#include "cli/records/properties.h"
#include "cli/records/reading_options.h"

#include <algorithm>
#include <array>
#include <utility>

namespace barnabas::cli {
namespace {

constexpr std::array share_options{
    bootstrap_server_option,
    Option{.name = "topic",
           .argument = Argument::required,
           .argument_name = "TOPIC",
           .help = "What to read (required)."},
    Option{.name = "group",
           .argument = Argument::required,
           .argument_name = "GROUP",
           .help = "The share group (console-share-consumer). It begins where its "
                   "share.auto.offset.reset says: at the end, unless that is set."},
    max_messages_option,
    timeout_ms_option,
    Option{.name = "release",
           .help = "Give records back after they are printed, instead of accepting them."},
    Option{.name = "reject",
           .help = "Reject records after they are printed: nobody gets them again."},
    Option{.name = "reject-message-on-error",
           .help = "Reject a record that cannot be printed, and go on."},
    Option{.name = "formatter",
           .argument = Argument::required,
           .argument_name = "CLASS",
           .help = "How records are printed; as of console-consumer."},
    formatter_property_option,
    old_formatter_property_option,
    formatter_config_option,
    key_deserializer_option,
    value_deserializer_option,
    Option{.name = "command-property",
           .argument = Argument::required,
           .argument_name = "KEY=VALUE",
           .help = "A configuration of the share consumer; may be repeated.",
           .repeatable = true},
    old_consumer_property_option,
    Option{.name = "command-config",
           .argument = Argument::required,
           .argument_name = "FILE",
           .help = "A properties file with configurations of the share consumer."},
    old_config_option("consumer-config"),
};

constexpr std::array<std::string_view, 3> share_examples{
    "console-share-consumer --bootstrap-server localhost:9092 --topic jobs --group workers",
    "console-share-consumer --bootstrap-server localhost:9092 --topic jobs --group workers "
    "--max-messages 10 --release --formatter-property print.delivery=true",
    "console-share-consumer --bootstrap-server localhost:9092 --topic jobs --group workers "
    "--timeout-ms 5000 --json",
};

constexpr std::array share_old_rows{
    OldName{"consumer-property", "command-property"},
    OldName{"consumer-config", "command-config"},
    OldName{"property", "formatter-property"},
};
constexpr OldNames share_old_names{
    .rows = share_old_rows, .both = old_name_and_new_one, .warning = old_name_is_deprecated};

/// The command acknowledges each record that it has printed, so it is in explicit mode.
Result<void> settle_mode(ClientConfig& consumer) {
    const auto [mode, is_new] = consumer.emplace("share.acknowledgement.mode", "explicit");
    if (!is_new && mode->second != "explicit") {
        return fail(ErrorCode::invalid_request,
                    "share.acknowledgement.mode is '{}', but each record is acknowledged when it "
                    "is printed: it can only be 'explicit'",
                    mode->second);
    }
    return {};
}

}  // namespace

const Syntax console_share_consumer_syntax{
    .options = share_options,
    .examples = share_examples,
    .note =
        "Prints the values of records, or what --formatter-property asks for, and accepts each "
        "when it is printed (--release, --reject: that instead). With --json, one JSON object "
        "is printed for each record. It ends at --max-messages, --timeout-ms or a signal, and "
        "says how many records there were on the error output."};

Result<void> check_console_share_consumer(const ParsedOptions& given) {
    if (!given.has("topic")) {
        return fail(ErrorCode::invalid_request, "--topic is a required argument");
    }
    TRY(require_options(given, {"bootstrap-server"}));
    if (given.has("reject") && given.has("release")) {
        return fail(ErrorCode::invalid_request,
                    "At most one of --reject and --release may be specified.");
    }
    return check_old_names(given, share_old_names);
}

std::vector<std::string> console_share_consumer_warnings(const ParsedOptions& given) {
    return old_name_warnings(given, share_old_names);
}

Result<ShareConsumerPlan> plan_console_share_consumer(const ParsedOptions& given,
                                                      ConsumerProperties properties) {
    ShareConsumerPlan plan{.topic = given.text("topic").value_or("")};
    TRY_ASSIGN(const auto group, named_group(given, properties.consumer, "consumer-config"));
    auto& consumer = plan.consumer;
    consumer = merged_properties(std::move(properties.consumer));
    consumer.insert(given.profile().begin(), given.profile().end());  // keeps what is there
    TRY(settle_mode(consumer));
    consumer.emplace("client.id", "console-share-consumer");
    consumer.insert_or_assign("bootstrap.servers", given.text("bootstrap-server").value_or(""));
    consumer.insert_or_assign("group.id", group.value_or("console-share-consumer"));
    if (const auto most = given.number("max-messages"); most && *most != -1) {
        plan.messages_max = std::max<std::int64_t>(*most, 0);
    }
    if (const auto timeout = given.number("timeout-ms"); timeout && *timeout >= 0) {
        plan.timeout_ms = timeout;
    }
    plan.acknowledge = given.has("reject")    ? AcknowledgeType::reject
                       : given.has("release") ? AcknowledgeType::release
                                              : AcknowledgeType::accept;
    plan.rejects_unprintable = given.has("reject-message-on-error");
    plan.formatter = formatter_properties(given, std::move(properties.formatter));
    return plan;
}

}  // namespace barnabas::cli
