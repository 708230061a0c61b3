#pragma once

#include "base/bytes.h"

#include <boost/json.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace barnabas::testing {

/// The lines of the vector file `name` ("record-batches"): what Apache Kafka's own classes wrote
/// and decided. They come from tests/data/vectors/<name>.jsonl.zst, or, where the environment
/// variable BARNABAS_VECTORS names a folder, from <name>.jsonl or <name>.jsonl.zst in there; a file
/// that such a folder does not have yields no lines, a folder that has none of them fails the test.
/// Missing or empty data of our own fail the test.
[[nodiscard]] std::vector<boost::json::object> vector_lines(std::string_view name);

/// Whether vector_lines() answers our own data, whose amounts a test may know: another folder has
/// only some of the files, and in them any number of lines.
[[nodiscard]] bool vectors_are_ours();

/// The lines of tests/data/<file>.jsonl.zst ("zookeeper/steady"), whatever BARNABAS_VECTORS says.
[[nodiscard]] std::vector<boost::json::object> data_lines(std::string_view file);

/// The names of all files that vector_lines() knows, from the data of our own.
[[nodiscard]] std::vector<std::string> vector_files();

/// One of our own copies as it was before compression.
[[nodiscard]] std::string vector_text(std::string_view name);

/// Any text of tests/data, before its compression ("protocol/kafka-4.4.txt.zst").
[[nodiscard]] std::string data_text(std::string_view file);

/// Lower-case hex, as every member whose name ends in "hex" has it.
[[nodiscard]] std::vector<std::byte> bytes_of_hex(std::string_view hex);
[[nodiscard]] std::string hex_of_bytes(ByteView bytes);

}  // namespace barnabas::testing
