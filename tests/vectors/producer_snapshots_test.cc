#include "support/vectors.h"
#include "wire/records/producer_snapshot.h"

#include <gtest/gtest.h>

namespace barnabas::testing {
namespace {

void expect_entry(const boost::json::object& wanted, const wire::ProducerSnapshotEntry& entry) {
    EXPECT_EQ(entry.producer_id.get(), wanted.at("producer_id").as_int64());
    EXPECT_EQ(entry.producer_epoch.get(), wanted.at("producer_epoch").as_int64());
    EXPECT_EQ(entry.coordinator_epoch, wanted.at("coordinator_epoch").as_int64());
    EXPECT_EQ(entry.timestamp.get(), wanted.at("last_timestamp").as_int64());
    EXPECT_EQ(entry.last_sequence, wanted.at("last_seq").as_int64());
    EXPECT_EQ(entry.last_offset.get(), wanted.at("last_offset").as_int64());
    EXPECT_EQ(entry.offset_delta, wanted.at("offset_delta").as_int64());
    EXPECT_EQ(entry.last_offset >= Offset{0} ? 1 : 0, wanted.at("batches").as_int64());
    const auto& first = wanted.at("current_txn_first_offset");
    EXPECT_EQ(entry.current_txn_first_offset.value_or(no_offset).get(),
              first.is_null() ? -1 : first.as_int64());
}

TEST(VectorsOfProducerSnapshots, AreReadAndWrittenWhole) {
    for (const auto& line : vector_lines("producer-snapshots")) {
        const auto file = bytes_of_hex(line.at("hex").as_string());
        const auto entries = wire::read_producer_snapshot(file);
        ASSERT_EQ(entries.has_value(), line.at("verdict") == "ok") << line.at("hex");
        if (!entries) {
            continue;
        }
        const auto& wanted = line.at("entries").as_array();
        ASSERT_EQ(entries->size(), wanted.size());
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            expect_entry(wanted[i].as_object(), (*entries)[i]);
        }
        EXPECT_EQ(hex_of_bytes(wire::write_producer_snapshot(*entries).view()),
                  line.at("hex").as_string());
    }
}

}  // namespace
}  // namespace barnabas::testing
