package org.robustmqtt.benchmarks.store;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.function.Consumer;

/** SQLite: read in groups by key, and a transaction deletes each group. */
public final class SqliteBacklog implements Backlog {
  private final Path folder = Folders.make("sqlite");

  @Override
  public String name() {
    return "SQLite";
  }

  private Connection open() throws SQLException {
    Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("db"));
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA journal_mode=WAL");
      statement.execute("PRAGMA synchronous=NORMAL");
      statement.execute(
          "CREATE TABLE IF NOT EXISTS message (sequence INTEGER PRIMARY KEY, body BLOB)");
    }
    connection.setAutoCommit(false);
    return connection;
  }

  @Override
  public void fill(int count, byte[] record) throws SQLException {
    try (Connection connection = open();
        PreparedStatement insert =
            connection.prepareStatement("INSERT INTO message (body) VALUES (?)")) {
      for (int i = 0; i < count; i++) {
        insert.setBytes(1, record);
        insert.executeUpdate();
      }
      connection.commit();
    }
  }

  @Override
  public void drain(Consumer<byte[]> taker) throws SQLException {
    try (Connection connection = open();
        PreparedStatement select =
            connection.prepareStatement(
                "SELECT sequence, body FROM message WHERE sequence > ? ORDER BY sequence LIMIT "
                    + GROUP);
        PreparedStatement delete =
            connection.prepareStatement("DELETE FROM message WHERE sequence <= ?")) {
      long last = 0;
      boolean more = true;
      while (more) {
        select.setLong(1, last);
        more = false;
        try (ResultSet rows = select.executeQuery()) {
          while (rows.next()) {
            last = rows.getLong(1);
            taker.accept(rows.getBytes(2));
            more = true;
          }
        }
        delete.setLong(1, last);
        delete.executeUpdate();
        connection.commit();
      }
    }
  }

  @Override
  public void close() {
    Folders.delete(folder);
  }
}
