// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
package io.caddis.browser;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A page in a browser, as somebody would use it. */
public final class Page implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 50_000;
  private static final int NAVIGATIONS = 20;

  private final DevTools tools;
  private final String context;
  private final String session;
  private final List<String> problems = new CopyOnWriteArrayList<>();

  Page(DevTools tools, String context, String session, int width, int height) {
    this.tools = tools;
    this.context = context;
    this.session = session;
    tools.listen(session, this::heard);
    call("Page.enable", "{}");
    call("Runtime.enable", "{}");
    call("Log.enable", "{}");
    call("Network.enable", "{}");
    call("Performance.enable", "{\"timeDomain\":\"threadTicks\"}");
    call(
        "Emulation.setDeviceMetricsOverride",
        "{\"width\":%d,\"height\":%d,\"deviceScaleFactor\":1,\"mobile\":false}"
            .formatted(width, height));
  }

  private void heard(JsonNode message) {
    String method = message.path("method").asString("");
    JsonNode parameters = message.path("params");
    if (method.equals("Runtime.exceptionThrown")) {
      problems.add(parameters.at("/exceptionDetails/exception/description").asString("exception"));
    } else if (method.equals("Log.entryAdded")
        && parameters.at("/entry/level").asString("").equals("error")) {
      JsonNode entry = parameters.path("entry");
      problems.add(entry.path("text").asString("") + " " + entry.path("url").asString(""));
    }
  }

  private JsonNode call(String method, String parameters) {
    return tools.call(session, method, parameters);
  }

  /** Exceptions and errors that the console has shown, refused contents among them. */
  public List<String> problems() {
    return List.copyOf(problems);
  }

  /** Runs a script in each page that is opened from now on, before its own. */
  public void beforeScripts(String script) {
    call("Page.addScriptToEvaluateOnNewDocument", "{\"source\":%s}".formatted(quoted(script)));
  }

  /** Goes to an address, and waits until it is loaded. */
  public void open(String url) {
    call("Page.navigate", "{\"url\":%s}".formatted(quoted(url)));
    await("document.readyState === 'complete' && location.href.startsWith(" + quoted(url) + ")");
  }

  /** The value of an expression, or of its promise. */
  public JsonNode eval(String expression) {
    JsonNode answer =
        call(
            "Runtime.evaluate",
            "{\"expression\":%s,\"awaitPromise\":true,\"returnByValue\":true}"
                .formatted(quoted(expression)));
    if (answer.has("exceptionDetails")) {
      throw new AssertionError(
          expression + ": " + answer.at("/exceptionDetails/exception/description").asString(""));
    }
    return answer.at("/result/value");
  }

  /** Waits until an expression is true; the page looks at each of its frames. */
  public void await(String expression) {
    String loop =
        """
        new Promise((done) => {
          const until = performance.now() + %d;
          const look = () => {
            let found = false;
            try { found = Boolean(%s); } catch (e) { found = false; }
            if (found || performance.now() > until) done(found);
            else setTimeout(look, 20);
          };
          look();
        })"""
            .formatted(PATIENCE_MILLIS, expression);
    if (!evalAcrossNavigations(loop).asBoolean(false)) {
      throw new AssertionError(
          "never true: %s%nconsole: %s%npage: %s"
              .formatted(expression, problems, eval("document.body.innerText").asString("")));
    }
  }

  private JsonNode evalAcrossNavigations(String expression) {
    for (int left = NAVIGATIONS; ; left--) {
      try {
        return eval(expression);
      } catch (IllegalStateException navigated) {
        // The page that was asked is gone, the next one is there, or will soon be.
        if (left == 0) {
          throw navigated;
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
      }
    }
  }

  /** Waits until a text can be seen. */
  public void awaitText(String text) {
    await("document.body.innerText.includes(" + quoted(text) + ")");
  }

  /**
   * Seconds of processor time that the page's main thread has used, in all and for scripts, styles
   * and layout, by Chromium's names; the machine may be busy with other things.
   */
  public Map<String, Double> processorSeconds() {
    Map<String, Double> seconds = new HashMap<>();
    for (JsonNode metric : call("Performance.getMetrics", "{}").path("metrics")) {
      seconds.put(metric.path("name").asString(), metric.path("value").asDouble());
    }
    return seconds;
  }

  /** Clicks on what a selector finds first, when it is there. */
  public void click(String selector) {
    String element = "document.querySelector(" + quoted(selector) + ")";
    await(element);
    eval(element + ".click()");
  }

  /** Clicks on the first button or link with a text. */
  public void clickText(String text) {
    String element =
        "[...document.querySelectorAll('button, a')].find((e) => e.innerText.trim().startsWith(%s))"
            .formatted(quoted(text));
    await(element);
    eval(element + ".click()");
  }

  /** Clicks with the mouse at a point of an element, from its upper left corner. */
  public void clickAt(String selector, int x, int y) {
    JsonNode at =
        eval(
            "(() => { const e = document.querySelector(%s); e.scrollIntoView({block: 'center'});"
                    .formatted(quoted(selector))
                + " const r = e.getBoundingClientRect(); return [r.left, r.top]; })()");
    for (String type : List.of("mouseMoved", "mousePressed", "mouseReleased")) {
      call(
          "Input.dispatchMouseEvent",
          "{\"type\":\"%s\",\"x\":%s,\"y\":%s,\"button\":\"left\",\"clickCount\":1}"
              .formatted(type, at.get(0).asDouble() + x, at.get(1).asDouble() + y));
    }
  }

  /** Types into what a selector finds. */
  public void type(String selector, String text) {
    click(selector);
    eval(
        "(document.querySelector(%s).focus(), document.activeElement.select?.())"
            .formatted(quoted(selector)));
    call("Input.insertText", "{\"text\":%s}".formatted(quoted(text)));
  }

  /** Presses a key, such as Tab, Enter or ArrowDown. */
  public void press(String key) {
    String text = key.equals("Enter") ? ",\"text\":\"\\r\"" : "";
    for (String type : List.of("keyDown", "keyUp")) {
      call(
          "Input.dispatchKeyEvent",
          "{\"type\":\"%s\",\"key\":\"%s\",\"code\":\"%s\",\"windowsVirtualKeyCode\":%d%s}"
              .formatted(type, key, key, keyCode(key), type.equals("keyDown") ? text : ""));
    }
  }

  private static int keyCode(String key) {
    return switch (key) {
      case "Tab" -> 9;
      case "Enter" -> 13;
      case "Escape" -> 27;
      case "ArrowLeft" -> 37;
      case "ArrowUp" -> 38;
      case "ArrowRight" -> 39;
      case "ArrowDown" -> 40;
      default -> throw new IllegalArgumentException("key must be a known one, was " + key);
    };
  }

  /** Prefers dark or light. */
  public void scheme(String scheme) {
    call(
        "Emulation.setEmulatedMedia",
        "{\"features\":[{\"name\":\"prefers-color-scheme\",\"value\":\"%s\"}]}".formatted(scheme));
  }

  /** Writes what can be seen into a file. */
  public void screenshot(Path file) {
    byte[] png =
        Base64.getDecoder()
            .decode(call("Page.captureScreenshot", "{\"format\":\"png\"}").get("data").asString());
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      Files.write(file, png);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends it and all that it has open. */
  @Override
  public void close() {
    tools.call(
        null,
        "Target.disposeBrowserContext",
        "{\"browserContextId\":%s}".formatted(quoted(context)));
  }

  private static String quoted(String text) {
    return JsonMapper.shared().writeValueAsString(text);
  }
}
