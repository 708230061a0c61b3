#include "cli/log_command.h"

#include "base/json_text.h"
#include "cli/standard_output.h"
#include "cli/state_check.h"
#include "log/check/directory_check.h"
#include "log/check/directory_repair.h"
#include "runtime/real/posix_disk.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

namespace barnabas::cli {
namespace {

constexpr int all_is_well = 0;
constexpr int problems_left = 1;
constexpr int not_looked_at = 2;

struct LogArguments {
    std::string directory;
    bool repair = false;
    bool dry_run = false;
    bool json = false;

    [[nodiscard]] bool changes() const { return repair && !dry_run; }
};

/// What became of a problem.
struct Outcome {
    const log::Problem& problem;
    bool mended = false;
    std::string failure;
};

void print_text(StandardOutput& output, const LogArguments& arguments, const Outcome& outcome) {
    const auto& problem = outcome.problem;
    output.line(fmt::format("{}: {} ({})", problem.path.string(), problem.sentence,
                            log::problem_name(problem.kind)));
    if (outcome.mended) {
        output.line(fmt::format("    mended: {}", problem.mend->in_words()));
    } else if (!outcome.failure.empty()) {
        output.line(fmt::format("    not mended: {}", outcome.failure));
    } else if (problem.mend) {
        output.line(fmt::format("    a repair {} {}", arguments.dry_run ? "would" : "can",
                                problem.mend->in_words()));
    } else if (!problem.is_note()) {
        output.line("    a repair cannot mend this");
    }
}

void print_json(StandardOutput& output, const Outcome& outcome) {
    const auto& problem = outcome.problem;
    JsonLine line;
    line.add("type", problem.is_note() ? "note" : "problem")
        .add("kind", log::problem_name(problem.kind))
        .add("path", problem.path.string())
        .add("sentence", problem.sentence);
    if (problem.mend) {
        line.add("repair", problem.mend->in_words());
    }
    line.add("mended", outcome.mended);
    if (!outcome.failure.empty()) {
        line.add("failure", outcome.failure);
    }
    output.line(line.text());
}

void print_summary(StandardOutput& output, const LogArguments& arguments,
                   const log::DirectoryReport& report, std::size_t problems, std::size_t left) {
    const auto notes = report.problems.size() - problems;
    if (arguments.json) {
        output.line(JsonLine()
                        .add("type", "summary")
                        .add("directory", arguments.directory)
                        .add("stoppedInOrder", report.clean)
                        .add("partitions", report.partitions)
                        .add("segments", report.segments)
                        .add("batches", report.batches)
                        .add("bytes", report.bytes)
                        .add("problems", problems)
                        .add("problemsLeft", left)
                        .add("notes", notes)
                        .text());
        return;
    }
    output.line(fmt::format(
        "{}: {} partitions, {} segments, {} batches, {} bytes; its broker {}; {} problems{}, {} "
        "notes",
        arguments.directory, report.partitions, report.segments, report.batches, report.bytes,
        report.clean ? "stopped in order" : "did not stop in order", problems,
        arguments.changes() ? fmt::format(" ({} left)", left) : "", notes));
}

Result<int> look_through(const LogArguments& arguments) {
    runtime::PosixDisk disk;
    const runtime::Path directory(arguments.directory);
    TRY_ASSIGN(const auto lock, log::lock_for_tool(disk, directory, arguments.changes()));
    TRY_ASSIGN(auto report, log::DirectoryCheck(disk, directory).run());
    std::ranges::move(check_state(disk, directory, report), std::back_inserter(report.problems));
    std::vector<std::string> failures(report.problems.size());
    if (arguments.changes()) {
        failures = log::DirectoryRepair(disk).run(report.problems);
    }
    StandardOutput output;
    std::size_t problems = 0;
    std::size_t left = 0;
    for (std::size_t i = 0; i < report.problems.size(); ++i) {
        const auto& problem = report.problems[i];
        const Outcome outcome{.problem = problem,
                              .mended = arguments.changes() && problem.mend && failures[i].empty(),
                              .failure = failures[i]};
        problems += problem.is_note() ? 0 : 1;
        left += outcome.mended || (problem.is_note() && outcome.failure.empty()) ? 0 : 1;
        if (arguments.json) {
            print_json(output, outcome);
        } else {
            print_text(output, arguments, outcome);
        }
    }
    print_summary(output, arguments, report, problems, left);
    return left == 0 ? all_is_well : problems_left;
}

void add_command(CLI::App& log, const std::string& name, const std::string& help, bool repair,
                 int& status) {
    auto arguments = std::make_shared<LogArguments>();
    arguments->repair = repair;
    auto* command = log.add_subcommand(name, help);
    command->add_option("DIR", arguments->directory, "One of log.dirs of a broker that is stopped")
        ->required();
    command->add_flag("--json", arguments->json, "One JSON object a line");
    if (repair) {
        command->add_flag("--dry-run", arguments->dry_run,
                          "Say what would be done and change nothing");
    }
    command->footer(
        fmt::format("Examples\n  barnabas log {0} barnabas-data\n"
                    "  barnabas log {0} barnabas-data {1}",
                    name, repair ? "--dry-run" : "--json"));
    command->callback([arguments, name, &status] {
        const auto done = look_through(*arguments);
        if (!done) {
            std::fprintf(stderr, "barnabas log %s: %s\n", name.c_str(),
                         done.error().message.c_str());
        }
        status = done.value_or(not_looked_at);
    });
}

}  // namespace

void add_log_command(CLI::App& app, int& status) {
    auto* log = app.add_subcommand("log", "Look through a log directory, and mend it");
    log->require_subcommand(1);
    log->footer(
        "Examples\n"
        "  barnabas log check barnabas-data\n"
        "  barnabas log repair barnabas-data --dry-run");
    add_command(*log, "check", "Say what is wrong in a log directory of Barnabas or Kafka", false,
                status);
    add_command(*log, "repair", "Mend what can be mended in a log directory", true, status);
}

}  // namespace barnabas::cli
