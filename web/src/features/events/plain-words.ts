/** The words and figures by which plain times are known, in English and German. */
export const MONTHS = [
  ["january", "jan", "januar", "jänner"],
  ["february", "feb", "februar"],
  ["march", "mar", "märz", "mär"],
  ["april", "apr"],
  ["may", "mai"],
  ["june", "jun", "juni"],
  ["july", "jul", "juli"],
  ["august", "aug"],
  ["september", "sep", "sept"],
  ["october", "oct", "oktober", "okt"],
  ["november", "nov"],
  ["december", "dec", "dezember", "dez"],
];
// 0 is Sunday. Short names are words of other meanings too, so they count only where a time may stand.
export const WEEKDAYS = [
  { long: ["sunday", "sonntag"], short: ["sun", "so"] },
  { long: ["monday", "montag"], short: ["mon", "mo"] },
  { long: ["tuesday", "dienstag"], short: ["tue", "tues", "di"] },
  { long: ["wednesday", "mittwoch"], short: ["wed", "mi"] },
  { long: ["thursday", "donnerstag"], short: ["thu", "thur", "thurs", "do"] },
  { long: ["friday", "freitag"], short: ["fri", "fr"] },
  { long: ["saturday", "samstag", "sonnabend"], short: ["sat", "sa"] },
];
export const DAYS_AHEAD: Readonly<Record<string, number>> = {
  today: 0,
  heute: 0,
  tomorrow: 1,
  morgen: 1,
  übermorgen: 2,
};

// The edges of words; `\b` knows no umlauts.
const B = "(?<![\\p{L}\\d.:])";
const E = "(?![\\p{L}\\d])";
const TO = "\\s*(?:-|–|—|\\s(?:to|until|till|bis)\\s)\\s*";
const MONTH = `(?<month>${oneOf(MONTHS.flat())})\\.?`;
const CLOCK =
  "(\\d{1,2})(?:(?::(\\d{2}))?\\s*(am|pm)|:(\\d{2})(?:\\s*uhr)?|\\.(\\d{2})\\s*uhr|\\s*uhr(?:\\s*(\\d{2}))?)";
const HOUR = "(\\d{1,2})(?:[:.](\\d{2}))?";
const NUMERIC = "(\\d{1,2})\\.\\s?(\\d{1,2})\\.(?:\\s?(\\d{4}))?";
const ON = "(?:(?:on|am|den|vom|from)\\s+)?";
const AT = "(?:(?:at|from|um|von|ab)\\s+)?";

export const RANGE = pattern(`${B}${AT}${CLOCK}${TO}${CLOCK}${E}`);
export const SHARED_RANGE = pattern(`${B}${AT}${HOUR}${TO}${CLOCK}${E}`); // 6-7pm, 14-16 Uhr
export const TIME = pattern(`${B}${AT}${CLOCK}${E}`);
const HALF = "(\\d{1,3}(?:[.,]\\d)?)";
const HOURS = "(?:hours?|hrs?|h|stunden?|std\\.?)";
const MINUTES = "(?:minutes?|mins?|m|minuten?)";
export const LENGTH = pattern(
  `${B}(?:(?:for|für)\\s+)?(?:${HALF}\\s*${HOURS}(?:\\s*(\\d{1,2})\\s*${MINUTES}?)?|(\\d{1,4})\\s*${MINUTES})${E}`,
);
export const ISO = pattern(`${B}${ON}(\\d{4})-(\\d{2})-(\\d{2})${E}`);
export const NUMERIC_RANGE = pattern(
  `${B}${ON}(?:(\\d{1,2})\\.(?:\\s?(\\d{1,2})\\.(?:\\s?(\\d{4}))?)?)${TO}${NUMERIC}${E}`,
);
export const DATE = pattern(`${B}${ON}${NUMERIC}${E}`);
export const NAMED_RANGE = pattern(
  `${B}${ON}(\\d{1,2})\\.?(?:\\s*(${oneOf(MONTHS.flat())})\\.?)?${TO}(\\d{1,2})\\.?\\s*${MONTH}(?:\\s+(\\d{4}))?${E}`,
);
export const NAMED = pattern(`${B}${ON}(\\d{1,2})\\.?\\s*${MONTH}(?:\\s+(\\d{4}))?${E}`);
export const NAMED_FIRST = pattern(`${B}${ON}${MONTH}\\s+(\\d{1,2})(?:st|nd|rd|th)?(?:,?\\s+(\\d{4}))?${E}`);
export const AHEAD = pattern(`(?<!guten\\s|jeden\\s|am\\s)${B}(${oneOf(Object.keys(DAYS_AHEAD))})${E}`);
export const WEEKDAY = pattern(`${B}(?:(?:on|am)\\s+)?(${oneOf(WEEKDAYS.flatMap((day) => day.long))})${E}`);
export const SHORT_WEEKDAY = pattern(
  `${B}(?:(?:on|am)\\s+)?(${oneOf(WEEKDAYS.flatMap((day) => day.short))})\\.?(?=[^\\S\\n]*(?:,|$|\\d|\\n|(?:at|from|um|von|ab|for|für)\\s))`,
);

function oneOf(words: readonly string[]): string {
  return [...words].sort((a, b) => b.length - a.length).join("|");
}

function pattern(source: string): RegExp {
  return new RegExp(source, "iu");
}
