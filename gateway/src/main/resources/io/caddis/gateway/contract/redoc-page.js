// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
// The search would run in a worker made of a text, which the page's own rules forbid.
Redoc.init("/openapi.json", { disableSearch: true }, document.getElementById("redoc"));
