import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads COUNT records of SIZE bytes that rdkafka_bench wrote, through Kafka's own Java consumer with
 * its default settings, proves every byte, and prints one line of JSON.
 * ConsumerPerformance needs a consumer group and looks at no byte; this assigns the partitions.
 *
 * <p>Arguments: BOOTSTRAP TOPIC PARTITIONS COUNT SIZE TIMEOUT_SECONDS
 */
public final class AssignedConsumer {
    static KafkaConsumer<byte[], byte[]> assigned(String bootstrap, String topic, int partitions) {
        Properties properties = new Properties();
        properties.put("bootstrap.servers", bootstrap);
        properties.put("enable.auto.commit", "false");
        KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        List<TopicPartition> all = new ArrayList<>();
        for (int i = 0; i < partitions; i++) all.add(new TopicPartition(topic, i));
        consumer.assign(all);
        consumer.seekToBeginning(all);
        return consumer;
    }

    public static void main(String[] args) {
        String topic = args[1];
        int partitions = Integer.parseInt(args[2]);
        long count = Long.parseLong(args[3]);
        int size = Integer.parseInt(args[4]);
        long deadline = System.nanoTime() + Long.parseLong(args[5]) * 1_000_000_000L;
        OwnPayload payloads = new OwnPayload(size);
        long[] expected = new long[partitions];
        for (int i = 0; i < partitions; i++) expected[i] = i;
        long records = 0;
        long start = System.nanoTime();
        try (KafkaConsumer<byte[], byte[]> consumer = assigned(args[0], topic, partitions)) {
            while (records < count) {
                ConsumerRecords<byte[], byte[]> polled = consumer.poll(Duration.ofMillis(100));
                for (ConsumerRecord<byte[], byte[]> record : polled) {
                    if (!payloads.matches(record.value(), expected[record.partition()])) {
                        throw new IllegalStateException("partition " + record.partition() + " offset "
                                + record.offset() + " is not record " + expected[record.partition()]);
                    }
                    expected[record.partition()] += partitions;
                }
                records += polled.count();
                if (System.nanoTime() > deadline) throw new IllegalStateException("out of time reading");
            }
        }
        if (records != count) throw new IllegalStateException(records + " records where " + count + " were");
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf(
                "{\"records\":%d,\"bytes\":%d,\"seconds\":%.6f,\"records_per_s\":%.0f,\"mb_per_s\":%.2f}%n",
                records, records * size, seconds, records / seconds, records * size / 1e6 / seconds);
    }
}
