// The C++ admin client as a program that is told line by line what to call:
//   admin_caller BOOTSTRAP [NAME=VALUE ...]
// Lines: create TOPIC PARTITIONS | delete TOPIC | alter TOPIC NAME VALUE | list-groups |
// describe-group GROUP | delete-group GROUP | delete-records TOPIC OFFSET (of partition 0).
// Each is answered by a JSON object: {"ok": true, "value": "what was found"}, or
// {"ok": false, "code": "NAME", "message": "sentence"}. It ends with its input.

#include "lines.h"
#include <barnabas/admin.h>

#include <cstdio>
#include <iostream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace barnabas;
using interop::quoted;

using Words = std::vector<std::string>;
using Said = Result<std::string>;

std::string answer_line(const Said& said) {
    return said ? fmt::format(R"({{"ok": true, "value": {}}})", quoted(*said))
                : fmt::format(R"({{"ok": false, "code": "{}", "message": {}}})",
                              error_name(said.error().code), quoted(said.error().message));
}

/// The outcome of the one thing that was asked for.
template <class Key, class Value>
Result<Value> only(Result<admin::Outcomes<Key, Value>> outcomes) {
    if (!outcomes) {
        return std::unexpected(outcomes.error());
    }
    return std::move(outcomes->begin()->second);
}

Said done(const Result<>& outcome) {
    return outcome ? Said("") : Said(std::unexpected(outcome.error()));
}

Said create_topic(Admin& admin, const Words& words) {
    const auto made =
        only(admin.create_topics({{.name = words[1], .partitions = std::stoi(words[2])}}).get());
    return made ? Said(fmt::format("{}", made->id)) : Said(std::unexpected(made.error()));
}

Said alter_config(Admin& admin, const Words& words) {
    const admin::ConfigResource topic{.type = admin::ConfigResourceType::topic, .name = words[1]};
    const admin::AlterConfigOp set{.name = words[2], .value = words[3]};
    return done(only(admin.incremental_alter_configs({{topic, {set}}}).get()));
}

Said list_groups(Admin& admin, const Words& /*words*/) {
    const auto listed = admin.list_groups().get();
    if (!listed) {
        return std::unexpected(listed.error());
    }
    if (!listed->errors.empty()) {
        return std::unexpected(listed->errors.front());
    }
    std::string names;
    for (const auto& group : listed->groups) {
        names += group.id + " ";
    }
    return names;
}

Said describe_group(Admin& admin, const Words& words) {
    const auto group = only(admin.describe_consumer_groups({words[1]}).get());
    return group ? Said(std::string(admin::to_text(group->state)))
                 : Said(std::unexpected(group.error()));
}

Said delete_records(Admin& admin, const Words& words) {
    const TopicPartition partition{words[1], PartitionId{0}};
    const auto cut = only(admin.delete_records({{partition, Offset{std::stoll(words[2])}}}).get());
    return cut ? Said(fmt::format("{}", cut->low_watermark)) : Said(std::unexpected(cut.error()));
}

Said call(Admin& admin, const Words& words) {
    struct Row {
        std::string_view name;
        std::size_t words;
        Said (*call)(Admin&, const Words&);
    };
    static constexpr Row rows[] = {
        {"create", 3, create_topic},
        {"delete", 2,
         [](Admin& a, const Words& w) { return done(only(a.delete_topics({w[1]}).get())); }},
        {"alter", 4, alter_config},
        {"list-groups", 1, list_groups},
        {"describe-group", 2, describe_group},
        {"delete-group", 2,
         [](Admin& a, const Words& w) { return done(only(a.delete_groups({w[1]}).get())); }},
        {"delete-records", 3, delete_records}};
    for (const Row& row : rows) {
        if (!words.empty() && words[0] == row.name && words.size() == row.words) {
            return row.call(admin, words);
        }
    }
    return fail(ErrorCode::invalid_request, "no such line");
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fputs("admin_caller BOOTSTRAP [NAME=VALUE ...]\n", stderr);
        return 2;
    }
    ClientConfig config{{"bootstrap.servers", argv[1]}};
    for (int i = 2; i < argc; ++i) {
        const std::string word = argv[i];
        const auto at = word.find('=');
        config.insert_or_assign(word.substr(0, at), word.substr(at + 1));
    }
    auto admin = Admin::create(std::move(config));
    if (!admin) {
        std::fprintf(stderr, "%s\n", admin.error().message.c_str());
        return 2;
    }
    for (std::string line; std::getline(std::cin, line);) {
        std::istringstream in(line);
        Words words;
        for (std::string word; in >> word;) {
            words.push_back(word);
        }
        std::fputs((answer_line(call(*admin, words)) + "\n").c_str(), stdout);
        std::fflush(stdout);
    }
    return 0;
}
