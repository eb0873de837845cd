// GraphiQL for this server: reads the endpoint from the page and a first query from the address.
import "graphiql/setup-workers/vite";
import "graphiql/style.css";
import "@graphiql/plugin-explorer/style.css";
import "./page.css";

import { explorerPlugin } from "@graphiql/plugin-explorer";
import { HISTORY_PLUGIN } from "@graphiql/plugin-history";
import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL } from "graphiql";
import { createElement } from "react";
import { createRoot } from "react-dom/client";

import firstQuery from "../../examples/universities.graphql?raw";
import { EXPLAIN_PLUGIN } from "./explain/plugin.jsx";
import { explaining } from "./explain/store.js";
import { fetchJson } from "./fetch.js";
import { fromAddress } from "./address.js";

const endpoint = document.querySelector('meta[name="graphql-endpoint"]').content;

// Made once: GraphiQL starts anew whenever it is given another fetcher or list of plugins.
const fetcher = createGraphiQLFetcher({
  url: endpoint,
  // What the headers' editor holds goes along, so that a token there is the subscription's as well.
  subscriptionUrl: new URL(endpoint, window.location.href).href.replace(/^http/, "ws"),
  fetch: explaining(fetchJson),
  enableIncrementalDelivery: false,
});
const plugins = [HISTORY_PLUGIN, explorerPlugin({ showAttribution: false }), EXPLAIN_PLUGIN];

const logo = createElement(
  GraphiQL.Logo,
  null,
  createElement("a", { className: "home-link", href: "/" }, "Seedbed"),
);

createRoot(document.getElementById("graphiql")).render(
  createElement(
    GraphiQL,
    {
      fetcher,
      plugins,
      defaultQuery: firstQuery,
      defaultEditorToolsVisibility: true,
      isHeadersEditorEnabled: true,
      ...fromAddress(window.location),
    },
    logo,
  ),
);

// An example opened while GraphiQL is already there changes only the part after "#".
window.addEventListener("hashchange", () => window.location.reload());
