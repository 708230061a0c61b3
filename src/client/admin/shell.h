#pragma once

#include "client/admin/exchange.h"
#include "client/admin/operation.h"
#include "client/cluster/cluster.h"
#include "client/config/admin_config.h"
#include <barnabas/admin/options.h>

#include <functional>
#include <memory>
#include <set>

namespace barnabas::client::admin_api {

/// Carries operations out: sends what they want sent, wakes them when they want to be woken, and
/// says when they are done. On one shard; shared by the client and what it has started.
class Shell : public std::enable_shared_from_this<Shell> {
public:
    /// Called once, with an error if the operation did not begin. The operation still lives.
    using Finish = std::move_only_function<void(Result<void>)>;

    Shell(Cluster::Ports ports, const AdminConfig& config, admin::ErrorWords words);

    /// The cluster is contacted with the first operation.
    void submit(std::unique_ptr<Operation> operation, Duration timeout, Finish finish);
    /// Takes no more operations; those that are under way have until `timeout`, then they fail.
    /// Several may close at once: the shortest timeout counts.
    awaitable<Result<void>> close(Duration timeout);

private:
    struct Job;
    using SelfPtr = std::shared_ptr<Shell>;
    using JobPtr = std::shared_ptr<Job>;

    static awaitable<void> run(SelfPtr self, JobPtr job);
    static awaitable<void> send(SelfPtr self, JobPtr job, std::unique_ptr<Exchange> exchange);
    awaitable<Result<BrokerId>> resolve(BrokerId to, Time deadline);
    [[nodiscard]] BrokerId pick_any();
    void abort_all();

    Cluster cluster_;
    admin::ErrorWords words_;
    std::set<Job*> jobs_;
    runtime::Signal changed_;  // a job has ended, or close_deadline_ has changed, or closed_
    BrokerId last_any_ = no_broker;
    Time close_deadline_ = never;
    bool started_ = false;
    bool closing_ = false;
    bool closed_ = false;
};

}  // namespace barnabas::client::admin_api
