import { instantOf, offsetAt, wallAt, type Wall } from "#/time/zoned";

/** Say what clocks elsewhere show when those here show `hour` of a date; `days` is how many dates they are ahead. */
export function elsewhere(
  date: Wall,
  hour: number,
  here: string,
  there: string,
): { readonly wall: Wall; readonly days: number } {
  const wall = wallAt(instantOf(`${date}T${String(hour).padStart(2, "0")}:00:00`, here), there);
  return { wall, days: Math.round((Date.parse(wall.slice(0, 10)) - Date.parse(date)) / 86_400_000) };
}

/** Name a zone in a word: `Europe/Berlin` is Berlin. */
export function cityOf(zone: string): string {
  return (zone.split("/").at(-1) ?? zone).replaceAll("_", " ");
}

/** Say by how much each zone is ahead of another at noon of a date: what the labels beside the hours hang on. */
export function distances(date: Wall, here: string, zones: readonly string[]): readonly number[] {
  const noon = instantOf(`${date}T12:00:00`, here);
  return zones.map((zone) => offsetAt(noon, zone) - offsetAt(noon, here));
}
