#pragma once

#include "cli/framework/console.h"
#include <barnabas/admin.h>
#include <barnabas/consumer.h>
#include <barnabas/producer.h>
#include <barnabas/share_consumer.h>

#include <chrono>
#include <string_view>

namespace barnabas::cli {

/// The library's clients as commands make them: on a loop of their own that logs nothing. A command
/// says itself what went wrong, where and as Kafka's tool does (the admin client's errors are what
/// the brokers told, word by word), and nothing in the middle of its output. Errors: those of the
/// clients' create().
[[nodiscard]] Result<Admin> quiet_admin(ClientConfig config);
[[nodiscard]] Result<Consumer> quiet_consumer(ClientConfig config);
[[nodiscard]] Result<Producer> quiet_producer(const ClientConfig& config);
[[nodiscard]] Result<ShareConsumer> quiet_share_consumer(ClientConfig config);

/// For commands that wait for records without end: what keeps those from coming (no broker is to be
/// reached) is told on the error output, each sentence once, when it comes again, behind `heading`.
/// The console outlives the client.
[[nodiscard]] Result<Consumer> waiting_consumer(ClientConfig config, Console& console,
                                                std::string_view heading = "WARN ");
[[nodiscard]] Result<ShareConsumer> waiting_share_consumer(ClientConfig config, Console& console);

/// How long a command's own group, which nobody comes back to, is worth waiting for at the end.
inline constexpr Duration goodbye_max = std::chrono::seconds(1);

}  // namespace barnabas::cli
