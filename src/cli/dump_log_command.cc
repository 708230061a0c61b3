#include "cli/dump_log_command.h"

#include "cli/standard_output.h"
#include "log/dump/log_dump.h"
#include "runtime/real/posix_disk.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace barnabas::cli {
namespace {

/// Flags that are given; the names are Kafka's.
struct DumpArguments {
    std::string files;
    bool print_data_log = false;
    bool deep_iteration = false;
    bool verify_index_only = false;
    bool index_sanity_check = false;
    bool skip_record_metadata = false;
    std::int32_t max_message_size = log::DumpOptions{}.batch_max;
    std::int32_t max_bytes = log::DumpOptions{}.bytes_max;
    std::string key_class;
    std::string value_class;
    bool offsets = false;
    bool transactions = false;
    bool cluster_metadata = false;
    bool remote_log_metadata = false;
    bool share_group_state = false;
    bool json = false;
};

/// Where several are given, the first in Kafka's order.
log::DumpDecoder decoder_of(const DumpArguments& arguments) {
    if (arguments.offsets) {
        return log::DumpDecoder::offsets;
    }
    if (arguments.transactions) {
        return log::DumpDecoder::transactions;
    }
    if (arguments.cluster_metadata) {
        return log::DumpDecoder::cluster_metadata;
    }
    if (arguments.remote_log_metadata) {
        return log::DumpDecoder::remote_log_metadata;
    }
    return arguments.share_group_state ? log::DumpDecoder::share_group_state
                                       : log::DumpDecoder::text;
}

/// Kafka's default, where the option is not given, or without a class.
Result<log::DumpClass> class_of(const std::string& name) {
    return name.empty() ? log::DumpClass::string : log::dump_class(name);
}

Result<log::DumpOptions> options_of(const DumpArguments& arguments, bool class_given) {
    log::DumpOptions options{.contents = arguments.print_data_log || class_given,
                             .deep = arguments.deep_iteration,
                             .record_metadata = !arguments.skip_record_metadata,
                             .verify_only = arguments.verify_index_only,
                             .sanity_only = arguments.index_sanity_check,
                             .batch_max = arguments.max_message_size,
                             .bytes_max = arguments.max_bytes,
                             .decoder = decoder_of(arguments),
                             .key_class = {},
                             .value_class = {}};
    options.contents = options.contents || options.decoder != log::DumpDecoder::text;
    options.deep = options.deep || options.contents;
    TRY_ASSIGN(options.key_class, class_of(arguments.key_class));
    TRY_ASSIGN(options.value_class, class_of(arguments.value_class));
    return options;
}

std::vector<log::DumpFile> split_files(const std::string& list) {
    std::vector<log::DumpFile> files;
    std::size_t from = 0;
    while (from <= list.size()) {
        const auto comma = std::min(list.find(',', from), list.size());
        if (comma > from) {
            const auto name = list.substr(from, comma - from);
            files.push_back({.name = name, .absolute = std::filesystem::absolute(name).string()});
        }
        from = comma + 1;
    }
    return files;
}

Result<void> dump(const DumpArguments& arguments, const log::DumpOptions& options) {
    StandardOutput output;
    log::DumpText text(output, options.record_metadata);
    log::DumpJson json(output, options.record_metadata);
    runtime::PosixDisk disk;
    log::LogDump dump(disk, options, arguments.json ? static_cast<log::DumpSink&>(json) : text);
    for (const auto& file : split_files(arguments.files)) {
        TRY(dump.file(file));
    }
    dump.finish();
    return {};
}

void add_flags(CLI::App& command, DumpArguments& arguments) {
    command.add_flag("--print-data-log", arguments.print_data_log,
                     "Print keys and values; implied by every decoder");
    command.add_flag("--deep-iteration", arguments.deep_iteration,
                     "Print records, not batches alone; implied by --print-data-log");
    command.add_flag("--verify-index-only", arguments.verify_index_only,
                     "Of indexes, print what does not fit alone");
    command.add_flag("--index-sanity-check", arguments.index_sanity_check,
                     "Of indexes, check what Kafka checks when it starts");
    command.add_flag("--skip-record-metadata", arguments.skip_record_metadata,
                     "Print keys and values alone; nothing of control records");
    command.add_flag("--offsets-decoder", arguments.offsets, "The log is of __consumer_offsets");
    command.add_flag("--transaction-log-decoder", arguments.transactions,
                     "The log is of __transaction_state");
    command.add_flag("--cluster-metadata-decoder", arguments.cluster_metadata,
                     "The log is of __cluster_metadata");
    command.add_flag("--remote-log-metadata-decoder", arguments.remote_log_metadata,
                     "The log is of __remote_log_metadata");
    command.add_flag("--share-group-state-decoder", arguments.share_group_state,
                     "The log is of __share_group_state");
    command.add_flag("--json", arguments.json, "One JSON object a line");
}

}  // namespace

void add_dump_log_command(CLI::App& app, int& status) {
    auto arguments = std::make_shared<DumpArguments>();
    auto* command = app.add_subcommand(
        "dump-log", "Print what is in log segments, indexes and producer snapshots");
    command->fallthrough();  // --version, as with Kafka's tool
    auto* files = command->add_option("--files", arguments->files,
                                      "FILE,FILE...: .log, .index, .timeindex, .txnindex, "
                                      ".snapshot or .checkpoint (required)");
    command
        ->add_option("--max-message-size", arguments->max_message_size,
                     "Bytes of the largest batch that an index entry may point at")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    command->add_option("--max-bytes", arguments->max_bytes, "Bytes to read of each log")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    auto* key = command->add_option("--key-decoder-class", arguments->key_class,
                                    "How keys are printed: a decoder class of Kafka's");
    auto* value = command->add_option("--value-decoder-class", arguments->value_class,
                                      "How values are printed: a decoder class of Kafka's");
    key->expected(0, 1);
    value->expected(0, 1);
    add_flags(*command, *arguments);
    command->footer(
        "Examples\n"
        "  barnabas dump-log --files barnabas-data/orders-0/00000000000000000000.log "
        "--print-data-log\n"
        "  barnabas dump-log --files barnabas-data/orders-0/00000000000000000000.index "
        "--index-sanity-check\n"
        "  barnabas dump-log --files barnabas-data/__consumer_offsets-3/00000000000000000000.log "
        "--offsets-decoder --json");
    command->callback([arguments, command, files, key, value, &status] {
        if (files->count() == 0) {
            std::fprintf(stderr, "Missing required argument \"[files]\"\n%s",
                         command->help().c_str());
            status = 1;
            return;
        }
        const auto options = options_of(*arguments, key->count() + value->count() > 0);
        const auto dumped =
            options ? dump(*arguments, *options) : Result<void>(std::unexpected(options.error()));
        if (!dumped) {
            std::fprintf(stderr, "barnabas dump-log: %s\n", dumped.error().message.c_str());
        }
        status = dumped ? 0 : 1;
    });
}

}  // namespace barnabas::cli
