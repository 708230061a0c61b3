#pragma once

#include "base/result.h"
#include "cli/framework/option_parser.h"
#include <barnabas/admin.h>

#include <string>
#include <string_view>

namespace barnabas::cli {

/// Reads a file that the command line names; a pipe too. The sentence is for people.
[[nodiscard]] Result<std::string> read_file(std::string_view path);

/// The configurations of --command-config (or of the option of that name) over those of the
/// profile, with what the command line says on top: --bootstrap-server.
[[nodiscard]] Result<ClientConfig> client_config(const ParsedOptions& options,
                                                 std::string_view file_option = "command-config");

/// An admin client of them. It connects with its first call, so that a command that finds nothing
/// to ask costs nothing.
[[nodiscard]] Result<Admin> admin_client(const ParsedOptions& options,
                                         std::string_view file_option = "command-config");

/// Milliseconds, as Kafka's tools take timeouts.
[[nodiscard]] Duration milliseconds(std::int64_t count);

/// "[::1]:9092,host:9092": whether every address has a host and a port, as Kafka's
/// ToolsUtils.validateBootstrapServer asks.
[[nodiscard]] Result<void> check_bootstrap(std::string_view servers);

}  // namespace barnabas::cli
