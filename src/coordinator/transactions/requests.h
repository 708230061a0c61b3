#pragma once

#include "base/result.h"
#include "coordinator/transactions/transaction.h"

#include <cstdint>
#include <expected>
#include <string_view>

namespace barnabas::coordinator {

// What the handlers of a transaction's requests share; only they include it.

/// Clients that do not know producer_fenced yet are told invalid_producer_epoch (KafkaApis).
[[nodiscard]] inline ErrorCode code_for(ErrorCode code, std::int16_t version,
                                        std::int16_t knows_fenced_since) {
    return code == ErrorCode::producer_fenced && version < knows_fenced_since
               ? ErrorCode::invalid_producer_epoch
               : code;
}

/// While the markers of the last transaction are under way.
[[nodiscard]] inline std::unexpected<Error> busy(const Transaction& last, std::string_view id) {
    return fail(ErrorCode::concurrent_transactions,
                "the last transaction of transactional id '{}' is in {}; ask again", id,
                transaction_state_name(last.state));
}

[[nodiscard]] inline std::int16_t raw(ErrorCode code) {
    return static_cast<std::int16_t>(code);
}

}  // namespace barnabas::coordinator
