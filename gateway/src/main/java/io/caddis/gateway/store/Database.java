// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool.PoolInitializationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Properties;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The gateway's database: SQLite in one file, or PostgreSQL, with the same SQL for both.
 *
 * <p>Several gateways may share a PostgreSQL database. A SQLite file belongs to one gateway at a
 * time; other programs may read it meanwhile. What is committed survives the end of the process at
 * any moment, and a loss of power. Thread-safe.
 */
public final class Database implements AutoCloseable {
  /** A piece of work on a connection. */
  @FunctionalInterface
  interface Work<T> {
    T in(Session session) throws SQLException;
  }

  private static final String SQLITE = "jdbc:sqlite:";
  private static final String POSTGRESQL = "jdbc:postgresql:";
  private static final int CONNECTIONS = 8;
  private static final int OPEN_ATTEMPTS = 5;

  private final HikariDataSource connections;
  private final boolean embedded;

  /** SQLite has one writer at a time; waiting here is fair, waiting in SQLite is not. */
  private final ReentrantLock writer = new ReentrantLock(true);

  private Database(HikariDataSource connections, boolean embedded) {
    this.connections = connections;
    this.embedded = embedded;
  }

  /** Opens a file of SQLite, made with its directory when it is not there. */
  public static Database open(Path file, Clock clock) throws IOException {
    Path absolute = file.toAbsolutePath();
    Path directory = absolute.getParent();
    if (directory != null) {
      Files.createDirectories(directory);
    }
    return open(SQLITE + absolute, null, null, clock);
  }

  /**
   * Opens a database and brings it to the form that this program expects.
   *
   * @param url {@code jdbc:sqlite:FILE} or {@code jdbc:postgresql://HOST:PORT/NAME}
   * @param user of PostgreSQL, null when the URL has it
   * @param password of that user, null when the URL has it or none is needed
   * @throws IllegalArgumentException when the URL is of another kind
   * @throws StoreException when the database cannot be reached or changed
   * @throws IllegalStateException when a newer program wrote it
   */
  public static Database open(
      String url, @Nullable String user, @Nullable String password, Clock clock) {
    boolean embedded = url.startsWith(SQLITE);
    if (!embedded && !url.startsWith(POSTGRESQL)) {
      // Not the whole URL: it may hold a password.
      throw new IllegalArgumentException(
          "URL of the store must start with %s or %s, was %s"
              .formatted(SQLITE, POSTGRESQL, url.replaceAll("[/?@].*", "…")));
    }
    HikariConfig config = new HikariConfig();
    config.setPoolName("store");
    config.setJdbcUrl(url);
    config.setMaximumPoolSize(CONNECTIONS);
    config.setMinimumIdle(1);
    config.setConnectionTimeout(10_000);
    // One attempt: who starts it is to be told at once that the server is not there.
    config.setInitializationFailTimeout(1);
    config.setDataSourceProperties(embedded ? sqlite() : postgresql());
    if (user != null) {
      config.setUsername(user);
    }
    if (password != null) {
      config.setPassword(password);
    }
    Database database = new Database(connect(config), embedded);
    try {
      database.migrate(clock);
      return database;
    } catch (RuntimeException e) {
      database.close();
      throw e;
    }
  }

  private static HikariDataSource connect(HikariConfig config) {
    try {
      return new HikariDataSource(config);
    } catch (PoolInitializationException e) {
      throw new StoreException(
          "cannot reach the store",
          e.getCause() instanceof SQLException cause ? cause : new SQLException(e));
    }
  }

  private static Properties sqlite() {
    Properties properties = new Properties();
    // Readers do not wait for the writer; what is committed is on the disk.
    properties.setProperty("journal_mode", "WAL");
    properties.setProperty("synchronous", "FULL");
    properties.setProperty("busy_timeout", "10000");
    // A transaction that reads before it writes cannot be overtaken in between.
    properties.setProperty("transaction_mode", "IMMEDIATE");
    // As in PostgreSQL.
    properties.setProperty("case_sensitive_like", "true");
    return properties;
  }

  private static Properties postgresql() {
    Properties properties = new Properties();
    properties.setProperty("reWriteBatchedInserts", "true");
    properties.setProperty("connectTimeout", "10");
    properties.setProperty("socketTimeout", "60");
    properties.setProperty("ApplicationName", "caddis-gateway");
    return properties;
  }

  /** Of gateways that start together one migrates, the others meet its tables and try again. */
  private void migrate(Clock clock) {
    for (int attempt = 1; ; attempt++) {
      try {
        write(
            session -> {
              Migrations.apply(session, clock.millis());
              return true;
            });
        return;
      } catch (StoreException e) {
        if (embedded || attempt == OPEN_ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  /** Does work that changes nothing; each statement sees what is committed by then. */
  <T> T read(Work<T> work) {
    try (Connection connection = connections.getConnection()) {
      return work.in(new Session(connection));
    } catch (SQLException e) {
      throw new StoreException("cannot read the store", e);
    }
  }

  /** Does work wholly or not at all. */
  <T> T write(Work<T> work) {
    if (embedded) {
      writer.lock();
    }
    try (Connection connection = connections.getConnection()) {
      connection.setAutoCommit(false);
      try {
        T result = work.in(new Session(connection));
        connection.commit();
        return result;
      } catch (SQLException | RuntimeException e) {
        connection.rollback();
        throw e;
      }
    } catch (SQLException e) {
      throw new StoreException("cannot write to the store", e);
    } finally {
      if (embedded) {
        writer.unlock();
      }
    }
  }

  /**
   * Writes something that changes nothing.
   *
   * @throws StoreException when the store cannot be written to
   */
  public void checkWritable() {
    write(session -> session.update("UPDATE counters SET value = value WHERE name = 'feed'"));
  }

  @Override
  public void close() {
    connections.close();
  }
}
