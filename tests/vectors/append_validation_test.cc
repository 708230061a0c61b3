#include "wire/records/append_validation.h"

#include "support/vectors.h"
#include "vectors/batch_lines.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace barnabas::testing {
namespace {

namespace json = boost::json;

wire::AppendOrigin origin_of(const json::value& name) {
    return name == "CLIENT"        ? wire::AppendOrigin::client
           : name == "REPLICATION" ? wire::AppendOrigin::replication
           : name == "COORDINATOR" ? wire::AppendOrigin::coordinator
                                   : wire::AppendOrigin::raft_leader;
}

wire::AppendRules rules_of(const json::object& params) {
    wire::AppendRules rules;
    if (params.at("compression.type") != "producer") {
        const auto codec = wire::codec_of_name(params.at("compression.type").as_string());
        EXPECT_TRUE(codec);
        rules.target = wire::Compression::of(*codec);
    }
    rules.compacted = params.at("compacted_topic").as_bool();
    rules.timestamp_type = params.at("timestamp_type") == "LogAppendTime"
                               ? wire::TimestampType::log_append_time
                               : wire::TimestampType::create_time;
    rules.timestamp_before_max_ms = params.at("timestamp_before_max_ms").as_int64();
    rules.timestamp_after_max_ms = params.at("timestamp_after_max_ms").as_int64();
    rules.origin = origin_of(params.at("origin"));
    rules.now = Timestamp{params.at("now_ms").as_int64()};
    return rules;
}

ErrorCode wanted_code(std::string_view exception) {
    const auto name = exception.substr(exception.rfind('.') + 1);
    return name == "InvalidTimestampException"             ? ErrorCode::invalid_timestamp
           : name == "InvalidRecordException"              ? ErrorCode::invalid_record
           : name == "UnsupportedCompressionTypeException" ? ErrorCode::unsupported_compression_type
           : name == "CorruptRecordException"              ? ErrorCode::corrupt_message
           : name == "UnsupportedForMessageFormatException"
               ? ErrorCode::unsupported_for_message_format
               : ErrorCode::none;
}

void expect_refusal(const json::object& line, const wire::AppendRefusal& refusal) {
    EXPECT_FALSE(refusal.error.message.empty());
    const auto code = wanted_code(line.at("exception").as_string());
    if (code != ErrorCode::none) {
        EXPECT_EQ(refusal.error.code, code) << refusal.error.message;
    }
    std::vector<std::int64_t> wanted;
    if (const auto* errors = line.if_contains("record_errors"); errors && errors->is_array()) {
        for (const auto& error : errors->as_array()) {
            wanted.push_back(error.as_int64());
        }
    }
    std::vector<std::int64_t> got;
    for (const auto& error : refusal.record_errors) {
        got.push_back(error.index);
    }
    EXPECT_EQ(got, wanted) << refusal.error.message;
}

void expect_appended(const json::object& line, const wire::ValidatedBatch& valid) {
    const auto& params = line.at("params").as_object();
    const Offset first{params.at("first_offset").as_int64()};
    const auto epoch = static_cast<std::int32_t>(params.at("leader_epoch").as_int64());
    EXPECT_EQ(valid.assign(first, LeaderEpoch{epoch}).get(), line.at("next_offset").as_int64());
    EXPECT_EQ(valid.max_timestamp.get(), line.at("max_timestamp_ms").as_int64());
    EXPECT_EQ(valid.log_append_time.get(), line.at("log_append_time_ms").as_int64());
    EXPECT_EQ(valid.rebuilt, line.at("size_maybe_changed").as_bool());

    const auto& appended = line.at("appended").as_object();
    if (!valid.view().is_compressed() || !valid.rebuilt) {
        EXPECT_EQ(hex_of_bytes(valid.bytes), appended.at("hex").as_string());
        return;
    }
    // Compressed anew: the bytes, and what hangs on them, are the library's own.
    json::object wanted = appended;
    wanted["whole_batches_bytes"] = valid.bytes.size();
    wanted["total_bytes"] = valid.bytes.size();
    auto& batch = wanted.at("batches").as_array().at(0).as_object();
    batch["crc"] = valid.view().stored_crc();
    batch["size"] = valid.bytes.size();
    EXPECT_EQ(batches_difference(wanted, valid.bytes), "");
}

TEST(VectorsOfAppendValidation, GetKafkasVerdict) {
    wire::AppendValidator validator;
    for (const auto& line : vector_lines("append-validation")) {
        SCOPED_TRACE(std::string{line.at("id").as_string()});
        auto bytes = bytes_of_hex(line.at("hex").as_string());
        const auto before = bytes;
        const auto valid = validator.validate(bytes, rules_of(line.at("params").as_object()));
        EXPECT_EQ(verdict(valid.has_value()), line.at("verdict").as_string())
            << (valid ? "" : valid.error().error.message);
        if (valid && line.at("verdict") == "ok") {
            expect_appended(line, *valid);
        } else if (!valid && line.at("verdict") != "ok") {
            expect_refusal(line, valid.error());
            EXPECT_EQ(bytes, before) << "a refused buffer was changed";
        }
    }
}

TEST(VectorsOfProduceRequests, AreCheckedByVersion) {
    for (const auto& line : vector_lines("append-validation")) {
        const auto bytes = bytes_of_hex(line.at("hex").as_string());
        for (const auto& [version, wanted] : line.at("produce_request_check").as_object()) {
            const auto number = std::stoi(std::string{version}.substr(1));
            const auto got = wire::check_produced_records(bytes, static_cast<std::int16_t>(number));
            EXPECT_EQ(verdict(got.has_value()), verdict(wanted)) << line.at("id") << version;
            if (!got && wanted != "ok") {
                EXPECT_EQ(got.error().code, wanted_code(wanted.as_string())) << line.at("id");
            }
        }
    }
}

}  // namespace
}  // namespace barnabas::testing
