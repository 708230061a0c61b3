#include "wire/records/append_validation.h"

#include "wire/records/append_rebuild.h"
#include "wire/records/payload_window.h"

#include <utility>

namespace barnabas::wire {
namespace {

/// What a buffer consists of, as far as headers tell.
struct Survey {
    BatchView first;
    std::size_t bytes = 0;  ///< of whole batches; an incomplete one at the end is not appended
    int batches = 0;
    Codec codec = Codec::none;  ///< the last that is not none, as Kafka determines it
};

Result<Survey> survey(ByteView records, AppendOrigin origin) {
    Survey found;
    BatchCursor cursor{records};
    while (true) {
        TRY_ASSIGN(const auto batch, cursor.next());
        if (!batch) {
            break;
        }
        if (found.batches++ == 0) {
            found.first = *batch;
        }
        TRY(check_batch(*batch, found.first, origin));
        TRY_ASSIGN(const Codec codec, batch->codec());
        found.codec = codec == Codec::none ? found.codec : codec;
    }
    found.bytes = cursor.position();
    if (found.batches == 0) {
        return fail(ErrorCode::invalid_record, "{} bytes hold no whole batch", records.size());
    }
    const bool may_be_many = found.first.is_legacy() && found.codec == Codec::none;
    if (found.batches > 1 && !may_be_many) {
        return fail(ErrorCode::invalid_record, "{} batches came where one may", found.batches);
    }
    return found;
}

}  // namespace

struct AppendValidator::State {
    PayloadWindow window;
    AppendRebuild rebuild;
};

AppendValidator::AppendValidator() : state_(std::make_unique<State>()) {}
AppendValidator::AppendValidator(AppendValidator&&) noexcept = default;
AppendValidator& AppendValidator::operator=(AppendValidator&&) noexcept = default;
AppendValidator::~AppendValidator() = default;

std::expected<ValidatedBatch, AppendRefusal> AppendValidator::validate(MutableByteView records,
                                                                       const AppendRules& rules) {
    auto found = survey(records, rules.origin);
    if (!found) {
        return refuse(std::move(found.error()));
    }
    const MutableByteView whole = records.first(found->bytes);
    const Compression target = rules.target.value_or(Compression::of(found->codec));
    // Control records are not compressed unless they came so.
    const bool control = found->codec == Codec::none && found->first.is_control();
    if (found->first.is_legacy() || (found->codec != target.codec && !control)) {
        return state_->rebuild.run(whole, target, rules);
    }
    return validate_in_place(state_->window, whole, rules);
}

Result<> check_produced_records(ByteView records, std::int16_t version) {
    constexpr std::int16_t one_batch_from = 3;
    constexpr std::int16_t zstd_from = 7;
    if (version < one_batch_from) {
        return {};
    }
    BatchCursor cursor{records};
    TRY_ASSIGN(const auto first, cursor.next());
    if (!first) {
        return fail(
            ErrorCode::invalid_record,
            "a Produce request of version {} needs a batch per partition, {} bytes hold none",
            version, records.size());
    }
    if (first->is_legacy()) {
        return fail(ErrorCode::invalid_record,
                    "a Produce request of version {} carries magic 2 only, not {}", version,
                    first->magic());
    }
    if (version < zstd_from && first->codec_id() == static_cast<int>(Codec::zstd)) {
        return fail(ErrorCode::unsupported_compression_type,
                    "a Produce request carries zstd from version {} on, this one is {}", zstd_from,
                    version);
    }
    TRY_ASSIGN(const auto second, cursor.next());
    if (second) {
        return fail(ErrorCode::invalid_record,
                    "a Produce request of version {} carries one batch per partition, not more",
                    version);
    }
    return {};
}

}  // namespace barnabas::wire
