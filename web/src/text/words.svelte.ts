import { en } from "./en";

type Plural = "zero" | "one" | "two" | "few" | "many" | "other";

type Name = keyof typeof en & string;
/** The name of a message; one with plural forms is named without them. */
export type Key = Name extends infer N ? (N extends `${infer Stem}_${Plural}` ? Stem : N) : never;
export type Values = Readonly<Record<string, string | number>>;
export type Translate = (key: Key, values?: Values) => string;
type Messages = Readonly<Record<string, string>>;

/** The languages that there are messages for, each by its own name. */
export const LANGUAGES: Readonly<Record<string, string>> = { en: "English", de: "Deutsch" };
const RTL = new Set(["ar", "fa", "he", "ur"]);

const others: Readonly<Record<string, () => Promise<Messages>>> = {
  de: async () => (await import("./de")).de,
};

/** The language that the app speaks, and what it says in it. */
export class Words {
  /** BCP 47; dates and numbers follow it, region included. */
  locale = $state("en");
  #messages: Messages = $state.raw(en);
  #numbers = $derived(new Intl.NumberFormat(this.locale));
  #plurals = $derived(new Intl.PluralRules(this.locale));

  /**
   * Speak the first of these languages that there are messages for, English otherwise; one without a region
   * as the browser's owner writes it: `en` in Ireland has its days before its months.
   */
  async speak(wanted: readonly string[], known: readonly string[] = navigator.languages): Promise<void> {
    const first = wanted.find((each) => languageOf(each) in LANGUAGES) ?? "en";
    const regional = known.find((each) => each.includes("-") && languageOf(each) === first);
    const locale = regional ?? first;
    this.#messages = (await others[languageOf(locale)]?.()) ?? en;
    this.locale = locale;
    document.documentElement.lang = locale;
    document.documentElement.dir = RTL.has(languageOf(locale)) ? "rtl" : "ltr";
  }

  /** Say a message. `{name}` in it is replaced; with `count` among the values, its plural form is chosen. */
  t: Translate = (key, values = {}) => {
    const count = values["count"];
    const form = typeof count === "number" ? `${key}_${this.#plurals.select(count)}` : key;
    const message = this.#messages[form] ?? this.#messages[`${key}_other`] ?? this.#messages[key] ?? key;
    return message.replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = values[name];
      return typeof value === "number" ? this.#numbers.format(value) : (value ?? whole);
    });
  };
}

function languageOf(locale: string): string {
  return locale.split("-")[0]?.toLowerCase() ?? "";
}
