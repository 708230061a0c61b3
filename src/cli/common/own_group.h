#pragma once

#include <barnabas/client_config.h>

namespace barnabas::cli {

/// Whether a command may choose the protocol of a group that it makes up for itself: where the
/// configurations of its consumer name neither a protocol nor what only classic groups have.
[[nodiscard]] bool may_choose_protocol(const ClientConfig& consumer);

/// The same consumer in a group of KIP-848. Classic groups wait for more members first
/// (group.initial.rebalance.delay.ms, 3 s), which nobody wants of a group that has one. A broker
/// that does not have KIP-848, or has it turned off, answers unsupported_version.
[[nodiscard]] ClientConfig without_waiting(ClientConfig consumer);

}  // namespace barnabas::cli
