#include "support/vectors.h"
#include "wire/api.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <vector>

// Every description of a message against Kafka's own definitions, version by version: both are
// brought into one form, a line per field in the order of the wire.

namespace barnabas::testing {
namespace {

/// One way a field is declared; most fields have one, some become nullable later.
struct Declared {
    wire::Versions versions;
    bool nullable = false;
};

struct Definition {
    std::string name;
    std::string type;  // "[]int32"
    std::vector<Declared> declared;
    int tag = -1;
    std::string default_value;
    std::vector<Definition> fields;

    [[nodiscard]] const Declared* in(std::int16_t version) const {
        const auto found = std::ranges::find_if(
            declared, [&](const Declared& each) { return each.versions.contains(version); });
        return found != declared.end() ? &*found : nullptr;
    }
};

struct MessageDefinition {
    std::int16_t api_key = 0;
    wire::Direction direction = wire::Direction::request;
    wire::Versions versions;
    std::int16_t flexible_since = wire::never_flexible;
    std::vector<Definition> fields;
};

std::int16_t number(std::string_view text) {
    std::int16_t value = -1;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

/// "3", "3-12" or "3+".
wire::Versions versions_of(std::string_view text) {
    const auto first = number(text);
    const auto dash = text.find('-');
    if (dash != std::string_view::npos) {
        return {first, number(text.substr(dash + 1))};
    }
    return {first, text.ends_with('+') ? wire::latest : first};
}

/// Takes what stands behind `mark` off `text`; empty if the mark is not there.
std::string_view cut_behind(std::string_view& text, std::string_view mark) {
    const auto at = text.find(mark);
    if (at == std::string_view::npos) {
        return {};
    }
    const auto behind = text.substr(at + mark.size());
    text = text.substr(0, at);
    return behind;
}

/// Kafka spells these two names differently in its JSON, and 4.x renamed these fields of 3.9.
const std::map<std::string_view, std::string_view> other_names = {
    {"isKraftController", "isKRaftController"},
    {"kraftVersionFeature", "kRaftVersionFeature"},
    {"generationId@28", "generationIdOrMemberEpoch"},
    {"candidateEpoch@52", "replicaEpoch"},
    {"candidateId@52", "replicaId"},
    {"candidateDirectoryId@52", "replicaDirectoryId"},
    {"clientMetricsResources@74", "configResources"},
    {"name@74", "resourceName"},
};

std::string_view name_here(std::string_view name, std::int16_t api_key) {
    for (const auto& key : {std::string(name), fmt::format("{}@{}", name, api_key)}) {
        if (const auto found = other_names.find(key); found != other_names.end()) {
            return found->second;
        }
    }
    return name;
}

/// "name: nullable []struct (3-5) | []struct (6+) tag 1 = null", without what is before the name.
Definition definition_of(std::string_view line, std::int16_t api_key) {
    Definition field;
    auto rest = cut_behind(line, ": ");
    field.name = name_here(line, api_key);
    field.default_value = cut_behind(rest, " = ");
    if (const auto tag = cut_behind(rest, " tag "); !tag.empty()) {
        field.tag = number(tag);
    }
    while (!rest.empty()) {
        const auto next = cut_behind(rest, " | ");
        auto type = rest;
        auto versions = cut_behind(type, " (");
        const bool is_null_struct = !cut_behind(versions, ")").empty();  // "struct (0+) nullable"
        constexpr std::string_view nullable = "nullable ";
        const bool is_nullable = type.starts_with(nullable);
        type.remove_prefix(is_nullable ? nullable.size() : 0);
        field.type = type;
        field.declared.push_back(
            {.versions = versions_of(versions), .nullable = is_nullable || is_null_struct});
        rest = next;
    }
    return field;
}

/// The list that a field of this indentation belongs to.
std::vector<Definition>& list_at(MessageDefinition& message, std::size_t depth) {
    auto* list = &message.fields;
    for (std::size_t i = 1; i < depth; ++i) {
        list = &list->back().fields;
    }
    return *list;
}

std::vector<MessageDefinition> definitions(std::string_view file) {
    std::vector<MessageDefinition> messages;
    const std::string text = data_text(file);
    std::string_view left = text;
    std::int16_t api_key = -1;
    while (!left.empty()) {
        auto line = left.substr(0, left.find('\n'));
        left.remove_prefix(std::min(left.size(), line.size() + 1));
        const auto depth = line.find_first_not_of(' ') / 2;
        if (line.starts_with("## ")) {
            api_key = number(line.substr(3));
        } else if (line.starts_with("re") && !line.ends_with(": none")) {
            auto versions = cut_behind(line, " versions ");
            const auto flexible = cut_behind(versions, " flexible ");
            messages.push_back(
                {.api_key = api_key,
                 .direction =
                     line == "request" ? wire::Direction::request : wire::Direction::response,
                 .versions = versions_of(versions),
                 .flexible_since = flexible == "none" ? wire::never_flexible : number(flexible)});
        } else if (line.starts_with(' ')) {
            list_at(messages.back(), depth)
                .push_back(definition_of(line.substr(depth * 2), api_key));
        }
    }
    return messages;
}

void describe_line(std::string& text, int depth, std::string_view name, std::string_view type,
                   bool nullable, int tag, std::string_view default_value) {
    text += fmt::format("{:{}}{}: {}{}", "", depth * 2, name, nullable ? "nullable " : "", type);
    text += tag >= 0 ? fmt::format(" tag {}", tag) : "";
    text += default_value.empty() ? "\n" : fmt::format(" = {}\n", default_value);
}

void describe(std::string& text, const std::vector<Definition>& fields, std::int16_t version,
              int depth) {
    std::vector<const Definition*> sorted;  // as the wire has them: untagged ones, then by tag
    for (const auto& field : fields) {
        sorted.push_back(&field);
    }
    std::ranges::sort(sorted, {}, [](const auto* each) { return std::pair{each->tag, each}; });
    for (const auto* field : sorted) {
        if (const auto* declared = field->in(version)) {
            describe_line(text, depth, field->name, field->type, declared->nullable, field->tag,
                          field->default_value);
            describe(text, field->fields, version, depth + 1);
        }
    }
}

std::string_view kind_name(wire::FieldKind kind) {
    constexpr std::string_view names[] = {"boolean", "int8",    "int16",   "uint16", "int32",
                                          "uint32",  "int64",   "float64", "uuid",   "string",
                                          "bytes",   "records", "struct"};
    return names[static_cast<std::size_t>(kind)];
}

template <class T>
std::string number_text(const void* value) {
    const T number = *static_cast<const T*>(value);
    return number == 0 ? "" : fmt::format("{}", number);
}

/// As the definitions have it: nothing where it is zero, empty or false.
std::string default_of(const wire::StructSchema& schema, const wire::FieldSchema& field) {
    const void* value = schema.defaults() + field.offset;
    if (field.optional != nullptr) {
        value = field.optional->get(value);
    }
    if (value == nullptr || (field.array == nullptr && field.kind == wire::FieldKind::records &&
                             static_cast<const wire::Records*>(value)->is_null())) {
        return "null";
    }
    if (field.array != nullptr) {
        return "";
    }
    switch (field.kind) {
        case wire::FieldKind::boolean:
            return *static_cast<const bool*>(value) ? "true" : "";
        case wire::FieldKind::int8:
            return number_text<std::int8_t>(value);
        case wire::FieldKind::int16:
            return number_text<std::int16_t>(value);
        case wire::FieldKind::int32:
            return number_text<std::int32_t>(value);
        case wire::FieldKind::int64:
            return number_text<std::int64_t>(value);
        case wire::FieldKind::string:
            return *static_cast<const std::string*>(value);
        default:
            return "";
    }
}

void describe(std::string& text, const wire::StructSchema& schema, std::int16_t version,
              int depth) {
    const auto& plan = schema.plan(version);
    for (const auto* steps : {&plan.fields, &plan.tagged}) {
        for (const auto& step : *steps) {
            const auto& field = *step.field;
            const auto type =
                fmt::format("{}{}", field.array != nullptr ? "[]" : "", kind_name(field.kind));
            describe_line(text, depth, field.name, type, step.nullable, field.tag,
                          default_of(schema, field));
            if (field.kind == wire::FieldKind::structure) {
                describe(text, field.nested(), version, depth + 1);
            }
        }
    }
}

/// The definitions' text takes every `records` field for nullable; Kafka's readers of these two
/// responses refuse null.
void without_false_nulls(std::int16_t api_key, std::string& text) {
    constexpr std::int16_t fetch_snapshot = 59;
    constexpr std::int16_t share_fetch = 78;
    constexpr std::string_view wrong = "ecords: nullable records = null";
    if (api_key == fetch_snapshot || api_key == share_fetch) {
        if (const auto at = text.find(wrong); at != std::string::npos) {
            text.replace(at, wrong.size(), "ecords: records");
        }
    }
}

void expect_descriptions(const std::vector<MessageDefinition>& messages) {
    EXPECT_GT(messages.size(), 150U);
    for (const auto& message : messages) {
        const auto* api = wire::find_api(message.api_key);
        ASSERT_NE(api, nullptr) << message.api_key;
        const auto& info = api->message(message.direction);
        EXPECT_LE(info.flexible_since, message.flexible_since) << info.name;
        for (auto version = message.versions.first; version <= message.versions.last; ++version) {
            SCOPED_TRACE(fmt::format("{} v{}", info.name, version));
            EXPECT_TRUE(info.versions.contains(version));
            EXPECT_EQ(info.layout(version).flexible, version >= message.flexible_since);
            std::string wanted;
            std::string got;
            describe(wanted, message.fields, version, 0);
            without_false_nulls(message.api_key, wanted);
            describe(got, info.schema(), version, 0);
            EXPECT_EQ(got, wanted);
        }
    }
}

TEST(DescriptionsOfMessages, AreKafka44s) {
    expect_descriptions(definitions("protocol/kafka-4.4.txt.zst"));
}

TEST(DescriptionsOfMessages, AreKafka39s) {
    auto messages = definitions("protocol/kafka-3.9.txt.zst");
    // 3.9 had this one for early access only; 4.x gave its version 0 another field.
    constexpr std::int16_t read_share_group_state_summary = 87;
    const auto changed = std::erase_if(messages, [](const MessageDefinition& message) {
        return message.api_key == read_share_group_state_summary &&
               message.direction == wire::Direction::response;
    });
    EXPECT_EQ(changed, 1U);
    expect_descriptions(messages);
}

TEST(DescriptionsOfMessages, HaveDefinitionsThatEqualTheOriginalsWhereThoseAreThere) {
    const auto originals = std::filesystem::path{BARNABAS_TEST_DATA} / "../../../shared/protocol";
    for (const auto* name : {"kafka-4.4.txt", "kafka-3.9.txt"}) {
        std::ifstream file(originals / name, std::ios::binary);
        if (file) {
            const std::string original{std::istreambuf_iterator<char>{file}, {}};
            EXPECT_TRUE(data_text(fmt::format("protocol/{}.zst", name)) == original) << name;
        }
    }
}

}  // namespace
}  // namespace barnabas::testing
