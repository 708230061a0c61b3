// A partition of __consumer_offsets: records of any bytes are replayed, then requests of any bytes
// are carried out while time passes. The input is a sequence of steps: what to do, a version or
// length, the length of the bytes (two bytes, big-endian), and they.
#include "coordinator/group_coordinator.h"
#include "fuzz/input.h"
#include "wire/codec.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <set>

namespace barnabas::coordinator {
namespace {

class Sink final : public RecordSink {
public:
    Result<Offset> append(const Records& records, const std::optional<ProducerIdentity>&,
                          Now) override {
        if (fails) {
            return fail(ErrorCode::kafka_storage_error, "the disk is full");
        }
        return Offset{std::exchange(next_, next_ + static_cast<std::int64_t>(records.size()))};
    }
    bool fails = false;

private:
    std::int64_t next_ = 1 << 20;
};

class Topics final : public TopicsView {
public:
    std::optional<Topic> find(std::string_view name) const override {
        return name == "t" ? std::optional(Topic{.id = id_, .partitions = 3}) : std::nullopt;
    }
    std::optional<std::string> name_of(const Uuid& id) const override {
        return id == id_ ? std::optional<std::string>("t") : std::nullopt;
    }
    std::vector<std::string> racks_of(std::string_view, std::int32_t) const override { return {}; }
    void each_name(const std::function<void(std::string_view)>& visit) const override {
        visit("t");
    }
    std::int64_t version() const override { return 1; }

private:
    Uuid id_ = *Uuid::parse("AAAAAAAAAAAAAAAAAAAAAQ");
};

class Settings final : public ConsumerGroupSettings {
public:
    const ConsumerGroupConfig& broker() const override { return config_; }
    ConsumerGroupTimes times_of(std::string_view) const override { return {}; }

private:
    ConsumerGroupConfig config_;
};

class Shares final : public ShareSettings {
public:
    const ShareGroupConfig& broker() const override { return config_; }
    ShareGroupTimes times_of(std::string_view) const override { return {}; }

private:
    ShareGroupConfig config_;
};

/// Only that it can be asked matters.
void drop(const auto& /*reply*/) {}

/// One coordinator and its clients, of whom each is answered once.
class World {
public:
    void step(std::uint8_t what, std::uint8_t number, ByteView bytes) {
        // From 240 on: what came after inputs were kept that mean something else below.
        switch (what < 240 ? what % 12 : 12 + what % 3) {
            case 0:
                replay(number, bytes);
                break;
            case 1:
                wait_for<wire::JoinGroupRequest>(number, bytes, &World::join);
                break;
            case 2:
                wait_for<wire::SyncGroupRequest>(number, bytes, &World::sync);
                break;
            case 3:
                ask<wire::HeartbeatRequest>(number, bytes);
                break;
            case 4:
                ask<wire::LeaveGroupRequest>(number, bytes);
                break;
            case 5:
                ask<wire::ConsumerGroupHeartbeatRequest>(number, bytes);
                break;
            case 6:
                ask<wire::OffsetCommitRequest>(number, bytes);
                break;
            case 7:
                ask<wire::TxnOffsetCommitRequest>(number, bytes);
                break;
            case 8:
                ask<wire::OffsetFetchRequest>(number, bytes);
                break;
            case 9:
                ask<wire::OffsetDeleteRequest>(number, bytes);
                break;
            case 10:
                pass(number);
                break;
            case 11:
                ask<wire::ListGroupsRequest>(number, bytes);
                break;
            case 12:
                ask<wire::ShareGroupHeartbeatRequest>(number, bytes);
                break;
            case 13:
                ask<wire::AlterShareGroupOffsetsRequest>(number, bytes);
                break;
            default:
                ask<wire::DeleteShareGroupOffsetsRequest>(number, bytes);
                break;
        }
        take_answers();
    }
    void end() {
        load();
        coordinator_.unloaded(told_);
        take_answers();
        if (!waiting_.empty()) {
            std::abort();
        }
    }

private:
    void replay(std::uint8_t key_size, ByteView bytes) {
        if (loaded_) {
            return;
        }
        const auto key = bytes.first(std::min<std::size_t>(key_size, bytes.size()));
        const auto value = bytes.subspan(key.size());
        drop(coordinator_.replay(
            {.offset = Offset{replayed_++},
             .key = key,
             .value = value.empty() ? wire::NullableBytes() : wire::NullableBytes(value),
             .producer = (key_size & 1) != 0 ? ProducerId{7} : no_producer}));
    }
    void load() {
        if (!std::exchange(loaded_, true)) {
            coordinator_.end_transaction(ProducerId{7}, true);
            coordinator_.loaded(now_, told_);
        }
    }
    void pass(std::uint8_t number) {
        load();
        sink_.fails = number % 8 == 7;
        now_.steady += std::chrono::seconds(number);
        now_.wall = Timestamp{now_.wall.get() + number * 1000};
        for (int i = 0; i < 100 && coordinator_.run_due(now_, told_); ++i) {
        }
        drop(coordinator_.expire("", now_, told_));
    }
    [[nodiscard]] Client client(std::int16_t version) const {
        return {.id = "fuzz", .host = "/127.0.0.1", .version = version, .fresh = {}};
    }
    template <class Request>
    std::optional<Request> decode(std::int16_t version, ByteView bytes) {
        load();
        if (version > Request::versions.last || version < Request::versions.first) {
            return std::nullopt;
        }
        auto request = wire::decode<Request>(bytes, version);
        return request ? std::optional<Request>(std::move(*request)) : std::nullopt;
    }
    template <class Request>
    void wait_for(std::uint8_t version, ByteView bytes,
                  void (World::*how)(Ticket, const Request&, const Client&)) {
        if (const auto request = decode<Request>(version, bytes)) {
            const Ticket ticket{next_ticket_++};
            waiting_.insert(ticket);
            (this->*how)(ticket, *request, client(version));
        }
    }
    void join(Ticket ticket, const wire::JoinGroupRequest& request, const Client& from) {
        coordinator_.join(ticket, request, from, now_, told_);
    }
    void sync(Ticket ticket, const wire::SyncGroupRequest& request, const Client& from) {
        coordinator_.sync(ticket, request, from, now_, told_);
    }
    template <class Request>
    void ask(std::uint8_t version, ByteView bytes) {
        if (const auto request = decode<Request>(version, bytes)) {
            carry_out(*request, client(version));
        }
    }
    void carry_out(const wire::HeartbeatRequest& request, const Client&) {
        drop(coordinator_.heartbeat(request, now_));
    }
    void carry_out(const wire::LeaveGroupRequest& request, const Client& from) {
        drop(coordinator_.leave(request, from, now_, told_));
    }
    void carry_out(const wire::ConsumerGroupHeartbeatRequest& request, const Client& from) {
        drop(coordinator_.heartbeat(request, from, now_, {}, told_));
        drop(coordinator_.describe_consumer(request.group_id));
    }
    void carry_out(const wire::ShareGroupHeartbeatRequest& request, const Client& from) {
        drop(coordinator_.heartbeat(request, from, now_, told_));
        drop(coordinator_.describe_share(request.group_id));
        drop(coordinator_.share_partitions(request.group_id));
        for (const auto& asked : told_.initialize) {
            initialize(asked);
        }
    }
    /// Every other partition cannot be initialized.
    void initialize(const wire::InitializeShareGroupStateRequest& asked) {
        wire::InitializeShareGroupStateResponse answer;
        for (const auto& topic : asked.topics) {
            auto& result = answer.results.emplace_back();
            result.topic_id = topic.topic_id;
            for (const auto& partition : topic.partitions) {
                auto& one = result.partitions.emplace_back();
                one.partition = partition.partition;
                one.error_code = static_cast<std::int16_t>(partition.partition % 2);
            }
        }
        drop(coordinator_.initialized(asked, answer, now_));
    }
    void carry_out(const wire::AlterShareGroupOffsetsRequest& request, const Client&) {
        if (const auto begun = coordinator_.alter_share_offsets(request, now_); begun.initialize) {
            initialize(*begun.initialize);
        }
    }
    void carry_out(const wire::DeleteShareGroupOffsetsRequest& request, const Client&) {
        const auto begun = coordinator_.remove_share_offsets(request, now_);
        std::set<Uuid> topics;
        for (const auto& [id, name] : begun.topics) {
            topics.insert(id);
        }
        drop(coordinator_.share_offsets_removed(request.group_id, topics, now_));
    }
    void carry_out(const wire::OffsetCommitRequest& request, const Client& from) {
        drop(coordinator_.commit(request, from, now_));
    }
    void carry_out(const wire::TxnOffsetCommitRequest& request, const Client& from) {
        drop(coordinator_.commit(request, from, now_));
        coordinator_.end_transaction(ProducerId{request.producer_id}, from.version % 2 == 0);
    }
    void carry_out(const wire::OffsetFetchRequest& request, const Client& from) {
        for (const auto& group : request.groups) {
            drop(coordinator_.fetch(group, from.version, request.require_stable));
        }
    }
    void carry_out(const wire::OffsetDeleteRequest& request, const Client&) {
        drop(coordinator_.remove_offsets(request, now_));
    }
    void carry_out(const wire::ListGroupsRequest& request, const Client& from) {
        wire::ListGroupsResponse response;
        coordinator_.list(request, response);
        for (const auto& group : response.groups) {
            drop(coordinator_.describe(group.group_id, from.version));
            drop(coordinator_.begin_removal(group.group_id, now_));
            drop(coordinator_.remove(group.group_id, now_, told_));
        }
    }
    void take_answers() {
        for (const auto& answer : told_.answers) {
            if (waiting_.erase(answer.ticket) != 1) {
                std::abort();
            }
        }
        told_ = {};
    }

    Sink sink_;
    Topics topics_;
    Settings settings_;
    Shares shares_;
    ClassicConfig classic_;
    OffsetsConfig offsets_;
    GroupCoordinator coordinator_{{.sink = sink_,
                                   .topics = topics_,
                                   .classic = classic_,
                                   .offsets = offsets_,
                                   .consumer = settings_,
                                   .share = shares_}};
    Now now_{.steady = Time{} + 1h, .wall = Timestamp{1'000'000}};
    Told told_;
    std::set<Ticket> waiting_;
    std::uint64_t next_ticket_ = 0;
    std::int64_t replayed_ = 0;
    bool loaded_ = false;
};

}  // namespace
}  // namespace barnabas::coordinator

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    barnabas::coordinator::World world;
    barnabas::fuzzing::run_steps({data, size}, world);
    world.end();
    return 0;
}
