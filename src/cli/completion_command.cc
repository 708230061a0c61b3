#include "cli/completion_command.h"

#include "base/json_text.h"
#include "cli/commands.h"
#include "cli/framework/completion.h"

#include <array>

namespace barnabas::cli {
namespace {

constexpr std::array actions{
    Action{.name = "bash", .help = "For bash: eval \"$(barnabas completion bash)\"."},
};
constexpr std::array<std::string_view, 1> examples{
    "completion bash > /etc/bash_completion.d/barnabas",
};

}  // namespace

const Syntax completion_syntax{
    .style = Style::argparse, .options = {}, .actions = actions, .examples = examples};

int run_completion(const ParsedOptions& options, Console& console) {
    const auto script = bash_completion(all_commands());
    if (options.json()) {
        console.line(JsonLine().add("shell", options.action()).add("script", script).text());
    } else {
        console.write(script);
    }
    return 0;
}

}  // namespace barnabas::cli
