import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterPartitionReassignmentsOptions;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;

/**
 * Leaders and replicas through Apache Kafka's own admin client. TOPIC:PARTITION is a partition; a line
 * of the answer is a partition and, apart by blanks, what became of it: "done", or the exception's
 * simple name and its sentence.
 *
 *   elect BOOTSTRAP preferred|unclean [all | TOPIC:PARTITION...]
 *   reassign BOOTSTRAP any|same TOPIC:PARTITION=BROKER,...     "same": the number of replicas must stay;
 *                                                              without brokers: "=" is an empty list,
 *                                                              "=-" cancels
 *   list BOOTSTRAP [all | TOPIC:PARTITION...]                  "TOPIC-PARTITION replicas adding removing"
 */
public final class JavaReplicas {
    private JavaReplicas() {
    }

    public static void main(String[] arguments) throws Exception {
        try (Admin admin = Admin.create(Map.<String, Object>of("bootstrap.servers", arguments[1]))) {
            switch (arguments[0]) {
                case "elect":
                    elect(admin, arguments);
                    break;
                case "reassign":
                    reassign(admin, arguments);
                    break;
                default:
                    list(admin, partitions(arguments, 2));
                    break;
            }
        }
    }

    private static TopicPartition partition(String text) {
        int colon = text.lastIndexOf(':');
        return new TopicPartition(text.substring(0, colon),
            Integer.parseInt(text.substring(colon + 1)));
    }

    private static Optional<Set<TopicPartition>> partitions(String[] arguments, int from) {
        if (arguments.length > from && arguments[from].equals("all")) {
            return Optional.empty();
        }
        Set<TopicPartition> named = new HashSet<>();
        for (int i = from; i < arguments.length; ++i) {
            named.add(partition(arguments[i]));
        }
        return Optional.of(named);
    }

    private static String outcome(Throwable error) {
        return error.getClass().getSimpleName() + " " + error.getMessage();
    }

    private static void print(Map<TopicPartition, String> outcomes) {
        Map<String, String> sorted = new TreeMap<>();
        outcomes.forEach((partition, outcome) -> sorted.put(partition.toString(), outcome));
        sorted.forEach((partition, outcome) -> System.out.println(partition + " " + outcome));
    }

    private static void elect(Admin admin, String[] arguments) throws Exception {
        ElectionType type = ElectionType.valueOf(arguments[2].toUpperCase(Locale.ROOT));
        Map<TopicPartition, String> outcomes = new HashMap<>();
        admin.electLeaders(type, partitions(arguments, 3).orElse(null)).partitions().get()
            .forEach((partition, error) ->
                outcomes.put(partition, error.map(JavaReplicas::outcome).orElse("done")));
        print(outcomes);
    }

    private static Optional<NewPartitionReassignment> target(String text) {
        if (text.equals("-")) {
            return Optional.empty();
        }
        List<Integer> brokers = new ArrayList<>();
        for (String id : text.split(",")) {
            if (!id.isEmpty()) {
                brokers.add(Integer.parseInt(id));
            }
        }
        return Optional.of(new NewPartitionReassignment(brokers));
    }

    private static void reassign(Admin admin, String[] arguments) throws Exception {
        Map<TopicPartition, Optional<NewPartitionReassignment>> wanted = new HashMap<>();
        for (int i = 3; i < arguments.length; ++i) {
            String[] parts = arguments[i].split("=", 2);
            wanted.put(partition(parts[0]), target(parts[1]));
        }
        AlterPartitionReassignmentsOptions options = new AlterPartitionReassignmentsOptions()
            .allowReplicationFactorChange(arguments[2].equals("any"));
        Map<TopicPartition, String> outcomes = new HashMap<>();
        for (Map.Entry<TopicPartition, KafkaFuture<Void>> one
                : admin.alterPartitionReassignments(wanted, options).values().entrySet()) {
            try {
                one.getValue().get();
                outcomes.put(one.getKey(), "done");
            } catch (ExecutionException error) {
                outcomes.put(one.getKey(), outcome(error.getCause()));
            }
        }
        print(outcomes);
    }

    private static void list(Admin admin, Optional<Set<TopicPartition>> of) throws Exception {
        Map<TopicPartition, String> outcomes = new HashMap<>();
        (of.isPresent() ? admin.listPartitionReassignments(of.get())
                        : admin.listPartitionReassignments()).reassignments().get()
            .forEach((partition, one) -> outcomes.put(partition,
                one.replicas() + " " + one.addingReplicas() + " " + one.removingReplicas()));
        print(outcomes);
    }
}
