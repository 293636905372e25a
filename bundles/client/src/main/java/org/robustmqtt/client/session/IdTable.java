package org.robustmqtt.client.session;

import java.util.function.Consumer;

/**
 * A table from packet ids to values. It holds pages of 256 ids that have values in them, so that
 * few ids cost little memory and a look-up costs no hashing and no boxing.
 */
final class IdTable<T> {
  private static final int PAGE = 256;

  private static final class Page {
    private final Object[] values = new Object[PAGE];
    private int count;
  }

  /** The pages of every table that is empty from the beginning; never written to. */
  private static final Page[] NO_PAGES = new Page[PAGE];

  private Page[] pages = NO_PAGES;
  private int size;

  /** Returns the value of an id, or null: this class stays inside its room. */
  @SuppressWarnings("unchecked")
  T get(int id) {
    Page page = pages[id / PAGE];
    return page == null ? null : (T) page.values[id % PAGE];
  }

  /** Sets the value of an id. */
  void put(int id, T value) {
    Page page = pages[id / PAGE];
    if (page == null) {
      if (pages == NO_PAGES) {
        pages = new Page[PAGE];
      }
      page = new Page();
      pages[id / PAGE] = page;
    }
    if (page.values[id % PAGE] == null) {
      page.count++;
      size++;
    }
    page.values[id % PAGE] = value;
  }

  /** Takes the value of an id away, if there is one. */
  void remove(int id) {
    Page page = pages[id / PAGE];
    if (page == null || page.values[id % PAGE] == null) {
      return;
    }
    page.values[id % PAGE] = null;
    size--;
    page.count--;
    if (page.count == 0) {
      pages[id / PAGE] = null;
    }
  }

  /** Takes all values away. */
  void clear() {
    pages = NO_PAGES;
    size = 0;
  }

  /** Gives out all values; what is given them may change the table. */
  @SuppressWarnings("unchecked")
  void forEach(Consumer<T> action) {
    for (Page page : pages) {
      for (int i = 0; page != null && i < PAGE; i++) {
        Object value = page.values[i];
        if (value != null) {
          action.accept((T) value);
        }
      }
    }
  }

  /** Returns how many ids have a value. */
  int size() {
    return size;
  }
}
