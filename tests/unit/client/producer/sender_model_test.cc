// Random runs of the producer's machines against a cluster that loses connections and answers,
// moves leaders and refuses. Always: what was acknowledged is stored once, where it was said to be;
// nothing is stored twice; each partition has its records in the order of their sending; each
// record hears of its end once.
#include "unit/client/producer/model_cluster.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

namespace barnabas::client::model {
namespace {

constexpr int brokers = 3;
constexpr int partitions = 4;
const std::string topic_name = "model";

struct Options {
    wire::Codec codec = wire::Codec::none;
    int in_flight_max = 5;
    bool idempotent = true;
    Duration delivery_timeout{1h};
    std::size_t broker_batch_max = std::size_t{1} << 30;
};

class Model {
public:
    Model(unsigned seed, Options options)
        : random_(seed),
          options_(options),
          accumulator_({.batch_size = 400,
                        .memory = std::size_t{1} << 20,
                        .compression = wire::Compression::of(options.codec),
                        .seed = seed}),
          transactions_({}),
          sender_({.linger = 2ms,
                   .delivery_timeout = options.delivery_timeout,
                   .backoff = {10ms, 100ms},
                   .in_flight_max = options.in_flight_max,
                   .idempotent = options.idempotent},
                  accumulator_, transactions_),
          logs_(partitions),
          leaders_(partitions) {
        for (auto& leader : leaders_) {
            leader = below(brokers);
        }
        tell_metadata();
    }

    unsigned below(unsigned n) { return random_() % n; }

    void step() {
        switch (below(14)) {
            case 0:
            case 1:
            case 2:
            case 3:
                send();
                break;
            case 4:
            case 5:
            case 6:
            case 7:
            case 8:
                serve(below(brokers), true);
                break;
            case 9:
                now_ += std::chrono::microseconds(below(5000));
                break;
            case 10:
                if (below(4) == 0) {
                    leaders_[below(partitions)] = below(brokers);
                }
                break;
            case 11:
                tell_metadata();
                break;
            case 12:
                if (below(3) == 0) {
                    drop_connection(below(brokers));
                }
                break;
            case 13:
                if (options_.delivery_timeout < 1h && below(10) == 0) {
                    now_ += options_.delivery_timeout / 2;
                }
                break;
            default:
                break;
        }
        turn();
    }

    /// Everything works from here on: all must come to an end.
    void heal() {
        for (int round = 0; round < 20'000 && sender_.busy(); ++round) {
            tell_metadata();
            for (unsigned broker = 0; broker < brokers; ++broker) {
                serve(broker, false);
            }
            turn();
            now_ = std::max(now_ + 1ms, std::min(sender_.next_wake(), now_ + 50ms));
            turn();
        }
        EXPECT_FALSE(sender_.busy()) << accumulator_.pool().batches_out() << " batches are left";
    }

    void check() {
        std::size_t stored = 0;
        for (int p = 0; p < partitions; ++p) {
            const auto at = static_cast<std::size_t>(p);
            std::set<std::string> once;
            std::int64_t last = -1;
            for (const auto& value : logs_[at].values) {
                EXPECT_TRUE(once.insert(value).second) << value << " is stored twice";
                const std::int64_t number = std::stoll(value);
                EXPECT_GT(number, last) << "partition " << p << " is out of order";
                last = number;
            }
            stored += once.size();
        }
        EXPECT_EQ(ends_.size(), records_);
        for (const auto& [value, end] : ends_) {
            const auto& values = logs_[static_cast<std::size_t>(end.partition)].values;
            if (end.offset == no_offset) {
                continue;  // refused or given up; it may be stored or not
            }
            const auto offset = static_cast<std::size_t>(end.offset.get());
            ASSERT_LT(offset, values.size());
            EXPECT_EQ(values[offset], value);
        }
        acknowledged_ = static_cast<std::size_t>(std::ranges::count_if(
            ends_, [](const auto& end) { return end.second.offset != no_offset; }));
        EXPECT_GE(stored, acknowledged_);
        EXPECT_EQ(accumulator_.pool().free_memory(), accumulator_.pool().memory());
    }

    [[nodiscard]] std::size_t records() const { return records_; }
    [[nodiscard]] std::size_t acknowledged() const { return acknowledged_; }

private:
    struct End {
        int partition;
        Offset offset;
    };

    void send() {
        const int partition = static_cast<int>(below(partitions));
        auto& topic = *accumulator_.topics().find(topic_name);
        for (unsigned n = 1 + below(6); n > 0; --n) {
            const std::string value = fmt::format("{:0{}}", next_value_++, 6 + below(60));
            DeliveryCallback callback = [this, value, partition](const auto& outcome) {
                const bool fresh =
                    ends_.emplace(value, End{partition, outcome ? outcome->offset : no_offset})
                        .second;
                EXPECT_TRUE(fresh) << value << " was told of twice";
                if (outcome) {
                    EXPECT_EQ(outcome->partition.get(), partition);
                } else if (options_.delivery_timeout >= 1h) {
                    ADD_FAILURE() << outcome.error().message;
                }
            };
            std::unique_ptr<ProducerBatch> fresh;
            const wire::BatchBuilder::Record record{.timestamp = Timestamp{7},
                                                    .value = as_bytes(value)};
            auto appended = accumulator_.append(topic, partition, record, callback, fresh, now_);
            if (appended.kind == Accumulator::Appended::Kind::no_batch) {
                fresh = accumulator_.pool().try_take(ProducerBatch::overhead +
                                                     ProducerBatch::size_bound(record));
                if (!fresh) {
                    return;  // the memory is used up: the value is never sent
                }
                appended = accumulator_.append(topic, partition, record, callback, fresh, now_);
            }
            EXPECT_EQ(appended.kind, Accumulator::Appended::Kind::done);
            ++records_;
            if (fresh) {
                accumulator_.pool().give_back(std::move(fresh));
            }
        }
    }

    void turn() {
        Sender::Decisions out;
        sender_.poll(now_, [](BrokerId) { return Time{}; }, out);
        carry_out(out);
        if (auto call = transactions_.next_request(sender_.busy(), now_)) {
            ASSERT_TRUE(std::holds_alternative<wire::InitProducerIdRequest>(call->request));
            wire::InitProducerIdResponse response;
            response.producer_id = 4000;
            transactions_.on_answer(response, now_);
        }
    }

    void carry_out(Sender::Decisions& out) {
        for (auto& request : out.requests) {
            outstanding_[static_cast<std::size_t>(request.broker.get())].push_back(
                std::move(request));
        }
        for (auto& settled : out.settled) {
            if (!settled.batch->done) {
                settled.batch->deliver(settled.outcome);
            }
            if (settled.owner) {
                accumulator_.pool().give_back(std::move(settled.owner));
            }
        }
        out.clear();
    }

    /// The oldest request of a broker is carried out; with `trouble`, not always, nor told of.
    void serve(unsigned broker, bool trouble) {
        auto& queue = outstanding_[broker];
        if (queue.empty()) {
            return;
        }
        const auto request = std::move(queue.front());
        queue.pop_front();
        const bool lost = trouble && below(8) == 0;
        wire::ProduceResponse response;
        if (!lost || options_.idempotent) {  // else it would be stored twice, which is allowed
            response = execute(request, broker, trouble);
        }
        if (lost) {  // the answer, and what was behind the request never arrives
            fail_request(request);
            drop_connection(broker);
            return;
        }
        Sender::Decisions out;
        sender_.on_answer(request.id, response, now_, random_(), out);
        carry_out(out);
    }

    wire::ProduceResponse execute(const Sender::Request& request, unsigned broker, bool trouble) {
        wire::ProduceResponse response;
        for (const auto& topic : request.message.topic_data) {
            for (const auto& data : topic.partition_data) {
                auto& answer = add_answer(response, topic.name, data.index);
                const auto at = static_cast<std::size_t>(data.index);
                const ByteView bytes = request.sources[data.records.source()];
                ModelLog::Verdict verdict;
                if (leaders_[at] != broker) {
                    verdict.code = ErrorCode::not_leader_or_follower;
                } else if (bytes.size() > options_.broker_batch_max &&
                           wire::BatchView(bytes).count() > 1) {
                    verdict.code = ErrorCode::message_too_large;
                } else if (trouble && below(12) == 0) {
                    verdict.code = ErrorCode::not_enough_replicas;
                } else {
                    verdict = logs_[at].append(bytes);
                    if (trouble && options_.idempotent && below(12) == 0) {
                        verdict.code = ErrorCode::not_enough_replicas_after_append;
                    }
                }
                answer.error_code = static_cast<std::int16_t>(verdict.code);
                answer.base_offset = verdict.base.get();
                answer.log_start_offset = 0;
            }
        }
        return response;
    }

    void fail_request(const Sender::Request& request) {
        Sender::Decisions out;
        sender_.on_failure(request.id, {ErrorCode::network_exception, "the connection ended"}, now_,
                           random_(), out);
        carry_out(out);
    }

    /// A prefix of what is on its way arrives.
    void drop_connection(unsigned broker) {
        auto lost = std::exchange(outstanding_[broker], {});
        std::size_t arrive =
            lost.empty() || !options_.idempotent ? 0 : below(unsigned(lost.size()));
        for (const auto& request : lost) {
            if (arrive > 0) {
                --arrive;
                ignore_response(execute(request, broker, true));
            }
        }
        for (const auto& request : lost) {
            fail_request(request);
        }
    }
    static void ignore_response(const wire::ProduceResponse& /*lost*/) {}

    void tell_metadata() {
        std::vector<Accumulator::PartitionLeader> told;
        for (const auto leader : leaders_) {
            told.push_back({BrokerId{static_cast<std::int32_t>(leader)}, LeaderEpoch{++epoch_}});
        }
        auto& topic = accumulator_.topics().add(topic_name);
        accumulator_.update_topic(topic, Uuid{}, told);
        Sender::Decisions out;
        sender_.on_topic(topic, now_, out);
        carry_out(out);
    }

    std::mt19937 random_;
    const Options options_;
    Accumulator accumulator_;
    TransactionManager transactions_;
    Sender sender_;
    std::vector<ModelLog> logs_;
    std::vector<unsigned> leaders_;
    std::map<std::size_t, std::deque<Sender::Request>> outstanding_;
    std::map<std::string, End> ends_;
    Time now_{1s};
    std::int32_t epoch_ = 0;
    std::int64_t next_value_ = 0;
    std::size_t records_ = 0;
    std::size_t acknowledged_ = 0;
};

void run_models(const Options& options, bool all_are_stored) {
    const char* wanted = std::getenv("BARNABAS_SEED");
    const unsigned first =
        wanted != nullptr ? static_cast<unsigned>(std::atoi(wanted)) : std::random_device{}();
    for (unsigned seed = first; seed < first + 30; ++seed) {
        SCOPED_TRACE(fmt::format("BARNABAS_SEED={}", seed));
        Model model(seed, options);
        for (int i = 0; i < 1500; ++i) {
            model.step();
        }
        model.heal();
        model.check();
        EXPECT_GT(model.records(), 100U);
        if (all_are_stored) {
            EXPECT_EQ(model.acknowledged(), model.records());
        }
        if (::testing::Test::HasFailure() || wanted != nullptr) {
            return;
        }
    }
}

TEST(SenderModel, IdempotentBatchesAreStoredOnceAndInOrder) {
    run_models({}, true);
}

TEST(SenderModel, SoAreCompressedOnes) {
    run_models({.codec = wire::Codec::lz4}, true);
}

TEST(SenderModel, BatchesThatAreTooLargeAreSplit) {
    run_models({.broker_batch_max = 250}, true);
}

TEST(SenderModel, GivingUpLosesNoAcknowledgedRecordAndNoOrder) {
    run_models({.delivery_timeout = 300ms}, false);
}

TEST(SenderModel, OneRequestInFlightKeepsTheOrderWithoutIdempotence) {
    run_models({.in_flight_max = 1, .idempotent = false}, true);
}

}  // namespace
}  // namespace barnabas::client::model
