/** A detail that is kept with a call: its name and its value. `json`: the value is no text, but written as JSON. */
export interface DetailLine {
  name: string;
  value: string;
  json?: true;
}

/** Give details as the form's one value. */
export function packedDetails(details: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(Object.entries(details).map(([name, value]) => lineOf(name, value)));
}

export function detailLines(packed: string): DetailLine[] {
  return JSON.parse(packed) as DetailLine[];
}

/** Give what the lines say; those without a name say nothing. */
export function detailsOf(packed: string): Record<string, unknown> {
  return Object.fromEntries(
    detailLines(packed)
      .filter(({ name }) => name.trim())
      .map((line) => [line.name.trim(), valueOf(line)]),
  );
}

function lineOf(name: string, value: unknown): DetailLine {
  return typeof value === "string" ? { name, value } : { name, value: JSON.stringify(value), json: true };
}

// What was no text stays what it is, unless it was made into something that is no JSON.
function valueOf({ value, json }: DetailLine): unknown {
  if (!json) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}
