import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * A bank's teller: it takes orders and books each as two records, in one transaction with its place
 * among the orders.
 *
 *   JavaTeller BOOTSTRAP GROUP TRANSACTIONAL_ID ORDERS BOOKINGS ACCOUNTS [--set name=value]...
 *
 * An order's value is a number n; it moves 1 + n % 97 from account 7919 n % ACCOUNTS to another of
 * the same partition, the one 1 + n % (ACCOUNTS - 1) further on. A booking goes to the partition of
 * its order; its key is the account and its value "OFFSET OF THE ORDER, what the account gets".
 *
 * It prints a line of JSON per event: assigned and revoked with partitions, committed with a number
 * of orders, aborted with an error. Fenced, it says so and ends with 3.
 */
public final class JavaTeller implements ConsumerRebalanceListener {
    private static final int FENCED = 3;

    private final String orders;
    private final String bookings;
    private final int accounts;
    private final KafkaConsumer<String, String> consumer;
    private final KafkaProducer<String, String> producer;

    private JavaTeller(String[] arguments) {
        orders = arguments[3];
        bookings = arguments[4];
        accounts = Integer.parseInt(arguments[5]);
        Properties settings = new Properties();
        settings.putAll(Map.of("bootstrap.servers", arguments[0], "group.id", arguments[1],
                "auto.offset.reset", "earliest", "enable.auto.commit", "false",
                "isolation.level", "read_committed"));
        for (int i = 6; i + 1 < arguments.length; i += 2) {
            String[] pair = arguments[i + 1].split("=", 2);
            settings.put(pair[0], pair[1]);
        }
        consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer());
        // Small batches: a transaction has several in each partition, which may be torn apart.
        producer = new KafkaProducer<>(Map.of("bootstrap.servers", arguments[0],
                "transactional.id", arguments[2], "batch.size", 256), new StringSerializer(),
                new StringSerializer());
    }

    public static void main(String[] arguments) {
        JavaTeller teller = new JavaTeller(arguments);
        try {
            teller.run();
        } catch (ProducerFencedException error) {
            say(Map.of("event", "fenced", "error", error.toString()));
            Runtime.getRuntime().halt(FENCED);
        } catch (KafkaException error) {
            error.printStackTrace();
            Runtime.getRuntime().halt(1);
        }
    }

    private void run() {
        producer.initTransactions();
        consumer.subscribe(List.of(orders), this);
        while (true) {
            ConsumerRecords<String, String> taken = consumer.poll(Duration.ofMillis(200));
            if (taken.isEmpty()) {
                continue;
            }
            try {
                book(taken);
                say(Map.of("event", "committed", "orders", taken.count()));
            } catch (ProducerFencedException | InvalidProducerEpochException error) {
                throw new ProducerFencedException(error.toString());
            } catch (KafkaException error) {
                say(Map.of("event", "aborted", "error", String.valueOf(error)));
                producer.abortTransaction();
                goBack();
            }
        }
    }

    private void book(ConsumerRecords<String, String> taken) {
        producer.beginTransaction();
        Map<TopicPartition, OffsetAndMetadata> places = new HashMap<>();
        for (ConsumerRecord<String, String> order : taken) {
            int number = Integer.parseInt(order.value());
            int from = (int) (7919L * number % accounts);
            int to = (from + 1 + number % (accounts - 1)) % accounts;
            int amount = 1 + number % 97;
            send(order, from, -amount);
            send(order, to, amount);
            places.put(new TopicPartition(orders, order.partition()),
                    new OffsetAndMetadata(order.offset() + 1));
        }
        producer.sendOffsetsToTransaction(places, consumer.groupMetadata());
        producer.commitTransaction();
    }

    private void send(ConsumerRecord<String, String> order, int account, int amount) {
        producer.send(new ProducerRecord<>(bookings, order.partition(), String.valueOf(account),
                order.offset() + " " + amount));
    }

    /** To where the committed transactions end, as far as the partitions are still its own. */
    private void goBack() {
        Map<TopicPartition, OffsetAndMetadata> places = consumer.committed(consumer.assignment());
        for (TopicPartition partition : consumer.assignment()) {
            OffsetAndMetadata place = places.get(partition);
            if (place == null) {
                consumer.seekToBeginning(List.of(partition));
            } else {
                consumer.seek(partition, place);
            }
        }
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
        owned("assigned", partitions);
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        owned("revoked", partitions);
    }

    private static void owned(String event, Collection<TopicPartition> partitions) {
        say(Map.of("event", event, "partitions",
                partitions.stream().map(TopicPartition::partition).sorted().toList()));
    }

    private static void say(Map<String, Object> event) {
        byte[] line = (Json.of(event) + "\n").getBytes(StandardCharsets.UTF_8);
        System.out.write(line, 0, line.length); // whole, whenever it is killed
        System.out.flush();
    }
}
