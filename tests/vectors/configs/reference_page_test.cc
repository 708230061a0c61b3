#include "broker/config/reference_page.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace barnabas::testing {
namespace {

TEST(ReferencePage, IsPrintedFromTheRows) {
    const std::string path = std::string(BARNABAS_TEST_DATA) + "/../../docs/configuration.md";
    if (std::getenv("BARNABAS_WRITE_DOCS") != nullptr) {
        std::ofstream(path) << broker::reference_page();
    }
    std::ifstream file(path);
    const std::string written{std::istreambuf_iterator<char>{file}, {}};
    EXPECT_TRUE(written == broker::reference_page())
        << "docs/configuration.md is out of date: run this test with BARNABAS_WRITE_DOCS=1";
}

}  // namespace
}  // namespace barnabas::testing
