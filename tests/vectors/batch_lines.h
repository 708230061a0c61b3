#pragma once

#include "base/bytes.h"

#include <boost/json.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace barnabas::testing {

/// What the vector files of record batches have in common.

/// "ok", or "error" for whatever exception Java threw: which it was matters less than which step
/// refused.
[[nodiscard]] std::string_view verdict(const boost::json::value& java);
[[nodiscard]] std::string_view verdict(bool ok);

/// Walks over `bytes` and says where that differs from the members batches, framing,
/// whole_batches_bytes and total_bytes of a line; empty where it does not. How many records come
/// before an error inside compressed data hangs on the library's buffers, so there only those that
/// come are compared.
[[nodiscard]] std::string batches_difference(const boost::json::object& wanted, ByteView bytes);

}  // namespace barnabas::testing
