#include "cli/common/admin_session.h"

#include "cli/common/quiet_clients.h"
#include "runtime/real/read_to_end.h"

#include <chrono>
#include <utility>

namespace barnabas::cli {

Result<std::string> read_file(std::string_view path) {
    return runtime::read_to_end(runtime::Path(path));
}

Result<ClientConfig> client_config(const ParsedOptions& options, std::string_view file_option) {
    ClientConfig config;
    if (const auto file = options.text(file_option)) {
        TRY_ASSIGN(const auto text, read_file(*file));
        TRY_ASSIGN(config, parse_client_properties(text));
    }
    config.insert(options.profile().begin(), options.profile().end());  // keeps what is there
    if (const auto servers = options.text("bootstrap-server")) {
        config.insert_or_assign("bootstrap.servers", *servers);
    }
    return config;
}

Result<Admin> admin_client(const ParsedOptions& options, std::string_view file_option) {
    TRY_ASSIGN(auto config, client_config(options, file_option));
    return quiet_admin(std::move(config));
}

Duration milliseconds(std::int64_t count) {
    return std::chrono::milliseconds(count);
}

Result<void> check_bootstrap(std::string_view servers) {
    for (const auto& server : split_commas(servers)) {
        const auto colon = server.rfind(':');
        if (colon == std::string::npos || colon == 0 ||
            !parse_integer(std::string_view(server).substr(colon + 1), 1, 65535)) {
            return fail(ErrorCode::invalid_request,
                        "'{}' is no address; provide host:port like host1:9091,host2:9092", server);
        }
    }
    return {};
}

}  // namespace barnabas::cli
