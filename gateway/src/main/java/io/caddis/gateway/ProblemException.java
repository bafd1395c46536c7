// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.gateway;

import java.util.List;
import java.util.Locale;

/** A request that is refused, told to the client as RFC 9457 says. */
public final class ProblemException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * What is wrong with one field.
   *
   * @param pointer where it is in the body, RFC 6901; the name of a parameter when it is one
   */
  public record Field(String pointer, String detail) {}

  private final int status;
  private final String title;
  private final transient List<Field> errors;

  /**
   * @param status of HTTP, 400 to 599
   * @param title the same for all problems of this kind, a few words
   * @param detail what is wrong here and what would be right, a sentence for a person
   */
  public ProblemException(int status, String title, String detail) {
    this(status, title, detail, List.of());
  }

  public ProblemException(int status, String title, String detail, List<Field> errors) {
    super(detail);
    this.status = status;
    this.title = title;
    this.errors = List.copyOf(errors);
  }

  public int status() {
    return status;
  }

  public String title() {
    return title;
  }

  public List<Field> errors() {
    return errors;
  }

  /** Name of the kind of problem: the title as one word. */
  public String type() {
    return "urn:caddis:problem:" + title.toLowerCase(Locale.ROOT).replace(' ', '-');
  }
}
