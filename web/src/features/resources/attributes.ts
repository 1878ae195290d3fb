/** What is said of a thing, as the lines of its form: the name, what kind of value, and the value as it is typed. */
export interface AttributeLine {
  name: string;
  kind: "text" | "number" | "yes_no";
  value: string;
}

export type Attributes = Readonly<Record<string, string | number | boolean>>;

/** Give attributes as the form's one value. */
export function packed(attributes: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(Object.entries(attributes).map(([name, value]) => lineOf(name, value)));
}

export function linesOf(text: string): AttributeLine[] {
  return JSON.parse(text) as AttributeLine[];
}

/** Give what the lines say; those without a name say nothing. */
export function attributesOf(text: string): Attributes {
  return Object.fromEntries(
    linesOf(text)
      .filter(({ name }) => name.trim())
      .map((line) => [line.name.trim(), valueOf(line)]),
  );
}

/** Give the names that stand there more than once: only one of each could be kept. */
export function twice(lines: readonly AttributeLine[]): ReadonlySet<string> {
  const names = lines.map(({ name }) => name.trim()).filter(Boolean);
  return new Set(names.filter((name, place) => names.indexOf(name) !== place));
}

function lineOf(name: string, value: unknown): AttributeLine {
  if (typeof value === "boolean") return { name, kind: "yes_no", value: value ? "yes" : "no" };
  return { name, kind: typeof value === "number" ? "number" : "text", value: String(value) };
}

function valueOf({ kind, value }: AttributeLine): string | number | boolean {
  if (kind === "yes_no") return value === "yes";
  return kind === "number" ? Number(value) : value;
}
