import app from "./de/app.json";
import calendar from "./de/calendar.json";
import calendars from "./de/calendars.json";
import calls from "./de/calls.json";
import conflicts from "./de/conflicts.json";
import events from "./de/events.json";
import history from "./de/history.json";
import importing from "./de/importing.json";
import jobs from "./de/jobs.json";
import notifications from "./de/notifications.json";
import optimise from "./de/optimise.json";
import people from "./de/people.json";
import reminders from "./de/reminders.json";
import resources from "./de/resources.json";
import rules from "./de/rules.json";
import settings from "./de/settings.json";
import setup from "./de/setup.json";
import signIn from "./de/sign-in.json";

export const de = {
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
