// Members of a share group (exchange, drain and what is in flight) against brokers that lock
// records as KIP-932 says, whose answers get lost, whose leaders move and whose locks run out.
// Whatever happens: acknowledgements are only of what the broker gave to that member, each gets one
// outcome, an outcome without error is true, and in the end every record is dealt with.
#include "client/share_consumer/share_exchange.h"
#include "support/seeds.h"
#include "unit/client/consumer/worlds.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace barnabas::client {
namespace {

constexpr std::int32_t partition_count = 3;
constexpr std::int32_t broker_count = 2;
constexpr std::int64_t record_count = 40;

/// One record of a share partition.
struct Record {
    enum class Phase : std::uint8_t { available, acquired, done };
    Phase phase = Phase::available;
    std::size_t owner = 0;  ///< while acquired
    std::int16_t deliveries = 0;
};

struct SharePartition {
    std::vector<Record> records = std::vector<Record>(record_count);
    std::int32_t leader = 1;
    std::int32_t epoch = 0;

    void release_of(std::size_t member) {
        for (Record& record : records) {
            if (record.phase == Record::Phase::acquired && record.owner == member) {
                record.phase = Record::Phase::available;
            }
        }
    }
};

struct Session {
    std::int32_t epoch = 0;
    std::set<std::int32_t> parts;
};

/// Both brokers: they answer as the protocol says.
class Brokers {
public:
    std::map<std::int32_t, SharePartition> partitions;
    std::map<std::pair<std::int32_t, std::size_t>, Session> sessions;  ///< by broker and member

    Brokers() {
        for (std::int32_t i = 0; i < partition_count; ++i) {
            partitions[i].leader = i % broker_count + 1;
        }
    }

    void end_session(std::int32_t broker, std::size_t member) {
        if (sessions.erase({broker, member}) > 0) {
            for (auto& [index, partition] : partitions) {
                if (partition.leader == broker) {
                    partition.release_of(member);
                }
            }
        }
    }
    /// With its locks.
    void move(std::int32_t index) {
        SharePartition& partition = partitions[index];
        partition.leader = partition.leader % broker_count + 1;
        ++partition.epoch;
        for (Record& record : partition.records) {
            if (record.phase == Record::Phase::acquired) {
                record.phase = Record::Phase::available;
            }
        }
    }

    void let_locks_run_out() {
        for (auto& [index, partition] : partitions) {
            for (Record& record : partition.records) {
                if (record.phase == Record::Phase::acquired) {
                    record.phase = Record::Phase::available;
                }
            }
        }
    }

    ErrorCode check(std::int32_t broker, std::size_t member, std::int32_t epoch) {
        const auto session = sessions.find({broker, member});
        if (session == sessions.end()) {
            return ErrorCode::share_session_not_found;
        }
        if (epoch == ShareSession::last_epoch) {
            return ErrorCode::none;
        }
        if (epoch != session->second.epoch) {
            return ErrorCode::invalid_share_session_epoch;
        }
        ++session->second.epoch;
        return ErrorCode::none;
    }

    template <class Batches>
    ErrorCode acknowledge(std::int32_t broker, std::size_t member, std::int32_t index,
                          const Batches& batches) {
        SharePartition& partition = partitions[index];
        if (partition.leader != broker) {
            return ErrorCode::not_leader_or_follower;
        }
        for (const auto& batch : batches) {
            for (auto at = batch.first_offset; at <= batch.last_offset; ++at) {
                const Record& record = partition.records.at(static_cast<std::size_t>(at));
                if (record.phase != Record::Phase::acquired || record.owner != member) {
                    return ErrorCode::invalid_record_state;
                }
            }
        }
        for (const auto& batch : batches) {
            for (auto at = batch.first_offset; at <= batch.last_offset; ++at) {
                const auto i = static_cast<std::size_t>(at - batch.first_offset);
                const auto type = batch.acknowledge_types.size() == 1
                                      ? batch.acknowledge_types.front()
                                      : batch.acknowledge_types.at(i);
                Record& record = partition.records[static_cast<std::size_t>(at)];
                if (type == 2) {
                    record.phase = Record::Phase::available;
                } else if (type != 4) {
                    record.phase = Record::Phase::done;
                }
            }
        }
        return ErrorCode::none;
    }

    [[nodiscard]] bool all_done() const {
        for (const auto& [index, partition] : partitions) {
            for (const Record& record : partition.records) {
                if (record.phase != Record::Phase::done) {
                    return false;
                }
            }
        }
        return true;
    }
};

struct Member {
    explicit Member(std::size_t number) : number(number), exchange(options(), metadata) {
        exchange.set_listening(true);
    }
    static ShareExchange::Options options() {
        return {.group_id = "g", .member_id = "m", .records_max = 7};
    }

    std::size_t number;
    Metadata metadata{{}};
    ShareExchange exchange;
    ShareDrain drain{true};
    InFlight in_flight;
    std::vector<ShareExchange::Send> sent;
    std::size_t taken = 0;    ///< parts that were sent off
    std::size_t settled = 0;  ///< outcomes of those
};

class ShareModel {
public:
    explicit ShareModel(std::uint64_t seed) : random_(seed) {
        for (std::size_t i = 0; i < 2; ++i) {
            members_.push_back(std::make_unique<Member>(i));
            teach(*members_.back());
        }
    }

    void run() {
        for (int step = 0; step < 4000 && !::testing::Test::HasFailure(); ++step) {
            trouble_ = step < 800;
            now_ += 20ms;
            Member& member = *members_[random_() % members_.size()];
            act(member);
            if (!trouble_ && step % 400 == 0) {
                brokers_.let_locks_run_out();  // of what was refused together with another
            }
            if (!trouble_ && brokers_.all_done()) {
                break;
            }
        }
        EXPECT_EQ(what_is_left(), "");
        for (const auto& member : members_) {
            drain_answers(*member);
            EXPECT_EQ(member->settled, member->taken) << "outcomes of member " << member->number;
        }
    }

private:
    std::string what_is_left() {
        std::string text;
        for (const auto& [index, partition] : brokers_.partitions) {
            for (std::size_t at = 0; at < partition.records.size(); ++at) {
                const Record& record = partition.records[at];
                if (record.phase != Record::Phase::done) {
                    text += fmt::format("p{} {} {}; ", index, at,
                                        record.phase == Record::Phase::acquired
                                            ? fmt::format("of {}", record.owner)
                                            : "available");
                }
            }
        }
        for (const auto& member : members_) {
            if (!text.empty()) {
                text += fmt::format("member {}: {} waiting, renewing {}; ", member->number,
                                    member->in_flight.waiting(), member->in_flight.is_renewing());
            }
        }
        return text;
    }
    bool rarely(int of = 20) { return trouble_ && random_() % static_cast<unsigned>(of) == 0; }

    void teach(Member& member) {
        Layout layout;
        layout.brokers = broker_count;
        auto& leaders = layout.topics["t"];
        SharedParts parts;
        for (const auto& [index, partition] : brokers_.partitions) {
            leaders.push_back({.broker = partition.leader, .epoch = partition.epoch});
            parts.emplace(tp("t", index), topic_id("t"));
        }
        layout.teach(member.metadata, now_);
        member.exchange.assign(std::move(parts));
    }

    void act(Member& member) {
        switch (random_() % 5) {
            case 0:
                poll(member);
                break;
            case 1:
                acknowledge_some(member);
                break;
            default:
                exchange(member);
                break;
        }
        if (rarely(60)) {
            brokers_.move(static_cast<std::int32_t>(random_() % partition_count));
        }
        if (rarely()) {  // a lock runs out
            auto& partition =
                brokers_.partitions[static_cast<std::int32_t>(random_() % partition_count)];
            Record& record = partition.records[random_() % record_count];
            if (record.phase == Record::Phase::acquired) {
                record.phase = Record::Phase::available;
            }
        }
        if (random_() % 10 == 0) {
            teach(member);
        }
    }

    /// As ShareConsumer does.
    void poll(Member& member) {
        if (!member.in_flight.all_marked()) {
            return;
        }
        send_off(member, false);
        member.drain.add(member.exchange.take_fetched());
        if (member.in_flight.has_renewed()) {
            EXPECT_FALSE(member.in_flight.take_renewed().empty());
        } else if (!member.in_flight.is_renewing()) {
            auto taken = member.drain.take(7);
            EXPECT_FALSE(taken.error);
            for (Delivery& delivery : taken.deliveries) {
                member.in_flight.add(std::move(delivery));
            }
            if (taken.count == 0) {
                member.exchange.want_records();
            }
        }
        mark_some(member);
    }

    AckType any_type() {
        const auto dice = random_() % 10;
        if (!trouble_ || dice < 6) {
            return AckType::accept;
        }
        return dice == 6 ? AckType::reject : dice == 7 ? AckType::renew : AckType::release;
    }

    /// Each record that was handed out, sooner or later.
    void mark_some(Member& member) {
        for (const auto& [index, partition] : brokers_.partitions) {
            for (std::int64_t at = 0; at < record_count; ++at) {
                if (random_() % 4 != 0) {
                    ignore(member.in_flight.acknowledge(tp("t", index), Offset{at}, any_type()),
                           "it may not be in flight");
                }
            }
        }
    }

    void acknowledge_some(Member& member) {
        mark_some(member);
        send_off(member, random_() % 2 == 0);
    }

    void send_off(Member& member, bool commit) {
        auto parts = member.in_flight.take_marked();
        member.taken += parts.size();
        if (commit && !parts.empty()) {
            const auto number = member.exchange.commit(std::move(parts), now_ + 1s);
            static_cast<void>(member.exchange.give_up(number));
        } else {
            member.exchange.acknowledge(std::move(parts), now_ + 1s);
        }
    }

    void exchange(Member& member) {
        while (auto send = member.exchange.next(now_)) {
            member.sent.push_back(std::move(*send));
        }
        if (!member.sent.empty()) {
            const std::size_t which = random_() % member.sent.size();
            auto send = std::move(member.sent[which]);
            member.sent.erase(member.sent.begin() + static_cast<std::ptrdiff_t>(which));
            deliver(member, std::move(send));
        }
        heed(member);
    }

    void heed(Member& member) {
        for (const AckOutcome& outcome : member.exchange.take_outcomes()) {
            ++member.settled;
            member.in_flight.on_outcome(outcome.part, !outcome.error);
            if (!outcome.error) {
                expect_done(outcome.part);
            }
        }
    }
    void expect_done(const PartAcks& part) {
        const auto& partition = brokers_.partitions[part.partition.partition.get()];
        for (const auto& run : part.acks.runs()) {
            const bool final = run.type == AckType::accept || run.type == AckType::reject;
            for (Offset at = run.first; final && at <= run.last; ++at) {
                EXPECT_EQ(partition.records[static_cast<std::size_t>(at.get())].phase,
                          Record::Phase::done)
                    << part.partition.topic << ' ' << at.get();
            }
        }
    }

    void drain_answers(Member& member) {
        trouble_ = false;
        for (int i = 0; i < 200; ++i) {
            now_ += 200ms;
            exchange(member);
        }
    }

    /// A lost connection ends the session, whether the request got there or not.
    void deliver(Member& member, ShareExchange::Send send) {
        const std::int32_t broker = send.broker.get();
        if (rarely()) {
            if (random_() % 2 == 0) {
                static_cast<void>(answer(member, send));
            }
            brokers_.end_session(broker, member.number);
            member.exchange.on_failure(send.broker, {ErrorCode::network_exception, "lost"}, now_);
            return;
        }
        auto response = answer(member, send);
        if (auto* fetched = std::get_if<wire::ShareFetchResponse>(&response)) {
            member.exchange.on_fetched(send.broker, *fetched, frame_, now_);
        } else {
            member.exchange.on_acknowledged(
                send.broker, std::get<wire::ShareAcknowledgeResponse>(response), now_);
        }
    }

    std::variant<wire::ShareFetchResponse, wire::ShareAcknowledgeResponse> answer(
        Member& member, const ShareExchange::Send& send) {
        if (const auto* request = std::get_if<wire::ShareFetchRequest>(&send.request)) {
            return fetch(send.broker.get(), member.number, *request);
        }
        const auto& request = std::get<wire::ShareAcknowledgeRequest>(send.request);
        wire::ShareAcknowledgeResponse response;
        response.error_code = static_cast<std::int16_t>(
            brokers_.check(send.broker.get(), member.number, request.share_session_epoch));
        EXPECT_EQ(response.error_code, 0) << "a wrong epoch, though the session is there";
        for (const auto& topic : request.topics) {
            auto& answered = response.responses.emplace_back();
            answered.topic_id = topic.topic_id;
            for (const auto& part : topic.partitions) {
                auto& data = answered.partitions.emplace_back();
                data.partition_index = part.partition_index;
                data.error_code = static_cast<std::int16_t>(
                    brokers_.acknowledge(send.broker.get(), member.number, part.partition_index,
                                         part.acknowledgement_batches));
                const auto& partition = brokers_.partitions[part.partition_index];
                data.current_leader.leader_id = partition.leader;
                data.current_leader.leader_epoch = partition.epoch;
            }
        }
        return response;
    }

    wire::ShareFetchResponse fetch(std::int32_t broker, std::size_t member,
                                   const wire::ShareFetchRequest& request) {
        wire::ShareFetchResponse response;
        const bool begins = request.share_session_epoch == ShareSession::first_epoch;
        if (begins) {
            brokers_.end_session(broker, member);
            brokers_.sessions[{broker, member}].epoch = 1;
        } else {
            response.error_code = static_cast<std::int16_t>(
                brokers_.check(broker, member, request.share_session_epoch));
            EXPECT_EQ(response.error_code, 0) << "a wrong epoch, though the session is there";
        }
        Session& session = brokers_.sessions[{broker, member}];
        std::map<std::int32_t, ErrorCode> acknowledged;
        for (const auto& topic : request.topics) {
            for (const auto& part : topic.partitions) {
                session.parts.insert(part.partition_index);
                EXPECT_TRUE(!begins || part.acknowledgement_batches.empty());
                if (!part.acknowledgement_batches.empty()) {
                    acknowledged[part.partition_index] = brokers_.acknowledge(
                        broker, member, part.partition_index, part.acknowledgement_batches);
                }
            }
        }
        for (const auto& topic : request.forgotten_topics_data) {
            for (const auto part : topic.partitions) {
                EXPECT_EQ(session.parts.erase(part), 1U);
            }
        }
        auto& answered = response.responses.emplace_back();
        answered.topic_id = topic_id("t");
        for (const auto& [index, partition] : brokers_.partitions) {
            const bool wanted = session.parts.contains(index);
            if (!wanted && !acknowledged.contains(index)) {
                continue;
            }
            auto& data = answered.partitions.emplace_back();
            data.partition_index = index;
            data.current_leader.leader_id = partition.leader;
            data.current_leader.leader_epoch = partition.epoch;
            if (acknowledged.contains(index)) {
                data.acknowledge_error_code = static_cast<std::int16_t>(acknowledged[index]);
            }
            if (wanted && partition.leader != broker) {
                data.error_code = static_cast<std::int16_t>(ErrorCode::not_leader_or_follower);
            } else if (wanted) {
                acquire(index, member, request.max_records, data);
            }
        }
        return response;
    }

    void acquire(std::int32_t index, std::size_t member, std::int32_t count_max,
                 wire::ShareFetchResponse::Response::Partition& data) {
        std::int32_t count = 0;
        auto& records = brokers_.partitions[index].records;
        for (std::size_t i = 0; i < records.size() && count < count_max; ++i) {
            if (records[i].phase != Record::Phase::available) {
                continue;
            }
            ++count;
            records[i].phase = Record::Phase::acquired;
            records[i].owner = member;
            const auto offset = static_cast<std::int64_t>(i);
            data.acquired_records.push_back({.first_offset = offset,
                                             .last_offset = offset,
                                             .delivery_count = ++records[i].deliveries,
                                             .unknown_tags = {}});
        }
        data.records = wire::Records(log_->view());
    }

    static std::shared_ptr<ByteBuffer> whole_log() {
        auto bytes = std::make_shared<ByteBuffer>();
        for (std::int64_t base = 0; base < record_count; base += 10) {
            add_batch(*bytes, {.base = base, .count = 10});
        }
        return bytes;
    }

    std::mt19937_64 random_;
    Brokers brokers_;
    std::shared_ptr<ByteBuffer> log_ = whole_log();
    std::shared_ptr<const void> frame_ = log_;
    std::vector<std::unique_ptr<Member>> members_;
    Time now_{1000s};
    bool trouble_ = true;
};

TEST(ShareModel, EveryRecordIsDealtWith) {
    const std::uint64_t first = testing::first_seed(1);
    for (std::uint64_t seed = first; seed < first + 6 && !HasFailure(); ++seed) {
        SCOPED_TRACE(fmt::format("seed {}", seed));
        ShareModel(seed).run();
    }
}

}  // namespace
}  // namespace barnabas::client
