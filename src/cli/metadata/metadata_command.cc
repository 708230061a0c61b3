#include "cli/metadata/metadata_command.h"

#include "base/json_text.h"
#include "cli/common/admin_session.h"
#include "cli/metadata/state_copy.h"
#include "metadata/tree.h"
#include "runtime/real/posix_disk.h"

#include <array>
#include <optional>
#include <utility>
#include <vector>

namespace barnabas::cli {
namespace {

constexpr Option data_dir{.name = "data-dir",
                          .argument = Argument::required,
                          .argument_name = "DIR",
                          .help = "The broker's data directory (barnabas-data).",
                          .letter = 'd'};
constexpr std::array here{data_dir};
constexpr std::array find_options{
    data_dir,
    Option{.name = "name",
           .argument = Argument::required,
           .argument_name = "PATTERN",
           .help = "Only nodes whose name fits: * is any characters, ? is one."},
};
constexpr std::array actions{
    Action{.name = "ls",
           .help = "List the children of a node.",
           .options = here,
           .positional = "[PATH]"},
    Action{
        .name = "get", .help = "Print what a node holds.", .options = here, .positional = "PATH"},
    Action{.name = "find",
           .help = "List the paths of a node and everything below it.",
           .options = find_options,
           .positional = "[PATH]"},
    Action{.name = "tree",
           .help = "Draw a node and everything below it.",
           .options = here,
           .positional = "[PATH]"},
};
constexpr std::array<std::string_view, 3> examples{
    "metadata tree --data-dir barnabas-data /brokers",
    "metadata get /config/topics/orders",
    "metadata find --name 'orders*'",
};

/// The embedded store answers before a call returns.
template <class T>
Result<T> result_of(std::optional<metadata::StoreResult<T>> answer) {
    if (!answer) {
        return fail(ErrorCode::unknown_server_error, "the store did not answer");
    }
    if (!*answer) {
        return std::unexpected(metadata::to_error(answer->error()));
    }
    return std::move(**answer);
}

Result<metadata::Node> node_at(metadata::Store& store, const std::string& path) {
    std::optional<metadata::StoreResult<metadata::Node>> answer;
    store.get(path, metadata::Watch::none,
              [&](metadata::StoreResult<metadata::Node> got) { answer = std::move(got); });
    return result_of(std::move(answer));
}

Result<std::vector<std::string>> children_of(metadata::Store& store, const std::string& path) {
    using Names = std::vector<std::string>;
    std::optional<metadata::StoreResult<Names>> answer;
    store.children(path, metadata::Watch::none,
                   [&](metadata::StoreResult<Names> got) { answer = std::move(got); });
    return result_of(std::move(answer));
}

std::string below(const std::string& path, const std::string& name) {
    return path == "/" ? '/' + name : fmt::format("{}/{}", path, name);
}

std::string node_json(const std::string& path, const metadata::Node& node) {
    return JsonLine()
        .add("path", path)
        .add("data", node.data)
        .add("version", node.stat.version.get())
        .add("children", node.stat.children)
        .add("createdZxid", node.stat.created_zxid)
        .add("modifiedZxid", node.stat.modified_zxid)
        .text();
}

Result<void> list(metadata::Store& store, const std::string& path, bool json, Console& console) {
    TRY_ASSIGN(const auto names, children_of(store, path));
    for (const auto& name : names) {
        console.line(json ? JsonLine().add("path", below(path, name)).text() : name);
    }
    return {};
}

Result<void> show(const ParsedOptions& given, Console& console) {
    runtime::PosixDisk disk;
    TRY_ASSIGN(const auto copy,
               StateCopy::take(disk, given.text("data-dir").value_or("barnabas-data")));
    const auto path = given.positional().empty() ? std::string("/") : given.positional().front();
    if (!metadata::is_node_path(path)) {
        return fail(ErrorCode::invalid_request,
                    "'{}' is no path of a node; they look like /brokers/topics", path);
    }
    const bool json = given.json();
    auto& store = copy->store();
    if (given.action() == "ls") {
        return list(store, path, json, console);
    }
    if (given.action() == "get") {
        TRY_ASSIGN(const auto node, node_at(store, path));
        console.line(json ? node_json(path, node) : node.data);
        return {};
    }
    const bool draws = given.action() == "tree";
    const auto pattern = given.text("name").value_or("*");
    return walk_tree(store, path,
                     [&](const std::string& at, std::size_t depth, const metadata::Node& node) {
                         const auto name = metadata::node_name(at);
                         if (!fits_pattern(name, pattern)) {
                             return;
                         }
                         if (json) {
                             console.line(node_json(at, node));
                         } else if (draws) {
                             console.print("{:{}}{}{}{}\n", "", 2 * depth, depth == 0 ? at : name,
                                           node.data.empty() ? "" : "  ", node.data);
                         } else {
                             console.line(at);
                         }
                     });
}

}  // namespace

const Syntax metadata_syntax{
    .style = Style::argparse,
    .options = {},
    .actions = actions,
    .examples = examples,
    .note =
        "Paths and contents are Kafka's of ZooKeeper's times. What lives as long as a broker "
        "runs (/controller, /brokers/ids) is in no file. The files may belong to a broker that "
        "runs: a copy is looked at."};

bool fits_pattern(std::string_view name, std::string_view pattern) {
    std::size_t at = 0;
    std::size_t in_pattern = 0;
    std::size_t star = std::string_view::npos;
    std::size_t after_star = 0;
    while (at < name.size()) {
        if (in_pattern < pattern.size() && pattern[in_pattern] == '*') {
            star = in_pattern++;
            after_star = at;
        } else if (in_pattern < pattern.size() &&
                   (pattern[in_pattern] == '?' || pattern[in_pattern] == name[at])) {
            ++at;
            ++in_pattern;
        } else if (star != std::string_view::npos) {
            in_pattern = star + 1;
            at = ++after_star;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', in_pattern) == std::string_view::npos;
}

Result<void> walk_tree(
    metadata::Store& store, const std::string& path,
    const std::function<void(const std::string&, std::size_t, const metadata::Node&)>& visit) {
    struct Step {
        std::string path;
        std::size_t depth;
    };
    std::vector<Step> steps{{path, 0}};
    while (!steps.empty()) {
        const auto step = std::move(steps.back());
        steps.pop_back();
        TRY_ASSIGN(const auto node, node_at(store, step.path));
        visit(step.path, step.depth, node);
        TRY_ASSIGN(const auto names, children_of(store, step.path));
        for (auto name = names.rbegin(); name != names.rend(); ++name) {
            steps.push_back({below(step.path, *name), step.depth + 1});
        }
    }
    return {};
}

int run_metadata(const ParsedOptions& given, Console& console) {
    if (given.action() == "get" && given.positional().empty()) {
        console.error_line("barnabas metadata: get needs the path of a node, like /cluster/id");
        return 1;
    }
    if (given.positional().size() > 1) {
        console.error_line(fmt::format("barnabas metadata: {} takes one path, not also '{}'",
                                       given.action(), given.positional()[1]));
        return 1;
    }
    const auto shown = show(given, console);
    if (!shown) {
        console.error_line(fmt::format("barnabas metadata: {}", shown.error().message));
    }
    return shown ? 0 : 1;
}

}  // namespace barnabas::cli
