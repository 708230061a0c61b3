// The mode transactions.
#include "coordination/cluster.h"
#include "coordination/figures.h"
#include "coordination/modes.h"
#include "coordination/producer.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace coordination_bench {
namespace {

/// Counters of records in transactions that are aborted: none that a reader expects.
constexpr std::int64_t aborted_from = std::int64_t{1} << 40;

using Producers = std::vector<std::unique_ptr<Producer>>;

Task<Producers> gather_producers(Loop& loop, const Options& options, Connection& control) {
    std::vector<std::string> ids;
    for (std::int64_t i = 0; i < options.producers; ++i) {
        ids.push_back(fmt::format("{}-{}", options.name, i));
    }
    const auto coordinators =
        co_await find_coordinators(loop, control, ids, CoordinatorOf::transaction);
    Producers producers;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        producers.push_back(
            std::make_unique<Producer>(loop,
                                       Producer::Place{.transactional_id = ids[i],
                                                       .partition = static_cast<std::int32_t>(i),
                                                       .coordinator = coordinators[i],
                                                       .leader = parse_address(options.bootstrap)},
                                       options));
    }
    co_return producers;
}

/// The payloads of producer `which` in its transaction number `number`: as if all records had been
/// dealt to the partitions in turn.
std::vector<std::int64_t> counters(const Options& options, std::size_t which, std::int64_t number) {
    std::vector<std::int64_t> found;
    for (std::int64_t i = 0; i < options.records; ++i) {
        found.push_back((number * options.records + i) * options.producers +
                        static_cast<std::int64_t>(which));
    }
    return found;
}

Task<> prepare(Producer& producer, const Options& options, std::size_t which) {
    co_await producer.begin();
    auto aborted = counters(options, which, 0);
    for (auto& counter : aborted) {
        counter += aborted_from;
    }
    co_await producer.transaction(std::move(aborted), false);
}

Task<> work(Producer& producer, const Options& options, std::size_t which,
            std::vector<double>& taken) {
    const double end = now() + double(options.seconds);
    for (std::int64_t i = 0; now() < end; ++i) {
        const double start = now();
        auto payloads = counters(options, which, i);
        co_await producer.transaction(std::move(payloads), true);
        taken.push_back(now() - start);
    }
}

std::int64_t retries(const Producers& producers) {
    std::int64_t sum = 0;
    for (const auto& producer : producers) {
        sum += producer->retries();
    }
    return sum;
}

}  // namespace

Task<std::string> transactions(Loop& loop, const Options& options) {
    Connection control(loop, parse_address(options.bootstrap));
    co_await check_versions(control, options);
    const Producers producers = co_await gather_producers(loop, options, control);
    Tasks tasks(loop);
    for (std::size_t i = 0; i < producers.size(); ++i) {
        tasks.start(prepare(*producers[i], options, i));
    }
    co_await tasks.join();
    step(options, "ready");
    const auto retries_before = retries(producers);
    const ClientThread thread;
    const double start = now();
    std::vector<double> taken;
    for (std::size_t i = 0; i < producers.size(); ++i) {
        tasks.start(work(*producers[i], options, i, taken));
    }
    co_await tasks.join();
    const double seconds = now() - start;
    const double share = thread.share();
    step(options, "done");
    const auto count = double(taken.size());
    const auto again = double(retries(producers) - retries_before) / count;
    co_return fmt::format(R"({{"transactions":{:.0f},"seconds":{:.4f},"transactions_per_s":{:.1f},)"
                          R"("retries_per_transaction":{:.3f},"client_thread":{:.3f},{}}})",
                          count, seconds, count / seconds, again, share,
                          times_json(std::move(taken)));
}

}  // namespace coordination_bench
