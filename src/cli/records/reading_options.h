#pragma once

#include "cli/framework/option.h"

namespace barnabas::cli {

// Rows that the console consumers have in common.

inline constexpr Option max_messages_option{.name = "max-messages",
                                            .argument = Argument::required,
                                            .kind = ArgumentKind::int32,
                                            .argument_name = "COUNT",
                                            .help = "End after so many records."};
inline constexpr Option timeout_ms_option{.name = "timeout-ms",
                                          .argument = Argument::required,
                                          .kind = ArgumentKind::int64,
                                          .argument_name = "MS",
                                          .help = "End when no record has come for so long."};
inline constexpr Option formatter_property_option{
    .name = "formatter-property",
    .argument = Argument::required,
    .argument_name = "KEY=VALUE",
    .help =
        "What is printed; may be repeated: print.timestamp, print.partition, "
        "print.offset, print.delivery, print.epoch, print.headers, print.key=true, "
        "print.value=false; key.separator, line.separator, headers.separator, "
        "null.literal; key.deserializer, value.deserializer, headers.deserializer.",
    .repeatable = true};
inline constexpr Option old_formatter_property_option{
    .name = "property",
    .argument = Argument::required,
    .argument_name = "KEY=VALUE",
    .help = "The old name of --formatter-property.",
    .repeatable = true};
inline constexpr Option formatter_config_option{
    .name = "formatter-config",
    .argument = Argument::required,
    .argument_name = "FILE",
    .help = "A properties file with the same; --formatter-property goes before it."};
inline constexpr Option key_deserializer_option{
    .name = "key-deserializer",
    .argument = Argument::required,
    .argument_name = "CLASS",
    .help = "What keys are: a class of org.apache.kafka.common.serialization."};
inline constexpr Option value_deserializer_option{.name = "value-deserializer",
                                                  .argument = Argument::required,
                                                  .argument_name = "CLASS",
                                                  .help = "What values are."};
inline constexpr Option old_consumer_property_option{.name = "consumer-property",
                                                     .argument = Argument::required,
                                                     .argument_name = "KEY=VALUE",
                                                     .help = "The old name of --command-property.",
                                                     .repeatable = true};

/// Of a file of configurations under an old name.
constexpr Option old_config_option(std::string_view name) {
    return {.name = name,
            .argument = Argument::required,
            .argument_name = "FILE",
            .help = "The old name of --command-config."};
}

}  // namespace barnabas::cli
