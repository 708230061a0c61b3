#include "cli/completion_command.h"

#include "base/json_text.h"
#include "cli/commands.h"
#include "cli/framework/completion.h"

#include <array>

namespace barnabas::cli {
namespace {

constexpr std::array actions{
    Action{.name = "bash", .help = "For bash: eval \"$(barnabas completion bash)\"."},
    Action{.name = "zsh", .help = "For zsh: eval \"$(barnabas completion zsh)\"."},
    Action{.name = "fish", .help = "For fish: barnabas completion fish | source."},
};
constexpr std::array<std::string_view, 3> examples{
    "completion bash > /etc/bash_completion.d/barnabas",
    "completion zsh > /usr/local/share/zsh/site-functions/_barnabas",
    "completion fish > ~/.config/fish/completions/barnabas.fish",
};

Shell shell_of(std::string_view action) {
    if (action == "zsh") {
        return Shell::zsh;
    }
    return action == "fish" ? Shell::fish : Shell::bash;
}

}  // namespace

const Syntax completion_syntax{
    .style = Style::argparse, .options = {}, .actions = actions, .examples = examples};

int run_completion(const ParsedOptions& options, Console& console) {
    const auto script =
        completion_script(shell_of(options.action()), completed_commands(all_commands()));
    if (options.json()) {
        console.line(JsonLine().add("shell", options.action()).add("script", script).text());
    } else {
        console.write(script);
    }
    return 0;
}

}  // namespace barnabas::cli
