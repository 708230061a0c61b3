import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeReplicaLogDirsResult.ReplicaLogDirInfo;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.common.TopicPartitionReplica;

/**
 * Log directories through Apache Kafka's own admin client; broker 1.
 *
 *   move BOOTSTRAP TOPIC PARTITION DIRECTORY    one line: moved, or the exception's simple name
 *   where BOOTSTRAP TOPIC PARTITION             one line: the directory, the future one, its lag
 *   list BOOTSTRAP                              a line each: directory, total, usable, cordoned
 */
public final class JavaLogDirs {
    private static final int BROKER = 1;

    private JavaLogDirs() {
    }

    public static void main(String[] arguments) throws Exception {
        try (Admin admin = Admin.create(Map.<String, Object>of("bootstrap.servers", arguments[1]))) {
            switch (arguments[0]) {
                case "move":
                    move(admin, replica(arguments), arguments[4]);
                    break;
                case "where":
                    where(admin, replica(arguments));
                    break;
                default:
                    list(admin);
                    break;
            }
        }
    }

    private static TopicPartitionReplica replica(String[] arguments) {
        return new TopicPartitionReplica(arguments[2], Integer.parseInt(arguments[3]), BROKER);
    }

    private static void move(Admin admin, TopicPartitionReplica replica, String directory)
            throws InterruptedException {
        try {
            admin.alterReplicaLogDirs(Map.of(replica, directory)).all().get();
            System.out.println("moved");
        } catch (java.util.concurrent.ExecutionException error) {
            System.out.println(error.getCause().getClass().getSimpleName());
        }
    }

    private static void where(Admin admin, TopicPartitionReplica replica) throws Exception {
        ReplicaLogDirInfo info =
            admin.describeReplicaLogDirs(List.of(replica)).all().get().get(replica);
        System.out.println(info.getCurrentReplicaLogDir() + " " + info.getFutureReplicaLogDir() + " "
            + info.getFutureReplicaOffsetLag());
    }

    private static void list(Admin admin) throws Exception {
        Map<String, LogDirDescription> all =
            admin.describeLogDirs(List.of(BROKER)).allDescriptions().get().get(BROKER);
        new TreeMap<>(all).forEach((directory, description) -> System.out.println(
            directory + " " + description.totalBytes().orElse(-1) + " "
                + description.usableBytes().orElse(-1) + " " + description.isCordoned()));
    }
}
