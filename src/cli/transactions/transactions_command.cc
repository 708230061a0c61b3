#include "cli/transactions/transactions_command.h"

#include "base/json_text.h"
#include "cli/common/admin_session.h"
#include "cli/common/text_table.h"
#include "runtime/real/real_clock.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

namespace barnabas::cli {
namespace {

constexpr std::array options{
    Option{.name = "bootstrap-server",
           .argument = Argument::required,
           .argument_name = "host:port",
           .help = "Brokers to begin with (required).",
           .required = true},
    command_config_option,
};
constexpr Option broker_id{.name = "broker-id",
                           .argument = Argument::required,
                           .kind = ArgumentKind::int32,
                           .argument_name = "ID",
                           .help = "Which broker to ask."};
constexpr Option topic{.name = "topic",
                       .argument = Argument::required,
                       .argument_name = "TOPIC",
                       .help = "Which topic.",
                       .required = true};
constexpr Option partition{.name = "partition",
                           .argument = Argument::required,
                           .kind = ArgumentKind::int32,
                           .argument_name = "NUMBER",
                           .help = "Which partition.",
                           .required = true};

constexpr std::array list_options{
    Option{.name = "duration-filter",
           .argument = Argument::required,
           .kind = ArgumentKind::int64,
           .argument_name = "MS",
           .help = "Only what runs for longer; negative: all."},
    Option{.name = "transactional-id-pattern",
           .argument = Argument::required,
           .argument_name = "REGEX",
           .help = "Only ids that the expression matches (RE2's syntax)."},
};
constexpr std::array describe_options{
    Option{.name = "transactional-id",
           .argument = Argument::required,
           .argument_name = "ID",
           .help = "Which transactional id.",
           .required = true},
};
constexpr std::array producers_options{broker_id, topic, partition};
constexpr std::array abort_options{
    topic,
    partition,
    Option{.name = "start-offset",
           .argument = Argument::required,
           .kind = ArgumentKind::int64,
           .argument_name = "OFFSET",
           .help = "Where the transaction begins in the partition (brokers since 3.0)."},
    Option{.name = "producer-id",
           .argument = Argument::required,
           .kind = ArgumentKind::int64,
           .argument_name = "ID",
           .help = "Its producer (older brokers, with both epochs)."},
    Option{.name = "producer-epoch",
           .argument = Argument::required,
           .kind = ArgumentKind::int16,
           .argument_name = "EPOCH",
           .help = "The producer's epoch."},
    Option{.name = "coordinator-epoch",
           .argument = Argument::required,
           .kind = ArgumentKind::int32,
           .argument_name = "EPOCH",
           .help = "Its coordinator's epoch."},
};
constexpr std::array hanging_options{
    broker_id,
    Option{.name = "max-transaction-timeout",
           .argument = Argument::required,
           .kind = ArgumentKind::int32,
           .argument_name = "MINUTES",
           .help = "What is younger is not looked at (15)."},
    Option{.name = "topic",
           .argument = Argument::required,
           .argument_name = "TOPIC",
           .help = "Of which topic."},
    Option{.name = "partition",
           .argument = Argument::required,
           .kind = ArgumentKind::int32,
           .argument_name = "NUMBER",
           .help = "Of which partition of it."},
};
constexpr std::array terminate_options{
    Option{.name = "transactionalId",
           .argument = Argument::required,
           .argument_name = "ID",
           .help = "Which transactional id.",
           .required = true},
};
constexpr std::array actions{
    Action{.name = "list", .help = "List transactional ids.", .options = list_options},
    Action{
        .name = "describe", .help = "Tell the transaction of an id.", .options = describe_options},
    Action{.name = "describe-producers",
           .help = "Tell the producers that a partition knows.",
           .options = producers_options},
    Action{.name = "abort",
           .help = "Abort a transaction that hangs in a partition.",
           .options = abort_options},
    Action{.name = "find-hanging",
           .help = "Find transactions that nobody will end; --topic or --broker-id says where.",
           .options = hanging_options},
    Action{.name = "forceTerminateTransaction",
           .help = "End the open transaction of an id, prepared ones too.",
           .options = terminate_options},
};
constexpr std::array<std::string_view, 3> examples{
    "transactions --bootstrap-server localhost:9092 list",
    "transactions --bootstrap-server localhost:9092 describe --transactional-id billing-1",
    "transactions --bootstrap-server localhost:9092 find-hanging --topic orders",
};

using Row = std::vector<std::string>;

/// One run of the command. Errors have the whole sentence.
class TransactionsRun {
public:
    TransactionsRun(const ParsedOptions& given, Console& console, Admin admin)
        : given_(given), console_(console), admin_(std::move(admin)) {}

    Result<void> run() {
        if (given_.action() == "list") {
            return list();
        }
        if (given_.action() == "describe") {
            return describe();
        }
        if (given_.action() == "describe-producers") {
            return describe_producers();
        }
        if (given_.action() == "abort") {
            return abort();
        }
        return given_.action() == "find-hanging" ? find_hanging() : terminate();
    }

private:
    /// "what: why. Enable debug logging for additional detail."
    static std::unexpected<Error> because(std::string_view what, const Error& why) {
        return fail(why.code, "{}: {} Enable debug logging for additional detail.", what,
                    why.message.ends_with('.') ? why.message : why.message + '.');
    }

    void print(const Row& headers, const std::vector<Row>& rows) {
        if (!given_.json()) {
            console_.write(tabbed_table(headers, rows));
            return;
        }
        for (const auto& row : rows) {
            JsonLine line;
            for (std::size_t i = 0; i < row.size(); ++i) {
                line.add(headers[i], row[i]);
            }
            console_.line(line.text());
        }
    }

    [[nodiscard]] std::string named(std::string_view option) const {
        return given_.text(option).value_or("");
    }
    [[nodiscard]] TopicPartition named_partition() const {
        return {.topic = named("topic"),
                .partition =
                    PartitionId(static_cast<std::int32_t>(given_.number("partition").value_or(0)))};
    }
    [[nodiscard]] std::optional<BrokerId> named_broker() const {
        const auto id = given_.number("broker-id");
        return id ? std::optional(BrokerId(static_cast<std::int32_t>(*id))) : std::nullopt;
    }

    Result<void> list() {
        admin::ListTransactionsOptions filter;
        if (const auto longer = given_.number("duration-filter"); longer && *longer >= 0) {
            filter.duration_min = milliseconds(*longer);
        }
        filter.transactional_id_pattern = named("transactional-id-pattern");
        const auto outcomes = admin_.list_transactions(filter).get();
        if (!outcomes) {
            return because("Failed to list transactions", outcomes.error());
        }
        std::vector<Row> rows;
        for (const auto& [broker, listings] : *outcomes) {
            if (!listings) {
                return because("Failed to list transactions", listings.error());
            }
            for (const auto& listing : *listings) {
                rows.push_back({listing.transactional_id, fmt::format("{}", broker),
                                fmt::format("{}", listing.producer_id),
                                std::string(admin::to_text(listing.state))});
            }
        }
        print({"TransactionalId", "Coordinator", "ProducerId", "TransactionState"}, rows);
        return {};
    }

    Result<void> describe() {
        const auto id = named("transactional-id");
        const auto what =
            fmt::format("Failed to describe transaction state of transactional-id `{}`", id);
        const auto outcomes = admin_.describe_transactions({id}).get();
        if (!outcomes) {
            return because(what, outcomes.error());
        }
        const auto& transaction = outcomes->at(id);
        if (!transaction) {
            return because(what, transaction.error());
        }
        print({"CoordinatorId", "TransactionalId", "ProducerId", "ProducerEpoch",
               "TransactionState", "TransactionTimeoutMs", "CurrentTransactionStartTimeMs",
               "TransactionDurationMs", "TopicPartitions"},
              {transaction_row(id, *transaction, runtime::RealClock().wall())});
        return {};
    }

    Result<std::vector<admin::ProducerState>> producers_of(const TopicPartition& one,
                                                           std::optional<BrokerId> broker) {
        TRY_ASSIGN(auto outcomes, admin_.describe_producers({one}, {.broker = broker}).get());
        return std::move(outcomes.at(one));
    }

    Result<void> describe_producers() {
        const auto one = named_partition();
        const auto broker = named_broker();
        const auto producers = producers_of(one, broker);
        if (!producers) {
            return because(fmt::format("Failed to describe producers for partition {} on {}", one,
                                       broker ? fmt::format("broker {}", *broker) : "leader"),
                           producers.error());
        }
        std::vector<Row> rows;
        std::ranges::transform(*producers, std::back_inserter(rows), producer_row);
        print({"ProducerId", "ProducerEpoch", "LatestCoordinatorEpoch", "LastSequence",
               "LastTimestamp", "CurrentTransactionStartOffset"},
              rows);
        return {};
    }

    Result<void> abort() {
        TRY_ASSIGN(const auto spec, abort_spec());
        const auto aborted = admin_.abort_transaction(spec).get();
        if (!aborted) {
            return because(
                fmt::format("Failed to abort transaction AbortTransactionSpec(topicPartition={}, "
                            "producerId={}, producerEpoch={}, coordinatorEpoch={})",
                            spec.partition, spec.producer_id, spec.producer_epoch,
                            spec.coordinator_epoch),
                aborted.error());
        }
        return {};
    }

    Result<admin::AbortTransactionSpec> abort_spec() {
        const auto one = named_partition();
        if (const auto start = given_.number("start-offset")) {
            return spec_at(one, Offset(*start));
        }
        const auto producer = given_.number("producer-id");
        if (!producer) {
            return fail(ErrorCode::invalid_request,
                        "The transaction to abort must be identified either with --start-offset "
                        "(for brokers on 3.0 or above) or with --producer-id, --producer-epoch, "
                        "and --coordinator-epoch (for older brokers)");
        }
        const auto epoch = given_.number("producer-epoch");
        const auto coordinator = given_.number("coordinator-epoch");
        if (!epoch || !coordinator) {
            return fail(ErrorCode::invalid_request, "Missing required argument --{}",
                        epoch ? "coordinator-epoch" : "producer-epoch");
        }
        // -1 is what producers have whose first transaction hangs; no leader's epoch is below 0.
        return admin::AbortTransactionSpec{
            .partition = one,
            .producer_id = ProducerId(*producer),
            .producer_epoch = ProducerEpoch(static_cast<std::int16_t>(*epoch)),
            .coordinator_epoch =
                static_cast<std::int32_t>(std::max<std::int64_t>(*coordinator, 0))};
    }

    Result<admin::AbortTransactionSpec> spec_at(const TopicPartition& one, Offset start) {
        const auto producers = producers_of(one, std::nullopt);
        if (!producers) {
            return because(fmt::format("Failed to validate producer state for partition {}", one),
                           producers.error());
        }
        const auto found =
            std::ranges::find(*producers, std::optional(start),
                              &admin::ProducerState::current_transaction_start_offset);
        if (found == producers->end()) {
            return fail(ErrorCode::invalid_txn_state,
                        "Could not find any open transactions starting at offset {} on partition "
                        "{}",
                        start, one);
        }
        return admin::AbortTransactionSpec{
            .partition = one,
            .producer_id = found->producer_id,
            .producer_epoch = ProducerEpoch(static_cast<std::int16_t>(found->producer_epoch)),
            .coordinator_epoch = found->coordinator_epoch.value_or(0)};
    }

    Result<void> find_hanging() {
        if (!given_.has("topic") && !given_.has("broker-id")) {
            return fail(ErrorCode::invalid_request,
                        "The `find-hanging` command requires either --topic or --broker-id to "
                        "limit the scope of the search");
        }
        if (given_.has("partition") && !given_.has("topic")) {
            return fail(ErrorCode::invalid_request,
                        "The --partition argument requires --topic to be provided");
        }
        TRY_ASSIGN(auto partitions, partitions_to_search());
        TRY_ASSIGN(const auto open, long_open_transactions(std::move(partitions)));
        std::vector<Row> rows;
        if (!open.empty()) {
            TRY_ASSIGN(const auto ids, transactional_ids(open));
            TRY_ASSIGN(const auto transactions, transactions_of(ids));
            const auto now = runtime::RealClock().wall();
            for (const auto& one : hanging_of(open, ids, transactions)) {
                rows.push_back(open_transaction_row(one, now));
            }
        }
        print({"Topic", "Partition", "ProducerId", "ProducerEpoch", "CoordinatorEpoch",
               "StartOffset", "LastTimestamp", "Duration(min)"},
              rows);
        return {};
    }

    Result<std::set<TopicPartition>> partitions_to_search() {
        if (given_.has("partition")) {
            return std::set<TopicPartition>{named_partition()};
        }
        std::set<std::string> topics{named("topic")};
        if (!given_.has("topic")) {
            topics.clear();
            const auto listings = admin_.list_topics().get();
            if (!listings) {
                return because("Failed to list topics", listings.error());
            }
            for (const auto& [name, listing] : *listings) {
                topics.insert(name);
            }
        }
        std::set<TopicPartition> found;
        const auto broker = named_broker();
        const auto described = admin_.describe_topics(topics).get();
        const auto whole =
            described ? admin::all(*described) : Result<void>(std::unexpected(described.error()));
        if (!whole) {
            return because(fmt::format("Failed to describe {} topics", topics.size()),
                           whole.error());
        }
        for (const auto& [name, one] : *described) {
            for (const auto& each : one->partitions) {
                if (!broker || std::ranges::find(each.replicas, *broker, &admin::Node::id) !=
                                   each.replicas.end()) {
                    found.insert({.topic = name, .partition = each.partition});
                }
            }
        }
        return found;
    }

    Result<std::vector<OpenTransaction>> long_open_transactions(
        std::set<TopicPartition> partitions) {
        const auto count = partitions.size();
        const auto outcomes =
            admin_.describe_producers(std::move(partitions), {.broker = named_broker()}).get();
        const auto whole =
            outcomes ? admin::all(*outcomes) : Result<void>(std::unexpected(outcomes.error()));
        if (!whole) {
            return because(fmt::format("Failed to describe producers for {} partitions", count),
                           whole.error());
        }
        const auto limit =
            std::chrono::milliseconds(
                std::chrono::minutes(given_.number("max-transaction-timeout").value_or(15)))
                .count();
        const auto now = runtime::RealClock().wall();
        std::vector<OpenTransaction> open;
        for (const auto& [one, producers] : *outcomes) {
            for (const auto& producer : *producers) {
                if (producer.current_transaction_start_offset &&
                    now - producer.last_timestamp > limit) {
                    open.push_back({.partition = one, .producer = producer});
                }
            }
        }
        return open;
    }

    Result<std::map<ProducerId, std::string>> transactional_ids(
        const std::vector<OpenTransaction>& open) {
        admin::ListTransactionsOptions filter;
        for (const auto& one : open) {
            filter.producer_ids.insert(one.producer.producer_id);
        }
        const auto outcomes = admin_.list_transactions(filter).get();
        const auto whole =
            outcomes ? admin::all(*outcomes) : Result<void>(std::unexpected(outcomes.error()));
        if (!whole) {
            return because(fmt::format("Failed to list transactions for {} producers",
                                       filter.producer_ids.size()),
                           whole.error());
        }
        std::map<ProducerId, std::string> ids;
        for (const auto& [broker, listings] : *outcomes) {
            for (const auto& listing : *listings) {
                ids.insert_or_assign(listing.producer_id, listing.transactional_id);
            }
        }
        return ids;
    }

    Result<std::map<std::string, admin::TransactionDescription>> transactions_of(
        const std::map<ProducerId, std::string>& ids) {
        std::map<std::string, admin::TransactionDescription> found;
        std::set<std::string> asked;
        for (const auto& [producer, id] : ids) {
            asked.insert(id);
        }
        if (asked.empty()) {
            return found;
        }
        const auto what = fmt::format("Failed to describe {} transactions", asked.size());
        const auto outcomes = admin_.describe_transactions(std::move(asked)).get();
        if (!outcomes) {
            return because(what, outcomes.error());
        }
        for (const auto& [id, transaction] : *outcomes) {
            if (transaction) {
                found.emplace(id, *transaction);
            } else if (transaction.error().code != ErrorCode::transactional_id_not_found) {
                return because(what, transaction.error());
            }
        }
        return found;
    }

    Result<void> terminate() {
        const auto id = named("transactionalId");
        const auto ended = admin_.force_terminate_transaction(id).get();
        if (!ended) {
            return because(fmt::format("Failed to force terminate transactionalId `{}`", id),
                           ended.error());
        }
        return {};
    }

    const ParsedOptions& given_;
    Console& console_;
    Admin admin_;
};

}  // namespace

const Syntax transactions_syntax{
    .style = Style::argparse, .options = options, .actions = actions, .examples = examples};

int run_transactions(const ParsedOptions& given, Console& console) {
    auto admin = admin_client(given);
    const auto done = admin ? TransactionsRun(given, console, std::move(*admin)).run()
                            : Result<void>(std::unexpected(admin.error()));
    if (!done) {
        console.error_line(done.error().message);
    }
    return done ? 0 : 1;
}

}  // namespace barnabas::cli
