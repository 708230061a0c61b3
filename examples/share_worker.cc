// A worker of a share group (KIP-932), which makes a queue of a topic: any number of workers, each
// record to one of them. Here a record without digits is put aside, everything else is done. It
// ends when nothing has come for a second:
//     share_worker localhost:9092 workers jobs
#include <barnabas/admin.h>
#include <barnabas/share_consumer.h>

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <string>
#include <string_view>

namespace {

using namespace std::chrono_literals;
using barnabas::AcknowledgeType;
using barnabas::Result;

AcknowledgeType work(std::string_view job) {
    const bool has_digits =
        std::ranges::any_of(job, [](unsigned char c) { return std::isdigit(c) != 0; });
    return has_digits ? AcknowledgeType::accept : AcknowledgeType::reject;
}

/// Share groups begin at the end of a topic, unless the group's configuration says otherwise.
Result<> begin_with_the_oldest(const std::string& brokers, const std::string& group) {
    TRY_ASSIGN(auto admin, barnabas::Admin::create({{"bootstrap.servers", brokers}}));
    const barnabas::admin::ConfigResource resource{
        .type = barnabas::admin::ConfigResourceType::group, .name = group};
    TRY_ASSIGN(const auto outcomes,
               admin
                   .incremental_alter_configs(
                       {{resource, {{.name = "share.auto.offset.reset", .value = "earliest"}}}})
                   .get());
    return barnabas::admin::all(outcomes);
}

Result<> run(const std::string& brokers, const std::string& group, const std::string& topic) {
    TRY(begin_with_the_oldest(brokers, group));
    TRY_ASSIGN(auto consumer,
               barnabas::ShareConsumer::create({{"bootstrap.servers", brokers},
                                                {"group.id", group},
                                                {"share.acknowledgement.mode", "explicit"}}));
    TRY(consumer.subscribe({topic}));
    bool had_some = false;
    while (true) {
        TRY_ASSIGN(const auto records, consumer.poll(1s));
        if (records.empty() && had_some) {
            break;
        }
        for (const auto& record : records) {
            const auto outcome = work(record.value_text());
            fmt::print("{} {}\n", barnabas::acknowledge_type_name(outcome), record.value_text());
            TRY(consumer.acknowledge(record, outcome));
        }
        had_some = had_some || !records.empty();
    }
    TRY_ASSIGN(const auto taken, consumer.commit_sync());
    for (const auto& [partition, outcome] : taken) {
        TRY(outcome);
    }
    return consumer.close();
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) {
        fmt::print(stderr, "usage: {} <bootstrap.servers> <group> <topic>\n", argv[0]);
        return 2;
    }
    if (const auto done = run(argv[1], argv[2], argv[3]); !done) {
        fmt::print(stderr, "{}: {}\n", done.error().code, done.error().message);
        return 1;
    }
    return 0;
}
