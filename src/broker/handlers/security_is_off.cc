// What a broker without an authorizer and without accounts says of them, as Kafka does: access
// control lists are SECURITY_DISABLED, of quotas and SCRAM credentials there are none. Versions 1-3
// of the three of ACLs (KIP-896 took 0 away), 0-1 of DescribeClientQuotas (KIP-546), 0 of
// DescribeUserScramCredentials (KIP-554).
#include "broker/handlers/handlers.h"
#include "wire/messages/create_acls.h"
#include "wire/messages/delete_acls.h"
#include "wire/messages/describe_acls.h"
#include "wire/messages/describe_client_quotas.h"
#include "wire/messages/describe_user_scram_credentials.h"

#include <string>
#include <utility>

namespace barnabas::broker {
namespace {

Error no_authorizer(const char* where) {
    return {.code = ErrorCode::security_disabled,
            .message = std::string("No Authorizer is configured") + where};
}

}  // namespace

wire::DescribeAclsResponse handle_describe_acls(Call& call, wire::DescribeAclsRequest&) {
    wire::DescribeAclsResponse response;
    call.refuse(response, no_authorizer(" on the broker"));
    return response;
}

wire::CreateAclsResponse handle_create_acls(Call& call, wire::CreateAclsRequest& request) {
    wire::CreateAclsResponse response;
    for (std::size_t i = 0; i < request.creations.size(); ++i) {
        call.refuse(response.results.emplace_back(), no_authorizer("."));
    }
    return response;
}

wire::DeleteAclsResponse handle_delete_acls(Call& call, wire::DeleteAclsRequest& request) {
    wire::DeleteAclsResponse response;
    for (std::size_t i = 0; i < request.filters.size(); ++i) {
        call.refuse(response.filter_results.emplace_back(), no_authorizer("."));
    }
    return response;
}

wire::DescribeClientQuotasResponse handle_describe_client_quotas(
    Call&, wire::DescribeClientQuotasRequest&) {
    wire::DescribeClientQuotasResponse response;
    response.error_message.reset();
    return response;
}

wire::DescribeUserScramCredentialsResponse handle_describe_user_scram_credentials(
    Call& call, wire::DescribeUserScramCredentialsRequest& request) {
    wire::DescribeUserScramCredentialsResponse response;
    response.error_message.reset();
    if (!request.users) {
        return response;
    }
    for (auto& user : *request.users) {
        auto& result = response.results.emplace_back();
        call.refuse(result, {.code = ErrorCode::resource_not_found,
                             .message = "Attempt to describe a user credential that does not "
                                        "exist: " +
                                        user.name});
        result.user = std::move(user.name);
    }
    return response;
}

}  // namespace barnabas::broker
