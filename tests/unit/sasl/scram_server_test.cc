#include "sasl/scram_server.h"

#include "sasl/scram_client.h"

#include <gtest/gtest.h>

namespace barnabas::sasl {
namespace {

constexpr auto mechanism = ScramMechanism::sha_256;

ScramCredential credential(std::int32_t iterations = scram_iterations_min) {
    return make_credential(mechanism, "secret", {std::byte{7}}, iterations);
}

ScramClient client(std::string password = "secret") {
    return ScramClient{{.mechanism = mechanism,
                        .user_name = "a,b=c",
                        .password = std::move(password),
                        .nonce = "client"}};
}

/// Both ends after the server's first message.
struct Dialogue {
    ScramServer server{mechanism, "server"};
    ScramClient peer = client();
    std::string client_final;

    explicit Dialogue(std::string password = "secret") : peer(client(std::move(password))) {
        const auto first = peer.start();
        EXPECT_TRUE(first && server.on_client_first(*first));
        const auto answer = server.on_credential(credential());
        EXPECT_TRUE(answer);
        client_final = peer.on_server_first(*answer).value();
    }
};

TEST(ScramServer, LetsInWhoKnowsThePassword) {
    Dialogue dialogue;
    EXPECT_FALSE(dialogue.server.is_complete());
    const auto last = dialogue.server.on_client_final(dialogue.client_final);
    ASSERT_TRUE(last);
    EXPECT_TRUE(dialogue.server.is_complete());
    EXPECT_EQ(dialogue.server.user_name(), "a,b=c");
    EXPECT_FALSE(dialogue.peer.is_complete());
    EXPECT_TRUE(dialogue.peer.on_server_final(*last));
    EXPECT_TRUE(dialogue.peer.is_complete());
}

TEST(ScramServer, TellsAWrongPasswordFromAnUnknownUserToNobody) {
    Dialogue dialogue("Secret");
    const auto wrong = dialogue.server.on_client_final(dialogue.client_final);
    ASSERT_FALSE(wrong);
    EXPECT_FALSE(dialogue.server.is_complete());

    ScramServer server{mechanism, "server"};
    ASSERT_TRUE(server.on_client_first("n,,n=nobody,r=x"));
    const auto unknown = server.on_credential(std::nullopt);
    ASSERT_FALSE(unknown);
    EXPECT_EQ(wrong.error(), unknown.error());
    EXPECT_EQ(wrong.error().code, ErrorCode::sasl_authentication_failed);
}

TEST(ScramServer, RefusesALastMessageOfAnotherExchange) {
    const auto known = credential();
    for (const std::string_view last :
         {"c=biws,r=clientServer,p=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
          "c=biws,r=server,p=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
          "c=biws,r=xclientserver,p=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
          "c=eSws,r=clientserver,p=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
          "c=biws,r=clientserver,p=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
          "c=biws,r=clientserver,p=AAEC", "c=biws,r=clientserver,p="}) {
        ScramServer server{mechanism, "server"};
        ASSERT_TRUE(server.on_client_first("n,,n=bob,r=client"));
        ASSERT_TRUE(server.on_credential(known));
        EXPECT_FALSE(server.on_client_final(last)) << last;
        EXPECT_FALSE(server.is_complete());
    }
}

TEST(ScramServer, GivesOneTry) {
    Dialogue dialogue;
    EXPECT_FALSE(dialogue.server.on_client_final("c=biws,r=clientserver,p=AAEC"));
    EXPECT_FALSE(dialogue.server.on_client_final(dialogue.client_final));
}

TEST(ScramServer, TakesNoAuthorizationIdButTheUserName) {
    EXPECT_TRUE((ScramServer{mechanism, "s"}.on_client_first("n,a=bob,n=bob,r=x")));
    EXPECT_FALSE((ScramServer{mechanism, "s"}.on_client_first("n,a=root,n=bob,r=x")));
}

TEST(ScramServer, RefusesTooFewIterations) {
    ScramServer server{mechanism, "s"};
    ASSERT_TRUE(server.on_client_first("n,,n=bob,r=x"));
    EXPECT_FALSE(server.on_credential(credential(scram_iterations_min - 1)));
}

TEST(ScramServer, RefusesCallsOutOfOrder) {
    ScramServer server{mechanism, "s"};
    const auto early = server.on_client_final("c=biws,r=x,p=AAEC");
    ASSERT_FALSE(early);
    EXPECT_EQ(early.error().code, ErrorCode::illegal_sasl_state);
    EXPECT_FALSE(server.on_client_first("n,,n=bob,r=x")) << "any failure ends the exchange";
}

TEST(ScramClient, RefusesAServerThatIsNotToBeTrusted) {
    struct Row {
        std::string_view server_first;
        bool taken;
    };
    const Row rows[] = {
        {"r=clientserver,s=AAEC,i=4096", true},     {"r=client,s=AAEC,i=4096", false},
        {"r=otherserver,s=AAEC,i=4096", false},     {"r=clientserver,s=AAEC,i=4095", false},
        {"r=clientserver,s=AAEC,i=1000001", false}, {"e=unknown-user", false}};
    for (const auto& row : rows) {
        auto end = client();
        ASSERT_TRUE(end.start());
        EXPECT_EQ(end.on_server_first(row.server_first).has_value(), row.taken) << row.server_first;
    }
}

TEST(ScramClient, RefusesAServerWithoutTheCredential) {
    for (const std::string_view last :
         {"v=AAEC", "v=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "e=other-error", "v="}) {
        Dialogue dialogue;
        EXPECT_FALSE(dialogue.peer.on_server_final(last)) << last;
        EXPECT_FALSE(dialogue.peer.is_complete());
    }
}

}  // namespace
}  // namespace barnabas::sasl
