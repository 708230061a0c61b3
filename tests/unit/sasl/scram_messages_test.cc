#include "sasl/scram_messages.h"

#include <gtest/gtest.h>

namespace barnabas::sasl {
namespace {

using namespace std::string_view_literals;

TEST(ScramClientFirst, IsReadInAllFormsThatTheServerTakes) {
    struct Row {
        std::string_view text, user, authorization_id, nonce, bare;
        bool token;
    };
    const Row rows[] = {
        {"n,,n=alice,r=x1", "alice", "", "x1", "n=alice,r=x1", false},
        {"n,a=alice,n=alice,r=x1", "alice", "alice", "x1", "n=alice,r=x1", false},
        {"n,,n=a=2Cb=3D=2C,r=!~", "a,b=,", "", "!~", "n=a=2Cb=3D=2C,r=!~", false},
        {"n,,n=юзер,r=x", "юзер", "", "x", "n=юзер,r=x", false},
        {"n,,n=id,r=x,tokenauth=true", "id", "", "x", "n=id,r=x,tokenauth=true", true},
        {"n,,n=id,r=x,tokenauth=false,other=1=2", "id", "", "x",
         "n=id,r=x,tokenauth=false,other=1=2", false},
    };
    for (const auto& row : rows) {
        const auto message = ClientFirst::parse(row.text);
        ASSERT_TRUE(message) << row.text;
        EXPECT_EQ(message->user_name, row.user);
        EXPECT_EQ(message->authorization_id, row.authorization_id);
        EXPECT_EQ(message->nonce, row.nonce);
        EXPECT_EQ(message->bare, row.bare);
        EXPECT_EQ(message->token_authenticated, row.token);
        EXPECT_EQ(message->to_text(), row.text);
    }
}

TEST(ScramClientFirst, RefusesWhatIsOutsideTheGrammar) {
    const std::string_view rows[] = {"",
                                     "n",
                                     "n,",
                                     "n,,",
                                     "n,,n=",
                                     "n,,n=a",
                                     "n,,n=a,",
                                     "n,,n=a,r=",
                                     "n,,r=x,n=a",
                                     "y,,n=a,r=x",
                                     "p=tls-unique,,n=a,r=x",
                                     "n,b,n=a,r=x",
                                     "n,a=,n=a,r=x",
                                     "n,a=b=,n=a,r=x",
                                     "n,,n=a=,r=x",
                                     "n,,n=a=2c,r=x",
                                     "n,,n=a=2,r=x",
                                     "n,,m=ext,n=a,r=x",
                                     "n,,n=a,r=x,",
                                     "n,,n=a,r=x y",
                                     "n,,n=a,r=x\x7f",
                                     "n,,n=a,r=ü",
                                     "n,,n=a\0b,r=x"sv,
                                     "n,,n=a,r=x,1=2",
                                     "n,,n=a,r=x,ext",
                                     "n,,n=a,r=x,ext=",
                                     "n,,n=a,r=x,=1",
                                     "n,,n=a,r=x,,e=1"};
    for (const auto text : rows) {
        EXPECT_FALSE(ClientFirst::parse(text)) << text;
    }
    EXPECT_FALSE(ClientFirst::parse("n,,n=" + std::string(scram_message_size_max, 'a') + ",r=x"));
}

TEST(ScramServerFirst, IsReadAndRefused) {
    const auto message = ServerFirst::parse("r=abc,s=AAEC,i=4096,ext=1");
    ASSERT_TRUE(message);
    EXPECT_EQ(message->nonce, "abc");
    EXPECT_EQ(message->salt, (std::vector{std::byte{0}, std::byte{1}, std::byte{2}}));
    EXPECT_EQ(message->iterations, 4096);
    EXPECT_EQ(message->to_text(), "r=abc,s=AAEC,i=4096");
    for (const auto text :
         {"", "r=abc", "r=abc,s=AAEC", "r=abc,s=AAE,i=1", "r=abc,s=AAEC,i=0", "r=abc,s=AAEC,i=-1",
          "r=abc,s=AAEC,i=1x", "r=abc,s=AAEC,i=+1", "r=abc,s=AAEC,i=2147483648",
          "r=abc,s=AAEC,i=", "s=AAEC,r=abc,i=1", "m=x,r=abc,s=AAEC,i=1", "r=abc,s=AAEC,i=1,",
          "r=,s=AAEC,i=1", "e=other-error"}) {
        EXPECT_FALSE(ServerFirst::parse(text)) << text;
    }
}

TEST(ScramClientFinal, IsReadAndRefused) {
    const auto message = ClientFinal::parse("c=biws,r=abc,ext=p=1,p=AAEC");
    ASSERT_TRUE(message);
    EXPECT_EQ(message->channel_binding, "n,,");
    EXPECT_EQ(message->nonce, "abc");
    EXPECT_EQ(message->proof.size(), 3U);
    EXPECT_EQ(message->without_proof, "c=biws,r=abc,ext=p=1");
    EXPECT_EQ(message->to_text(), "c=biws,r=abc,ext=p=1,p=AAEC");
    for (const auto text : {"", ",p=", ",p=AAEC", "c=biws,p=AAEC", "c=biw,r=abc,p=AAEC",
                            "c=biws,r=abc,p=AAE", "c=biws,r=abc,p=AAEC,e=1", "r=abc,c=biws,p=AAEC",
                            "c=biws,r=abc", "c=biws,r=abc,,p=AAEC"}) {
        EXPECT_FALSE(ClientFinal::parse(text)) << text;
    }
}

TEST(ScramServerFinal, HoldsASignatureOrAnError) {
    const auto good = ServerFinal::parse("v=AAEC,ext=1");
    ASSERT_TRUE(good);
    EXPECT_EQ(good->signature.size(), 3U);
    EXPECT_EQ(good->to_text(), "v=AAEC");
    const auto bad = ServerFinal::parse("e=unknown-user");
    ASSERT_TRUE(bad);
    EXPECT_EQ(bad->error, "unknown-user");
    EXPECT_EQ(bad->to_text(), "e=unknown-user");
    for (const auto text : {"", "v", "v=A", "e=", "x=1", "v=AAEC,", "v=AAEC,e"}) {
        EXPECT_FALSE(ServerFinal::parse(text)) << text;
    }
}

}  // namespace
}  // namespace barnabas::sasl
