// JSON that people and programs write for us: the files of reassign-partitions, leader-election and
// delete-records, and what the serde of JSON reads of records. `how` says nothing here.
#include "cli/reassign/assignment.h"
#include "cli/reassign/election.h"
#include "cli/records/offsets_file.h"
#include "fuzz/text_target.h"
#include <barnabas/serdes_json.h>

#include <boost/json/serialize.hpp>

#include <set>
#include <string>

namespace barnabas::cli {
namespace {

using fuzzing::require;

/// What can be carried out is written as a file that says the same.
void fuzz_reassignment(std::string_view text) {
    const auto wanted = parse_reassignment(text);
    if (!wanted) {
        require(wanted.error().code == ErrorCode::invalid_request);
        return;
    }
    if (!check_executable(*wanted)) {
        return;
    }
    const auto again =
        parse_reassignment(reassignment_json(wanted->by_partition(), wanted->log_dirs));
    require(again && again->by_partition() == wanted->by_partition() &&
            again->log_dirs == wanted->log_dirs);
    require(check_executable(*again).has_value());
}

void fuzz_lists(std::string_view text) {
    if (const auto topics = parse_topics_to_move(text)) {
        require(std::set(topics->begin(), topics->end()).size() == topics->size());
    }
    if (const auto brokers = parse_broker_list(text)) {
        require(!brokers->empty());
    }
    ignore(parse_election_file(text), "most texts are none");
    if (const auto offsets = parse_offsets_json(text)) {
        for (const auto& [partition, offset] : *offsets) {
            require(partition.partition.get() >= 0);
        }
    }
}

/// What was read and is written is read again, but for numbers that JSON has no text for; and what
/// is written of that is the same. (Fractions may change once: readers are not exact.)
void fuzz_serde(ByteView bytes) {
    const auto value = barnabas::parse_json(bytes);
    Bytes written;
    if (!value || !append_json(*value, written)) {
        return;
    }
    const auto again = barnabas::parse_json(written);
    require(again.has_value());
    require(again->kind() == value->kind());
    if (boost::json::serialize(*again).find_first_of(".eE") == std::string::npos) {
        require(*again == *value);
    }
}

}  // namespace
}  // namespace barnabas::cli

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace barnabas;
    const auto [what, how, text] = fuzzing::text_task(data, size);
    switch (what % 3) {
        case 0:
            cli::fuzz_reassignment(text);
            break;
        case 1:
            cli::fuzz_lists(text);
            break;
        default:
            cli::fuzz_serde(as_bytes(text));
            break;
    }
    return 0;
}
