import Notifications from "@lucide/svelte/icons/bell";
import Reminders from "@lucide/svelte/icons/alarm-clock";
import Jobs from "@lucide/svelte/icons/list-checks";
import Calendar from "@lucide/svelte/icons/calendar-days";
import Conflicts from "@lucide/svelte/icons/triangle-alert";
import Optimise from "@lucide/svelte/icons/wand-sparkles";
import History from "@lucide/svelte/icons/history";
import People from "@lucide/svelte/icons/users";
import Calendars from "@lucide/svelte/icons/layers";
import Resources from "@lucide/svelte/icons/car";
import Rules from "@lucide/svelte/icons/scale";
import Calls from "@lucide/svelte/icons/phone";
import Settings from "@lucide/svelte/icons/settings";
import type { Component } from "svelte";

import type { Key } from "#/text/words.svelte";

/** A page of the app: its address, its name, its sign in the navigation, and where its code is. */
export interface Page {
  readonly path: string;
  readonly title: Key;
  readonly icon: Component;
  /** Where the navigation has it; on a phone the first four are at hand and the rest under "More". */
  readonly group: "time" | "people" | "settings";
  /** Owners alone have it in their navigation: to others the server tells nothing of it. */
  readonly ownersOnly?: boolean;
  readonly load: () => Promise<{ default: Component }>;
}

export const PAGES: readonly [Page, ...Page[]] = [
  {
    path: "/calendar",
    title: "nav.calendar",
    icon: Calendar,
    group: "time",
    load: () => import("#/features/calendar/CalendarPage.svelte"),
  },
  {
    path: "/conflicts",
    title: "nav.conflicts",
    icon: Conflicts,
    group: "time",
    load: () => import("#/features/conflicts/ConflictsPage.svelte"),
  },
  {
    path: "/optimise",
    title: "nav.optimise",
    icon: Optimise,
    group: "time",
    load: () => import("#/features/optimise/OptimisePage.svelte"),
  },
  {
    path: "/history",
    title: "nav.history",
    icon: History,
    group: "time",
    load: () => import("#/features/history/HistoryPage.svelte"),
  },
  {
    path: "/notifications",
    title: "nav.notifications",
    icon: Notifications,
    group: "time",
    load: () => import("#/features/notifications/NotificationsPage.svelte"),
  },
  {
    path: "/reminders",
    title: "nav.reminders",
    icon: Reminders,
    group: "time",
    load: () => import("#/features/reminders/RemindersPage.svelte"),
  },
  {
    path: "/calls",
    title: "nav.calls",
    icon: Calls,
    group: "time",
    load: () => import("#/features/calls/CallsPage.svelte"),
  },
  {
    path: "/people",
    title: "nav.people",
    icon: People,
    group: "people",
    load: () => import("#/features/people/PeoplePage.svelte"),
  },
  {
    path: "/calendars",
    title: "nav.calendars",
    icon: Calendars,
    group: "people",
    load: () => import("#/features/calendars/CalendarsPage.svelte"),
  },
  {
    path: "/resources",
    title: "nav.resources",
    icon: Resources,
    group: "people",
    load: () => import("#/features/resources/ResourcesPage.svelte"),
  },
  {
    path: "/rules",
    title: "nav.rules",
    icon: Rules,
    group: "people",
    load: () => import("#/features/rules/RulesPage.svelte"),
  },
  {
    path: "/settings",
    title: "nav.settings",
    icon: Settings,
    group: "settings",
    load: () => import("#/features/settings/SettingsPage.svelte"),
  },
  {
    path: "/jobs",
    title: "nav.jobs",
    icon: Jobs,
    group: "settings",
    ownersOnly: true,
    load: () => import("#/features/jobs/JobsPage.svelte"),
  },
];

/** Give the page at an address, null where there is none; the app begins with the calendar. */
export function pageAt(path: string): Page | null {
  if (path === "/" || path === "/index.html") return PAGES[0];
  return PAGES.find((page) => path === page.path || path.startsWith(`${page.path}/`)) ?? null;
}
