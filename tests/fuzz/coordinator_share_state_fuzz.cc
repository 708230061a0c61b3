// A partition of __share_group_state: records of any bytes are replayed, then requests of any bytes
// are answered, topics go, appends fail, and time passes. What was written reads back as the same
// states. The input is a sequence of steps: what to do, a number, the length of the bytes (two
// bytes, big-endian), and they.
#include "coordinator/share_state/share_states.h"
#include "fuzz/input.h"
#include "wire/codec.h"
#include "wire/persisted/framing.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

namespace barnabas::coordinator {
namespace {

/// Every id is a topic's, with 1000 partitions, but those that end in what the test names.
class AnyTopics final : public TopicsView {
public:
    std::uint8_t gone = 0;

    [[nodiscard]] std::optional<Topic> find(std::string_view name) const override {
        const auto id = Uuid::parse(name);
        return id ? std::optional(Topic{.id = *id, .partitions = 1000}) : std::nullopt;
    }
    [[nodiscard]] std::optional<std::string> name_of(const Uuid& id) const override {
        return gone != 0 && id.bytes.back() == gone ? std::nullopt : std::optional(id.to_string());
    }
    [[nodiscard]] std::vector<std::string> racks_of(std::string_view /*name*/,
                                                    std::int32_t /*partition*/) const override {
        return {};
    }
    void each_name(const std::function<void(std::string_view)>& /*visit*/) const override {}
    [[nodiscard]] std::int64_t version() const override { return gone; }
};

class Log final : public RecordSink {
public:
    std::vector<Record> records;
    bool fails = false;

    [[nodiscard]] Result<Offset> append(const Records& appended,
                                        const std::optional<ProducerIdentity>& /*transaction*/,
                                        Now /*now*/) override {
        if (fails) {
            return fail(ErrorCode::kafka_storage_error, "the disk is full");
        }
        const Offset first{static_cast<std::int64_t>(records.size())};
        for (const auto& record : appended) {
            auto& kept = records.emplace_back();
            kept.key.append(record.key.view());
            if (record.value) {
                kept.value.emplace().append(record.value->view());
            }
        }
        return first;
    }
};

class World {
public:
    World() { begin(); }

    void step(std::uint8_t what, std::uint8_t number, ByteView bytes) {
        switch (what % 9) {
            case 0:
                return replay(number, bytes);
            case 1:
                return ask<wire::InitializeShareGroupStateRequest>(number, bytes);
            case 2:
                return ask<wire::ReadShareGroupStateRequest>(number, bytes);
            case 3:
                return ask<wire::WriteShareGroupStateRequest>(number, bytes);
            case 4:
                return ask<wire::DeleteShareGroupStateRequest>(number, bytes);
            case 5:
                return ask<wire::ReadShareGroupStateSummaryRequest>(number, bytes);
            case 6:
                log_.fails = number % 2 == 1;
                return;
            case 7:
                topics_.gone = number;
                return states_->topics_changed();
            default:
                return pass(number);
        }
    }

    /// The log says what the coordinator knows.
    void read_back() {
        const auto known = std::move(states_);
        begin();
        for (std::size_t i = 0; i < log_.records.size(); ++i) {
            const auto& record = log_.records[i];
            const auto read =
                states_->replay({.offset = Offset{static_cast<std::int64_t>(i)},
                                 .key = record.key.view(),
                                 .value = record.value ? wire::NullableBytes(record.value->view())
                                                       : wire::NullableBytes()});
            if (!read) {
                std::abort();
            }
        }
        if (states_->size() != known->size() ||
            states_->redundant_before() != known->redundant_before()) {
            std::abort();
        }
    }

private:
    void begin() {
        states_ = std::make_unique<ShareStates>(
            ShareStates::Ports{.sink = log_, .topics = topics_},
            ShareStateConfig{
                .updates_per_snapshot = 3, .cold_interval = 60s, .prune_interval = 60s});
        is_loaded_ = false;
    }
    void load() {
        if (!is_loaded_) {
            is_loaded_ = true;
            states_->loaded(now_);
        }
    }
    /// What cannot be read is not kept: then the partition is not served.
    void replay(std::uint8_t key_size, ByteView bytes) {
        if (is_loaded_) {
            return;
        }
        const auto key = bytes.first(std::min<std::size_t>(key_size, bytes.size()));
        const auto value = bytes.subspan(key.size());
        Record record;
        record.key.append(key);
        if (!value.empty()) {
            record.value.emplace().append(value);
        }
        const auto read = states_->replay(
            {.offset = Offset{static_cast<std::int64_t>(log_.records.size())},
             .key = key,
             .value = value.empty() ? wire::NullableBytes() : wire::NullableBytes(value)});
        if (read) {
            log_.records.push_back(std::move(record));
        }
    }
    template <class Request>
    void ask(std::uint8_t version, ByteView bytes) {
        load();
        if (version > Request::versions.last || version < Request::versions.first) {
            return;
        }
        const auto request = wire::decode<Request>(bytes, version);
        if (!request) {
            return;
        }
        const auto response = states_->answer(*request, now_);
        if (response.results.size() != request->topics.size()) {
            std::abort();
        }
        wire::Output output;
        wire::encode(response, version, output);
    }
    void pass(std::uint8_t seconds) {
        load();
        now_.steady += std::chrono::seconds(seconds);
        now_.wall += seconds * 1000;
        for (int i = 0; i < 10 && states_->next_due() <= now_.steady; ++i) {
            if (!states_->work(now_)) {
                return;
            }
            if (const auto before = states_->to_prune(now_)) {
                states_->pruned(*before, now_);
            }
        }
    }

    AnyTopics topics_;
    Log log_;
    std::unique_ptr<ShareStates> states_;
    bool is_loaded_ = false;
    Now now_{.steady = Time{} + 1h, .wall = Timestamp{1'000'000'000}};
};

}  // namespace
}  // namespace barnabas::coordinator

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    barnabas::coordinator::World world;
    barnabas::fuzzing::run_steps({data, size}, world);
    world.read_back();
    return 0;
}
