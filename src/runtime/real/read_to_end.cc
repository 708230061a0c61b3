#include "runtime/real/read_to_end.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

namespace barnabas::runtime {
namespace {

std::unexpected<Error> failed(const Path& path) {
    return fail(ErrorCode::kafka_storage_error, "cannot read {}: {}", path.string(),
                std::generic_category().message(errno));
}

struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }  // it was only read
};

}  // namespace

Result<std::string> read_to_end(const Path& path, std::size_t limit) {
    const std::unique_ptr<std::FILE, Close> file(std::fopen(path.c_str(), "rbe"));
    if (!file) {
        return failed(path);
    }
    std::string text;
    std::array<char, 16384> part;
    while (const auto got = std::fread(part.data(), 1, part.size(), file.get())) {
        text.append(part.data(), got);
        if (text.size() > limit) {
            return fail(ErrorCode::kafka_storage_error,
                        "{} has more than {} bytes, which are the most that are read",
                        path.string(), limit);
        }
    }
    if (std::ferror(file.get()) != 0) {
        return failed(path);
    }
    return text;
}

}  // namespace barnabas::runtime
