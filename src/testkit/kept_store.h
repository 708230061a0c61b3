#pragma once

#include "metadata/store.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace barnabas::testkit {

/// A session at a tree that outlives it: the cluster's state of a broker that dies and starts
/// again, in the place of the SQLite file, which the simulated disk cannot hold. As there: what was
/// answered stays, and ephemeral nodes go with the session.
class KeptStore final : public metadata::Store {
public:
    explicit KeptStore(std::shared_ptr<metadata::Store> tree) : tree_(std::move(tree)) {}
    KeptStore(const KeptStore&) = delete;
    KeptStore& operator=(const KeptStore&) = delete;
    ~KeptStore() override {
        tree_->listen({});
        for (auto& path : ephemeral_) {
            tree_->remove({.path = std::move(path)}, [](const metadata::StoreResult<>&) {});
        }
    }

    void create(metadata::CreateOp op, Done<std::string> done) override {
        const bool ephemeral = op.mode == metadata::CreateMode::ephemeral;
        tree_->create(std::move(op), [this, ephemeral, done = std::move(done)](
                                         metadata::StoreResult<std::string> created) mutable {
            if (created && ephemeral) {
                ephemeral_.push_back(*created);
            }
            done(std::move(created));
        });
    }
    void multi(std::vector<metadata::Op> ops,
               Done<std::vector<metadata::OpOutcome>> done) override {
        std::vector<std::string> ephemeral;
        for (const auto& op : ops) {
            const auto* create = std::get_if<metadata::CreateOp>(&op);
            if (create != nullptr && create->mode == metadata::CreateMode::ephemeral) {
                ephemeral.push_back(create->path);
            }
        }
        tree_->multi(std::move(ops),
                     [this, ephemeral = std::move(ephemeral), done = std::move(done)](
                         metadata::StoreResult<std::vector<metadata::OpOutcome>> made) mutable {
                         if (made) {
                             ephemeral_.insert(ephemeral_.end(), ephemeral.begin(),
                                               ephemeral.end());
                         }
                         done(std::move(made));
                     });
    }
    void set(metadata::SetOp op, Done<metadata::NodeStat> done) override {
        tree_->set(std::move(op), std::move(done));
    }
    void remove(metadata::RemoveOp op, Done<void> done) override {
        tree_->remove(std::move(op), std::move(done));
    }
    void get(std::string path, metadata::Watch watch, Done<metadata::Node> done) override {
        tree_->get(std::move(path), watch, std::move(done));
    }
    void exists(std::string path, metadata::Watch watch,
                Done<std::optional<metadata::NodeStat>> done) override {
        tree_->exists(std::move(path), watch, std::move(done));
    }
    void children(std::string path, metadata::Watch watch,
                  Done<std::vector<std::string>> done) override {
        tree_->children(std::move(path), watch, std::move(done));
    }
    void listen(Listener listener) override { tree_->listen(std::move(listener)); }
    [[nodiscard]] metadata::SessionId session() const override { return tree_->session(); }

private:
    std::shared_ptr<metadata::Store> tree_;
    std::vector<std::string> ephemeral_;  // that this session created
};

}  // namespace barnabas::testkit
