// Makes a topic if it is not there, then lists all: list_topics localhost:9092 orders
#include <barnabas/admin.h>

#include <fmt/format.h>

#include <cstdio>

int main(int argc, char** argv) {
    if (argc != 3) {
        fmt::print(stderr, "usage: {} <bootstrap.servers> <topic>\n", argv[0]);
        return 2;
    }
    auto admin = barnabas::Admin::create({{"bootstrap.servers", argv[1]}});
    if (!admin) {
        fmt::print(stderr, "{}\n", admin.error().message);
        return 1;
    }
    const auto created = admin->create_topics({{.name = argv[2], .partitions = 3}}).get();
    if (!created) {
        fmt::print(stderr, "{}\n", created.error().message);
        return 1;
    }
    for (const auto& [topic, outcome] : *created) {
        if (!outcome && outcome.error().code != barnabas::ErrorCode::topic_already_exists) {
            fmt::print(stderr, "{}: {}\n", topic, outcome.error().message);
            return 1;
        }
    }
    const auto topics = admin->list_topics().get();
    if (!topics) {
        fmt::print(stderr, "{}\n", topics.error().message);
        return 1;
    }
    for (const auto& [name, listing] : *topics) {
        fmt::print("{} {}\n", name, listing.id);
    }
    return 0;
}
