/**
 * Plots as SVG: bars and lines, and sheets of several. On a white ground, so that they read the same on a light page
 * and on a dark one, and in the colours of Okabe and Ito, which the colour-blind can tell apart; lines differ by their
 * marks too.
 *
 * @module
 */

/** How a series looks, wherever it shows. */
export interface Style {
  readonly colour: string;
  /** What the legend calls it. */
  readonly name: string;
  /** The mark of its points on a line. */
  readonly mark: "circle" | "square" | "diamond" | "triangle" | "cross";
  /** A dashed line or an outlined bar: what one compares with. */
  readonly outlined?: boolean;
}

/** Bars in groups. */
export interface BarPanel {
  readonly type: "bars";
  readonly title: string;
  /** What the axis counts, with its unit. */
  readonly axis: string;
  readonly groups: readonly { readonly name: string; readonly bars: readonly Bar[] }[];
  /** A value that all are compared with. */
  readonly line?: { readonly at: number; readonly name: string };
  readonly log?: boolean;
}

/** One bar, with the ends of what was found as a whisker. */
export interface Bar {
  readonly series: string;
  readonly value: number;
  readonly low?: number;
  readonly high?: number;
}

/** Lines over a number. */
export interface LinePanel {
  readonly type: "lines";
  readonly title: string;
  readonly axis: string;
  /** What the horizontal axis counts, with its unit. */
  readonly across: string;
  readonly lines: readonly { readonly series: string; readonly points: readonly (readonly [number, number])[] }[];
  readonly log?: boolean;
  readonly logAcross?: boolean;
}

/** One plot of a sheet. */
export type Panel = BarPanel | LinePanel;

const WIDTH = 1200;
const MARGIN = 24;
const GAP = 28;
const HEAD = 92;
const PANEL_HEIGHT = 330;
const AXIS_WIDTH = 62;
const FONT = 'font-family="DejaVu Sans, Verdana, sans-serif"';
const INK = "#222222";
const FAINT = "#dddddd";
const GREY = "#666666";

/**
 * Draws a sheet of panels.
 *
 * @param title What all of it is.
 * @param subtitle Where it is from.
 * @param rows Panels, row by row; those of a row share its width.
 * @param styles How each series looks; the legend has them in this order.
 */
export function sheet(
  title: string,
  subtitle: string,
  rows: readonly (readonly Panel[])[],
  styles: ReadonlyMap<string, Style>,
): string {
  const height = HEAD + rows.length * (PANEL_HEIGHT + GAP) + 6;
  const shown = new Set(rows.flat().flatMap(seriesOf));
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" ${FONT}>`,
    `<title>${escape(title)}</title>`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    text(MARGIN, 36, title, { size: 22, weight: "bold" }),
    text(MARGIN, 58, subtitle, { size: 12.5, fill: GREY }),
    legend(
      [...styles].filter(([name]) => shown.has(name)).map(([, style]) => style),
      rows.flat().some(({ type }) => type === "lines"),
    ),
  ];
  for (const [i, panels] of rows.entries()) {
    const width = (WIDTH - 2 * MARGIN - (panels.length - 1) * GAP) / panels.length;
    for (const [j, panel] of panels.entries()) {
      const at = `translate(${round(MARGIN + j * (width + GAP))} ${HEAD + GAP / 2 + i * (PANEL_HEIGHT + GAP)})`;
      parts.push(`<g transform="${at}">`, drawPanel(panel, width, styles), "</g>");
    }
  }
  return [...parts, "</svg>"].join("\n") + "\n";
}

function seriesOf(panel: Panel): string[] {
  return panel.type === "bars"
    ? panel.groups.flatMap(({ bars }) => bars.map(({ series }) => series))
    : panel.lines.map(({ series }) => series);
}

function legend(styles: readonly Style[], marks: boolean): string {
  let x = MARGIN;
  return styles.map((style) => {
    const swatch = `<rect x="${round(x)}" y="70" width="14" height="14" ${fillOf(style)}/>`;
    const mark = marks ? markAt(style, x + 24, 77) : "";
    const room = marks ? 35 : 21;
    const label = text(x + room, 82, style.name, { size: 13 });
    x += room + style.name.length * 7.6 + 22;
    return swatch + mark + label;
  }).join("\n");
}

/** Where values lie on an axis, and where its lines are drawn. */
interface Scale {
  readonly place: (value: number) => number;
  readonly ticks: readonly number[];
}

function drawPanel(panel: Panel, width: number, styles: ReadonlyMap<string, Style>): string {
  const top = 44;
  const bottom = PANEL_HEIGHT - (panel.type === "lines" ? 46 : 40);
  const values = panel.type === "bars"
    ? [
      ...panel.groups.flatMap(({ bars }) => bars.flatMap(({ value, high }) => [value, high ?? value])),
      ...(panel.line === undefined ? [] : [panel.line.at]),
    ]
    : panel.lines.flatMap(({ points }) => points.map(([, value]) => value));
  const down = scaleOf(values, bottom, top, panel.log === true);
  const parts = [
    text(0, 14, panel.title, { size: 14.5, weight: "bold" }),
    text(0, 31, panel.axis, { size: 11.5, fill: GREY }),
  ];
  for (const tick of down.ticks) {
    const y = round(down.place(tick));
    parts.push(`<path d="M${AXIS_WIDTH} ${y}H${round(width)}" stroke="${FAINT}"/>`);
    parts.push(text(AXIS_WIDTH - 7, y + 4, short(tick), { size: 11.5, fill: GREY, anchor: "end" }));
  }
  parts.push(
    panel.type === "bars"
      ? drawBars(panel, width, bottom, down, styles)
      : drawLines(panel, width, bottom, down, styles),
  );
  return parts.join("\n");
}

function drawBars(
  { groups, line }: BarPanel,
  width: number,
  bottom: number,
  down: Scale,
  styles: ReadonlyMap<string, Style>,
): string {
  const parts: string[] = [];
  const labels: string[] = [];
  const slot = (width - AXIS_WIDTH) / Math.max(1, groups.length);
  for (const [i, { name, bars }] of groups.entries()) {
    const left = AXIS_WIDTH + i * slot;
    const thick = Math.min(34, (slot * 0.84) / Math.max(1, bars.length));
    const start = left + (slot - thick * bars.length) / 2;
    for (const [j, { series, value, low, high }] of bars.entries()) {
      const [x, y] = [start + j * thick, down.place(value)];
      const style = styles.get(series)!;
      const place = `x="${round(x + 1)}" y="${round(y)}" width="${round(thick - 2)}" height="${round(bottom - y)}"`;
      parts.push(
        `<rect class="bar" ${place} ${fillOf(style)}><title>${escape(`${name}, ${series}: ${value}`)}</title></rect>`,
      );
      const middle = round(x + thick / 2);
      let peak = y;
      if (low !== undefined && high !== undefined && high > low) {
        peak = down.place(high);
        const [from, to] = [round(down.place(low)), round(peak)];
        parts.push(`<path d="M${middle} ${from}V${to}" stroke="${INK}" stroke-opacity="0.55" stroke-width="1.2"/>`);
      }
      if (thick >= 15) {
        const label = Math.abs(value) < 10 ? value.toFixed(2) : short(value);
        const size = Math.min(11, (thick - 1) / (label.length * 0.62));
        labels.push(text(middle, Math.min(peak, y) - 4, label, { size, anchor: "middle", halo: true }));
      }
    }
    for (const [row, words] of wrap(name, slot / 7).entries()) {
      parts.push(text(left + slot / 2, bottom + 16 + row * 14, words, { size: 12, anchor: "middle" }));
    }
  }
  if (line !== undefined) {
    const y = round(down.place(line.at));
    const dashes = `stroke="${INK}" stroke-width="1.6" stroke-dasharray="6 3"`;
    // What it is stands above the bars, where it hides none.
    const start = width - line.name.length * 6.7;
    parts.push(
      `<path class="line" d="M${AXIS_WIDTH} ${y}H${round(width)}" ${dashes}/>`,
      `<path d="M${round(start - 34)} 27h28" ${dashes}/>`,
      text(width, 31, line.name, { size: 11.5, weight: "bold", anchor: "end" }),
    );
  }
  parts.push(`<path d="M${AXIS_WIDTH} ${bottom}H${round(width)}" stroke="${INK}"/>`);
  return [...parts, ...labels].join("\n");
}

function drawLines(
  { lines, across, logAcross }: LinePanel,
  width: number,
  bottom: number,
  down: Scale,
  styles: ReadonlyMap<string, Style>,
): string {
  const right = width - 14;
  const places = lines.flatMap(({ points }) => points.map(([at]) => at));
  const over = scaleOf(places, AXIS_WIDTH + 14, right, logAcross === true, true);
  const parts = [`<path d="M${AXIS_WIDTH} ${bottom}H${round(width)}" stroke="${INK}"/>`];
  for (const tick of logAcross ? [...new Set(places)] : over.ticks) {
    const x = round(over.place(tick));
    parts.push(`<path d="M${x} ${bottom}v4" stroke="${INK}"/>`);
    parts.push(text(x, bottom + 17, short(tick), { size: 11.5, fill: GREY, anchor: "middle" }));
  }
  parts.push(text((AXIS_WIDTH + width) / 2, bottom + 36, across, { size: 11.5, fill: GREY, anchor: "middle" }));
  for (const { series, points } of lines) {
    const style = styles.get(series)!;
    const path = points.map(([at, value], i) =>
      `${i === 0 ? "M" : "L"}${round(over.place(at))} ${round(down.place(value))}`
    );
    const dashes = style.outlined ? ' stroke-dasharray="7 4"' : "";
    parts.push(
      `<path class="course" d="${path.join("")}" fill="none" stroke="${style.colour}" stroke-width="2"${dashes}/>`,
    );
    if (points.length <= 12) parts.push(...points.map(([x, y]) => markAt(style, over.place(x), down.place(y))));
  }
  return parts.join("\n");
}

/** A scale from `from` to `to` (pixels) that has room for all values. A linear one begins at zero. */
function scaleOf(values: readonly number[], from: number, to: number, log: boolean, tight = false): Scale {
  const known = values.filter((value) => Number.isFinite(value) && (!log || value > 0));
  const most = Math.max(...known, log ? Number.MIN_VALUE : 0);
  if (known.length === 0 || most <= 0) return { place: () => from, ticks: [] };
  if (log) {
    const low = tight ? Math.log10(Math.min(...known)) : Math.floor(Math.log10(Math.min(...known)));
    const high = tight ? Math.log10(most) : Math.ceil(Math.log10(most) + 0.08);
    const span = Math.max(high - low, 1e-9);
    const place = (value: number) => from + ((Math.log10(Math.max(value, 10 ** low)) - low) / span) * (to - from);
    const ticks = Array.from({ length: Math.floor(high) - Math.ceil(low) + 1 }, (_, i) => 10 ** (Math.ceil(low) + i));
    return { place, ticks };
  }
  const room = tight ? most : most * 1.08;
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * 10 ** Math.floor(Math.log10(room / 4))).find((step) =>
    room / step <= 6
  )!;
  const end = tight ? room : Math.ceil(room / step) * step;
  const ticks = Array.from({ length: Math.floor(end / step + 1e-9) + 1 }, (_, i) => i * step);
  return { place: (value) => from + (Math.max(0, value) / end) * (to - from), ticks };
}

function markAt({ colour, mark, outlined }: Style, x: number, y: number): string {
  const shapes = {
    circle: "m-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0 -9 0z",
    square: "m-4 -4h8v8h-8z",
    diamond: "m0 -5.5l5.5 5.5l-5.5 5.5l-5.5 -5.5z",
    triangle: "m0 -5l5 9h-10z",
    cross: "m-4 -4l8 8m0 -8l-8 8",
  };
  const fill = mark === "cross" ? "none" : outlined ? "#ffffff" : colour;
  return `<path d="M${round(x)} ${round(y)}${shapes[mark]}" fill="${fill}" stroke="${colour}" stroke-width="1.8"/>`;
}

function fillOf({ colour, outlined }: Style): string {
  return outlined ? `fill="#ffffff" stroke="${colour}" stroke-width="1.6"` : `fill="${colour}"`;
}

interface TextOptions {
  readonly size: number;
  readonly weight?: "bold";
  readonly fill?: string;
  readonly anchor?: "middle" | "end";
  /** A white rim, so that lines behind do not strike it out. */
  readonly halo?: boolean;
}

function text(x: number, y: number, words: string, { size, weight, fill = INK, anchor, halo }: TextOptions): string {
  const extra = `${weight === undefined ? "" : ` font-weight="${weight}"`}${
    anchor === undefined ? "" : ` text-anchor="${anchor}"`
  }${halo ? ' stroke="#ffffff" stroke-width="3" stroke-linejoin="round" paint-order="stroke"' : ""}`;
  return `<text x="${round(x)}" y="${round(y)}" font-size="${round(size)}" fill="${fill}"${extra}>${
    escape(words)
  }</text>`;
}

/** Breaks words into lines of so many letters. */
function wrap(words: string, letters: number): string[] {
  const lines: string[] = [];
  for (const word of words.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= letters) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** A number in few letters: `2.5M`, `64k`, `0.85`. */
export function short(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e6) return `${trim(value / 1e6)}M`;
  if (size >= 1e4) return `${trim(value / 1e3)}k`;
  if (size >= 100) return `${Math.round(value)}`;
  return size >= 10 ? trim(value, 1) : trim(value, 2);
}

function trim(value: number, digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2): string {
  const fixed = value.toFixed(digits);
  return fixed.includes(".") ? fixed.replace(/\.?0+$/, "") : fixed;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escape(words: string): string {
  return words.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
