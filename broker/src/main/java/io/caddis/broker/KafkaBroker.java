// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.broker;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * A Kafka broker of one node, in a process of its own, and what tests ask of it. Values and keys
 * are text, UTF-8.
 *
 * <p>It listens on loopback only, takes no longer than the test that started it, and makes no topic
 * by itself.
 */
public final class KafkaBroker implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final int FIRST_PORT = 20_000;
  private static final int FIRST_EPHEMERAL_PORT = 32_768;

  private final ProcessBuilder command;
  private final String address;
  private final Admin admin;
  private final KafkaProducer<String, String> producer;
  private Process process;

  private KafkaBroker(ProcessBuilder command, String address) throws IOException {
    this.command = command;
    this.address = address;
    this.process = command.start();
    this.admin = Admin.create(clients());
    this.producer = new KafkaProducer<>(writers(), new StringSerializer(), new StringSerializer());
  }

  /**
   * Starts a broker and waits until it serves.
   *
   * @param directory for its data, settings and log; is made
   */
  public static KafkaBroker start(Path directory) throws IOException {
    Files.createDirectories(directory);
    List<Integer> ports = freePorts();
    String address = "127.0.0.1:" + ports.get(0);
    Path settings =
        Files.writeString(
            directory.resolve("server.properties"), settings(address, ports.get(1), directory));
    Path logging = directory.resolve("log4j2.properties");
    Files.writeString(
        logging,
        """
        appender.out.type = Console
        appender.out.name = out
        appender.out.layout.type = PatternLayout
        appender.out.layout.pattern = %d %-5p %c - %m%n
        rootLogger.level = WARN
        rootLogger.appenderRef.out.ref = out
        """);
    Path log = directory.resolve("broker.log");
    ProcessBuilder command =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dlog4j2.configurationFile=" + logging,
                "-cp",
                classPath(),
                BrokerProcess.class.getName(),
                settings.toString(),
                Uuid.randomUuid().toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    KafkaBroker broker = new KafkaBroker(command, address);
    try {
      broker.awaitCluster();
    } catch (IOException | RuntimeException e) {
      broker.close();
      throw e;
    }
    return broker;
  }

  private static String settings(String address, int controllerPort, Path directory) {
    return """
        process.roles=broker,controller
        node.id=1
        listeners=PLAINTEXT://%1$s,CONTROLLER://127.0.0.1:%2$d
        advertised.listeners=PLAINTEXT://%1$s
        listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
        controller.listener.names=CONTROLLER
        controller.quorum.voters=1@127.0.0.1:%2$d
        log.dirs=%3$s
        auto.create.topics.enable=false
        group.initial.rebalance.delay.ms=0
        offsets.topic.num.partitions=1
        offsets.topic.replication.factor=1
        transaction.state.log.num.partitions=1
        transaction.state.log.replication.factor=1
        transaction.state.log.min.isr=1
        """
        .formatted(address, controllerPort, directory.resolve("data"));
  }

  /**
   * A port that nobody listens on at present, and that systems do not give away by themselves; also
   * for servers of other kinds.
   */
  public static int freePort() {
    return freePorts().get(0);
  }

  /**
   * Two ports that systems do not give away by themselves: those may be gone before they are used.
   */
  private static List<Integer> freePorts() {
    return ThreadLocalRandom.current()
        .ints(FIRST_PORT, FIRST_EPHEMERAL_PORT)
        .distinct()
        .filter(KafkaBroker::isFree)
        .limit(2)
        .boxed()
        .toList();
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** The server's libraries, as the build wrote them down, and this class. */
  private static String classPath() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(KafkaBroker.class.getResourceAsStream("class-path"))) {
      Path own =
          Path.of(KafkaBroker.class.getProtectionDomain().getCodeSource().getLocation().getPath());
      return own + ":" + new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
    }
  }

  /** Kills the broker, {@code kill -9}, starts it again on its data, and waits until it serves. */
  public void restart() throws IOException {
    process.destroyForcibly().onExit().join();
    process = command.start();
    awaitCluster();
  }

  /** Of the broker's process, another one after a restart. */
  public long pid() {
    return process.pid();
  }

  private void awaitCluster() throws IOException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try {
        // Answered by the broker when it is registered with the controller and not fenced.
        if (!done(admin.describeCluster().nodes()).isEmpty()) {
          return;
        }
      } catch (IllegalStateException e) {
        if (System.nanoTime() > deadline || !process.isAlive()) {
          File log = Objects.requireNonNull(command.redirectOutput().file());
          throw new IOException("the broker does not serve: " + Files.readString(log.toPath()), e);
        }
      }
    }
  }

  private Map<String, Object> clients() {
    Map<String, Object> settings = new HashMap<>();
    settings.put("bootstrap.servers", address);
    settings.put("default.api.timeout.ms", 30_000);
    settings.put("reconnect.backoff.max.ms", 200);
    return settings;
  }

  /**
   * In order without a producer's identity, for which a broker that has just started must ask its
   * controller first.
   */
  private Map<String, Object> writers() {
    Map<String, Object> settings = clients();
    settings.put("enable.idempotence", false);
    settings.put("max.in.flight.requests.per.connection", 1);
    return settings;
  }

  /** Where clients connect to, {@code HOST:PORT}. */
  public String bootstrapServers() {
    return address;
  }

  /** Makes a topic, and waits until clients are told of it: a moment after it has been made. */
  public void createTopic(String name, int partitions) {
    done(admin.createTopics(List.of(new NewTopic(name, partitions, (short) 1))).all());
    producer.partitionsFor(name);
  }

  /**
   * Appends a record and waits until it is stored.
   *
   * @param record its value null for a tombstone
   */
  public void send(ProducerRecord<String, String> record) {
    done(producer.send(record));
  }

  /** Appends values to a partition, in their order, and waits until all are stored. */
  public void send(String topic, int partition, Iterable<String> values) {
    List<Future<RecordMetadata>> stored = new ArrayList<>();
    for (String value : values) {
      stored.add(producer.send(new ProducerRecord<>(topic, partition, null, value)));
    }
    stored.forEach(KafkaBroker::done);
  }

  /** All values that a consumer sees now which sees committed records only, by partition. */
  public List<String> readCommitted(String topic) {
    List<String> values = new ArrayList<>();
    readCommitted(topic, record -> values.add(record.value()));
    return values;
  }

  /** The records of {@link #readCommitted}. */
  public List<ConsumerRecord<String, String>> readCommittedRecords(String topic) {
    List<ConsumerRecord<String, String>> records = new ArrayList<>();
    readCommitted(topic, records::add);
    return records;
  }

  /** Hands over the records of {@link #readCommitted}, one at a time. */
  public void readCommitted(String topic, Consumer<ConsumerRecord<String, String>> record) {
    Map<String, Object> settings = clients();
    settings.put("isolation.level", "read_committed");
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
      int partitions = consumer.partitionsFor(topic).size();
      List<TopicPartition> all =
          IntStream.range(0, partitions).mapToObj(p -> new TopicPartition(topic, p)).toList();
      consumer.assign(all);
      consumer.seekToBeginning(all);
      Map<TopicPartition, Long> ends = consumer.endOffsets(all);
      while (ends.entrySet().stream()
          .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
        consumer.poll(Duration.ofMillis(200)).forEach(record);
      }
    }
  }

  private static <T> T done(Future<T> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    producer.close(Duration.ZERO);
    admin.close(Duration.ZERO);
    process.destroyForcibly().onExit().join();
  }
}
