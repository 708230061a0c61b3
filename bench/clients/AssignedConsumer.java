import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
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
    private static final int HEADER_BYTES = 16;
    private static final int NOISE_PLACES = 1 << 20;
    private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;

    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    private static void putLong(byte[] bytes, int at, long value) {
        for (int i = 0; i < 8; i++) bytes[at + i] = (byte) (value >>> (8 * i));
    }

    private static long getLong(byte[] bytes, int at) {
        long value = 0;
        for (int i = 7; i >= 0; i--) value = (value << 8) | (bytes[at + i] & 0xff);
        return value;
    }

    /** The same rules as class OwnPayload in payload.cc. */
    private static byte[] makeNoise(int size) {
        byte[] noise = new byte[NOISE_PLACES + size + 8];
        long seed = 0;
        for (int i = 0; i + 8 <= noise.length; i += 8) {
            seed += GOLDEN_GAMMA;
            putLong(noise, i, mix(seed));
        }
        return noise;
    }

    private static boolean matches(byte[] payload, int size, long counter, byte[] noise) {
        if (payload.length != size || getLong(payload, 0) != counter) return false;
        if (getLong(payload, 8) != mix(counter)) return false;
        int place = (int) Long.remainderUnsigned(mix(counter + GOLDEN_GAMMA), NOISE_PLACES);
        return Arrays.equals(
                payload, HEADER_BYTES, size, noise, place, place + size - HEADER_BYTES);
    }

    private static KafkaConsumer<byte[], byte[]> assigned(String bootstrap, String topic, int partitions) {
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
        byte[] noise = makeNoise(size);
        long[] expected = new long[partitions];
        for (int i = 0; i < partitions; i++) expected[i] = i;
        long records = 0;
        long start = System.nanoTime();
        try (KafkaConsumer<byte[], byte[]> consumer = assigned(args[0], topic, partitions)) {
            while (records < count) {
                ConsumerRecords<byte[], byte[]> polled = consumer.poll(Duration.ofMillis(100));
                for (ConsumerRecord<byte[], byte[]> record : polled) {
                    if (!matches(record.value(), size, expected[record.partition()], noise)) {
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
