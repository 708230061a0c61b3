#include "cli/cluster/api_versions_text.h"
#include "cli/cluster/cluster_command.h"
#include "cli/cluster/features_command.h"
#include "unit/cli/options_of.h"

#include <gtest/gtest.h>

namespace barnabas::cli {
namespace {

TEST(Cluster, EndpointsAreATable) {
    admin::ClusterDescription cluster;
    admin::ClusterDescription::Broker broker;
    broker.id = BrokerId(1);
    broker.host = "localhost";
    broker.port = 9092;
    cluster.brokers = {broker};
    EXPECT_EQ(endpoints_table(cluster),
              "ID         HOST      PORT       RACK       STATE      ENDPOINT_TYPE  \n"
              "1          localhost 9092       null       unfenced   broker         \n");
    cluster.brokers.front().fenced = true;
    cluster.brokers.front().rack = "west-coast-1";
    EXPECT_EQ(endpoints_table(cluster),
              "ID         HOST      PORT       RACK         STATE      ENDPOINT_TYPE  \n"
              "1          localhost 9092       west-coast-1 fenced     broker         \n");
}

TEST(ApiVersions, SayWhatCanBeUsed) {
    const admin::BrokerApiVersions versions{
        .node = {.id = BrokerId(1), .host = "h", .port = 9092},
        .apis =
            {{.api_key = 0, .name = "Produce", .version_min = 0, .version_max = 13, .usable = 13},
             {.api_key = 3, .name = "Metadata", .version_min = 99, .version_max = 99, .usable = {}},
             {.api_key = 18,
              .name = "ApiVersions",
              .version_min = 0,
              .version_max = 0,
              .usable = {}}},
        .unsupported =
            {{.api_key = 1, .name = "Fetch", .version_min = 4, .version_max = 18, .usable = {}}},
    };
    EXPECT_EQ(api_versions_text(versions),
              "h:9092 (id: 1 rack: null isFenced: false) -> (\n"
              "\tProduce(0): 0 to 13 [usable: 13],\n"
              "\tFetch(1): UNSUPPORTED,\n"
              "\tMetadata(3): 99 [unusable: node too new],\n"
              "\tApiVersions(18): 0 [unusable: node too old]\n"
              ")\n");
}

TEST(Features, AreColumns) {
    admin::FeatureMetadata features;
    features.supported["group.version"] = {.version_min = 0, .version_max = 1};
    features.finalized["group.version"] = {.version_min = 1, .version_max = 1};
    features.finalized_epoch = 7;
    EXPECT_EQ(features_text(features),
              "Feature: group.version                             SupportedMinVersion: 0           "
              "     SupportedMaxVersion: 1                FinalizedVersionLevel: 1                "
              "Epoch: 7\n");
}

TEST(Features, OfMetadataAreReleases) {
    admin::FeatureMetadata features;
    features.supported["metadata.version"] = {.version_min = 7, .version_max = 33};
    features.finalized["metadata.version"] = {.version_min = 35, .version_max = 35};
    EXPECT_EQ(features_text(features),
              "Feature: metadata.version                          SupportedMinVersion: 3.3-IV3     "
              "     SupportedMaxVersion: 4.4-IV2          FinalizedVersionLevel: UNKNOWN 35       "
              "Epoch: -\n");
}

TEST(Features, LevelsAreRead) {
    EXPECT_EQ(parse_feature_level("group.version=1").value(),
              (FeatureLevel{.name = "group.version", .level = 1}));
    EXPECT_EQ(parse_feature_level(" a = 2 ").value(), (FeatureLevel{.name = "a", .level = 2}));
    EXPECT_EQ(sentence(parse_feature_level("group.version")),
              "Can't parse feature=level string group.version: equals sign not found.");
    EXPECT_EQ(sentence(parse_feature_level("a=99999")),
              "Can't parse feature=level string a=99999: unable to parse 99999 as a short.");
}

}  // namespace
}  // namespace barnabas::cli
