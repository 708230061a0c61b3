#pragma once

#include "base/error_code.h"

namespace barnabas::coordinator {

/// What a client is told if records could not be appended to the coordinator's topic, or were not
/// committed in time: it does not know that topic, so it hears of the coordinator
/// (CoordinatorOperationExceptionHelper, TransactionStateManager). `too_large` is what records are
/// called that do not fit. All else is passed on as it is.
[[nodiscard]] ErrorCode error_of_append(ErrorCode failure,
                                        ErrorCode too_large = ErrorCode::unknown_server_error);

}  // namespace barnabas::coordinator
