// The JSON in the tree that holds the cluster's state, whoever wrote it. Steps: which kind of node,
// whose (a number), and what it holds; after the last one the whole state is loaded.
#include "fuzz/text_target.h"
#include "metadata/cluster_state.h"
#include "metadata/embedded_store.h"

#include <fmt/format.h>

#include <iterator>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace barnabas::metadata {
namespace {

using fuzzing::require;

constexpr auto node_text = [](const auto& node) { return encode(node); };
constexpr auto number_text = [](std::int32_t number) { return std::to_string(number); };

/// Whether it can be read; then it says the same when it is written and read again.
template <auto decode, auto text_of = node_text>
bool reads_alike(const std::string& path, std::string_view text) {
    const auto read = decode(path, text);
    if (!read) {
        require(read.error().code == ErrorCode::unknown_server_error);
        require(read.error().message.starts_with(path));
        return false;
    }
    const std::string written = text_of(*read);
    const auto again = decode(path, written);
    require(again && *again == *read);
    if constexpr (requires { read->partitions; }) {
        for (const auto& partition : read->partitions) {
            require(!partition.replicas.empty());
        }
    }
    return true;
}

constexpr auto config_reads_alike = reads_alike<decode_config, encode_config>;

std::string topic_name(std::uint8_t number) {
    return fmt::format("t{}", number >> 4);
}

/// One kind of node: where it is, and whether such a text can be read.
struct Kind {
    std::string (*path)(std::uint8_t number);
    bool (*read)(const std::string& path, std::string_view text);
    bool of_topic = false;  // it stands below the topic's node
};
constexpr Kind kinds[] = {
    {.path = [](std::uint8_t number) { return paths::topic(topic_name(number)); },
     .read = reads_alike<decode_topic>},
    {.path =
         [](std::uint8_t number) {
             return paths::partition_state(topic_name(number), PartitionId(number & 15));
         },
     .read = reads_alike<decode_partition_state>,
     .of_topic = true},
    {.path = [](std::uint8_t number) { return paths::broker_id(BrokerId(number)); },
     .read = reads_alike<decode_broker>},
    {.path = [](std::uint8_t) { return std::string(paths::controller); },
     .read = reads_alike<decode_controller>},
    {.path = [](std::uint8_t) { return std::string(paths::producer_id_block); },
     .read = reads_alike<decode_producer_id_block>},
    {.path = [](std::uint8_t number) { return paths::topic_config(topic_name(number)); },
     .read = config_reads_alike},
    {.path = [](std::uint8_t number) { return paths::broker_config(BrokerId(number)); },
     .read = config_reads_alike},
    {.path = [](std::uint8_t) { return std::string(paths::default_broker_config); },
     .read = config_reads_alike},
    {.path = [](std::uint8_t number) { return paths::group_config(topic_name(number)); },
     .read = config_reads_alike},
    {.path = [](std::uint8_t) { return std::string(paths::cluster_id); },
     .read = reads_alike<decode_cluster_id, encode_cluster_id>},
    {.path = [](std::uint8_t) { return std::string(paths::controller_epoch); },
     .read = reads_alike<decode_controller_epoch, number_text>},
    {.path = [](std::uint8_t) { return std::string(paths::feature); },
     .read = reads_alike<decode_features, encode_features>},
    {.path = [](std::uint8_t number) { return paths::delete_topic(topic_name(number)); },
     .read = [](const std::string&, std::string_view) { return true; }},
};

/// A name that a node may have is read as the group that it stands for.
void fuzz_group_name(std::string_view name) {
    const auto group = paths::group_of_node(name);
    const auto path = paths::group_config(group);
    require(paths::group_of_node(path.substr(paths::group_configs.size() + 1)) == group);
}

class World {
public:
    World() : store_(make_memory_store()) {
        prepare_tree(*store_, [](Result<void> prepared) { require(prepared.has_value()); });
    }

    void step(std::uint8_t what, std::uint8_t number, ByteView bytes) {
        const auto& kind = kinds[what % std::size(kinds)];
        const auto path = kind.path(number);
        const std::string data(as_text(bytes));
        readable_ = kind.read(path, data) && readable_;
        fuzz_group_name(data);
        if (kind.of_topic && !topics_.contains(topic_name(number))) {
            return;  // nobody writes a partition's state before its topic
        }
        store(path, data);
        if (&kind == kinds) {
            topics_.insert(topic_name(number));
        }
    }

    /// Where each node can be read, all can.
    void load() {
        std::optional<Result<ClusterState>> loaded;
        load_cluster_state(*store_, [&](Result<ClusterState> state) { loaded = std::move(state); });
        require(loaded.has_value());
        require(loaded->has_value() || !readable_);
        if (*loaded) {
            for (const auto& [name, topic] : (*loaded)->topics) {
                require(topic.states.size() == topic.node.partitions.size());
            }
        }
    }

private:
    /// With the nodes above it.
    void store(const std::string& path, const std::string& data) {
        for (auto slash = path.find('/', 1); slash != std::string::npos;
             slash = path.find('/', slash + 1)) {
            store_->create({.path = path.substr(0, slash), .data = {}},
                           [](StoreResult<std::string>) { /* it may be there */ });
        }
        store_->create({.path = path, .data = data}, [](StoreResult<std::string>) {});
        store_->set({.path = path, .data = data},
                    [](StoreResult<NodeStat> set) { require(set.has_value()); });
    }

    std::unique_ptr<Store> store_;
    std::set<std::string> topics_;  // that have a node
    bool readable_ = true;
};

}  // namespace
}  // namespace barnabas::metadata

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace barnabas;
    metadata::World world;
    fuzzing::run_steps(fuzzing::Input(data, size), world);
    world.load();
    return 0;
}
