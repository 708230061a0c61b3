// Makes a topic with configurations of its own, changes one of them, and prints what holds for it:
//     topic_settings localhost:9092 audit
#include <barnabas/admin.h>

#include <fmt/format.h>

#include <cstdio>
#include <string>

namespace {

namespace admin = barnabas::admin;
using barnabas::Result;

Result<> run(const std::string& brokers, const std::string& topic) {
    TRY_ASSIGN(auto client, barnabas::Admin::create({{"bootstrap.servers", brokers}}));
    TRY_ASSIGN(const auto created,
               client
                   .create_topics({{.name = topic,
                                    .partitions = 3,
                                    .configs = {{"cleanup.policy", "compact"},
                                                {"retention.ms", "604800000"}}}})
                   .get());
    if (const auto& made = created.at(topic);
        !made && made.error().code != barnabas::ErrorCode::topic_already_exists) {
        return std::unexpected(made.error());
    }
    const admin::ConfigResource resource{.type = admin::ConfigResourceType::topic, .name = topic};
    TRY_ASSIGN(const auto altered,
               client
                   .incremental_alter_configs({{resource,
                                                {{.type = admin::AlterConfigOpType::set,
                                                  .name = "retention.ms",
                                                  .value = "86400000"}}}})
                   .get());
    TRY(admin::all(altered));
    TRY_ASSIGN(const auto described, client.describe_configs({resource}).get());
    TRY_ASSIGN(const auto config, described.at(resource));
    for (const auto& entry : config.entries) {
        if (entry.source == admin::ConfigSource::dynamic_topic_config) {  // not a default
            fmt::print("{}={}\n", entry.name, entry.value.value_or(""));
        }
    }
    return {};
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        fmt::print(stderr, "usage: {} <bootstrap.servers> <topic>\n", argv[0]);
        return 2;
    }
    if (const auto done = run(argv[1], argv[2]); !done) {
        fmt::print(stderr, "{}: {}\n", done.error().code, done.error().message);
        return 1;
    }
    return 0;
}
