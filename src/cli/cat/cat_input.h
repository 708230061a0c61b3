#pragma once

#include "base/result.h"

#include <cstddef>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace barnabas::cli {

/// Bytes as they come from standard input or a file, of one thread.
class CatInput {
public:
    /// Empty: standard input. kafka_storage_error: it cannot be opened.
    static Result<CatInput> open(const std::string& path);

    /// What is there, at least one byte; waits for it, but asks `stopped` every now and then.
    /// Empty: the end, or stopped. Good until the next call.
    Result<std::string_view> read(const std::function<bool()>& stopped);

private:
    struct Close {
        void operator()(std::FILE* file) const;
    };
    explicit CatInput(std::unique_ptr<std::FILE, Close> file);

    std::unique_ptr<std::FILE, Close> file_;
    std::string buffer_;
};

}  // namespace barnabas::cli
