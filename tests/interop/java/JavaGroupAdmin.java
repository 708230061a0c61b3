import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.MemberToRemove;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.admin.ShareGroupDescription;
import org.apache.kafka.clients.admin.ShareMemberDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.TopicPartition;

/**
 * Groups through Apache Kafka's own admin client: JavaGroupAdmin BOOTSTRAP. Takes a command per
 * line on standard input and answers each with a line of JSON; an error is {"error": its class}.
 *
 *   list [STATE,... [TYPE,...]]           {group: [type, state, protocol]}; - names none
 *   describe GROUP                        state, assignor, members
 *   offsets GROUP...                      {group: {topic-partition: [offset, metadata]}}
 *   alter GROUP TOPIC PARTITION OFFSET METADATA
 *   remove GROUP [INSTANCE...]            all members where none is named
 *   forget GROUP TOPIC PARTITION          deletes one committed offset
 *   delete GROUP
 *   share-describe GROUP                  state, members
 *   share-offsets GROUP                   {topic-partition: [start offset, lag]}
 *   share-alter GROUP TOPIC PARTITION OFFSET
 *   share-forget GROUP TOPIC
 *   share-delete GROUP
 */
public final class JavaGroupAdmin {
    private final Admin admin;

    private JavaGroupAdmin(Admin admin) {
        this.admin = admin;
    }

    public static void main(String[] arguments) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        Map<String, Object> settings = Map.of("bootstrap.servers", arguments[0]);
        try (Admin admin = Admin.create(settings)) {
            JavaGroupAdmin commands = new JavaGroupAdmin(admin);
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                Object answer;
                try {
                    answer = commands.run(line.split(" "));
                } catch (ExecutionException error) {
                    answer = Map.of("error", error.getCause().getClass().getSimpleName());
                }
                System.out.println(Json.of(answer));
            }
        }
    }

    private Object run(String[] words) throws Exception {
        return switch (words[0]) {
            case "list" -> list(words);
            case "describe" -> describe(words[1]);
            case "offsets" -> offsets(List.of(words).subList(1, words.length));
            case "alter" -> alter(words);
            case "remove" -> remove(words);
            case "forget" -> admin.deleteConsumerGroupOffsets(words[1],
                    Set.of(new TopicPartition(words[2], Integer.parseInt(words[3])))).all().get();
            case "delete" -> admin.deleteConsumerGroups(List.of(words[1])).all().get();
            case "share-describe" -> describeShare(words[1]);
            case "share-offsets" -> shareOffsets(words[1]);
            case "share-alter" -> admin.alterShareGroupOffsets(words[1], Map.of(
                    new TopicPartition(words[2], Integer.parseInt(words[3])),
                    Long.parseLong(words[4]))).all().get();
            case "share-forget" ->
                    admin.deleteShareGroupOffsets(words[1], Set.of(words[2])).all().get();
            case "share-delete" -> admin.deleteShareGroups(List.of(words[1])).all().get();
            default -> throw new IllegalArgumentException(words[0]);
        };
    }

    private Object list(String[] words) throws Exception {
        ListGroupsOptions options = new ListGroupsOptions();
        if (words.length > 1 && !words[1].equals("-")) {
            options.inGroupStates(Arrays.stream(words[1].split(",")).map(GroupState::parse)
                    .collect(Collectors.toSet()));
        }
        if (words.length > 2) {
            options.withTypes(Arrays.stream(words[2].split(",")).map(GroupType::parse)
                    .collect(Collectors.toSet()));
        }
        Map<String, Object> found = new HashMap<>();
        admin.listGroups(options).all().get().forEach(group -> found.put(group.groupId(), List.of(
                group.type().map(GroupType::toString).orElse(""),
                group.groupState().map(GroupState::toString).orElse(""), group.protocol())));
        return found;
    }

    private Object describe(String group) throws Exception {
        ConsumerGroupDescription found =
                admin.describeConsumerGroups(List.of(group)).all().get().get(group);
        List<Object> members = new ArrayList<>();
        for (MemberDescription member : found.members()) {
            Map<String, Object> shown = new HashMap<>();
            shown.put("client", member.clientId());
            shown.put("host", member.host());
            shown.put("instance", member.groupInstanceId().orElse(null));
            shown.put("upgraded", member.upgraded().orElse(null));
            shown.put("partitions", numbers(member.assignment().topicPartitions()));
            shown.put("target", member.targetAssignment()
                    .map(target -> numbers(target.topicPartitions())).orElse(null));
            members.add(shown);
        }
        return Map.of("state", found.groupState(), "type", found.type(),
                "assignor", found.partitionAssignor(), "coordinator", found.coordinator().id(),
                "simple", found.isSimpleConsumerGroup(), "members", members);
    }

    private static List<Integer> numbers(Set<TopicPartition> partitions) {
        return partitions.stream().map(TopicPartition::partition).sorted().toList();
    }

    private Object offsets(List<String> groups) throws Exception {
        Map<String, ListConsumerGroupOffsetsSpec> asked = new HashMap<>();
        groups.forEach(group -> asked.put(group, new ListConsumerGroupOffsetsSpec()));
        Map<String, Object> found = new HashMap<>();
        admin.listConsumerGroupOffsets(asked).all().get().forEach((group, offsets) -> {
            Map<String, Object> shown = new HashMap<>();
            offsets.forEach((partition, offset) -> shown.put(partition.toString(),
                    offset == null ? null : List.of(offset.offset(), offset.metadata())));
            found.put(group, shown);
        });
        return found;
    }

    private Object describeShare(String group) throws Exception {
        ShareGroupDescription found =
                admin.describeShareGroups(List.of(group)).all().get().get(group);
        List<Object> members = new ArrayList<>();
        for (ShareMemberDescription member : found.members()) {
            members.add(Map.of("id", member.consumerId(), "client", member.clientId(),
                    "host", member.host(),
                    "partitions", numbers(member.assignment().topicPartitions())));
        }
        return Map.of("state", found.groupState(), "coordinator", found.coordinator().id(),
                "members", members);
    }

    private Object shareOffsets(String group) throws Exception {
        Map<String, Object> found = new HashMap<>();
        admin.listShareGroupOffsets(Map.of(group, new ListShareGroupOffsetsSpec()))
                .partitionsToOffsetInfo(group).get().forEach((partition, offset) -> found.put(
                        partition.toString(), offset == null ? null
                                : List.of(offset.startOffset(), offset.lag().orElse(-1L))));
        return found;
    }

    private Object alter(String[] words) throws Exception {
        return admin.alterConsumerGroupOffsets(words[1], Map.of(
                new TopicPartition(words[2], Integer.parseInt(words[3])),
                new OffsetAndMetadata(Long.parseLong(words[4]), words[5]))).all().get();
    }

    private Object remove(String[] words) throws Exception {
        List<MemberToRemove> members =
                Arrays.stream(words).skip(2).map(MemberToRemove::new).toList();
        return admin.removeMembersFromConsumerGroup(words[1], members.isEmpty()
                ? new RemoveMembersFromConsumerGroupOptions()
                : new RemoveMembersFromConsumerGroupOptions(members)).all().get();
    }
}
