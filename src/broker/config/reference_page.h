#pragma once

#include <string>

namespace barnabas::broker {

/// docs/configuration.md: every row of the server, as Markdown. The file is printed from it; a test
/// compares the two.
[[nodiscard]] std::string reference_page();

}  // namespace barnabas::broker
