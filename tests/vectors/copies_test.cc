#include "support/vectors.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace barnabas::testing {
namespace {

TEST(CopiesOfVectors, EqualTheOriginalsWhereThoseAreThere) {
    const auto originals = std::filesystem::path{BARNABAS_TEST_DATA} / "../../../shared/vectors";
    const auto names = vector_files();
    EXPECT_GE(names.size(), 26U);
    for (const auto& name : names) {
        const auto copy = vector_text(name);
        std::ifstream file(originals / (name + ".jsonl"), std::ios::binary);
        if (file) {
            const std::string original{std::istreambuf_iterator<char>{file}, {}};
            EXPECT_TRUE(copy == original) << name;
        }
    }
}

}  // namespace
}  // namespace barnabas::testing
