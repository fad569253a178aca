// Starts the console.
import "@cloudscape-design/global-styles/index.css";
import { I18nProvider } from "@cloudscape-design/components/i18n";
import messages from "@cloudscape-design/components/i18n/messages/all.en";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { BrowserRouter } from "react-router";

import { isUnreached, Refused } from "./api/client";
import { App } from "./app";
import { SessionProvider } from "./session/session";
import { beginLoading } from "./shell/pages";
import "./style.css";

const FRESH_FOR = 15_000;
const TRIES = 2;

const queries = new QueryClient({
  defaultOptions: {
    // A browser that thinks itself offline may still reach a server on its own network, and must say so where it does not.
    mutations: { networkMode: "always" },
    queries: {
      networkMode: "always",
      staleTime: FRESH_FOR,
      // What was refused is refused again; what could not be reached may come back.
      retry: (count, error) => error instanceof Refused && isUnreached(error.problem) && count < TRIES,
    },
  },
});

// The page's code comes while the server is asked who is there.
beginLoading(window.location.pathname);

const place = document.getElementById("console");
if (place === null) throw new Error("the page has no place for the console");
createRoot(place).render(
  <StrictMode>
    <I18nProvider locale="en" messages={[messages]}>
      <QueryClientProvider client={queries}>
        <BrowserRouter>
          <SessionProvider>
            <App />
          </SessionProvider>
        </BrowserRouter>
      </QueryClientProvider>
    </I18nProvider>
  </StrictMode>,
);
