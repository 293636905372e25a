package org.robustmqtt.benchmarks.store;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;

/** SQLite: write-ahead log, {@code synchronous=FULL}, a transaction for each record. */
public final class SqliteStore implements Store {
  private final Path folder = Folders.make("sqlite");
  private final Connection connection;
  private final PreparedStatement insert;

  /** Makes an empty database. */
  public SqliteStore() throws SQLException {
    connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("db"));
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA journal_mode=WAL");
      statement.execute("PRAGMA synchronous=FULL");
      statement.execute("CREATE TABLE message (sequence INTEGER PRIMARY KEY, body BLOB)");
    }
    insert = connection.prepareStatement("INSERT INTO message (body) VALUES (?)");
  }

  @Override
  public String name() {
    return "SQLite";
  }

  @Override
  public synchronized void put(byte[] record) throws SQLException {
    insert.setBytes(1, record);
    insert.executeUpdate();
  }

  /** Returns the size of its files. */
  public long size() {
    return Folders.size(folder);
  }

  @Override
  public void close() throws SQLException {
    connection.close();
    Folders.delete(folder);
  }
}
