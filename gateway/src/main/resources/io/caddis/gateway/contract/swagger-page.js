// SPDX-License-Identifier: Apache-2.0
// Copyright the Caddis authors
SwaggerUIBundle({ url: "/openapi.json", dom_id: "#swagger-ui", validatorUrl: null, deepLinking: true });
