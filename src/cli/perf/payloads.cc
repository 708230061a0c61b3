#include "cli/perf/payloads.h"

#include "base/invariant.h"

#include <re2/re2.h>

#include <utility>

namespace barnabas::cli {

std::uint32_t SplittableRandom::next() {  // nextInt(): mix32(nextSeed())
    constexpr std::uint64_t golden_gamma = 0x9e3779b97f4a7c15;
    constexpr std::uint64_t factor1 = 0x62a9d9ed799705f5;
    constexpr std::uint64_t factor2 = 0xcb24d0a5c88c35b3;
    seed_ += golden_gamma;
    std::uint64_t z = (seed_ ^ (seed_ >> 33U)) * factor1;
    z = (z ^ (z >> 28U)) * factor2;
    return static_cast<std::uint32_t>(z >> 32U);
}

std::uint32_t SplittableRandom::below(std::uint32_t bound) {
    INVARIANT(bound > 0, "a random number below 0");
    std::uint32_t drawn = next();
    if ((bound & (bound - 1)) == 0) {
        return drawn & (bound - 1);
    }
    // The last numbers of 31 bits, of which there are fewer than `bound`, are drawn again.
    constexpr std::uint32_t end = 1U << 31U;
    drawn >>= 1U;
    while (drawn - drawn % bound + (bound - 1) >= end) {
        drawn = next() >> 1U;
    }
    return drawn % bound;
}

Payloads Payloads::letters(std::size_t size) {
    Payloads made(Kind::letters);
    made.value_.resize(size);
    return made;
}

Payloads Payloads::choices(std::vector<std::string> values) {
    INVARIANT(!values.empty(), "no payload to choose from");
    Payloads made(Kind::choices);
    made.choices_ = std::move(values);
    return made;
}

Payloads Payloads::numbers() {
    return Payloads(Kind::numbers);
}

std::string_view Payloads::next(std::int64_t index) {
    switch (kind_) {
        case Kind::letters:
            for (char& letter : value_) {
                letter = static_cast<char>('A' + random_.below(26));
            }
            return value_;
        case Kind::choices:
            return choices_[random_.below(static_cast<std::uint32_t>(choices_.size()))];
        case Kind::numbers:
            value_ = std::to_string(index);
            return value_;
    }
    std::unreachable();
}

Result<std::vector<std::string>> split_payloads(std::string_view text, std::string_view delimiter) {
    const RE2 expression(delimiter, RE2::Quiet);
    if (!expression.ok()) {
        return fail(ErrorCode::invalid_request,
                    "--payload-delimiter '{}' is no regular expression: {}", delimiter,
                    expression.error());
    }
    std::vector<std::string> parts;
    std::size_t begin = 0;
    std::size_t at = 0;
    re2::StringPiece found;
    while (at <= text.size() &&
           expression.Match(text, at, text.size(), RE2::UNANCHORED, &found, 1)) {
        const auto start = static_cast<std::size_t>(found.data() - text.data());
        if (found.empty()) {  // between two characters: the next match is behind the second
            at = start + 1;
            if (start == begin || start == text.size()) {
                continue;
            }
        } else {
            at = start + found.size();
        }
        if (start > 0) {
            parts.emplace_back(text.substr(begin, start - begin));
        }
        begin = start + found.size();
    }
    if (begin < text.size()) {
        parts.emplace_back(text.substr(begin));
    }
    return parts;
}

}  // namespace barnabas::cli
