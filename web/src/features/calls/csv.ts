/** A file of calls as it is looked at before it is sent: how its columns are understood, and its first rows. */
export interface CsvLook {
  readonly columns: readonly Column[];
  readonly first: readonly (readonly string[])[];
  readonly count: number;
}

/** A column by the name in the file's first line: a field of a call, a detail, or (null) nothing known. */
export interface Column {
  readonly name: string;
  readonly means: CallField | "detail" | null;
}

export const CALL_FIELDS = [
  "phone",
  "start",
  "zone",
  "duration_minutes",
  "title",
  "description",
  "notes",
  "script",
  "twiml_url",
  "agent_url",
  "agent_instance",
  "member_id",
  "calendar_id",
  "call_type",
  "repeat",
  "until",
  "count",
  "callee_zone",
  "missed",
  "record",
] as const;
export type CallField = (typeof CALL_FIELDS)[number];

const DETAIL = /^metadata\../;
const SHOWN = 5; // rows
const FORMULA = /^[=+\-@\t\r]/;

/** Look at a file of calls, which the server reads in the same way. */
export function lookAt(text: string): CsvLook {
  const clean = text.replace(/^\uFEFF/, "");
  const head = clean.split("\n", 1)[0] ?? "";
  const separator = head.split(";").length > head.split(",").length ? ";" : ",";
  const [header = [], ...lines] = linesOf(clean, separator);
  const rows = lines.filter((line) => line.some((cell) => cell.trim()));
  const columns = header.map((cell) => columnOf(cell.trim().toLowerCase()));
  return { columns, first: rows.slice(0, SHOWN), count: rows.length };
}

/** Give the fields that every file of calls needs and this one lacks. */
export function lacking({ columns }: CsvLook): readonly CallField[] {
  return (["phone", "start"] as const).filter((field) => columns.every(({ means }) => means !== field));
}

/** Give the column that names calls which are there already; null for a file of calls to be made. */
export function namesCalls({ columns }: CsvLook): string | null {
  const names = columns.map(({ name }) => name);
  if (names.includes("phone") || names.includes("start")) return null;
  return ["call_id", "id"].find((name) => names.includes(name)) ?? null;
}

/** Write rows as a file; what a spreadsheet would take for a formula, it takes for text. */
export function csvOf(rows: readonly (readonly (string | number | null)[])[]): string {
  const cell = (value: string | number | null) => {
    const text = typeof value === "string" && FORMULA.test(value) ? `'${value}` : String(value ?? "");
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

function columnOf(name: string): Column {
  const known = CALL_FIELDS.find((each) => each === name);
  return { name, means: known ?? (DETAIL.test(name) ? "detail" : null) };
}

// RFC 4180: a cell in quotes may hold separators, line ends and doubled quotes.
function linesOf(text: string, separator: string): string[][] {
  const lines: string[][] = [];
  let line: string[] = [];
  let cell = "";
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? "";
    if (quoted) {
      if (char !== '"') cell += char;
      else if (text[at + 1] === '"') cell += text[++at];
      else quoted = false;
    } else if (char === '"' && cell === "") quoted = true;
    else if (char === separator) {
      line.push(cell);
      cell = "";
    } else if (char === "\n") {
      lines.push([...line, cell.replace(/\r$/, "")]);
      line = [];
      cell = "";
    } else cell += char;
  }
  if (cell || line.length) lines.push([...line, cell]);
  return lines;
}
