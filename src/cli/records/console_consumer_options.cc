#include "cli/records/console_consumer_options.h"

#include "cli/common/old_names.h"
#include "cli/common/own_group.h"
#include "cli/framework/command.h"
#include "cli/records/console_consumer_command.h"
#include "cli/records/properties.h"
#include "cli/records/reading_options.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <limits>
#include <utility>

namespace barnabas::cli {
namespace {

constexpr std::array consumer_options{
    bootstrap_server_option,
    Option{.name = "topic",
           .argument = Argument::required,
           .argument_name = "TOPIC",
           .help = "What to read."},
    Option{.name = "include",
           .argument = Argument::required,
           .argument_name = "EXPRESSION",
           .help = "Read all topics that match, as they come and go (RE2's syntax)."},
    Option{.name = "partition",
           .argument = Argument::required,
           .kind = ArgumentKind::int32,
           .argument_name = "PARTITION",
           .help =
               "Read this partition alone, without a group; from its end on, unless --offset or "
               "--from-beginning say otherwise."},
    Option{.name = "offset",
           .argument = Argument::required,
           .argument_name = "OFFSET",
           .help = "Where in the partition to begin: a number, earliest or latest."},
    Option{.name = "from-beginning",
           .help = "Where the group has no position yet, begin with the oldest record there is."},
    max_messages_option,
    timeout_ms_option,
    Option{.name = "group",
           .argument = Argument::required,
           .argument_name = "GROUP",
           .help = "The consumer group; without it, one of this command's own, which commits "
                   "nothing."},
    Option{.name = "isolation-level",
           .argument = Argument::required,
           .argument_name = "LEVEL",
           .help = "read_committed leaves out records of transactions that are open or aborted "
                   "(read_uncommitted)."},
    Option{.name = "skip-message-on-error",
           .help = "Go on behind a record that cannot be printed."},
    Option{.name = "formatter",
           .argument = Argument::required,
           .argument_name = "CLASS",
           .help = "How records are printed: DefaultMessageFormatter, LoggingMessageFormatter, "
                   "NoOpMessageFormatter; what Kafka stores in its own topics: "
                   "OffsetsMessageFormatter, GroupMetadataMessageFormatter, "
                   "TransactionLogMessageFormatter, ShareGroupStateMessageFormatter. With or "
                   "without Kafka's packages."},
    formatter_property_option,
    old_formatter_property_option,
    formatter_config_option,
    key_deserializer_option,
    value_deserializer_option,
    Option{.name = "enable-systest-events", .help = "Print shutdown_complete at the end."},
    Option{.name = "command-property",
           .argument = Argument::required,
           .argument_name = "KEY=VALUE",
           .help = "A configuration of the consumer; may be repeated.",
           .repeatable = true},
    old_consumer_property_option,
    Option{.name = "command-config",
           .argument = Argument::required,
           .argument_name = "FILE",
           .help = "A properties file with configurations of the consumer."},
    old_config_option("consumer.config"),
};

constexpr std::array<std::string_view, 4> consumer_examples{
    "console-consumer --bootstrap-server localhost:9092 --topic orders --from-beginning",
    "console-consumer --bootstrap-server localhost:9092 --topic orders --partition 0 --offset 42 "
    "--max-messages 1",
    "console-consumer --bootstrap-server localhost:9092 --topic orders --formatter-property "
    "print.key=true --formatter-property print.offset=true",
    "console-consumer --bootstrap-server localhost:9092 --include 'orders-.*' --json",
};

constexpr std::array consumer_old_rows{
    OldName{"consumer-property", "command-property"},
    OldName{"consumer.config", "command-config"},
    OldName{"property", "formatter-property"},
};
constexpr OldNames consumer_old_names{
    .rows = consumer_old_rows, .both = old_name_and_new_one, .warning = old_name_is_deprecated};

std::string lower_word(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return result;
}

Result<PartitionStart> parse_partition_start(const std::string& text) {
    const auto word = lower_word(text);
    if (word == "earliest") {
        return PartitionStart(PartitionEnd::earliest);
    }
    if (word == "latest") {
        return PartitionStart(PartitionEnd::latest);
    }
    const auto offset = parse_integer(text, 0, std::numeric_limits<std::int64_t>::max());
    if (!offset) {
        return fail(ErrorCode::invalid_request,
                    "The provided offset value '{}' is incorrect. Valid values are 'earliest', "
                    "'latest', or a non-negative long.",
                    text);
    }
    return PartitionStart(Offset(*offset));
}

Result<std::optional<std::string>> named_consumer_group(const ParsedOptions& given,
                                                        const GivenProperties& properties) {
    TRY_ASSIGN(auto group, named_group(given, properties, "consumer.config"));
    if (group && given.has("partition")) {
        return fail(ErrorCode::invalid_request,
                    "Options group and partition cannot be specified together.");
    }
    return group;
}

Result<void> settle_offset_reset(const ParsedOptions& given, ClientConfig& consumer) {
    const std::string wanted = given.has("from-beginning") ? "earliest" : "latest";
    const auto [at, is_new] = consumer.emplace("auto.offset.reset", wanted);
    if (!is_new && given.has("from-beginning") && at->second != wanted) {
        return fail(ErrorCode::invalid_request,
                    "Can't simultaneously specify --from-beginning and 'auto.offset.reset={}', "
                    "please remove one option",
                    at->second);
    }
    return {};
}

}  // namespace

const Syntax console_consumer_syntax{
    .options = consumer_options,
    .examples = consumer_examples,
    .note =
        "Prints the values of records, or what --formatter-property asks for. With --json, one "
        "JSON object is printed for each record. It ends at --max-messages, --timeout-ms or a "
        "signal, and says how many records there were on the error output."};

Result<void> check_console_consumer(const ParsedOptions& given) {
    if (given.has("topic") == given.has("include")) {
        return fail(ErrorCode::invalid_request,
                    "Exactly one of the following arguments is required: [topic], [include]");
    }
    if (given.has("partition")) {
        if (!given.has("topic")) {
            return fail(ErrorCode::invalid_request,
                        "The topic is required when partition is specified.");
        }
        if (given.has("from-beginning") && given.has("offset")) {
            return fail(ErrorCode::invalid_request,
                        "Options from-beginning and offset cannot be specified together.");
        }
    } else if (given.has("offset")) {
        return fail(ErrorCode::invalid_request,
                    "The partition is required when offset is specified.");
    }
    TRY(require_options(given, {"bootstrap-server"}));
    return check_old_names(given, consumer_old_names);
}

std::vector<std::string> console_consumer_warnings(const ParsedOptions& given) {
    return old_name_warnings(given, consumer_old_names);
}

Result<ConsumerPlan> plan_console_consumer(const ParsedOptions& given,
                                           ConsumerProperties properties, std::uint64_t draw) {
    ConsumerPlan plan{.topic = given.text("topic"), .include = given.text("include")};
    TRY_ASSIGN(const auto group, named_consumer_group(given, properties.consumer));
    auto& consumer = plan.consumer;
    consumer = merged_properties(std::move(properties.consumer));
    consumer.insert(given.profile().begin(), given.profile().end());  // keeps what is there
    TRY(settle_offset_reset(given, consumer));
    if (const auto level = given.text("isolation-level")) {
        consumer.insert_or_assign("isolation.level", *level);
    }
    consumer.emplace("client.id", "console-consumer");
    consumer.insert_or_assign("bootstrap.servers", given.text("bootstrap-server").value_or(""));
    plan.may_choose_protocol = !group && !given.has("partition") && may_choose_protocol(consumer);
    if (!given.has("partition")) {
        constexpr std::uint64_t groups_max = 100'000;
        consumer.insert_or_assign(
            "group.id", group.value_or(fmt::format("console-consumer-{}", draw % groups_max)));
    }
    if (!group) {
        consumer.emplace("enable.auto.commit", "false");
    }
    if (const auto partition = given.number("partition")) {
        plan.partition = PartitionId(static_cast<std::int32_t>(*partition));
    }
    const std::string standard = given.has("from-beginning") ? "earliest" : "latest";
    TRY_ASSIGN(plan.start, parse_partition_start(given.text("offset").value_or(standard)));
    if (const auto most = given.number("max-messages"); most && *most != -1) {
        plan.messages_max = std::max<std::int64_t>(*most, 0);
    }
    if (const auto timeout = given.number("timeout-ms"); timeout && *timeout >= 0) {
        plan.timeout_ms = timeout;
    }
    plan.formatter = formatter_properties(given, std::move(properties.formatter));
    return plan;
}

}  // namespace barnabas::cli
