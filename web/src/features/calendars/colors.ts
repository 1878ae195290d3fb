import type { Key } from "#/text/words.svelte";

/** Colours to choose from: even in lightness, and told apart also by colour-blind people. */
export const COLORS: readonly { readonly color: string; readonly name: Key }[] = [
  { color: "#2a7f9e", name: "calendars.blue" },
  { color: "#b03a48", name: "calendars.red" },
  { color: "#6b7a1e", name: "calendars.olive" },
  { color: "#7b5ea7", name: "calendars.violet" },
  { color: "#c2571a", name: "calendars.orange" },
  { color: "#3a7d44", name: "calendars.green" },
  { color: "#96507e", name: "calendars.pink" },
  { color: "#8a6d1f", name: "calendars.ochre" },
];
