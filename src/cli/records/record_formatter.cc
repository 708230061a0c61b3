#include "cli/records/record_formatter.h"

#include "cli/records/default_formatter.h"
#include "cli/records/stored_formatter.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace barnabas::cli {
namespace {

class NoFormatter final : public RecordFormatter {
public:
    Result<void> append(const ConsumerRecord& /*record*/, std::string& /*out*/) const override {
        return {};
    }
    Result<void> append_json(const ConsumerRecord& /*record*/,
                             std::string& /*out*/) const override {
        return {};
    }
};

MadeFormatter made_default(const ClientConfig& properties, bool logs) {
    auto read = read_layout(properties);
    return {.formatter = std::make_unique<DefaultFormatter>(std::move(read.layout), logs),
            .complaints = std::move(read.complaints)};
}

MadeFormatter make_default(const ClientConfig& properties) {
    return made_default(properties, false);
}

MadeFormatter make_logging(const ClientConfig& properties) {
    return made_default(properties, true);
}

MadeFormatter make_none(const ClientConfig& /*properties*/) {
    return {.formatter = std::make_unique<NoFormatter>(), .complaints = {}};
}

template <wire::RecordFamily family, std::int16_t... kinds>
MadeFormatter make_stored(const ClientConfig& /*properties*/) {
    return {
        .formatter = std::make_unique<StoredFormatter>(family, std::vector<std::int16_t>{kinds...}),
        .complaints = {}};
}

constexpr std::string_view consumer_package = "org.apache.kafka.tools.consumer.";
constexpr std::string_view share_package = "org.apache.kafka.tools.consumer.group.share.";

struct FormatterRow {
    std::string_view package;
    std::string_view name;
    MadeFormatter (*make)(const ClientConfig&);
};
constexpr std::array formatter_rows{
    FormatterRow{consumer_package, "DefaultMessageFormatter", &make_default},
    FormatterRow{consumer_package, "LoggingMessageFormatter", &make_logging},
    FormatterRow{consumer_package, "NoOpMessageFormatter", &make_none},
    FormatterRow{consumer_package, "OffsetsMessageFormatter",
                 &make_stored<wire::RecordFamily::group, 0, 1>},
    FormatterRow{consumer_package, "GroupMetadataMessageFormatter",
                 &make_stored<wire::RecordFamily::group, 2>},
    FormatterRow{consumer_package, "TransactionLogMessageFormatter",
                 &make_stored<wire::RecordFamily::transaction>},
    FormatterRow{share_package, "ShareGroupStateMessageFormatter",
                 &make_stored<wire::RecordFamily::share>},
};

}  // namespace

Result<MadeFormatter> make_formatter(std::string_view class_name, const ClientConfig& properties) {
    const auto found = std::ranges::find_if(formatter_rows, [&](const FormatterRow& row) {
        return class_name == row.name || (class_name.starts_with(row.package) &&
                                          class_name.substr(row.package.size()) == row.name);
    });
    if (found != formatter_rows.end()) {
        return found->make(properties);
    }
    std::vector<std::string_view> names;
    std::ranges::transform(formatter_rows, std::back_inserter(names), &FormatterRow::name);
    return fail(ErrorCode::invalid_request,
                "There is no formatter '{}': classes cannot be loaded here, and built in are {}",
                class_name, fmt::join(names, ", "));
}

}  // namespace barnabas::cli
