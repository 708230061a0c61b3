#include "cli/profiles/profile_choice.h"
#include "cli/profiles/profile_file.h"
#include "cli/profiles/program_output.h"
#include "cli/profiles/secrets.h"
#include "unit/cli/options_of.h"

#include <gtest/gtest.h>

#include <array>
#include <map>

namespace barnabas::cli {
namespace {

constexpr std::string_view path = "config.toml";

TEST(ProfileFile, IsToml) {
    const auto file = parse_profiles(R"(
default_profile = "local"

[profiles.local]
bootstrap_servers = "localhost:9092"

[profiles.production]
bootstrap_servers = ["a:1", "b:2"]
username = "billing"
password_command = ["pass", "show", "kafka"]

[profiles.production.properties]
"client.id" = "me"
sasl.mechanism = "PLAIN"
request.timeout.ms = 500
check.crcs = true

[profiles.production.secrets]
"ssl.key.password" = { file = "key.password" }
ssl.truststore.password.environment = "TRUST"
)",
                                     path);
    ASSERT_TRUE(file) << file.error().message;
    EXPECT_EQ(file->default_profile, "local");
    EXPECT_EQ(file->profiles.at("local"), (Profile{.bootstrap_servers = "localhost:9092"}));
    const auto& production = file->profiles.at("production");
    EXPECT_EQ(production.bootstrap_servers, "a:1,b:2");
    EXPECT_EQ(production.username, "billing");
    EXPECT_EQ(production.password, (SecretSource{.kind = SecretSource::Kind::command,
                                                 .words = {"pass", "show", "kafka"}}));
    EXPECT_EQ(production.properties, (ClientConfig{{"client.id", "me"},
                                                   {"sasl.mechanism", "PLAIN"},
                                                   {"request.timeout.ms", "500"},
                                                   {"check.crcs", "true"}}));
    const std::map<std::string, SecretSource> secrets{
        {"ssl.key.password", {.kind = SecretSource::Kind::file, .words = {"key.password"}}},
        {"ssl.truststore.password", {.kind = SecretSource::Kind::environment, .words = {"TRUST"}}}};
    EXPECT_EQ(production.secrets, secrets);
    EXPECT_FALSE(production.holds_secrets());
    EXPECT_EQ(*parse_profiles("", path), ProfileFile());
}

TEST(ProfileFile, ErrorsNameTheLineAndTheNearestKey) {
    const std::pair<std::string, std::string> rows[] = {
        {"profile = 1", "config.toml:1: the file has no key 'profile'; the nearest is 'profiles'"},
        {"\n\n[profiles.a]\nbootstrap_server = 'x:1'",
         "config.toml:4: profile 'a' has no key 'bootstrap_server'; the nearest is "
         "'bootstrap_servers'"},
        {"profiles = 1", "config.toml:1: 'profiles' must be a table: [profiles.NAME]"},
        {"[profiles]\na = 1", "config.toml:2: 'a' must be a table: [profiles.NAME]"},
        {"default_profile = 'b'\n[profiles.a]",
         "config.toml:1: default_profile names 'b', which is not there"},
        {"[profiles.a]\nbootstrap_servers = 9092",
         "config.toml:2: 'bootstrap_servers' must be a text that is not empty"},
        {"[profiles.a]\nbootstrap_servers = []",
         "config.toml:2: 'bootstrap_servers' must not be empty"},
        {"[profiles.a.properties]\nacks = []",
         "config.toml:2: property 'acks' must be a text, a number, true or false"},
        {"[profiles.a]\nusername = 'u'",
         "config.toml:1: profile 'a' must have both or neither of 'username' and one of "
         "'password_file', 'password_command', 'password_environment'"},
        {"[profiles.a]\nusername = 'u'\npassword_file = 'f'\npassword_command = 'c'",
         "config.toml:4: profile 'a' has its password in two ways"},
        {"[profiles.a]\nusername = 'u'\npassword_file = ['f', 'g']",
         "config.toml:3: 'password_file' must be one text"},
        {"[profiles.a.secrets.x]\nfil = 'f'",
         "config.toml:2: secret 'x' has no key 'fil'; the nearest is 'file'"},
        {"[profiles.a.secrets.x]\nfile = 'f'\ncommand = 'c'",
         "config.toml:1: secret 'x' must have one of 'file', 'command', 'environment'"},
    };
    for (const auto& [text, want] : rows) {
        EXPECT_EQ(sentence(parse_profiles(text, path)), want) << text;
    }
    // All but the first once ran into what the library takes for impossible.
    for (const std::string text :
         {"a = 1\nb = = 2", "\n[=]", "\n[[é]]", "\n[\x01", "\na = é", "\na = 1 Ж"}) {
        EXPECT_TRUE(sentence(parse_profiles(text, path)).starts_with("config.toml:2: ")) << text;
    }
}

TEST(ProfileFile, ProfilesAreFoundByName) {
    const auto file = *parse_profiles("[profiles.staging]\n[profiles.local]", path);
    EXPECT_TRUE(find_profile(file, "local", path));
    EXPECT_EQ(sentence(find_profile(file, "stagin", path)),
              "config.toml has no profile 'stagin'; the nearest is 'staging'");
    EXPECT_EQ(sentence(find_profile({}, "local", path)),
              "there is no profile 'local': config.toml has no [profiles.local]");
}

TEST(ProfileFile, KnowsSecretsByTheirNames) {
    for (const auto* name : {"ssl.key.password", "sasl.jaas.config", "ssl.keystore.key",
                             "sasl.oauthbearer.client.credentials.client.secret"}) {
        EXPECT_TRUE(is_secret_property(name)) << name;
        EXPECT_TRUE((Profile{.properties = {{name, "x"}}}).holds_secrets()) << name;
    }
    EXPECT_FALSE(is_secret_property("ssl.key.location"));
}

TEST(ProfileChoice, TheLineGoesBeforeTheEnvironmentAndTheFile) {
    struct Row {
        ProfileWish wish;
        std::optional<std::string> environment;
        std::optional<std::string> file_default;
        std::optional<std::string> want;
    };
    const Row rows[] = {
        {{}, {}, {}, {}},
        {{}, {}, "file", "file"},
        {{}, "env", "file", "env"},
        {{}, "", "file", "file"},
        {{.name = "line"}, "env", "file", "line"},
        {{.names_servers = true}, "env", "file", {}},  // somebody else's servers
        {{.name = "line", .names_servers = true}, "env", "file", "line"},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(wished_profile(row.wish, row.environment, row.file_default), row.want);
    }
}

class FakeSecrets final : public SecretReader {
public:
    Result<std::string> file(const std::string& name) override {
        return name == "gone" ? Result<std::string>(fail(ErrorCode::kafka_storage_error, "no file"))
                              : Result<std::string>("of file " + name + "\r\n");
    }
    Result<std::string> output_of(const std::vector<std::string>& words) override {
        return "of " + words.back() + "\n\n";
    }
    std::optional<std::string> environment(const std::string& name) override {
        return name == "SET" ? std::optional<std::string>("of environment") : std::nullopt;
    }
};

TEST(Secrets, BecomeProperties) {
    using Kind = SecretSource::Kind;
    FakeSecrets reader;
    const Profile profile{.properties = {{"sasl.mechanism", "SCRAM-SHA-256"}, {"acks", "1"}},
                          .username = "a\"b",
                          .password = SecretSource{.kind = Kind::command, .words = {"pass", "me"}},
                          .secrets = {{"one", {.kind = Kind::file, .words = {"f"}}},
                                      {"two", {.kind = Kind::environment, .words = {"SET"}}}}};
    const auto properties = profile_properties(profile, reader);
    ASSERT_TRUE(properties) << properties.error().message;
    EXPECT_EQ(*properties,
              (ClientConfig{{"acks", "1"},
                            {"one", "of file f"},
                            {"two", "of environment"},
                            {"sasl.mechanism", "SCRAM-SHA-256"},
                            {"sasl.jaas.config",
                             R"(org.apache.kafka.common.security.scram.ScramLoginModule required )"
                             R"(username="a\"b" password="of me";)"}}));
}

TEST(Secrets, WhatIsNotToBeHadIsNamed) {
    using Kind = SecretSource::Kind;
    FakeSecrets reader;
    const std::pair<Profile, std::string> rows[] = {
        {{.secrets = {{"one", {.kind = Kind::file, .words = {"gone"}}}}}, "secret 'one': no file"},
        {{.secrets = {{"one", {.kind = Kind::environment, .words = {"UNSET"}}}}},
         "secret 'one': the environment has no UNSET"},
        {{.properties = {{"sasl.mechanism", "GSSAPI"}},
          .username = "u",
          .password = SecretSource{.kind = Kind::file, .words = {"f"}}},
         "a profile with 'username' needs the property sasl.mechanism, one of PLAIN, "
         "SCRAM-SHA-256, SCRAM-SHA-512; it is 'GSSAPI'"},
    };
    for (const auto& [profile, want] : rows) {
        EXPECT_EQ(sentence(profile_properties(profile, reader)), want);
    }
}

constexpr std::array server_options{bootstrap_server_option, command_config_option,
                                    Option{.name = "topic", .argument = Argument::required}};
constexpr Syntax asks{.options = server_options};
constexpr std::array other_options{Option{.name = "topic", .argument = Argument::required}};
constexpr Syntax asks_nobody{.options = other_options};

TEST(ProfilesOfALine, FillInWhatItDoesNotSay) {
    const ProfileSource source =
        [](const ProfileWish& wish) -> Result<std::optional<ChosenProfile>> {
        const auto name = wished_profile(wish, std::nullopt, "standard");
        if (!name) {
            return std::nullopt;
        }
        return ChosenProfile{
            .name = *name, .bootstrap_servers = *name + ":1", .properties = {{"client.id", *name}}};
    };
    const auto read = [&](const Syntax& syntax, const std::string& line) {
        return parse_options(syntax, words_of(line), source);
    };
    auto given = read(asks, "--topic t");
    ASSERT_TRUE(given) << given.error().message;
    EXPECT_EQ(given->text("bootstrap-server"), "standard:1");
    EXPECT_TRUE(given->has_servers_of_profile());
    EXPECT_EQ(given->profile().at("client.id"), "standard");
    given = read(asks, "--bootstrap-server me:2");
    EXPECT_EQ(given->text("bootstrap-server"), "me:2");
    EXPECT_TRUE(given->profile().empty());
    given = read(asks, "--bootstrap-server me:2 --profile other");
    EXPECT_EQ(given->text("bootstrap-server"), "me:2");
    EXPECT_FALSE(given->has_servers_of_profile());
    EXPECT_EQ(given->profile().at("client.id"), "other");
    EXPECT_EQ(sentence(read(asks_nobody, "--profile other")), "profile is not a recognized option");
    EXPECT_TRUE(read(asks_nobody, "--topic t")->profile().empty());
    EXPECT_TRUE(read(asks, "--help")->profile().empty());
    // Words without options may be servers, as in e2e-latency's old form.
    EXPECT_TRUE(read(asks, "a:1 t 5")->profile().empty());
    EXPECT_EQ(read(asks, "a:1 t 5 --profile p")->profile().at("client.id"), "p");
}

TEST(ProgramOutput, IsWhatItPrints) {
    EXPECT_EQ(program_output({"echo", "a b"}, 10s), "a b\n");
    EXPECT_EQ(sentence(program_output({"false"}, 10s)), "false: it ended with 1");
    EXPECT_EQ(sentence(program_output({"/nowhere/at/all"}, 10s)),
              "/nowhere/at/all: it cannot be run: No such file or directory");
    EXPECT_EQ(sentence(program_output({"yes"}, 10s)), "yes: it printed more than 65536 bytes");
    EXPECT_EQ(sentence(program_output({"sleep", "100"}, 1ms)), "sleep: it took longer than 0 s");
}

}  // namespace
}  // namespace barnabas::cli
