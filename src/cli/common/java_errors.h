#pragma once

#include "base/result.h"

#include <string>

namespace barnabas::cli {

/// The class by which Kafka's Java client throws a code:
/// "org.apache.kafka.common.errors.GroupNotEmptyException".
[[nodiscard]] std::string java_class(ErrorCode code);

/// What Java makes of an exception as text, which Kafka's tools print where they report several
/// outcomes: the class, ": " and the sentence.
[[nodiscard]] std::string java_text(const Error& error);

}  // namespace barnabas::cli
