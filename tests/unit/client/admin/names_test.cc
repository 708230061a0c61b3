#include <barnabas/admin/acl_operation.h>
#include <barnabas/admin/configs.h>
#include <barnabas/admin/groups.h>
#include <barnabas/admin/transactions.h>

#include <gtest/gtest.h>

namespace barnabas::admin {
namespace {

template <class E>
void expect_words_read_back(E last, E (*parse)(std::string_view)) {
    for (int i = 0; i <= static_cast<int>(last); ++i) {
        const auto value = static_cast<E>(i);
        const auto word = to_text(value);
        EXPECT_EQ(parse(word), value) << word;
        std::string upper(word);
        for (char& c : upper) {
            c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        }
        EXPECT_EQ(parse(upper), value) << upper;
    }
    EXPECT_EQ(parse("no such word"), E::unknown);
    EXPECT_EQ(parse(""), E::unknown);
}

TEST(AdminNames, AreReadInAnyCase) {
    expect_words_read_back(GroupState::not_ready, &parse_group_state);
    expect_words_read_back(GroupType::streams, &parse_group_type);
    expect_words_read_back(TransactionState::prepare_epoch_fence, &parse_transaction_state);
}

TEST(AdminNames, AreKafkas) {
    EXPECT_EQ(to_text(GroupState::completing_rebalance), "CompletingRebalance");
    EXPECT_EQ(to_text(AclOperation::two_phase_commit), "TWO_PHASE_COMMIT");
    EXPECT_EQ(to_text(ConfigSource::dynamic_default_broker_config),
              "DYNAMIC_DEFAULT_BROKER_CONFIG");
    EXPECT_EQ(to_text(ConfigResourceType::client_metrics), "CLIENT_METRICS");
    EXPECT_EQ(to_text(ConfigType::password), "PASSWORD");
}

}  // namespace
}  // namespace barnabas::admin
