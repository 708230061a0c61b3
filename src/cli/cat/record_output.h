#pragma once

#include "base/result.h"
#include "cli/cat/cat_options.h"
#include "cli/cat/cat_record.h"
#include "cli/cat/record_format.h"
#include "cli/framework/console.h"

#include <cstdint>
#include <string>
#include <vector>

namespace barnabas::cli {

/// Prints the records that `cat` reads: by the format, or as JSON lines.
class RecordOutput {
public:
    /// Both outlive it. invalid_request: the format.
    static Result<RecordOutput> make(const CatOptions& options, Console& console);

    /// A key or value that is not of its pack-format is an error, or with -E only told of. `broker`
    /// is where the record came from.
    Result<void> print(const ShownRecord& record, std::int32_t broker);
    /// What was printed goes out. kafka_storage_error: it cannot be written.
    Result<void> flush();

private:
    RecordOutput(const CatOptions& options, Console& console, std::vector<FormatToken> format)
        : options_(&options), console_(&console), format_(std::move(format)) {}

    Result<void> append(const ShownRecord& record, std::int32_t broker);

    const CatOptions* options_;
    Console* console_;
    std::vector<FormatToken> format_;
    std::string text_;
};

}  // namespace barnabas::cli
