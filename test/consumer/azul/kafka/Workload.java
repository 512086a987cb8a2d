import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Scanner;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/** A topic, a producer and a consumer group. Reads one command a line: `produce N`, `consume N`, `lag`. */
public class Workload {
  static final String TOPIC = "binary";
  static final List<TopicPartition> PARTITIONS = List.of(new TopicPartition(TOPIC, 0), new TopicPartition(TOPIC, 1));

  public static void main(String[] args) throws Exception {
    Properties settings = new Properties();
    settings.put("bootstrap.servers", args[0]);
    settings.put("group.id", args[1]);
    settings.put("enable.auto.commit", "false");
    settings.put("auto.offset.reset", "earliest");
    settings.put("max.poll.records", "50");
    for (String side : List.of("key", "value")) {
      settings.put(side + ".serializer", "org.apache.kafka.common.serialization.StringSerializer");
      settings.put(side + ".deserializer", "org.apache.kafka.common.serialization.StringDeserializer");
    }
    try (Admin admin = Admin.create(settings)) {
      admin.createTopics(List.of(new NewTopic(TOPIC, 2, (short) 1))).all().get();
    }
    try (KafkaProducer<String, String> producer = new KafkaProducer<>(settings);
        KafkaConsumer<String, String> consumer = new KafkaConsumer<>(settings);
        Scanner commands = new Scanner(System.in)) {
      consumer.assign(PARTITIONS);
      System.out.println("ready");
      while (commands.hasNext()) {
        switch (commands.next()) {
          case "produce" -> produce(producer, commands.nextInt());
          case "consume" -> consume(consumer, commands.nextInt());
          default -> {}
        }
        System.out.println("lag " + lag(consumer));
      }
    }
  }

  static void produce(KafkaProducer<String, String> producer, int count) {
    for (int index = 0; index < count; index++) producer.send(new ProducerRecord<>(TOPIC, index % 2, "key", "x"));
    producer.flush();
  }

  /** Commits after each poll, as consumers do that are watched by their commits. */
  static void consume(KafkaConsumer<String, String> consumer, int count) {
    for (int done = 0; done < count; ) {
      done += consumer.poll(Duration.ofMillis(200)).count();
      consumer.commitSync();
    }
  }

  static long lag(KafkaConsumer<String, String> consumer) {
    Map<TopicPartition, Long> ends = consumer.endOffsets(PARTITIONS);
    Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(java.util.Set.copyOf(PARTITIONS));
    return PARTITIONS.stream()
        .mapToLong(p -> ends.get(p) - (committed.get(p) == null ? 0 : committed.get(p).offset()))
        .sum();
  }
}
