#pragma once

#include <barnabas/admin.h>
#include <barnabas/consumer.h>
#include <barnabas/producer.h>
#include <barnabas/share_consumer.h>

namespace barnabas::cli {

/// The library's clients as commands make them: on a loop of their own that logs nothing. A command
/// says itself what went wrong, where and as Kafka's tool does (the admin client's errors are what
/// the brokers told, word by word), and nothing in the middle of its output. Errors: those of the
/// clients' create().
[[nodiscard]] Result<Admin> quiet_admin(ClientConfig config);
[[nodiscard]] Result<Consumer> quiet_consumer(ClientConfig config);
[[nodiscard]] Result<Producer> quiet_producer(const ClientConfig& config);
[[nodiscard]] Result<ShareConsumer> quiet_share_consumer(ClientConfig config);

}  // namespace barnabas::cli
