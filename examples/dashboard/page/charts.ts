/// <reference lib="dom" />
/**
 * The charts: the last minute of some series, drawn by uPlot, in the page's own colours.
 *
 * @module
 */

import uPlot from "uplot";

/** How many spans a chart shows. */
export const SPANS = 120;

/** A moving chart of one or two series. A gap is where there was nothing to measure. */
export class Chart {
  readonly #home: HTMLElement;
  readonly #name: string;
  readonly #unit: string;
  readonly #span: number;
  readonly #data: (number | null)[][];
  #plot: uPlot | undefined;

  /** `name`, `unit`: what is said to whoever cannot see it; `series`: how many there are; `span`: seconds from point to point. */
  constructor(id: string, name: string, unit: string, series: number, span: number) {
    this.#home = document.getElementById(id)!;
    this.#name = name;
    this.#unit = unit;
    this.#span = span;
    this.#data = Array.from({ length: series + 1 }, () => []);
    new ResizeObserver(() => this.#plot?.setSize(this.#size)).observe(this.#home);
    this.paint();
  }

  /** Another point. `time`: seconds. */
  add(time: number, ...values: (number | null)[]): void {
    for (const [i, value] of [time, ...values].entries()) {
      const column = this.#data[i]!;
      column.push(value);
      if (column.length > SPANS) column.shift();
    }
    this.#plot!.setData(this.#data as uPlot.AlignedData);
  }

  /** Says in words what there is to see. Not with every point: whoever listens has other things to hear. */
  tell(): void {
    const last = this.#data.slice(1).map((column) => column.at(-1) ?? null);
    const said = last.map((value) => value === null ? "none" : value.toFixed(value < 10 ? 1 : 0)).join(" and ");
    this.#home.setAttribute("aria-label", `${this.#name}: now ${said} ${this.#unit}`);
  }

  /** Draws it anew: the colours have changed. */
  paint(): void {
    const style = getComputedStyle(document.documentElement);
    const [ink, line, one, two] = ["--quiet", "--line", "--one", "--two"].map((name) => style.getPropertyValue(name));
    const colours = [one!, two!];
    const grid = { stroke: line!, width: 1 };
    this.#plot?.destroy();
    this.#plot = new uPlot(
      {
        ...this.#size,
        legend: { show: false },
        cursor: { show: false },
        scales: {
          x: { time: true, range: (_, __, last) => [last - SPANS * this.#span, last] },
          y: { range: (_, __, most) => [0, most > 0 ? most * 1.15 : 1] },
        },
        axes: [
          { stroke: ink!, grid, ticks: grid, size: 26, space: 70 },
          { stroke: ink!, grid, ticks: grid, size: 48 },
        ],
        series: [
          {},
          ...this.#data.slice(1).map((_, i) => ({
            stroke: colours[i]!,
            width: 2,
            points: { show: false },
            ...(i === 0 ? { fill: `color-mix(in srgb, ${colours[0]} 14%, transparent)` } : {}),
          })),
        ],
      },
      this.#data as uPlot.AlignedData,
      this.#home,
    );
  }

  get #size(): { width: number; height: number } {
    const { clientWidth, clientHeight } = this.#home;
    return { width: Math.max(120, clientWidth), height: Math.max(90, clientHeight) };
  }
}
