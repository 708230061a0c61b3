#include "cli/records/log_dirs_command.h"

#include "base/json_text.h"
#include "cli/common/admin_session.h"
#include "cli/common/java_errors.h"

#include <array>
#include <utility>
#include <vector>

namespace barnabas::cli {
namespace {

constexpr std::array log_dirs_options{
    bootstrap_server_option,
    command_config_option,
    Option{.name = "describe", .help = "Tell directories and what is in them (required)."},
    Option{.name = "topic-list",
           .argument = Argument::required,
           .argument_name = "TOPIC,...",
           .help = "Of these topics alone."},
    Option{.name = "broker-list",
           .argument = Argument::required,
           .argument_name = "ID,...",
           .help = "Of these brokers alone."},
};

constexpr std::array<std::string_view, 1> log_dirs_examples{
    "log-dirs --bootstrap-server localhost:9092 --describe --topic-list orders",
};

std::string partitions_json(const admin::LogDirDescription& directory,
                            const std::set<std::string>& topics) {
    std::vector<std::string> partitions;
    for (const auto& [partition, replica] : directory.replicas) {
        if (topics.empty() || topics.contains(partition.topic)) {
            partitions.push_back(JsonLine()
                                     .add("partition", fmt::format("{}", partition))
                                     .add("size", replica.size_bytes)
                                     .add("offsetLag", replica.offset_lag)
                                     .add("isFuture", replica.future)
                                     .text());
        }
    }
    return fmt::format("[{}]", fmt::join(partitions, ","));
}

std::string directories_json(const LogDirs& directories, const std::set<std::string>& topics) {
    std::vector<std::string> texts;
    for (const auto& [path, directory] : directories) {
        JsonLine line;
        line.add_json("partitions", partitions_json(directory, topics));
        if (directory.state) {
            line.add_json("error", "null");
        } else {
            line.add("error", java_class(directory.state.error().code));
        }
        texts.push_back(line.add("logDir", path).text());
    }
    return fmt::format("[{}]", fmt::join(texts, ","));
}

Result<int> describe(const ParsedOptions& given, Console& console) {
    std::set<BrokerId> asked;
    for (const auto& text : split_commas(given.text("broker-list").value_or(""))) {
        const auto id = parse_int32(text);
        if (!id) {
            return fail(ErrorCode::invalid_request, "For input string: \"{}\"", text);
        }
        asked.emplace(*id);
    }
    TRY_ASSIGN(auto admin, admin_client(given));
    TRY_ASSIGN(const auto cluster, admin.describe_cluster().get());
    std::set<BrokerId> there;
    for (const auto& broker : cluster.brokers) {
        there.insert(broker.id);
    }
    std::vector<BrokerId> missing;
    for (const auto id : asked) {
        if (!there.contains(id)) {
            missing.push_back(id);
        }
    }
    if (!missing.empty()) {
        return fail(ErrorCode::broker_not_available,
                    "ERROR: The given brokers do not exist from --broker-list: {}. Current "
                    "existent brokers: {}",
                    fmt::join(missing, ","), fmt::join(there, ","));
    }
    const auto& brokers = asked.empty() ? there : asked;
    if (!given.json()) {
        console.line("Querying brokers for log directories information");
    }
    TRY_ASSIGN(auto outcomes, admin.describe_log_dirs(brokers).get());
    std::map<BrokerId, LogDirs> found;
    for (auto& [broker, outcome] : outcomes) {
        TRY_ASSIGN(auto directories, std::move(outcome));
        found.emplace(broker, std::move(directories));
    }
    if (!given.json()) {
        console.print("Received log directory information from brokers {}\n",
                      fmt::join(brokers, ","));
    }
    const auto topics = split_commas(given.text("topic-list").value_or(""));
    console.line(log_dirs_json(found, {topics.begin(), topics.end()}));
    return 0;
}

}  // namespace

const Syntax log_dirs_syntax{.options = log_dirs_options, .examples = log_dirs_examples};

std::string log_dirs_json(const std::map<BrokerId, LogDirs>& brokers,
                          const std::set<std::string>& topics) {
    std::vector<std::string> texts;
    for (const auto& [broker, directories] : brokers) {
        texts.push_back(JsonLine()
                            .add("broker", broker.get())
                            .add_json("logDirs", directories_json(directories, topics))
                            .text());
    }
    return JsonLine()
        .add_json("brokers", fmt::format("[{}]", fmt::join(texts, ",")))
        .add("version", 1)
        .text();
}

int run_log_dirs(const ParsedOptions& given, Console& console) {
    if (const auto checked = require_options(given, {"bootstrap-server", "describe"}); !checked) {
        console.error_line(checked.error().message);
        return 1;
    }
    const auto status = describe(given, console);
    if (!status) {
        console.error_line(status.error().message);
    }
    return status.value_or(1);
}

}  // namespace barnabas::cli
