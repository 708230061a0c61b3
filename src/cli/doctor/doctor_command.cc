#include "cli/doctor/doctor_command.h"

#include "cli/common/admin_session.h"
#include "cli/doctor/examination.h"
#include "cli/doctor/real_probes.h"
#include "client/config/client_rows.h"

#include <array>
#include <span>
#include <utility>

namespace barnabas::cli {
namespace {

constexpr std::array doctor_options{
    bootstrap_server_option,
    command_config_option,
    Option{.name = "write",
           .help = "Also make a topic, write a record to it and delete it: that tells how far the "
                   "clocks are apart."},
    Option{.name = "timeout-ms",
           .argument = Argument::required,
           .kind = ArgumentKind::int32,
           .argument_name = "MS",
           .help = "How long to wait for each connection (default: 3000)."},
};
constexpr std::array<std::string_view, 3> doctor_examples{
    "doctor --bootstrap-server localhost:9092",
    "doctor --bootstrap-server kafka-1:9092,kafka-2:9092 --write",
    "doctor --profile production --json",
};

/// Tells each finding as soon as it is known.
Result<Findings> look_around(const ParsedOptions& given, Console& console) {
    if (!given.positional().empty()) {
        return fail(ErrorCode::invalid_request,
                    "'{}' stands alone; brokers go behind --bootstrap-server",
                    given.positional().front());
    }
    TRY(require_options(given, {"bootstrap-server"}));
    const auto timeout_ms = given.number("timeout-ms").value_or(3000);
    if (timeout_ms < 1) {
        return fail(ErrorCode::invalid_request, "--timeout-ms must be at least 1, not {}",
                    timeout_ms);
    }
    TRY_ASSIGN(auto config, client_config(given));
    TRY(client::check_security(config));  // what is looked at is spoken to in plain text
    const ExaminationOptions options{.servers = *given.text("bootstrap-server"),
                                     .writes = given.has("write")};
    Findings findings;
    const auto tell = [&](Finding finding) {
        findings.push_back(std::move(finding));
        const std::span<const Finding> last(&findings.back(), 1);
        console.write(given.json() ? findings_json(last)
                                   : findings_text(last, console.is_terminal()));
    };
    const auto probes =
        real_probes({.config = std::move(config), .connect_time = milliseconds(timeout_ms)});
    examine(options, *probes, tell);
    return findings;
}

}  // namespace

const Syntax doctor_syntax{
    .options = doctor_options,
    .examples = doctor_examples,
    .note =
        "Addresses, names, connections, protocol, what brokers advertise, versions, "
        "partitions, disks, clocks and limits: each is ok, warn or fail, and what is not ok says "
        "what to do. The exit status is 1 if anything failed. Nothing is changed but by --write."};

int run_doctor(const ParsedOptions& given, Console& console) {
    const auto findings = look_around(given, console);
    if (!findings) {
        console.error_line(findings.error().message);
        return 1;
    }
    return findings_status(*findings);
}

}  // namespace barnabas::cli
