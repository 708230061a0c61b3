// Compiles the descriptions of these messages, once.
#include "wire/describe.h"
#include "wire/messages/alter_client_quotas.h"
#include "wire/messages/alter_user_scram_credentials.h"
#include "wire/messages/create_acls.h"
#include "wire/messages/create_delegation_token.h"
#include "wire/messages/delete_acls.h"
#include "wire/messages/describe_acls.h"
#include "wire/messages/describe_client_quotas.h"
#include "wire/messages/describe_delegation_token.h"
#include "wire/messages/describe_user_scram_credentials.h"
#include "wire/messages/expire_delegation_token.h"
#include "wire/messages/renew_delegation_token.h"
#include "wire/messages/sasl_authenticate.h"
#include "wire/messages/sasl_handshake.h"

namespace barnabas::wire {

template const StructSchema& schema_of<AlterClientQuotasRequest>();
template const StructSchema& schema_of<AlterClientQuotasResponse>();
template const StructSchema& schema_of<AlterUserScramCredentialsRequest>();
template const StructSchema& schema_of<AlterUserScramCredentialsResponse>();
template const StructSchema& schema_of<CreateAclsRequest>();
template const StructSchema& schema_of<CreateAclsResponse>();
template const StructSchema& schema_of<CreateDelegationTokenRequest>();
template const StructSchema& schema_of<CreateDelegationTokenResponse>();
template const StructSchema& schema_of<DeleteAclsRequest>();
template const StructSchema& schema_of<DeleteAclsResponse>();
template const StructSchema& schema_of<DescribeAclsRequest>();
template const StructSchema& schema_of<DescribeAclsResponse>();
template const StructSchema& schema_of<DescribeClientQuotasRequest>();
template const StructSchema& schema_of<DescribeClientQuotasResponse>();
template const StructSchema& schema_of<DescribeDelegationTokenRequest>();
template const StructSchema& schema_of<DescribeDelegationTokenResponse>();
template const StructSchema& schema_of<DescribeUserScramCredentialsRequest>();
template const StructSchema& schema_of<DescribeUserScramCredentialsResponse>();
template const StructSchema& schema_of<ExpireDelegationTokenRequest>();
template const StructSchema& schema_of<ExpireDelegationTokenResponse>();
template const StructSchema& schema_of<RenewDelegationTokenRequest>();
template const StructSchema& schema_of<RenewDelegationTokenResponse>();
template const StructSchema& schema_of<SaslAuthenticateRequest>();
template const StructSchema& schema_of<SaslAuthenticateResponse>();
template const StructSchema& schema_of<SaslHandshakeRequest>();
template const StructSchema& schema_of<SaslHandshakeResponse>();

}  // namespace barnabas::wire
