import type UPlot from "uplot";

/** What is drawn: for each label bars that stand on one another, in the order of `values`. */
export interface Drawing {
  readonly labels: readonly string[];
  readonly values: readonly (readonly number[])[];
  readonly colors: readonly string[];
  readonly ink: string;
  readonly line: string;
  readonly font: string;
  readonly number: (value: number) => string;
  /** Told which label is pointed at, null for none. */
  readonly onpoint: (index: number | null) => void;
}

const HEIGHT = 200; // pixels
const STEPS = [1, 2, 3, 5, 7, 10, 14, 20, 30, 60, 90]; // between two labels that are written

/** Draw bars into an element; what is given back takes them away. The library comes when it is needed. */
export function drawBars(place: HTMLElement, width: number, drawing: Drawing): () => void {
  let plot: UPlot | null = null;
  let gone = false;
  void Promise.all([import("uplot"), import("uplot/dist/uPlot.min.css")]).then(([{ default: Plot }]) => {
    if (gone) return;
    plot = new Plot(options(Plot, width, drawing), data(drawing), place);
  });
  return () => {
    gone = true;
    plot?.destroy();
  };
}

/** Give the heights at which bars end that stand on one another. */
export function tops(values: readonly (readonly number[])[]): number[][] {
  const [first = []] = values;
  const sums = first.map(() => 0);
  return values.map((each) => each.map((value, index) => (sums[index] = (sums[index] ?? 0) + value)));
}

// The highest is drawn first, and what it stands on over it.
function data({ labels, values }: Drawing): UPlot.AlignedData {
  return [labels.map((_, index) => index), ...tops(values).reverse()];
}

function options(Plot: typeof UPlot, width: number, drawing: Drawing): UPlot.Options {
  const { labels, colors, ink, line, font, number, onpoint } = drawing;
  const axis: UPlot.Axis = { stroke: ink, font: `12px ${font}`, ticks: { show: false } };
  const bars = Plot.paths.bars?.({ size: [0.7, 48], radius: 0.15 });
  const whole = (top: number) => Math.max(1, Math.ceil(top));
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
    scales: {
      x: { time: false, range: [-0.5, labels.length - 0.5] },
      y: { range: (_, __, top) => [0, whole(top * 1.05)] },
    },
    axes: [
      {
        ...axis,
        incrs: STEPS,
        size: 30,
        space: 56,
        grid: { show: false },
        values: (_, at) => at.map((index) => labels[index] ?? ""),
      },
      {
        ...axis,
        incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000],
        grid: { stroke: line, width: 1 },
        size: 48,
        values: (_, at) => at.map(number),
      },
    ],
    series: [
      {},
      ...[...colors].reverse().map((color): UPlot.Series => {
        return {
          fill: color,
          stroke: color,
          width: 0,
          points: { show: false },
          ...(bars && { paths: bars }),
        };
      }),
    ],
    hooks: { setCursor: [({ cursor }) => onpoint(cursor.idx ?? null)] },
  };
}
