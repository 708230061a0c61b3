#pragma once

#include "base/result.h"
#include "cli/cat/cat_options.h"
#include "cli/cat/cat_record.h"
#include "cli/cat/input_format.h"
#include "cli/cat/message_splitter.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace barnabas::cli {

/// The records of an input: messages between delimiters, JSON lines, or what a format says. Fed
/// with pieces of any size; holds no more than one record of `size_max` bytes and a piece.
class RecordReader {
public:
    /// `options` outlive it. invalid_request: the format.
    static Result<RecordReader> make(const CatOptions& options, std::size_t size_max);

    Result<void> feed(std::string_view bytes);
    /// The next record, with what it was read from. Nothing: there must come more. After an error
    /// of a message or line the next one may be asked for; an error of a format (`can_go_on()` is
    /// false then) has no next one.
    struct Read {
        ReadRecord record;
        std::string_view text;  ///< good until the next call of feed()
    };
    Result<std::optional<Read>> next();
    /// What is left at the end of the input. Then next() has nothing more.
    Result<std::optional<Read>> last();

    [[nodiscard]] bool can_go_on() const { return !format_; }
    /// How many records, good or not, were begun: for sentences.
    [[nodiscard]] std::int64_t number() const { return number_; }

private:
    RecordReader(const CatOptions& options, std::size_t size_max, std::optional<InputFormat> format)
        : options_(&options),
          size_max_(size_max),
          format_(std::move(format)),
          splitter_(options.delimiter, size_max) {}

    Result<std::optional<Read>> next_of_format();
    Result<std::optional<Read>> read(std::string_view message);
    [[nodiscard]] Result<ReadRecord> parse(std::string_view message) const;
    [[nodiscard]] ReadRecord split(std::string_view message) const;
    Result<void> pack(ReadRecord& record) const;
    [[nodiscard]] Error numbered(const Error& error) const;

    const CatOptions* options_;
    std::size_t size_max_;
    std::optional<InputFormat> format_;
    MessageSplitter splitter_;  ///< without a format
    std::string kept_;          ///< with one: what was not read yet, from begin_ on
    std::size_t begin_ = 0;
    std::int64_t number_ = 0;
};

}  // namespace barnabas::cli
