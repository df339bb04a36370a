/** Imports what is for browsers, and what is for servers, in the order that it is told. @module */

import process from "node:process";

const order = process.argv[2];
if (order === "main-first") await import("../../mod.ts");
const { Pull } = await import("../../src/web.ts");
if (order === "web-first") await import("../../mod.ts");

await using pull = new Pull();
if (order === "web") {
  const codes = ["ws://127.0.0.1:1", "tcp://127.0.0.1:1"].map((endpoint) => {
    try {
      void pull.bind(endpoint);
      return "bound";
    } catch (error) {
      return (error as { code: string }).code;
    }
  });
  console.log(codes.join(" "));
} else console.log((await pull.bind("ws://127.0.0.1:*")).replace(/:\d+\/$/, ""));
