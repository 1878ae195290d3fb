import app from "./en/app.json";
import calendar from "./en/calendar.json";
import calendars from "./en/calendars.json";
import calls from "./en/calls.json";
import conflicts from "./en/conflicts.json";
import events from "./en/events.json";
import history from "./en/history.json";
import importing from "./en/importing.json";
import jobs from "./en/jobs.json";
import notifications from "./en/notifications.json";
import optimise from "./en/optimise.json";
import people from "./en/people.json";
import reminders from "./en/reminders.json";
import resources from "./en/resources.json";
import rules from "./en/rules.json";
import settings from "./en/settings.json";
import setup from "./en/setup.json";
import signIn from "./en/sign-in.json";

export const en = {
  ...app,
  ...calendar,
  ...calendars,
  ...calls,
  ...conflicts,
  ...events,
  ...history,
  ...importing,
  ...jobs,
  ...notifications,
  ...optimise,
  ...people,
  ...reminders,
  ...resources,
  ...rules,
  ...settings,
  ...setup,
  ...signIn,
};
