#include "broker/config/rows.h"

namespace barnabas::broker {
namespace {

using enum ConfigType;
using enum ConfigScope;
using enum ConfigImportance;

constexpr std::string_view because_zk =
    "ZooKeeper ensembles are not supported yet: leave it out, and the broker keeps the cluster's "
    "state in its own data directory";
constexpr std::string_view because_zkopt = "it has a meaning only beside zookeeper.connect";
constexpr std::string_view because_version = "Barnabas speaks all versions at once";
constexpr std::string_view because_format = "records are stored in format 2";
constexpr std::string_view because_acl = "access control is not supported yet";
constexpr std::string_view because_token = "delegation tokens are not supported yet";
constexpr std::string_view because_one_coordinator =
    "there is one group coordinator, the newer one";
constexpr std::string_view because_committed = "commits wait until they are committed, as with -1";
constexpr std::string_view because_encoder = "dynamic passwords are not supported yet";
constexpr std::string_view because_id = "node.id has a default, and no number is drawn";
constexpr std::string_view because_one = "a single broker has no separate controller traffic";
constexpr std::string_view because_jmx = "metrics are served over HTTP: see metrics.listeners";
constexpr std::string_view because_skew =
    "log.message.timestamp.before.max.ms and log.message.timestamp.after.max.ms took its place";

constexpr ConfigRow rows[] = {
    {"allow.everyone.if.no.acl.found", boolean, "false", any_value(), read_only, low,
     "Whether what no ACL mentions is open to everybody.", no_effect(because_acl), internal_only},
    {"auto.include.jmx.reporter", boolean, "true", any_value(), read_only, low,
     "Whether the JMX reporter is loaded unasked.", no_effect(because_jmx), internal_only},
    {"broker.id.generation.enable", boolean, "true", any_value(), read_only, low,
     "Whether a broker without a number draws one.", no_effect(because_id), internal_only},
    {"control.plane.listener.name", string, nullptr, any_value(), read_only, low,
     "The listener for requests of the controller.", no_effect(because_one), internal_only},
    {"delegation.token.master.key", password, nullptr, any_value(), read_only, low,
     "The secret that delegation tokens are signed with.", no_effect(because_token), internal_only},
    {"group.coordinator.new.enable", boolean, "false", any_value(), read_only, low,
     "Whether the newer group coordinator is used.", no_effect(because_one_coordinator),
     internal_only},
    {"inter.broker.protocol.version", string, nullptr, any_value(), read_only, low,
     "The version of the protocol among brokers.", no_effect(because_version), internal_only},
    {"log.message.downconversion.enable", boolean, "true", any_value(), read_only, low,
     "Whether records are converted for old consumers.", no_effect(because_format), internal_only},
    {"log.message.format.version", string, nullptr, any_value(), read_only, low,
     "The format that records are stored in.", no_effect(because_format), internal_only},
    {"log.message.timestamp.difference.max.ms", int64, "9223372036854775807", any_value(),
     read_only, low, "How far a record's timestamp may lie from the time of its append.",
     no_effect(because_skew), internal_only},
    {"offsets.commit.required.acks", int16, "-1", any_value(), read_only, low,
     "The acknowledgements that a commit of offsets waits for.", no_effect(because_committed),
     internal_only},
    {"password.encoder.cipher.algorithm", string, "AES/CBC/PKCS5Padding", any_value(), read_only,
     low, "The cipher for dynamic passwords.", no_effect(because_encoder), internal_only},
    {"password.encoder.iterations", int32, "4096", any_value(), read_only, low,
     "The iterations of the key for dynamic passwords.", no_effect(because_encoder), internal_only},
    {"password.encoder.key.length", int32, "128", any_value(), read_only, low,
     "The length of the key for dynamic passwords.", no_effect(because_encoder), internal_only},
    {"password.encoder.keyfactory.algorithm", string, nullptr, any_value(), read_only, low,
     "How the key for dynamic passwords is made.", no_effect(because_encoder), internal_only},
    {"password.encoder.old.secret", password, nullptr, any_value(), read_only, low,
     "The secret that dynamic passwords were encoded with before.", no_effect(because_encoder),
     internal_only},
    {"password.encoder.secret", password, nullptr, any_value(), read_only, low,
     "The secret that dynamic passwords are encoded with.", no_effect(because_encoder),
     internal_only},
    {"reserved.broker.max.id", int32, "1000", any_value(), read_only, low,
     "The largest number that is not drawn.", no_effect(because_id), internal_only},
    {"super.users", string, nullptr, any_value(), read_only, low,
     "The principals that may do everything.", no_effect(because_acl), internal_only},
    {"zookeeper.clientCnxnSocket", string, nullptr, any_value(), read_only, low,
     "ZooKeeper's socket class.", no_effect(because_zkopt), internal_only},
    {"zookeeper.connect", string, nullptr, any_value(), read_only, low,
     "The ZooKeeper ensemble that holds the cluster's state.", refused(because_zk), internal_only},
    {"zookeeper.connection.timeout.ms", int32, nullptr, any_value(), read_only, low,
     "How long to wait for a connection to ZooKeeper.", no_effect(because_zkopt), internal_only},
    {"zookeeper.max.in.flight.requests", int32, "10", any_value(), read_only, low,
     "How many requests to ZooKeeper may be open.", no_effect(because_zkopt), internal_only},
    {"zookeeper.metadata.migration.enable", boolean, "false", any_value(), read_only, low,
     "Whether the cluster moves to KRaft.", no_effect(because_zkopt), internal_only},
    {"zookeeper.metadata.migration.min.batch.size", int32, "200", any_value(), read_only, low,
     "The batches of a move to KRaft.", no_effect(because_zkopt), internal_only},
    {"zookeeper.session.timeout.ms", int32, "18000", any_value(), read_only, low,
     "How long a ZooKeeper session outlives its connection.", no_effect(because_zkopt),
     internal_only},
    {"zookeeper.set.acl", boolean, "false", any_value(), read_only, low,
     "Whether nodes get ZooKeeper's ACLs.", no_effect(because_zkopt), internal_only},
    {"zookeeper.ssl.cipher.suites", list, nullptr, any_value(), read_only, low,
     "The cipher suites towards ZooKeeper.", no_effect(because_zkopt), internal_only},
    {"zookeeper.ssl.client.enable", boolean, "false", any_value(), read_only, low,
     "Whether TLS is used towards ZooKeeper.", no_effect(because_zkopt), internal_only},
    {"zookeeper.ssl.crl.enable", boolean, "false", any_value(), read_only, low,
     "Whether revocation lists are asked for ZooKeeper's certificate.", no_effect(because_zkopt),
     internal_only},
    {"zookeeper.ssl.enabled.protocols", list, nullptr, any_value(), read_only, low,
     "The versions of TLS towards ZooKeeper.", no_effect(because_zkopt), internal_only},
    {"zookeeper.ssl.endpoint.identification.algorithm", string, "HTTPS", any_value(), read_only,
     low, "How ZooKeeper's name is compared with its certificate.", no_effect(because_zkopt),
     internal_only},
    {"zookeeper.ssl.keystore.location", string, nullptr, any_value(), read_only, low,
     "The key store towards ZooKeeper.", no_effect(because_zkopt), internal_only},
    {"zookeeper.ssl.keystore.password", password, nullptr, any_value(), read_only, low,
     "The password of the key store towards ZooKeeper.", no_effect(because_zkopt), internal_only},
    {"zookeeper.ssl.keystore.type", string, nullptr, any_value(), read_only, low,
     "The form of the key store towards ZooKeeper.", no_effect(because_zkopt), internal_only},
    {"zookeeper.ssl.ocsp.enable", boolean, "false", any_value(), read_only, low,
     "Whether OCSP is asked for ZooKeeper's certificate.", no_effect(because_zkopt), internal_only},
    {"zookeeper.ssl.protocol", string, "TLSv1.2", any_value(), read_only, low,
     "The version of TLS towards ZooKeeper.", no_effect(because_zkopt), internal_only},
    {"zookeeper.ssl.truststore.location", string, nullptr, any_value(), read_only, low,
     "The trust store towards ZooKeeper.", no_effect(because_zkopt), internal_only},
    {"zookeeper.ssl.truststore.password", password, nullptr, any_value(), read_only, low,
     "The password of the trust store towards ZooKeeper.", no_effect(because_zkopt), internal_only},
    {"zookeeper.ssl.truststore.type", string, nullptr, any_value(), read_only, low,
     "The form of the trust store towards ZooKeeper.", no_effect(because_zkopt), internal_only},
};

}  // namespace

std::span<const ConfigRow> legacy_rows() {
    return rows;
}

}  // namespace barnabas::broker
