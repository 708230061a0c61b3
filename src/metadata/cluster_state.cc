#include "metadata/cluster_state.h"

#include "base/config_text.h"
#include "base/invariant.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

namespace barnabas::metadata {
namespace {

PartitionStateNode first_state(const ReplicaAssignment& assignment, std::int32_t controller_epoch) {
    INVARIANT(!assignment.replicas.empty(), "a partition without a replica");
    return {.leader = assignment.replicas.front(),
            .leader_epoch = LeaderEpoch(0),
            .isr = assignment.replicas,
            .controller_epoch = controller_epoch};
}

/// Reads the tree with many reads open at once. Owned by its own callbacks: the last one to answer
/// ends it.
class Loader : public std::enable_shared_from_this<Loader> {
public:
    using Done = std::move_only_function<void(Result<ClusterState>)>;

    Loader(Store& store, Done done) : store_(store), done_(std::move(done)) {}

    void start() {
        const Open open(*this);  // nothing ends before everything was asked for
        read(paths::cluster_id, [this](std::string_view path, const Node& node) -> Result<void> {
            TRY_ASSIGN(state_.cluster_id, decode_cluster_id(path, node.data));
            return {};
        });
        read(paths::controller, [this](std::string_view path, const Node& node) -> Result<void> {
            TRY_ASSIGN(state_.controller, decode_controller(path, node.data));
            return {};
        });
        read(paths::controller_epoch,
             [this](std::string_view path, const Node& node) -> Result<void> {
                 TRY_ASSIGN(state_.controller_epoch, decode_controller_epoch(path, node.data));
                 return {};
             });
        read(paths::feature, [this](std::string_view path, const Node& node) -> Result<void> {
            TRY_ASSIGN(state_.features.levels, decode_features(path, node.data));
            state_.features.version = node.stat.version;
            return {};
        });
        list(paths::broker_ids, [this](const std::string& name) { read_broker(name); });
        list(paths::broker_configs, [this](const std::string& name) { read_broker_config(name); });
        list(paths::group_configs, [this](const std::string& name) { read_group_config(name); });
        list(paths::topics, [this](const std::string& name) { read_topic(name); });
        list(paths::delete_topics, [this](const std::string& name) { condemned_.push_back(name); });
    }

private:
    /// Counts one thing that is not answered yet.
    class Open {
    public:
        explicit Open(Loader& loader) : loader_(loader) { ++loader_.open_; }
        Open(const Open&) = delete;
        Open& operator=(const Open&) = delete;
        ~Open() {
            if (--loader_.open_ == 0) {
                loader_.finish();
            }
        }

    private:
        Loader& loader_;
    };

    template <class Use>
    void read(std::string_view path, Use use) {
        ++open_;
        store_.get(std::string(path), Watch::none,
                   [self = shared_from_this(), path = std::string(path),
                    use = std::move(use)](StoreResult<Node> node) mutable {
                       const Open open(*self);
                       --self->open_;
                       if (node) {
                           self->note(use(path, *node));
                       } else if (node.error().code != StoreErrorCode::no_node) {
                           self->note(failed(node));
                       }
                   });
    }

    template <class Use>
    void list(std::string_view path, Use use) {
        ++open_;
        store_.children(
            std::string(path), Watch::none,
            [self = shared_from_this(),
             use = std::move(use)](StoreResult<std::vector<std::string>> names) mutable {
                const Open open(*self);
                --self->open_;
                if (!names && names.error().code != StoreErrorCode::no_node) {
                    self->note(failed(names));
                }
                for (const std::string& name : names ? *names : std::vector<std::string>()) {
                    use(name);
                }
            });
    }

    void read_broker(const std::string& name) {
        const auto id = broker_of(name);
        read(fmt::format("{}/{}", paths::broker_ids, name),
             [this, id](std::string_view path, const Node& node) -> Result<void> {
                 TRY_ASSIGN(state_.brokers[id], decode_broker(path, node.data));
                 return {};
             });
    }

    void read_broker_config(const std::string& name) {
        const bool all = name == "<default>";
        const auto id = all ? no_broker : broker_of(name);
        read(fmt::format("{}/{}", paths::broker_configs, name),
             [this, all, id](std::string_view path, const Node& node) -> Result<void> {
                 auto& into = all ? state_.default_broker_configs : state_.broker_configs[id];
                 TRY_ASSIGN(into, decode_config(path, node.data));
                 return {};
             });
    }

    void read_group_config(const std::string& name) {
        read(fmt::format("{}/{}", paths::group_configs, name),
             [this, name](std::string_view path, const Node& node) -> Result<void> {
                 TRY_ASSIGN(state_.group_configs[paths::group_of_node(name)],
                            decode_config(path, node.data));
                 return {};
             });
    }

    void read_topic(const std::string& name) {
        read(paths::topic(name),
             [this, name](std::string_view path, const Node& node) -> Result<void> {
                 StoredTopic& topic = state_.topics[name];
                 TRY_ASSIGN(topic.node, decode_topic(path, node.data));
                 topic.version = node.stat.version;
                 topic.states.resize(topic.node.partitions.size());
                 for (std::size_t p = 0; p < topic.states.size(); ++p) {
                     read_partition(name, p, topic.states[p]);
                 }
                 read(paths::topic_config(name),
                      [&topic](std::string_view config, const Node& value) -> Result<void> {
                          topic.has_config_node = true;
                          TRY_ASSIGN(topic.configs, decode_config(config, value.data));
                          return {};
                      });
                 return {};
             });
    }

    void read_partition(const std::string& topic, std::size_t number,
                        std::optional<PartitionStateNode>& into) {
        read(paths::partition_state(topic, PartitionId(static_cast<std::int32_t>(number))),
             [&into](std::string_view path, const Node& node) -> Result<void> {
                 TRY_ASSIGN(into, decode_partition_state(path, node.data));
                 return {};
             });
    }

    BrokerId broker_of(const std::string& name) {
        const auto id = parse_integer(name);
        if (!id || !std::in_range<std::int32_t>(*id)) {
            note(fail(ErrorCode::unknown_server_error, "{} stands where a broker's id should",
                      name));
            return no_broker;
        }
        return BrokerId(static_cast<std::int32_t>(*id));
    }

    void note(Result<void> result) {
        if (!result && !error_) {
            error_ = std::move(result.error());
        }
    }

    void finish() {
        for (const std::string& name : condemned_) {
            if (const auto topic = state_.topics.find(name); topic != state_.topics.end()) {
                topic->second.being_deleted = true;
            }
        }
        done_(error_ ? Result<ClusterState>(std::unexpected(std::move(*error_)))
                     : Result<ClusterState>(std::move(state_)));
    }

    Store& store_;
    Done done_;
    ClusterState state_;
    std::vector<std::string> condemned_;
    std::optional<Error> error_;
    std::size_t open_ = 0;
};

}  // namespace

void load_cluster_state(Store& store, std::move_only_function<void(Result<ClusterState>)> done) {
    std::make_shared<Loader>(store, std::move(done))->start();
}

void prepare_tree(Store& store, std::move_only_function<void(Result<void>)> done) {
    // All at once where nothing is there yet; one by one where something is.
    std::vector<Op> ops;
    for (const std::string_view path : base_paths()) {
        ops.emplace_back(CreateOp{.path = std::string(path), .data = {}});
    }
    struct Rest {
        Store& store;
        std::move_only_function<void(Result<void>)> done;
        std::size_t next = 0;

        static void step(std::shared_ptr<Rest> rest) {
            if (rest->next == base_paths().size()) {
                rest->done({});
                return;
            }
            Store& at = rest->store;
            at.create({.path = std::string(base_paths()[rest->next++]), .data = {}},
                      [rest](StoreResult<std::string> created) {
                          if (!created && created.error().code != StoreErrorCode::node_exists) {
                              rest->done(failed(created));
                              return;
                          }
                          step(rest);
                      });
        }
    };
    auto rest = std::make_shared<Rest>(store, std::move(done));
    store.multi(std::move(ops), [rest](StoreResult<std::vector<OpOutcome>> created) {
        if (created) {
            rest->done({});
        } else if (created.error().code != StoreErrorCode::node_exists) {
            rest->done(failed(created));
        } else {
            Rest::step(rest);
        }
    });
}

void ensure_cluster_id(Store& store, std::string proposed,
                       std::move_only_function<void(Result<std::string>)> done) {
    const std::string path(paths::cluster_id);
    std::string json = encode_cluster_id(proposed);
    store.create({.path = path, .data = std::move(json)},
                 [&store, path, proposed = std::move(proposed),
                  done = std::move(done)](StoreResult<std::string> created) mutable {
                     if (created) {
                         done(std::move(proposed));
                         return;
                     }
                     if (created.error().code != StoreErrorCode::node_exists) {
                         done(failed(created));
                         return;
                     }
                     store.get(path, Watch::none,
                               [path, done = std::move(done)](StoreResult<Node> node) mutable {
                                   done(node ? decode_cluster_id(path, node->data)
                                             : Result<std::string>(failed(node)));
                               });
                 });
}

namespace {

constexpr std::int64_t producer_ids_in_a_block = 1000;

ProducerIdBlock block_from(BrokerId broker, ProducerId first) {
    return {.broker = broker, .first = first, .last = first + (producer_ids_in_a_block - 1)};
}

/// Stores `block` over `version`, or as the first one; again from the start if somebody was faster.
void store_block(Store& store, const ProducerIdBlock& block, std::optional<NodeVersion> version,
                 std::move_only_function<void(Result<ProducerIdBlock>)> done) {
    const std::string path(paths::producer_id_block);
    Op op = version ? Op(SetOp{.path = path, .data = encode(block), .expected = *version})
                    : Op(CreateOp{.path = path, .data = encode(block)});
    std::vector<Op> ops;
    ops.push_back(std::move(op));
    store.multi(std::move(ops), [&store, block, done = std::move(done)](
                                    StoreResult<std::vector<OpOutcome>> stored) mutable {
        if (stored) {
            done(block);
        } else if (stored.error().code == StoreErrorCode::bad_version ||
                   stored.error().code == StoreErrorCode::node_exists) {
            allocate_producer_ids(store, block.broker, block.first, std::move(done));
        } else {
            done(failed(stored));
        }
    });
}

}  // namespace

void allocate_producer_ids(Store& store, BrokerId broker, ProducerId at_least,
                           std::move_only_function<void(Result<ProducerIdBlock>)> done) {
    const std::string path(paths::producer_id_block);
    store.get(
        path, Watch::none,
        [&store, path, broker, at_least, done = std::move(done)](StoreResult<Node> node) mutable {
            if (!node) {
                if (node.error().code == StoreErrorCode::no_node) {
                    store_block(store, block_from(broker, at_least), std::nullopt, std::move(done));
                } else {
                    done(failed(node));
                }
                return;
            }
            auto last = decode_producer_id_block(path, node->data);
            if (!last) {
                done(fail(std::move(last)));
                return;
            }
            store_block(store, block_from(broker, std::max(last->last + 1, at_least)),
                        node->stat.version, std::move(done));
        });
}

std::vector<Op> create_topic_ops(const NewTopic& topic) {
    std::vector<Op> ops;
    ops.reserve(3 + 2 * topic.node.partitions.size());
    ops.emplace_back(
        CreateOp{.path = paths::topic_config(topic.name), .data = encode_config(topic.configs)});
    ops.emplace_back(CreateOp{.path = paths::topic(topic.name), .data = encode(topic.node)});
    ops.emplace_back(CreateOp{.path = paths::partitions(topic.name), .data = {}});
    for (std::size_t p = 0; p < topic.node.partitions.size(); ++p) {
        const PartitionId partition(static_cast<std::int32_t>(p));
        ops.emplace_back(CreateOp{.path = paths::partition(topic.name, partition), .data = {}});
        ops.emplace_back(CreateOp{
            .path = paths::partition_state(topic.name, partition),
            .data = encode(first_state(topic.node.partitions[p], topic.controller_epoch))});
    }
    return ops;
}

StoredTopic stored(const NewTopic& topic) {
    StoredTopic result{.node = topic.node, .configs = topic.configs, .has_config_node = true};
    for (const ReplicaAssignment& assignment : topic.node.partitions) {
        result.states.emplace_back(first_state(assignment, topic.controller_epoch));
    }
    return result;
}

std::vector<Op> import_ops(const ImportedCluster& cluster) {
    std::vector<Op> ops;
    ops.emplace_back(CreateOp{.path = std::string(paths::cluster_id),
                              .data = encode_cluster_id(cluster.cluster_id)});
    for (const auto& [broker, configs] : cluster.broker_configs) {
        ops.emplace_back(
            CreateOp{.path = paths::broker_config(broker), .data = encode_config(configs)});
    }
    if (!cluster.default_broker_configs.empty()) {
        ops.emplace_back(CreateOp{.path = std::string(paths::default_broker_config),
                                  .data = encode_config(cluster.default_broker_configs)});
    }
    if (cluster.next_producer_id > ProducerId(0)) {
        const ProducerIdBlock given{
            .broker = no_broker, .first = ProducerId(0), .last = cluster.next_producer_id - 1};
        ops.emplace_back(
            CreateOp{.path = std::string(paths::producer_id_block), .data = encode(given)});
    }
    for (const NewTopic& topic : cluster.topics) {
        std::ranges::move(create_topic_ops(topic), std::back_inserter(ops));
    }
    return ops;
}

std::vector<Op> condemn_topic_ops(std::string_view name) {
    std::vector<Op> ops;
    ops.emplace_back(CreateOp{.path = paths::delete_topic(name), .data = {}});
    return ops;
}

std::vector<Op> delete_topic_ops(std::string_view name, const StoredTopic& topic) {
    std::vector<Op> ops;
    for (std::size_t p = 0; p < topic.states.size(); ++p) {
        const PartitionId partition(static_cast<std::int32_t>(p));
        if (topic.states[p]) {
            ops.emplace_back(RemoveOp{.path = paths::partition_state(name, partition)});
            ops.emplace_back(RemoveOp{.path = paths::partition(name, partition)});
        }
    }
    if (!ops.empty()) {
        ops.emplace_back(RemoveOp{.path = paths::partitions(name)});
    }
    ops.emplace_back(RemoveOp{.path = paths::topic(name), .expected = topic.version});
    if (topic.has_config_node) {
        ops.emplace_back(RemoveOp{.path = paths::topic_config(name)});
    }
    if (topic.being_deleted) {
        ops.emplace_back(RemoveOp{.path = paths::delete_topic(name)});
    }
    return ops;
}

std::vector<Op> add_partitions_ops(std::string_view name, const StoredTopic& topic,
                                   const std::vector<ReplicaAssignment>& added,
                                   std::int32_t controller_epoch) {
    TopicNode node = topic.node;
    node.partitions.insert(node.partitions.end(), added.begin(), added.end());
    std::vector<Op> ops;
    ops.emplace_back(
        SetOp{.path = paths::topic(name), .data = encode(node), .expected = topic.version});
    for (std::size_t p = topic.node.partitions.size(); p < node.partitions.size(); ++p) {
        const PartitionId partition(static_cast<std::int32_t>(p));
        ops.emplace_back(CreateOp{.path = paths::partition(name, partition), .data = {}});
        ops.emplace_back(
            CreateOp{.path = paths::partition_state(name, partition),
                     .data = encode(first_state(node.partitions[p], controller_epoch))});
    }
    return ops;
}

StoredTopic with_partitions(StoredTopic topic, const std::vector<ReplicaAssignment>& added,
                            std::int32_t controller_epoch) {
    for (const ReplicaAssignment& assignment : added) {
        topic.node.partitions.push_back(assignment);
        topic.states.emplace_back(first_state(assignment, controller_epoch));
    }
    ++topic.version;
    return topic;
}

namespace {

void set_config(Store& store, std::string path, const ConfigMap& configs,
                std::move_only_function<void(Result<void>)> done) {
    const std::string json = encode_config(configs);
    store.set({.path = path, .data = json},
              [&store, path, json, done = std::move(done)](StoreResult<NodeStat> set) mutable {
                  if (set || set.error().code != StoreErrorCode::no_node) {
                      done(set ? Result<void>() : Result<void>(failed(set)));
                      return;
                  }
                  store.create({.path = path, .data = json},
                               [done = std::move(done)](StoreResult<std::string> created) mutable {
                                   done(created ? Result<void>() : Result<void>(failed(created)));
                               });
              });
}

}  // namespace

void set_topic_config(Store& store, std::string_view topic, const ConfigMap& configs,
                      std::move_only_function<void(Result<void>)> done) {
    set_config(store, paths::topic_config(topic), configs, std::move(done));
}

void set_broker_config(Store& store, BrokerId broker, const ConfigMap& configs,
                       std::move_only_function<void(Result<void>)> done) {
    set_config(store,
               broker == no_broker ? std::string(paths::default_broker_config)
                                   : paths::broker_config(broker),
               configs, std::move(done));
}

void set_group_config(Store& store, std::string_view group, const ConfigMap& configs,
                      std::move_only_function<void(Result<void>)> done) {
    auto path = paths::group_config(group);
    if (!configs.empty()) {
        set_config(store, std::move(path), configs, std::move(done));
        return;
    }
    store.remove({.path = std::move(path)},
                 [done = std::move(done)](StoreResult<void> removed) mutable {
                     const bool gone = removed || removed.error().code == StoreErrorCode::no_node;
                     done(gone ? Result<void>() : Result<void>(failed(removed)));
                 });
}

}  // namespace barnabas::metadata
