import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.metadata.ConfigRecord;
import org.apache.kafka.common.metadata.PartitionRecord;
import org.apache.kafka.common.metadata.ProducerIdsRecord;
import org.apache.kafka.common.metadata.TopicRecord;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.metadata.bootstrap.BootstrapMetadata;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * Writes the bootstrap snapshot of __cluster_metadata by which Apache Kafka, one KRaft node, knows
 * the topics whose logs lie in its directories: the admin client could not choose their ids.
 *
 *   KRaftMetadata DIRECTORY NODE FILE
 *
 * DIRECTORY is the first log directory. FILE has a line each, words between tabs:
 *   producers NEXT_ID
 *   topic NAME ID
 *   config TOPIC_NAME NAME VALUE
 *   partition TOPIC_ID NUMBER LEADER_EPOCH DIRECTORY_ID
 */
public final class KRaftMetadata {
    private static final MetadataVersion VERSION = MetadataVersion.latestProduction();
    private static final short STATIC_QUORUM = 0;

    private KRaftMetadata() {
    }

    public static void main(String[] arguments) throws Exception {
        int node = Integer.parseInt(arguments[1]);
        List<ApiMessageAndVersion> records = new ArrayList<>(
            BootstrapMetadata.fromVersions(VERSION, features(), "Kafka's defaults").records());
        for (String line : Files.readAllLines(Path.of(arguments[2]))) {
            records.add(record(line.split("\t", -1), node));
        }
        Formatter.writeBoostrapSnapshot(arguments[0],
            BootstrapMetadata.fromRecords(records, "log directories"), Optional.empty(),
            STATIC_QUORUM, "CONTROLLER");
    }

    private static Map<String, Short> features() {
        Map<String, Short> levels = new HashMap<>();
        for (Feature feature : Feature.PRODUCTION_FEATURES) {
            if (feature != Feature.KRAFT_VERSION) {
                levels.put(feature.featureName(), feature.defaultLevel(VERSION));
            }
        }
        return levels;
    }

    private static ApiMessageAndVersion record(String[] words, int node) {
        switch (words[0]) {
            case "producers":
                return plain(new ProducerIdsRecord().setBrokerId(node).setBrokerEpoch(0)
                    .setNextProducerId(Long.parseLong(words[1])));
            case "topic":
                return plain(new TopicRecord().setName(words[1])
                    .setTopicId(Uuid.fromString(words[2])));
            case "config":
                return plain(new ConfigRecord().setResourceType(ConfigResource.Type.TOPIC.id())
                    .setResourceName(words[1]).setName(words[2]).setValue(words[3]));
            case "partition":
                return new ApiMessageAndVersion(new PartitionRecord()
                    .setTopicId(Uuid.fromString(words[1]))
                    .setPartitionId(Integer.parseInt(words[2]))
                    .setReplicas(List.of(node)).setIsr(List.of(node)).setLeader(node)
                    .setLeaderEpoch(Integer.parseInt(words[3])).setPartitionEpoch(0)
                    .setDirectories(List.of(Uuid.fromString(words[4]))),
                    VERSION.partitionRecordVersion());
            default:
                throw new IllegalArgumentException("\"" + words[0] + "\" is none of producers, "
                    + "topic, config, partition");
        }
    }

    private static ApiMessageAndVersion plain(ApiMessage message) {
        return new ApiMessageAndVersion(message, (short) 0);
    }
}
