/**
 * Plots as PNG, for pages that show no SVG.
 *
 * @module
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../tests/processes.ts";

const FONTS = ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf"];

let ready: Promise<unknown> | undefined;

/** Renders an SVG, `scale` pixels for each of its own. */
export async function pngOf(svg: string, scale = 2): Promise<Uint8Array> {
  const { initWasm, Resvg } = await import("@resvg/resvg-wasm");
  ready ??= initWasm(readFileSync(join(ROOT, "node_modules/@resvg/resvg-wasm/index_bg.wasm")));
  await ready;
  const fontBuffers = FONTS.map((name) => readFileSync(join(ROOT, "node_modules/dejavu-fonts-ttf/ttf", name)));
  const options = { fitTo: { mode: "zoom", value: scale }, font: { fontBuffers, defaultFontFamily: "DejaVu Sans" } };
  return new Resvg(svg, options as ConstructorParameters<typeof Resvg>[1]).render().asPng();
}
