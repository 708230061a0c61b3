#include "testkit/scenario.h"

#include "base/invariant.h"
#include "runtime/simulated/simulation.h"
#include "runtime/tasks.h"
#include "testkit/audit.h"
#include "testkit/broker_machine.h"
#include "testkit/checker.h"
#include "testkit/client.h"
#include "testkit/journal.h"
#include "testkit/topic_setup.h"

#include <algorithm>
#include <array>
#include <functional>
#include <memory>
#include <utility>

namespace barnabas::testkit {
namespace {

constexpr Duration timeout_max = std::chrono::seconds(4);  // transaction.timeout.ms of any client
constexpr Duration patience = std::chrono::minutes(2);     // until everybody goes on, or has ended
constexpr Duration crash_within = std::chrono::milliseconds(500);  // since the clients began

Duration within(runtime::Random& random, Duration most) {
    return Duration(
        static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(most.count()) + 1)));
}

/// What may be different from one run to the other without a promise being different.
ConfigMap broker_configs(runtime::Random& random) {
    const auto partitions = [&] { return fmt::format("{}", 1 + random.below(3)); };
    ConfigMap configs{
        {"transaction.state.log.num.partitions", partitions()},
        {"offsets.topic.num.partitions", partitions()},
        {"transaction.abort.timed.out.transaction.cleanup.interval.ms", "500"},
        {"replica.high.watermark.checkpoint.interval.ms", random.below(2) == 0 ? "300" : "5000"},
        {"log.cleaner.dedupe.buffer.size", "2000000"},
        {"log.cleaner.io.buffer.size", "100000"},
        {"log.cleaner.backoff.ms", "1000"},
    };
    if (random.below(4) == 0) {
        configs["add.partitions.to.txn.retry.backoff.max.ms"] = "0";
    }
    if (random.below(4) == 0) {  // ids that nobody uses for a moment are forgotten
        configs["transactional.id.expiration.ms"] = "3000";
        configs["transaction.remove.expired.transaction.cleanup.interval.ms"] = "500";
    }
    return configs;
}

/// Small segments that are compacted all the time, and whose tombstones and markers go soon.
ConfigMap state_topic_configs(runtime::Random& random) {
    return {{"internal.segment.bytes", fmt::format("{}", 300 + random.below(3'000))},
            {"min.cleanable.dirty.ratio", "0.01"},
            {"delete.retention.ms", "1000"},
            {"file.delete.delay.ms", random.below(2) == 0 ? "0" : "500"}};
}

ConfigMap topic_configs(runtime::Random& random) {
    ConfigMap configs;
    if (random.below(2) == 0) {  // segments of a few batches: their files come and go
        configs["internal.segment.bytes"] = fmt::format("{}", 5'000 + random.below(9'000));
    }
    return configs;
}

runtime::SimulationOptions simulation_options(std::uint64_t seed, const ScenarioOptions& options) {
    return {.slow_segment_every = seed % 3 == 0 ? 8U : 50U, .keep_trace = options.keep_trace};
}

/// A machine and the program on it.
struct Participant {
    ClientOptions options;
    runtime::SimulatedMachine* machine = nullptr;
    std::unique_ptr<WireClient> wire;
    std::unique_ptr<Client> client;
    bool leaves = false;  // for good, when the others are to go on
    bool has_ended = false;
};

class Scenario {
public:
    Scenario(std::uint64_t seed, const ScenarioOptions& options)
        : crash_(options.crash),
          simulation_(seed, simulation_options(seed, options)),
          random_(seed * 2 + 1),
          journal_(simulation_),
          configs_(broker_configs(random_)),
          broker_(simulation_, configs_, 1 + seed / 2 % 2) {}
    Scenario(const Scenario&) = delete;
    Scenario& operator=(const Scenario&) = delete;
    ~Scenario() {
        for (auto& participant : participants_) {
            end(*participant);
        }
    }

    ScenarioOutcome run() {
        const Time start = journal_.now();
        if (set_up()) {
            if (crash_) {
                crash_at_step();
            } else {
                trouble();
            }
            settle_down();
            final_audits();
        }
        ScenarioOutcome outcome{.history = std::move(journal_.history()),
                                .problems = {},
                                .trace_hash = simulation_.trace().hash(),
                                .trace = simulation_.trace().events(),
                                .took = journal_.now() - start,
                                .power_failures = power_failures_,
                                .has_crashed = has_crashed_};
        outcome.problems = outcome.history.logs.empty() ? outcome.history.complaints
                                                        : problems_of(outcome.history);
        return outcome;
    }

private:
    using Kind = ClientOptions::Kind;

    // --- who takes part --------------------------------------------------------------------------

    bool set_up() {
        auditor_ = &add("auditor", {.kind = Kind::reader});
        broker_.start();
        if (!broker_serves()) {
            return false;
        }
        run_task(*auditor_, create_topics(auditor_->wire.get(), topic_configs(random_)));
        if (random_.below(2) == 0) {
            run_task(*auditor_,
                     set_up_state_topics(auditor_->wire.get(), state_topic_configs(random_)));
        }
        if (crash_) {
            add_few();
        } else {
            add_many();
        }
        for (auto& participant : participants_) {
            if (participant.get() != auditor_) {
                begin(*participant);
            }
        }
        return true;
    }

    void add_few() {
        const bool v2 = random_.below(2) == 0;
        for (const auto& [kind, id] :
             {std::pair{Kind::writer, "writer"}, {Kind::copier, "copier"}}) {
            add(id,
                {.kind = kind,
                 .producer = {.id = id, .v2 = v2, .timeout = timeout_max, .expires = expires()}});
        }
        add("reader", {.kind = Kind::reader});
    }
    void add_many() {
        add_producers(Kind::writer, "writer", 2 + random_.below(2));
        add_producers(Kind::copier, "copier", 1);
        // Nobody comes after it under its id: only its timeout ends what it leaves open.
        add("leaver", {.kind = Kind::writer,
                       .producer = {.id = "leaver", .timeout = timeout_max, .expires = expires()}})
            .leaves = true;
        add("reader", {.kind = Kind::reader});
        add("dirty", {.kind = Kind::dirty_reader});
    }

    [[nodiscard]] bool expires() const {
        return configs_.contains("transactional.id.expiration.ms");
    }

    /// Each under an id of its own, some with a rival.
    void add_producers(Kind kind, const std::string& name, std::uint64_t count) {
        for (std::uint64_t i = 0; i < count; ++i) {
            const auto id = fmt::format("{}{}", name, i);
            const bool v2 = random_.below(3) != 0;
            const auto timeout = timeout_max / static_cast<int>(1 + random_.below(4));
            const std::uint64_t instances = random_.below(3) == 0 ? 2 : 1;
            for (std::uint64_t k = 0; k < instances; ++k) {
                auto& participant = add(
                    k == 0 ? id : id + "-rival",
                    {.kind = kind,
                     .producer = {.id = id, .v2 = v2, .timeout = timeout, .expires = expires()}});
                participant.leaves = k > 0;
            }
        }
    }

    Participant& add(const std::string& name, ClientOptions options) {
        auto& participant = *participants_.emplace_back(std::make_unique<Participant>());
        participant.options = std::move(options);
        participant.machine = &simulation_.add_machine(name);
        participant.wire = std::make_unique<WireClient>(*participant.machine, journal_);
        return participant;
    }

    /// With an empty memory.
    void begin(Participant& participant) {
        if (!participant.machine->up()) {
            participant.machine->restart();
        }
        participant.wire = std::make_unique<WireClient>(*participant.machine, journal_);
        participant.client = make_client(*participant.wire, participant.options);
        participant.has_ended = false;
        start_task(participant, participant.client->run());
    }

    void end(Participant& participant) {
        if (participant.machine->up()) {
            participant.machine->kill();
        }
        if (participant.client && !participant.options.producer.id.empty()) {
            journal_.has_begun_under(participant.options.producer.id, participant.machine->name(),
                                     true);
        }
        participant.client.reset();
        participant.wire.reset();
    }

    void start_task(Participant& participant, awaitable<void> task) {
        auto& shard = participant.machine->shard(0);
        shard.post([&participant, &shard, task = std::move(task)]() mutable {
            runtime::spawn(shard, finish(&participant, std::move(task)));
        });
    }
    static awaitable<void> finish(Participant* participant, awaitable<void> task) {
        co_await std::move(task);
        participant->has_ended = true;
    }
    bool run_task(Participant& participant, awaitable<void> task) {
        participant.has_ended = false;
        start_task(participant, std::move(task));
        return simulation_.run_until([&] { return participant.has_ended; }, patience);
    }

    bool broker_serves() {
        const auto done = [this] { return broker_.serves() || !broker_.trouble().empty(); };
        simulation_.run_until(done, patience);
        if (!broker_.trouble().empty()) {
            journal_.complain(broker_.host(), "{}", broker_.trouble());
        } else if (!broker_.serves()) {
            journal_.complain(broker_.host(), "it does not start");
        }
        return broker_.serves() && broker_.trouble().empty();
    }

    // --- what befalls them -----------------------------------------------------------------------

    void trouble() {
        const auto strikes = 5 + random_.below(12);
        for (std::uint64_t i = 0; i < strikes; ++i) {
            wait_for_a_moment();
            strike();
        }
        simulation_.run_for(within(random_, 500ms));
    }

    /// Any moment, or one just after some request has left.
    void wait_for_a_moment() {
        static const std::array<std::string, 6> requests{
            "EndTxnRequest",          "ProduceRequest",         "InitProducerIdRequest",
            "TxnOffsetCommitRequest", "AddOffsetsToTxnRequest", "AddPartitionsToTxnRequest"};
        simulation_.run_for(within(random_, 300ms));
        if (random_.below(3) == 0) {
            return;
        }
        const auto& request =
            requests[random_.below(4) == 0 ? random_.below(requests.size()) : random_.below(2)];
        const auto before = journal_.sent(request);
        simulation_.run_until([&] { return journal_.sent(request) > before; }, 1s);
        simulation_.run_for(within(random_, random_.below(2) == 0 ? 1500us : 8ms));
    }

    void strike() {
        switch (random_.below(10)) {
            case 0:
            case 1:
            case 2:
                return break_broker(true);
            case 3:
                return break_broker(false);
            case 4:
            case 5:
                return break_client();
            case 6:
                return break_connection();
            case 7:
            case 8:
                return separate();
            default:
                journal_.note("", "time is lost");
                simulation_.stall(within(random_, 6s));
                return;
        }
    }

    void break_broker(bool power) {
        if (!broker_.is_up()) {
            return;
        }
        if (!broker_.trouble().empty()) {
            journal_.complain(broker_.host(), "{}", broker_.trouble());
        }
        if (power) {
            if (random_.below(2) == 0) {  // between any two changes of the disk
                broker_.brown_out(random_.below(30));
                simulation_.run_for(within(random_, 40ms));
            }
            end_broker(true);
        } else {
            end_broker(false);
        }
        const auto down = within(random_, random_.below(4) == 0 ? Duration(1s) : Duration(20ms));
        simulation_.call_at(journal_.now() + down, [this] { broker_.start(); });
    }

    void break_client() { break_client(any_client()); }
    void break_client(Participant& who) {
        if (!who.machine->up()) {
            return;
        }
        journal_.note(who.machine->name(), "dies");
        end(who);
        const auto down = within(random_, random_.below(3) == 0 ? Duration(2s) : Duration(100ms));
        simulation_.call_at(journal_.now() + down, [this, &who] { begin(who); });
    }

    void end_broker(bool power) {
        journal_.note(broker_.host(), "{}", power ? "loses its power" : "is killed");
        if (power) {
            broker_.lose_power();
            ++power_failures_;
        } else {
            broker_.kill();
        }
    }

    /// If the run has that step.
    void crash_at_step() {
        const bool of_disk = crash_->of == Crash::Of::disk;
        std::uint64_t steps = 0;
        const auto end = broker_.disk_changes() + crash_->step;
        if (of_disk) {
            broker_.brown_out(crash_->step);
        }
        has_crashed_ = simulation_.run_until(
            [&] { return of_disk ? broker_.disk_changes() > end : steps++ == crash_->step; },
            crash_within);
        switch (crash_->of) {
            case Crash::Of::writer:
                return break_client(*participants_[1]);
            case Crash::Of::copier:
                return break_client(*participants_[2]);
            case Crash::Of::disk:
                simulation_.run_for(within(random_, 5ms));  // the broker sees it fail
                [[fallthrough]];
            case Crash::Of::power:
            case Crash::Of::process:
                end_broker(crash_->of != Crash::Of::process);
                simulation_.run_for(within(random_, 20ms));
                broker_.start();
        }
    }

    void break_connection() {
        const auto& name = any_client().machine->name();
        journal_.note(name, "loses its connection");
        simulation_.network().cut(name, broker_.host());
    }

    /// What is on its way then arrives late, if at all.
    void separate() {
        journal_.note("", "the network hangs");
        if (random_.below(4) == 0) {
            simulation_.network().isolate(broker_.host());
        } else {
            simulation_.network().partition(any_client().machine->name(), broker_.host());
        }
        const auto how_long =
            within(random_, random_.below(3) == 0 ? Duration(3s) : Duration(700ms));
        simulation_.call_at(journal_.now() + how_long, [this] { simulation_.network().heal(); });
    }

    Participant& any_client() {
        return *participants_[1 + random_.below(participants_.size() - 1)];  // not the auditor
    }

    // --- what must be true afterwards ------------------------------------------------------------

    /// Everybody goes on, then everybody ends.
    void settle_down() {
        simulation_.run_for(3s);  // whoever is down comes back
        simulation_.network().heal();
        if (!broker_serves()) {
            return;
        }
        for (auto& participant : participants_) {
            if (participant->leaves) {
                end(*participant);
            }
        }
        journal_.note("", "all is calm");
        journal_.calm();
        const auto all = [this](const auto& is_so) {
            return std::ranges::all_of(participants_, [&](const auto& participant) {
                return participant.get() == auditor_ || participant->leaves || is_so(*participant);
            });
        };
        const auto goes_on = [this](const Participant& participant) {
            return journal_.going().contains(participant.machine->name());
        };
        const auto has_ended = [](const Participant& participant) { return participant.has_ended; };
        if (!simulation_.run_until([&] { return all(goes_on); }, patience)) {
            complain_of_all("does not go on", goes_on);
        }
        journal_.stop();
        if (!simulation_.run_until([&] { return all(has_ended); }, patience)) {
            complain_of_all("does not end", has_ended);
        }
        for (auto& participant : participants_) {
            if (participant.get() != auditor_) {
                end(*participant);
            }
        }
    }

    void complain_of_all(std::string_view what,
                         const std::function<bool(const Participant&)>& is_well) {
        for (const auto& participant : participants_) {
            if (participant.get() != auditor_ && !participant->leaves && !is_well(*participant)) {
                journal_.complain(participant->machine->name(), "{}", what);
            }
        }
    }

    /// When every timeout has passed; and once more when the power has failed, which must change
    /// nothing.
    void final_audits() {
        simulation_.run_for(timeout_max + 1s);
        const auto before = audit_at_rest();
        if (!before || !broker_.is_up()) {
            return;
        }
        broker_.lose_power();
        broker_.start();
        if (!broker_serves()) {
            return;
        }
        auto after = audit_at_rest();
        if (!after) {
            return;
        }
        for (const auto& [partition, log] : before->logs) {
            if (log.committed != after->logs.at(partition).committed) {
                journal_.complain(broker_.host(), "a power failure changed what is committed in {}",
                                  partition);
            }
        }
        if (before->group_offsets != after->group_offsets) {
            journal_.complain(broker_.host(), "a power failure changed the group's offsets");
        }
        auto& history = journal_.history();
        history.logs = std::move(after->logs);
        history.group_offsets = std::move(after->group_offsets);
        history.open_at_the_end = std::move(after->open);
    }

    /// The last audit, if none shows everything at rest in time.
    std::optional<Audit> audit_at_rest() {
        const Time deadline = journal_.now() + 30s;
        std::optional<Audit> last;
        while (journal_.now() < deadline) {
            std::optional<Audit> now;
            if (!run_task(*auditor_, audit_into(auditor_->wire.get(), &now))) {
                break;
            }
            if (now) {
                last = std::move(now);
                if (last->is_at_rest()) {
                    return last;
                }
            }
            simulation_.run_for(200ms);
        }
        if (!last) {
            journal_.complain("auditor", "the broker does not answer");
        }
        return last;
    }
    static awaitable<void> audit_into(WireClient* client, std::optional<Audit>* to) {
        *to = co_await audit(client);
    }

    const std::optional<Crash> crash_;
    runtime::Simulation simulation_;
    runtime::SeededRandom random_;  // of the scenario's own choices
    Journal journal_;
    const ConfigMap configs_;
    BrokerMachine broker_;
    std::vector<std::unique_ptr<Participant>> participants_;
    Participant* auditor_ = nullptr;
    std::size_t power_failures_ = 0;
    bool has_crashed_ = false;
};

}  // namespace

ScenarioOutcome run_scenario(std::uint64_t seed, const ScenarioOptions& options) {
    return Scenario(seed, options).run();
}

}  // namespace barnabas::testkit
