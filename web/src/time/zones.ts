/** The time zones that somebody can choose. */

/** Zones under the first part of their names, as in "Europe". */
export interface Region {
  readonly name: string;
  readonly zones: readonly string[];
}

const NO_REGION = "UTC";

/** Give the zones that the browser knows by region, and with them any others that are in use. */
export function zonesByRegion(
  inUse: readonly string[],
  known: readonly string[] = Intl.supportedValuesOf("timeZone"),
): readonly Region[] {
  const regions = new Map<string, string[]>();
  for (const zone of [...new Set([NO_REGION, ...known, ...inUse])].sort()) {
    const name = zone.includes("/") ? zone.slice(0, zone.indexOf("/")) : NO_REGION;
    const zones = regions.get(name);
    if (zones) zones.push(zone);
    else regions.set(name, [zone]);
  }
  return [...regions].map(([name, zones]) => ({ name, zones }));
}

/** Say a zone as people read it: `America/Argentina/Buenos_Aires` as `Buenos Aires (Argentina)`. */
export function zoneTitle(zone: string): string {
  const parts = zone.replaceAll("_", " ").split("/");
  const place = parts.at(-1) ?? zone;
  return parts.length > 2 ? `${place} (${parts.slice(1, -1).join(", ")})` : place;
}

/** Give the zone that this browser's clock is in. */
export function ownZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || NO_REGION;
}
