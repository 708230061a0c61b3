#include "metadata/tree.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

namespace barnabas::metadata {
namespace {

using enum CreateMode;
using enum StoreErrorCode;

constexpr SessionId session{7};

/// Applies and keeps; the error's code, or nothing.
std::optional<StoreErrorCode> apply(Tree& tree, std::vector<Op> ops) {
    const auto applied = tree.apply(ops, session);
    if (!applied) {
        return applied.error().code;
    }
    tree.keep();
    return std::nullopt;
}

/// Every node as "path=data v<version> c<children version>", in order.
std::string dump(const Tree& tree, const std::string& path = "/") {
    const auto node = tree.get(path);
    std::string text = fmt::format("{}={} v{} c{}\n", path, node->data, node->stat.version,
                                   node->stat.children_version);
    const auto names = tree.children(path);
    EXPECT_EQ(node->stat.children, static_cast<std::int32_t>(names->size())) << path;
    for (const std::string& name : *names) {
        text += dump(tree, path == "/" ? "/" + name : path + "/" + name);
    }
    return text;
}

TEST(Tree, RefusesAsZooKeeperDoes) {
    Tree tree;
    ASSERT_FALSE(
        apply(tree, {CreateOp{"/a", ""}, CreateOp{"/a/b", ""}, CreateOp{"/e", "", ephemeral}}));
    struct Row {
        Op op;
        StoreErrorCode want;
    };
    const Row rows[] = {
        {CreateOp{"/a", ""}, node_exists},
        {CreateOp{"/x/y", ""}, no_node},
        {CreateOp{"/e/x", ""}, ephemeral_parent},
        {CreateOp{"/", ""}, bad_path},
        {CreateOp{"a", ""}, bad_path},
        {CreateOp{"", ""}, bad_path},
        {CreateOp{"/a/", ""}, bad_path},
        {CreateOp{"/a//b", ""}, bad_path},
        {SetOp{"/x", ""}, no_node},
        {SetOp{"/a", "", NodeVersion(1)}, bad_version},
        {RemoveOp{"/a"}, not_empty},
        {RemoveOp{"/x"}, no_node},
        {RemoveOp{"/a/b", NodeVersion(3)}, bad_version},
        {RemoveOp{"/"}, bad_path},
        {CheckOp{"/a", NodeVersion(1)}, bad_version},
        {CheckOp{"/x"}, no_node},
    };
    const std::string before = dump(tree);
    for (const Row& row : rows) {
        EXPECT_EQ(apply(tree, {row.op}), row.want);
        EXPECT_EQ(dump(tree), before);
    }
}

TEST(Tree, NumbersSequentialNodesByTheParentsChanges) {
    Tree tree;
    ASSERT_FALSE(apply(tree, {CreateOp{"/q", ""}}));
    const auto add = [&tree] {
        const std::vector<Op> ops = {CreateOp{"/q/n_", "", persistent_sequential}};
        auto applied = tree.apply(ops, session);
        tree.keep();
        return applied->outcomes.front().path;
    };
    EXPECT_EQ(add(), "/q/n_0000000000");
    EXPECT_EQ(add(), "/q/n_0000000001");
    ASSERT_FALSE(apply(tree, {RemoveOp{"/q/n_0000000001"}}));
    EXPECT_EQ(add(), "/q/n_0000000003");
}

TEST(Tree, AFailedMultiLeavesNoTraceAndSaysWhichOperation) {
    Tree tree;
    ASSERT_FALSE(apply(tree, {CreateOp{"/a", "1"}, CreateOp{"/a/b", "2"}}));
    const std::string before = dump(tree);
    const std::vector<Op> ops = {CreateOp{"/c", ""},   SetOp{"/a", "x"}, SetOp{"/", "root"},
                                 RemoveOp{"/a/b"},     RemoveOp{"/a"},   CreateOp{"/a", "again"},
                                 CreateOp{"/a/d", ""}, RemoveOp{"/c"},   CheckOp{"/nothing"}};
    const auto applied = tree.apply(ops, session);
    ASSERT_FALSE(applied);
    EXPECT_EQ(applied.error().operation, 8U);
    EXPECT_EQ(dump(tree), before);
    EXPECT_EQ(tree.size(), 3U);
}

TEST(Tree, UndoTakesAWholeTransactionBack) {
    Tree tree;
    ASSERT_FALSE(apply(tree, {CreateOp{"/a", "1"}}));
    const std::string before = dump(tree);
    const std::vector<Op> ops = {SetOp{"/a", "2"}, SetOp{"/a", "3"}, RemoveOp{"/a"},
                                 CreateOp{"/a", "4"}};
    ASSERT_TRUE(tree.apply(ops, session));
    EXPECT_NE(dump(tree), before);
    tree.undo();
    EXPECT_EQ(dump(tree), before);
}

TEST(Tree, ImpliedParentsComeBackWithTheirChildren) {
    Tree tree;
    ASSERT_FALSE(apply(tree, {CreateOp{"/a", ""}, CreateOp{"/a/b", ""}, CreateOp{"/a/b/c", "x"},
                              CreateOp{"/a/d", "y"}}));
    EXPECT_TRUE(is_implied(*tree.get("/a")));
    EXPECT_TRUE(is_implied(*tree.get("/a/b")));
    Tree back;
    ASSERT_TRUE(back.restore("/a/b/c", "x", tree.get("/a/b/c")->stat));
    ASSERT_TRUE(back.restore("/a/d", "y", tree.get("/a/d")->stat));
    EXPECT_EQ(dump(back), dump(tree));
    ASSERT_FALSE(apply(tree, {RemoveOp{"/a/d"}}));
    EXPECT_FALSE(is_implied(*tree.get("/a"))) << "the number of the next sequential node is lost";
}

using Model = std::map<std::string, std::pair<std::string, int>>;  // path to data and version

bool has_child(const Model& model, const std::string& path) {
    const auto next = model.lower_bound(path + "/");
    return next != model.end() && next->first.starts_with(path + "/");
}

/// Draws an operation, applies it to the model, and says whether it is good.
bool draw(std::mt19937& random, Model& model, std::vector<Op>& ops) {
    std::string path;
    for (auto depth = random() % 3 + 1; depth > 0; --depth) {
        path += fmt::format("/{}", random() % 3);
    }
    const auto node = model.find(path);
    const bool there = node != model.end();
    const std::string data = std::to_string(random() % 100);
    switch (random() % 3) {
        case 0: {
            ops.emplace_back(CreateOp{path, data});
            const bool parent = model.contains(std::string(parent_path(path)));
            model.emplace(path, std::pair(data, 0));
            return !there && parent;
        }
        case 1:
            ops.emplace_back(SetOp{path, data});
            if (there) {
                node->second = {data, node->second.second + 1};
            }
            return there;
        default:
            ops.emplace_back(RemoveOp{path});
            const bool good = there && !has_child(model, path);
            model.erase(path);
            return good;
    }
}

TEST(Tree, AgreesWithAMapOfPathsOnRandomTransactions) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE(fmt::format("seed {}", seed));
    std::mt19937 random(seed);
    Tree tree;
    Model model{{"/", {"", 0}}};
    for (int step = 0; step < 1000; ++step) {
        Model after = model;
        bool good = true;
        std::vector<Op> ops;
        for (auto n = random() % 3 + 1; n > 0; --n) {
            good = draw(random, after, ops) && good;
        }
        ASSERT_EQ(!apply(tree, ops).has_value(), good);
        if (good) {
            model = after;
        }
        ASSERT_EQ(tree.size(), model.size());
        for (const auto& [path, want] : model) {
            const auto node = tree.get(path);
            ASSERT_TRUE(node) << path;
            ASSERT_EQ(node->data, want.first);
            ASSERT_EQ(node->stat.version.get(), want.second);
        }
    }
}

}  // namespace
}  // namespace barnabas::metadata
