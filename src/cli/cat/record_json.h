#pragma once

#include "base/result.h"
#include "cli/cat/cat_record.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace barnabas::cli {

/// A record as kcat's -J prints it:
///   {"topic":"t","partition":0,"offset":7,"tstype":"create","ts":1,"broker":1,
///    "headers":["name","value","name",null],"key":"k","payload":"v"}
/// ts and tstype are there where the record has a timestamp, headers where it has some. A key or a
/// payload that is no UTF-8 is base64 under the name "key_base64" or "payload_base64"; where a
/// header's value is none, all of them are, in "headers_base64" (kcat prints what is no JSON then).
/// `broker` is -1 where nobody knows it.
[[nodiscard]] std::string record_json(const ShownRecord& record, std::int32_t broker);

/// What record_json() printed, or somebody wrote: an object with some of topic, partition, ts,
/// headers (a row of names and values, or an object), key, payload (or "value"), and the base64
/// kinds. Keys and payloads that are no text are their JSON; where both are missing it is an error,
/// and so is a name that is not known: a misspelt payload would be a tombstone. offset, tstype and
/// broker say where a record was, and count for nothing.
[[nodiscard]] Result<ReadRecord> parse_record_json(std::string_view line);

}  // namespace barnabas::cli
