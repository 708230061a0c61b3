// The command lines of the performance tools, with the sentences of Kafka's.
#include "cli/perf/consumer_perf_options.h"
#include "cli/perf/e2e_options.h"
#include "cli/perf/producer_perf_options.h"
#include "cli/perf/verifiable_consumer_options.h"
#include "cli/perf/verifiable_producer_options.h"
#include "unit/cli/options_of.h"

#include <gtest/gtest.h>

namespace barnabas::cli {
namespace {

struct Row {
    std::string line;
    std::string want;
};

TEST(ProducerPerfOptions, AreJudgedAsKafkaDoes) {
    const std::string whole = "--topic t --num-records 10 --throughput -1 --record-size 5 ";
    const Row rows[] = {
        {whole + "--bootstrap-server b:1", ""},
        {"--num-records 10 --throughput -1 --record-size 5", "argument --topic is required"},
        {"--topic t --num-records x --throughput -1",
         "argument --num-records: could not convert 'x' to Long"},
        {"--topic t --num-records 1 --throughput fast --record-size 5 --bootstrap-server b:1",
         "argument --throughput: could not convert 'fast' to Double"},
        {"--topic t --num-records 1 --throughput -1 --bootstrap-server b:1",
         "one of the arguments --record-size --payload-file --payload-monotonic is required"},
        {whole + "--payload-monotonic",
         "argument --payload-monotonic: not allowed with argument --record-size"},
        {whole,
         "At least one of --bootstrap-server, --command-property, --producer-props, "
         "--producer.config or --command-config must be specified."},
        {whole + "--command-property a=b --producer-props c=d",
         "--command-property and --producer-props cannot be specified together."},
        {whole + "--command-config f --producer.config f",
         "--command-config and --producer.config cannot be specified together."},
        {"--topic t --num-records 0 --throughput -1 --record-size 5 --bootstrap-server b:1",
         "--num-records should be greater than zero."},
        {"--topic t --num-records 1 --throughput -1 --record-size 0 --bootstrap-server b:1",
         "--record-size should be greater than zero."},
        {"--topic t --num-records 1 --throughput 0 --record-size 1 --bootstrap-server b:1",
         "--throughput 0 would never write; -1 is without limit."},
        {whole + "--bootstrap-server b:1 --warmup-records 10",
         "The value for --warmup-records must be strictly fewer than the number of records in the "
         "test, --num-records."},
        {whole + "--bootstrap-server b:1 --transaction-duration-ms 0",
         "--transaction-duration-ms should be greater than zero."},
        {whole + "--bootstrap-server b:1 --reporting-interval 0",
         "--reporting-interval should be greater than zero."},
        {whole + "--bootstrap-server b:1 word", "unrecognized arguments: 'word'"},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(complaint(producer_perf_syntax, row.line, producer_perf_options), row.want);
    }
}

TEST(ProducerPerfOptions, MakeTheProducersConfiguration) {
    const std::string whole = "--topic t --num-records 10 --throughput 2.5 --payload-monotonic ";
    const auto of = [&](const std::string& line) {
        const auto options = producer_perf_options(*parsed(producer_perf_syntax, whole + line));
        EXPECT_TRUE(options) << options.error().message;
        return producer_perf_config(*options, "ID").value();
    };
    auto config = of("--bootstrap-server b:1 --command-property acks=1 client.id=me --json");
    EXPECT_EQ(config.client,
              (ClientConfig{{"acks", "1"}, {"bootstrap.servers", "b:1"}, {"client.id", "me"}}));
    EXPECT_FALSE(config.transactions);
    config = of("--producer-props bootstrap.servers=c:2 transactional.id=mine");
    EXPECT_EQ(config.client.at("client.id"), "perf-producer-client");
    EXPECT_TRUE(config.transactions);
    EXPECT_EQ(config.transaction_duration, 3s);
    EXPECT_EQ(config.client.at("transactional.id"), "mine");
    config = of("--producer-props bootstrap.servers=c:2 transactional.id=x --transactional-id y");
    EXPECT_EQ(config.client.at("transactional.id"), "y");
    config = of("--bootstrap-server b:1 --transaction-duration-ms 50");
    EXPECT_EQ(config.client.at("transactional.id"), "performance-producer-ID");
    EXPECT_EQ(config.transaction_duration, 50ms);
    const auto old = producer_perf_options(
        *parsed(producer_perf_syntax, whole + "--producer-props bootstrap.servers=c:2"));
    EXPECT_EQ(old->warnings,
              (std::vector<std::string>{"Option --producer-props has been deprecated and will be "
                                        "removed in a future version. Use --command-property "
                                        "instead."}));
}

Result<ConsumerPerfOptions> consumer_options(const ParsedOptions& given) {
    return consumer_perf_options(given, 300'007);
}

TEST(ConsumerPerfOptions, AreJudgedAsKafkaDoes) {
    const std::string to = "--bootstrap-server b:1 ";
    const Row rows[] = {
        {to + "--topic t --num-records 5", ""},
        {"--topic t --num-records 5", "Missing required argument \"[bootstrap-server]\""},
        {to + "--num-records 5",
         "Exactly one of the following arguments is required: [topic], [include]"},
        {to + "--topic t --include t --num-records 5",
         "Exactly one of the following arguments is required: [topic], [include]"},
        {to + "--topic t",
         "Exactly one of the following arguments is required: [messages], [num-records]"},
        {to + "--topic t --messages 5 --consumer.config f --command-config f",
         "Option \"[consumer.config]\" can't be used with option \"[command-config]\""},
        {to + "--topic t --num-records x", "Cannot parse argument 'x' of option num-records"},
        {to + "--topic t --num-records 5 --reporting-interval soon",
         "Cannot parse argument 'soon' of option reporting-interval"},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(complaint(consumer_perf_syntax, row.line, consumer_options), row.want);
    }
}

TEST(ConsumerPerfOptions, MakeTheConsumersConfiguration) {
    auto options = *consumer_options(
        *parsed(consumer_perf_syntax,
                "--bootstrap-server b:1 --topic t --messages 5 --timeout "
                "--command-property group.id=no --command-property fetch.min.bytes=9"));
    EXPECT_EQ(options.timeout, 10s);
    EXPECT_EQ(options.warnings.size(), 1U);
    EXPECT_TRUE(options.own_group);
    EXPECT_EQ(*consumer_perf_config(options),
              (ClientConfig{{"auto.offset.reset", "earliest"},
                            {"bootstrap.servers", "b:1"},
                            {"check.crcs", "false"},
                            {"client.id", "perf-consumer-client"},
                            {"fetch.min.bytes", "9"},
                            {"group.id", "perf-consumer-7"},
                            {"max.partition.fetch.bytes", "1048576"},
                            {"receive.buffer.bytes", "2097152"}}));
    options = *consumer_options(
        *parsed(consumer_perf_syntax,
                "--bootstrap-server b:1 --include t.* --num-records 5 --timeout 3 --group g "
                "--from-latest --fetch-size 10 --socket-buffer-size 20 --hide-header"));
    const auto config = *consumer_perf_config(options);
    EXPECT_EQ(config.at("group.id"), "g");
    EXPECT_EQ(config.at("auto.offset.reset"), "latest");
    EXPECT_EQ(config.at("max.partition.fetch.bytes"), "10");
    EXPECT_EQ(config.at("receive.buffer.bytes"), "20");
    EXPECT_EQ(options.timeout, 3ms);
    EXPECT_FALSE(options.header);
    EXPECT_FALSE(options.own_group);
}

TEST(E2eOptions, AreJudgedAsKafkaDoes) {
    const std::string rest = "--bootstrap-server b:1 --topic t --num-records 3 ";
    const Row rows[] = {
        {rest + "--producer-acks 1 --record-size 5", ""},
        {"b:1 t 3 all 5", ""},
        {"b:1 t 3 all 5 file", ""},
        {"b:1 t 3 all",
         "Invalid number of arguments. Expected 5 or 6 positional arguments, but got 4. Usage: "
         "bootstrap-server topic num-records producer-acks record-size [optional] command-config"},
        {"b:1 t x all 5", "Cannot parse argument 'x' of option num-records"},
        {"b:1 t 3 0 5",
         "Invalid value for --producer-acks. Latency testing requires synchronous "
         "acknowledgement. Please use '1' or 'all'."},
        {rest + "--record-size 5", "Missing required argument \"[producer-acks]\""},
        {rest + "--producer-acks 1 --record-size -5",
         "Value for --record-size must be a non-negative integer."},
        {rest + "--producer-acks 1 --record-size 5 --num-headers -1",
         "Value for --num-headers must be a non-negative integer."},
        {rest + "--producer-acks 1 --record-size 5 --record-header-size -2",
         "Value for --record-header-size must be a non-negative integer or -1 for null header "
         "value."},
        {"--bootstrap-server b:1 --topic t --num-records 0 --producer-acks 1 --record-size 5",
         "Value for --num-records must be a positive integer."},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(complaint(e2e_latency_syntax, row.line, e2e_options), row.want) << row.line;
    }
    const auto old = e2e_options(*parsed(e2e_latency_syntax, "b:1 t 3 all 5 file"));
    EXPECT_EQ(old->properties.file, "file");
    EXPECT_EQ(old->value_size, 5U);
    EXPECT_TRUE(old->warning.starts_with("WARNING: Positional argument usage is deprecated"));
}

TEST(VerifiableProducerOptions, AreJudgedAndGoBehindTheFile) {
    const std::string to = "--topic t --bootstrap-server b:1 ";
    const Row rows[] = {
        {to, ""},
        {"--topic t", "one of the arguments --bootstrap-server is required"},
        {"--bootstrap-server b:1", "argument --topic is required"},
        {to + "--acks 2", "argument --acks: invalid choice: '2' (choose from {0,1,-1})"},
        {to + "--producer.config f --command-config f",
         "Options --producer.config and --command-config are mutually exclusive."},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(complaint(verifiable_producer_syntax, row.line, verifiable_producer_options),
                  row.want);
    }
    const auto options = *verifiable_producer_options(
        *parsed(verifiable_producer_syntax, to + "--acks 1 --message-create-time -1"));
    EXPECT_EQ(*client_properties(options.properties),
              (ClientConfig{{"acks", "1"}, {"bootstrap.servers", "b:1"}, {"retries", "0"}}));
    EXPECT_FALSE(options.create_time_ms);
}

TEST(VerifiableConsumerOptions, DependOnTheProtocol) {
    const std::string to = "--topic t --group-id g --bootstrap-server b:1 ";
    EXPECT_EQ(complaint(verifiable_consumer_syntax, "--topic t --bootstrap-server b:1",
                        verifiable_consumer_options),
              "argument --group-id is required");
    EXPECT_EQ(complaint(verifiable_consumer_syntax, to + "--group-protocol new",
                        verifiable_consumer_options),
              "--group-protocol is 'new', and must be classic or consumer");
    const auto config = [&](const std::string& line) {
        return *verifiable_consumer_config(
            *verifiable_consumer_options(*parsed(verifiable_consumer_syntax, to + line)));
    };
    EXPECT_EQ(config("--group-remote-assignor uniform"),
              (ClientConfig{{"auto.offset.reset", "earliest"},
                            {"bootstrap.servers", "b:1"},
                            {"enable.auto.commit", "false"},
                            {"group.id", "g"},
                            {"group.protocol", "classic"},
                            {"partition.assignment.strategy",
                             "org.apache.kafka.clients.consumer.RangeAssignor"}}));
    EXPECT_EQ(config("--group-protocol CONSUMER --group-remote-assignor uniform --reset-policy "
                     "latest --enable-autocommit --group-instance-id i --assignment-strategy x"),
              (ClientConfig{{"auto.offset.reset", "latest"},
                            {"bootstrap.servers", "b:1"},
                            {"enable.auto.commit", "true"},
                            {"group.id", "g"},
                            {"group.instance.id", "i"},
                            {"group.protocol", "consumer"},
                            {"group.remote.assignor", "uniform"}}));
    EXPECT_EQ(config("--session-timeout 7000").at("session.timeout.ms"), "7000");
}

}  // namespace
}  // namespace barnabas::cli
