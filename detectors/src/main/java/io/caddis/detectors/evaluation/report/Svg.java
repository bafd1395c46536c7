// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.detectors.evaluation.report;

import java.util.Locale;

/** One drawing in the making. Colours and strokes are the style sheet's; classes name them. */
final class Svg {
  private final StringBuilder text = new StringBuilder();

  /**
   * @param title what it shows, read aloud in its place
   */
  Svg(int width, int height, String title) {
    text.append(
        "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">"
            .formatted(width, height, escaped(title)));
  }

  Svg line(String style, double x1, double y1, double x2, double y2) {
    text.append("<line class=\"").append(style).append('"');
    attribute("x1", x1);
    attribute("y1", y1);
    attribute("x2", x2);
    attribute("y2", y2);
    text.append("/>");
    return this;
  }

  /** A rectangle, with a hint that shows when the pointer rests on it; no hint when it is empty. */
  Svg box(String style, double x, double y, double width, double height, String hint) {
    text.append("<rect class=\"").append(style).append('"');
    attribute("x", x);
    attribute("y", y);
    attribute("width", width);
    attribute("height", height);
    return closed("rect", hint);
  }

  Svg dot(String style, double x, double y, double radius, String hint) {
    text.append("<circle class=\"").append(style).append('"');
    attribute("cx", x);
    attribute("cy", y);
    attribute("r", radius);
    return closed("circle", hint);
  }

  private Svg closed(String element, String hint) {
    if (hint.isEmpty()) {
      text.append("/>");
    } else {
      text.append("><title>").append(escaped(hint)).append("</title></").append(element);
      text.append('>');
    }
    return this;
  }

  /**
   * A path.
   *
   * @param commands as {@link #point} writes them
   */
  Svg path(String style, CharSequence commands) {
    text.append("<path class=\"").append(style).append("\" d=\"").append(commands).append("\"/>");
    return this;
  }

  /** Adds a command and its point to a path. */
  static void point(StringBuilder path, char command, double x, double y) {
    path.append(command).append(number(x)).append(' ').append(number(y));
  }

  /** A text; its class says how it is aligned. */
  Svg text(String style, double x, double y, String content) {
    text.append("<text class=\"").append(style).append('"');
    attribute("x", x);
    attribute("y", y);
    text.append('>').append(escaped(content)).append("</text>");
    return this;
  }

  private void attribute(String name, double value) {
    text.append(' ').append(name).append("=\"").append(number(value)).append('"');
  }

  private static String number(double value) {
    String exact = String.format(Locale.ROOT, "%.2f", value);
    return exact.endsWith(".00") ? exact.substring(0, exact.length() - 3) : exact;
  }

  /** Text as it must stand in HTML, also between quotes. */
  static String escaped(String content) {
    return content
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }

  @Override
  public String toString() {
    return text + "</svg>";
  }
}
