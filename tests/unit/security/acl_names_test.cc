#include "security/acl_names.h"

#include <gtest/gtest.h>

namespace barnabas::security {
namespace {

TEST(AclNames, ReadBackAsTheSameEnumerator) {
    for (int i = 0; i <= static_cast<int>(AclOperation::two_phase_commit); ++i) {
        const auto operation = static_cast<AclOperation>(i);
        EXPECT_EQ(acl_operation_of(name_of(operation)), operation) << name_of(operation);
    }
    for (int i = 0; i <= static_cast<int>(ResourceType::user); ++i) {
        const auto type = static_cast<ResourceType>(i);
        EXPECT_EQ(resource_type_of(name_of(type)), type) << name_of(type);
    }
    EXPECT_EQ(pattern_type_of(name_of(PatternType::prefixed)), PatternType::prefixed);
    EXPECT_EQ(acl_permission_of(name_of(AclPermission::allow)), AclPermission::allow);
}

TEST(AclNames, AreReadInAllOfKafkasSpellings) {
    for (const auto name : {"TWO_PHASE_COMMIT", "TwoPhaseCommit", "twophasecommit"}) {
        EXPECT_EQ(acl_operation_of(name), AclOperation::two_phase_commit) << name;
    }
    EXPECT_EQ(acl_operation_of("Delete"), AclOperation::delete_);
    EXPECT_EQ(resource_type_of("TransactionalId"), ResourceType::transactional_id);
}

TEST(AclNames, AreUnknownOtherwise) {
    EXPECT_EQ(acl_operation_of("Reads"), AclOperation::unknown);
    EXPECT_EQ(acl_operation_of(""), AclOperation::unknown);
    EXPECT_EQ(name_of(static_cast<AclOperation>(16)), "UNKNOWN");
    EXPECT_EQ(name_of(static_cast<ResourceType>(-1)), "UNKNOWN");
}

}  // namespace
}  // namespace barnabas::security
