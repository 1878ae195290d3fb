import type { Occurrence } from "#/api/schema";
import type { WallTimes } from "#/features/calendar/drawn";

/** What the event panel is opened with: somewhere to put a new event, or an occurrence that there is. */
export type Opened =
  | {
      readonly kind: "new";
      readonly times: WallTimes | null;
      readonly title?: string;
      readonly member?: string;
      readonly resource?: string;
    }
  | { readonly kind: "event"; readonly occurrence: Occurrence };
