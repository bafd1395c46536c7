// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
//
// Renders /openapi.json as one page to read. Everything is put in as text, never as markup.
"use strict";

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) made.setAttribute(key, value);
  made.append(...children.filter((child) => child !== undefined && child !== null && child !== ""));
  return made;
}

/** Paragraphs of a description; what stands in backticks is code. */
function paragraphs(text) {
  return (text || "").trim().split(/\n\s*\n/).filter(Boolean).map((paragraph) =>
    element("p", {}, ...paragraph.split("`").map((part, i) => (i % 2 ? element("code", {}, part) : part))));
}

async function render() {
  const answer = await fetch("/openapi.json");
  const api = await answer.json();
  const contents = document.getElementById("contents");
  const main = document.getElementById("reference");

  const resolve = (node) =>
    node && node.$ref ? resolve(node.$ref.slice(2).split("/").reduce((at, step) => at[step], api)) : node || {};
  const nameOf = (schema) => (schema && schema.$ref ? schema.$ref.split("/").pop() : null);

  function type(schema) {
    const name = nameOf(schema);
    if (name) return element("a", { href: "#schema-" + name }, name);
    if (!schema) return "anything";
    if (schema.enum) return schema.enum.join(" | ");
    if (schema.const !== undefined) return JSON.stringify(schema.const);
    const either = schema.oneOf || schema.anyOf;
    if (either && !schema.properties) return element("span", {}, ...either.flatMap((one, i) => (i ? [" or ", type(one)] : [type(one)])));
    if (schema.type === "array") return element("span", {}, "array of ", type(schema.items));
    return [].concat(schema.type || "object").join(" or ");
  }

  function limits(schema) {
    const words = { minimum: "≥", maximum: "≤", minItems: "items ≥", maxItems: "items ≤", maxLength: "length ≤", default: "default" };
    return Object.keys(words).filter((key) => schema[key] !== undefined).map((key) => words[key] + " " + schema[key]).join(", ");
  }

  function fields(schema) {
    const rows = Object.entries(schema.properties || {}).map(([name, given]) => {
      const full = { ...resolve(given), ...given };
      const must = (schema.required || []).includes(name) ? " (required)" : "";
      return element("tr", {}, element("td", {}, element("code", {}, name), must), element("td", {}, type(given)),
        element("td", {}, [full.description, limits(full)].filter(Boolean).join(" · ")));
    });
    return rows.length ? element("table", {}, element("tbody", {}, ...rows)) : element("p", {}, type(schema));
  }

  const content = (holder) => Object.entries(resolve(holder).content || {});
  const title = (text) => element("h3", {}, text);

  contents.append(element("strong", {}, api.info.title), element("a", { href: "/docs" }, "Try it (Swagger UI)"),
    element("a", { href: "/openapi.yaml" }, "openapi.yaml"));
  main.replaceChildren(element("h1", {}, api.info.title + " " + api.info.version), ...paragraphs(api.info.description));

  for (const [path, methods] of Object.entries(api.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const id = operation.operationId;
      contents.append(element("a", { href: "#" + id }, element("span", { class: "method" }, method), path));
      const section = element("section", { id }, element("h2", {}, element("span", { class: "method" }, method), element("code", {}, path)),
        element("p", {}, operation.summary), ...paragraphs(operation.description));
      const parameters = (operation.parameters || []).map(resolve);
      if (parameters.length) {
        section.append(title("Parameters"), fields({
          properties: Object.fromEntries(parameters.map((p) => [p.name, { ...resolve(p.schema), description: p.description }])),
          required: parameters.filter((p) => p.required).map((p) => p.name),
        }));
      }
      for (const [, body] of content(operation.requestBody)) {
        section.append(title("Body"), element("p", {}, type(body.schema)), fields(resolve(body.schema)));
        for (const example of Object.values(body.examples || {})) {
          section.append(element("pre", {}, JSON.stringify(example.value, null, 2)));
        }
      }
      section.append(title("Answers"));
      for (const [status, response] of Object.entries(operation.responses)) {
        const line = element("p", {}, element("code", {}, status), " ", resolve(response).description || "");
        for (const [mediaType, body] of content(response)) line.append(" · ", mediaType, " ", type(body.schema));
        section.append(line);
      }
      main.append(section);
    }
  }
  for (const [name, schema] of Object.entries(api.components.schemas)) {
    main.append(element("section", { id: "schema-" + name }, element("h2", {}, name), ...paragraphs(schema.description), fields(schema)));
  }
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
}

render().catch((failure) => document.getElementById("reference").replaceChildren("The document cannot be shown: " + failure));
