// Random producers, old and new, against a coordinator that crashes, loses what was not committed
// and sends markers that fail and come late. In the manner of a checker: no transaction is both
// committed and aborted, an acknowledged commit is never lost, a fenced producer never commits and
// never appends, and after quiet time every transaction has ended.
#include "support/seeds.h"
#include "unit/coordinator/transactions/model_coordinator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <memory>

namespace barnabas::coordinator {
namespace {

using testing::Fate;
using testing::ModelPartition;
using testing::Tag;
using testing::TransactionRig;

/// One process that has a transactional id, until it dies.
struct Producer {
    enum class Does : std::uint8_t { begins, adds, writes, ends };

    std::string id;
    int number = 0;
    bool is_v2 = false;  // transactions v2: EndTxn v5, and brokers add the partitions
    Does does = Does::begins;
    ProducerIdentity who{};
    Tag tag = 0;
    std::size_t to = 0;           // the partition that it adds or writes to
    bool commits = false;         // what it ends with
    std::set<std::size_t> added;  // it was told so
    std::size_t written = 0;      // it was told so
    bool waits = false;           // for an answer
    std::uint64_t ticket = 0;     // of the answer that it would take
    bool is_superseded = false;   // a newer one of its id was told that it may begin
    bool is_dead = false;
};

/// Producers with three transactional ids, at one coordinator and four partitions.
class Cluster : public testing::ModelCoordinator {
public:
    using ModelCoordinator::ModelCoordinator;

    void step() {
        advance(std::chrono::milliseconds(dice_.below(dice_.one_in(20) ? 8000 : 200)));
        switch (dice_.below(12)) {
            case 0:
                return commit_some();
            case 1:
                return deliver_markers();
            case 2:
                return deliver_late();
            case 3:
                return dice_.one_in(12) ? crash_or_load() : commit_some();
            case 4:
                return dice_.one_in(3) ? spawn() : do_work();
            case 5:
                return do_work();
            case 6:
                return dice_.one_in(15) ? kill() : deliver_markers();
            default:
                return step_producer();
        }
    }

    /// All producers die; everything else goes on until it is done.
    void settle() {
        tell("quiet");
        quiet_ = true;
        for (auto& one : producers_) {
            one->is_dead = true;
        }
        for (int i = 0; i < 90; ++i) {
            advance(1s);
            commit_all();
            do_work();
            deliver_late();
            deliver_markers();
        }
        check_all();
    }

private:
    void crash_or_load() {
        for (auto& one : producers_) {
            give_up(*one);
        }
        crash();
    }

    void deliver_late() {
        deliver_late_markers();
        for (const auto& request : std::exchange(late_ends_, {})) {
            if (is_up_) {
                end_at_coordinator(*request.from, request.who, request.commits);
            }
        }
    }

    // --- producers

    void spawn() {
        if (producers_.size() >= 200) {
            return;
        }
        auto one = std::make_unique<Producer>();
        one->id = std::string(1, static_cast<char>('x' + dice_.below(3)));
        one->number = static_cast<int>(producers_.size());
        one->is_v2 = config_.transaction_version >= 2 && !dice_.one_in(3);
        tell("producer {} of '{}' comes, v{}", one->number, one->id, one->is_v2 ? 2 : 1);
        producers_.push_back(std::move(one));
    }

    void kill() {
        if (Producer* one = any_producer()) {
            tell("producer {} dies", one->number);
            one->is_dead = true;
        }
    }

    Producer* any_producer() {
        std::vector<Producer*> alive;
        for (const auto& one : producers_) {
            if (!one->is_dead) {
                alive.push_back(one.get());
            }
        }
        return alive.empty() ? nullptr : alive[dice_.below(alive.size())];
    }

    void step_producer() {
        Producer* one = any_producer();
        if (one == nullptr) {
            return spawn();
        }
        if (one->waits && dice_.one_in(25)) {
            tell("producer {} gives up waiting and asks again", one->number);
            give_up(*one);
        }
        if (one->waits || !is_up_ || dice_.one_in(15)) {
            return;  // or its request is lost
        }
        switch (one->does) {
            case Producer::Does::begins:
                return begin(*one);
            case Producer::Does::adds:
                return add(*one);
            case Producer::Does::writes:
                return write(*one);
            case Producer::Does::ends:
                return end(*one);
        }
    }

    static void give_up(Producer& one) {
        one.waits = false;
        ++one.ticket;
    }

    /// The reply, when it comes, unless nobody takes it any more.
    template <class Then>
    void reply_to(Producer& one, Then then) {
        one.waits = true;
        when_committed([this, &one, ticket = one.ticket, then = std::move(then)] {
            if (one.is_dead || one.ticket != ticket) {
                return;
            }
            if (!quiet_ && dice_.one_in(12)) {
                tell("a reply to producer {} is lost", one.number);
                return give_up(one);
            }
            give_up(one);
            then();
        });
    }

    void next_transaction(Producer& one) {
        one.tag = ++last_tag_;
        one.added.clear();
        one.written = 0;
        choose(one);
    }

    void choose(Producer& one) {
        if (one.written > 0 && dice_.one_in(3)) {
            one.does = Producer::Does::ends;
            one.commits = !dice_.one_in(3);
            return;
        }
        one.to = dice_.below(partitions_.size());
        const bool adds = !one.is_v2 && !one.added.contains(one.to);
        one.does = adds ? Producer::Does::adds : Producer::Does::writes;
    }

    void begin(Producer& one) {
        const wire::InitProducerIdRequest request{.transactional_id = one.id,
                                                  .transaction_timeout_ms = timeout_ms,
                                                  .producer_id = one.who.id.get(),
                                                  .producer_epoch = one.who.epoch.get()};
        const bool needed = machine_.needs_producer_id(request);
        const auto outcome =
            machine_.init(request, needed ? std::optional(ProducerId{next_id_++}) : std::nullopt,
                          {.id = "c", .host = "/h", .version = 5, .fresh = {}}, now_);
        tell("producer {} ({}:{}) begins: {}", one.number, one.who.id, one.who.epoch,
             error_name(static_cast<ErrorCode>(outcome.reply.error_code)));
        if (!append(outcome)) {
            return;
        }
        reply_to(one, [this, &one, reply = outcome.reply] {
            const auto code = static_cast<ErrorCode>(reply.error_code);
            if (code == ErrorCode::none) {
                one.who = {.id = ProducerId{reply.producer_id},
                           .epoch = ProducerEpoch{reply.producer_epoch}};
                supersede_others(one);
                next_transaction(one);
            } else if (code != ErrorCode::concurrent_transactions) {
                EXPECT_EQ(code, ErrorCode::producer_fenced);
                one.is_dead = true;
            }
        });
    }

    void supersede_others(const Producer& by) {
        EXPECT_FALSE(by.is_superseded) << "producer " << by.number << " comes back";
        for (const auto& other : producers_) {
            if (other->id == by.id && other->number != by.number && other->who.id != no_producer) {
                other->is_superseded = true;
            }
        }
    }

    void add(Producer& one) {
        const TopicPartition& to = partitions_[one.to].name;
        ErrorCode code{};
        if (to.topic == "__consumer_offsets") {
            const wire::AddOffsetsToTxnRequest request{.transactional_id = one.id,
                                                       .producer_id = one.who.id.get(),
                                                       .producer_epoch = one.who.epoch.get(),
                                                       .group_id = "g"};
            const auto outcome =
                machine_.add_offsets(request, to.partition, TransactionRig::client(3), now_);
            code = static_cast<ErrorCode>(outcome.reply.error_code);
            if (!append(outcome)) {
                return;
            }
        } else {
            const auto outcome =
                machine_.add_partitions(TransactionRig::add_request(one.id, one.who, to, 3),
                                        TransactionRig::client(3), now_);
            code = static_cast<ErrorCode>(outcome.reply.results_by_topic_v3_and_below.at(0)
                                              .results_by_partition.at(0)
                                              .partition_error_code);
            if (!append(outcome)) {
                return;
            }
        }
        tell("producer {} ({}:{}) adds {}: {}", one.number, one.who.id, one.who.epoch, to,
             error_name(code));
        reply_to(one, [this, &one, code] {
            if (code == ErrorCode::none) {
                one.added.insert(one.to);
                one.does = Producer::Does::writes;
            } else {
                on_error(one, code);
            }
        });
    }

    void write(Producer& one) {
        ModelPartition& to = partitions_[one.to];
        if (to.has_open(one.who)) {
            return append_to(one, to);
        }
        if (one.is_v2) {
            return add_by_leader(one, to);
        }
        // The leader's guard against an end between verification and append is not ours.
        if (committed_ < static_cast<std::int64_t>(log_.size())) {
            return;
        }
        const auto verified = machine_.verify(one.id, one.who, to.name);
        if (verified) {
            return append_to(one, to);
        }
        tell("producer {} ({}:{}) may not write to {}: {}", one.number, one.who.id, one.who.epoch,
             to.name, verified.error().message);
        on_error(one, verified.error().code);
    }

    /// KIP-890: what is appended may come when the client has given up.
    void add_by_leader(Producer& one, ModelPartition& to) {
        const auto outcome =
            machine_.add_partitions(TransactionRig::add_request(one.id, one.who, to.name, 5),
                                    TransactionRig::client(5), now_);
        const auto code = static_cast<ErrorCode>(outcome.reply.results_by_transaction.at(0)
                                                     .topic_results.at(0)
                                                     .results_by_partition.at(0)
                                                     .partition_error_code);
        tell("{} is added for producer {} ({}:{}): {}", to.name, one.number, one.who.id,
             one.who.epoch, error_name(code));
        if (!append(outcome)) {
            return;
        }
        one.waits = true;
        when_committed([this, &one, &to, code, who = one.who, tag = one.tag, ticket = one.ticket] {
            const auto result = code == ErrorCode::none ? to.append(who, tag) : code;
            EXPECT_TRUE(result != ErrorCode::none || !one.is_superseded)
                << "producer " << one.number << " is fenced and appends";
            if (one.is_dead || one.ticket != ticket) {
                return;
            }
            give_up(one);
            on_written(one, to, result);
        });
    }

    void append_to(Producer& one, ModelPartition& to) {
        EXPECT_FALSE(one.is_superseded) << "producer " << one.number << " is fenced and appends";
        on_written(one, to, to.append(one.who, one.tag));
    }

    void on_written(Producer& one, const ModelPartition& to, ErrorCode code) {
        tell("producer {} ({}:{}) writes {} to {}: {}", one.number, one.who.id, one.who.epoch,
             one.tag, to.name, error_name(code));
        if (code != ErrorCode::none) {
            return on_error(one, code);
        }
        acknowledged_writes_.emplace(one.tag, one.to);
        ++one.written;
        choose(one);
    }

    /// Of adding and writing.
    void on_error(Producer& one, ErrorCode code) {
        switch (code) {
            case ErrorCode::concurrent_transactions:
                return;  // again
            case ErrorCode::transaction_abortable:
                one.does = Producer::Does::ends;
                one.commits = false;
                return;
            case ErrorCode::producer_fenced:
            case ErrorCode::invalid_producer_epoch:
            case ErrorCode::invalid_producer_id_mapping:
                return on_fenced(one);
            default:
                ADD_FAILURE() << "producer " << one.number << " is told " << error_name(code);
        }
    }

    void on_fenced(Producer& one) {
        if (dice_.one_in(2)) {
            one.is_dead = true;
        } else if (one.is_v2 && one.does != Producer::Does::ends && dice_.one_in(2)) {
            one.does = Producer::Does::ends;
            one.commits = false;
        } else {
            one.does = Producer::Does::begins;
        }
    }

    void end(Producer& one) {
        if (one.is_v2 && dice_.one_in(6)) {
            late_ends_.push_back({.from = &one, .who = one.who, .commits = one.commits});
        }
        const auto outcome = end_at_coordinator(one, one.who, one.commits);
        if (!outcome) {
            return;
        }
        reply_to(one, [this, &one, reply = *outcome] {
            const auto code = static_cast<ErrorCode>(reply.error_code);
            if (code == ErrorCode::none) {
                if (one.commits) {
                    acknowledged_commits_.insert(one.tag);
                }
                if (one.is_v2) {
                    one.who = {.id = ProducerId{reply.producer_id},
                               .epoch = ProducerEpoch{reply.producer_epoch}};
                }
                next_transaction(one);
            } else if (code == ErrorCode::invalid_txn_state) {
                one.does = Producer::Does::begins;
            } else if (code != ErrorCode::concurrent_transactions) {
                on_fenced(one);
            }
        });
    }

    /// Nothing if it could not be appended.
    std::optional<wire::EndTxnResponse> end_at_coordinator(const Producer& from,
                                                           ProducerIdentity who, bool commits) {
        const wire::EndTxnRequest request{.transactional_id = from.id,
                                          .producer_id = who.id.get(),
                                          .producer_epoch = who.epoch.get(),
                                          .committed = commits};
        const auto client = TransactionRig::client(from.is_v2 ? 5 : 4);
        const bool needed = machine_.needs_producer_id(request, client);
        const auto outcome = machine_.end(
            request, needed ? std::optional(ProducerId{next_id_++}) : std::nullopt, client, now_);
        tell("producer {} ({}:{}) {}: {} {}", from.number, who.id, who.epoch,
             commits ? "commits" : "aborts",
             error_name(static_cast<ErrorCode>(outcome.reply.error_code)), outcome.why);
        EXPECT_FALSE(commits && !outcome.records.empty() && from.is_superseded)
            << "producer " << from.number << " is fenced and commits";
        if (!append(outcome)) {
            return std::nullopt;
        }
        return outcome.reply;
    }

    // --- what must be true

    void check_all() const {
        EXPECT_EQ(machine_.ends_under_way(), 0U);
        for (const std::string id : {"x", "y", "z"}) {
            if (const Transaction* found = machine_.find(id)) {
                EXPECT_TRUE(may_expire(found->state))
                    << id << " is in " << transaction_state_name(found->state);
            }
        }
        std::map<Tag, std::set<Fate>> fates;
        for (const auto& one : partitions_) {
            EXPECT_EQ(one.open(), 0U) << fmt::format("{} has an open transaction", one.name);
            for (const auto& [tag, fate] : one.fates) {
                fates[tag].insert(fate);
            }
        }
        for (const auto& [tag, all] : fates) {
            EXPECT_EQ(all.size(), 1U) << "transaction " << tag << " is torn";
        }
        for (const auto& [tag, to] : acknowledged_writes_) {
            const auto& of = partitions_[to].fates;
            ASSERT_TRUE(of.contains(tag));
            EXPECT_TRUE(!acknowledged_commits_.contains(tag) || of.at(tag) == Fate::committed)
                << "transaction " << tag << " was committed and is lost";
        }
    }

    struct LateEnd {
        const Producer* from = nullptr;
        ProducerIdentity who;
        bool commits = false;
    };

    std::vector<LateEnd> late_ends_;
    std::vector<std::unique_ptr<Producer>> producers_;
    Tag last_tag_ = 0;
    std::set<std::pair<Tag, std::size_t>> acknowledged_writes_;
    std::set<Tag> acknowledged_commits_;
};

TEST(TransactionsModel, KeepsItsPromisesOnEverySeed) {
    using barnabas::testing::number_of;
    const auto chosen = number_of("BARNABAS_SEED", 0);
    const auto first = barnabas::testing::first_seed(1);
    const auto seeds = number_of("BARNABAS_SEEDS", chosen == 0 ? 200 : 1);
    const auto steps = number_of("BARNABAS_STEPS", 500);
    for (auto seed = first; seed < first + seeds && !HasFailure(); ++seed) {
        SCOPED_TRACE(fmt::format("repeat with BARNABAS_SEED={} BARNABAS_STEPS={}", seed, steps));
        Cluster cluster(seed);
        for (std::uint64_t i = 0; i < steps && !HasFailure(); ++i) {
            cluster.step();
        }
        if (!HasFailure()) {
            cluster.settle();
        }
        if (HasFailure()) {
            ADD_FAILURE() << "what came before:\n" << cluster.story();
        }
    }
}

}  // namespace
}  // namespace barnabas::coordinator
