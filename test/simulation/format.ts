/** Numbers and tables as docs/scale.md shows them. */

/** `1,234`. */
export function whole(value: number): string {
  return Math.round(value).toLocaleString("en-GB");
}

/** To two digits that count: `9,100`, `2.2 million`. */
export function about(value: number): string {
  const rounded = Number(value.toPrecision(2));
  return rounded >= 1e6 ? `${(rounded / 1e6).toLocaleString("en-GB")} million` : whole(rounded);
}

/** `0.04 %`. */
export function percent(share: number): string {
  return `${Number((share * 100).toPrecision(2))} %`;
}

/** A length of time: `7 s`, `12 min`, `3.4 h`, `2.1 d`. */
export function seconds(value: number): string {
  const fits = [
    [86_400, "d"],
    [3_600, "h"],
    [60, "min"],
  ] as const;
  for (const [size, unit] of fits) {
    if (value >= 2 * size) {
      return `${Number((value / size).toPrecision(2))} ${unit}`;
    }
  }
  return `${whole(value)} s`;
}

/** `0.43 GB`. */
export function gigabytes(bytes: number): string {
  const rounded = Number((bytes / 1e9).toPrecision(2));
  return `${rounded.toLocaleString("en-GB")} GB`;
}

/** `$0.00` below a hundred dollars, whole ones beyond. */
export function usd(value: number): string {
  return value < 100 ? `$${value.toFixed(2)}` : `$${whole(value)}`;
}

/** A Markdown table; the first column on the left, the others on the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map((_, index) => (index === 0 ? "---" : "--:")), ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
