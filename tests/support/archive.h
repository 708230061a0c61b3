#pragma once

#include <filesystem>
#include <string_view>

namespace barnabas::testing {

/// A directory of its own below the system's temporary one, removed with everything in it.
class TemporaryDirectory {
public:
    TemporaryDirectory();
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    ~TemporaryDirectory();

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

/// Unpacks tests/data/<name>.tar.zst ("kafka-data/kafka-4.4-clean") into `folder`, holes as holes.
/// Missing or broken data of our own fail the test.
void unpack_archive(std::string_view name, const std::filesystem::path& folder);

}  // namespace barnabas::testing
