#pragma once

#include "broker/handlers/call.h"
#include "broker/handlers/transaction_check.h"
#include "wire/messages/produce.h"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace barnabas::broker {

/// A Produce request's partitions on their way to the shards that own them. Lives on the
/// connection's shard as long as the request, whose records it changes in place; try_run() or run()
/// follows at once, while the shard's image is what it was.
class ProduceOperation {
public:
    ProduceOperation(Call& call, const wire::ProduceRequest& request);
    ProduceOperation(const ProduceOperation&) = delete;
    ProduceOperation& operator=(const ProduceOperation&) = delete;

    /// Appends everything, if nothing has to wait for it; else does nothing.
    [[nodiscard]] bool try_run();
    /// Appends everything; returns when it may be acknowledged.
    awaitable<void> run();

    struct Item {
        const TopicImage* topic = nullptr;
        PartitionId partition;
        MutableByteView records;
        BrokerShard* owner = nullptr;  // none: `outcome` is an error already
        replication::ProduceOutcome outcome{};
        FirstAppends::Ticket in_line{};  // until it is waited for `outcome` may change
        bool transactional = false;
        /// Not appended: the transaction's coordinator has to be asked.
        std::optional<replication::TransactionChecks::Token> to_check{};
    };
    /// In the request's order.
    [[nodiscard]] std::vector<Item>& items() { return items_; }

private:
    [[nodiscard]] std::int16_t acks() const { return request_.acks; }
    void make_items();
    [[nodiscard]] Item make_item(const TopicImage* topic,
                                 const wire::ProduceRequest::TopicData::PartitionData& data) const;
    void note_transaction();
    void refuse_transaction(ErrorCode code, const std::string& message);

    [[nodiscard]] bool must_wait(const Item& item, Time now) const;
    void append(Item& item, Now now);
    void append_checked(replication::Partition& partition, Item& item, Now now);
    awaitable<void> append_all(Now now);
    awaitable<void> run_transaction(Now now, Time until);
    awaitable<void> check_transaction(bool may_ask_again);
    void take_check(Item& item, Result<void>& result, bool may_ask_again, Now now);
    awaitable<void> wait_in_line(Time until);
    awaitable<void> flush_due(Time until);

    Call& call_;
    const wire::ProduceRequest& request_;
    ClusterImagePtr image_;  // while it runs: the shard's may be replaced, this one stays
    std::vector<Item> items_;
    std::optional<TransactionOf> transaction_;  // there if an item is transactional
    bool may_hold_ = true;                      // the log may: then it has to be waited for
};

}  // namespace barnabas::broker
