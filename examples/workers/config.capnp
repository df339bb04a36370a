# Both Workers in `workerd`, each behind HTTP on a port of its own: `npm run workers`.
#
# They may dial this machine only. What they dial is in their variables; `main.ts` bundles them, and passes these on.

using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "ask", worker = (
      modules = [(name = "ask", esModule = embed "dist/ask.js")],
      compatibilityDate = "2026-10-01",
      bindings = [(name = "SERVICE", fromEnvironment = "SERVICE")],
    )),
    (name = "news", worker = (
      modules = [(name = "news", esModule = embed "dist/news.js")],
      compatibilityDate = "2026-10-01",
      bindings = [(name = "NEWS", fromEnvironment = "NEWS")],
    )),
    (name = "internet", network = (allow = ["127.0.0.0/8"])),
  ],
  sockets = [
    (name = "ask", address = "127.0.0.1:8787", http = (), service = "ask"),
    (name = "news", address = "127.0.0.1:8788", http = (), service = "news"),
  ],
);
