import { describe, expect, it } from "vitest";

import { understand } from "./plain-times";

// A Saturday morning; the calendar shows the Monday after it.
const AROUND = { date: "2026-11-23", now: "2026-11-21T09:00:00", minutes: 60 };

describe("a line with a time", () => {
  it.each([
    ["Lunch 12:30", "Lunch", "2026-11-23T12:30", "2026-11-23T13:30"],
    ["Dentist tomorrow 14:30-15:15", "Dentist", "2026-11-22T14:30", "2026-11-22T15:15"],
    ["Dentist today at 3pm to 4:30 pm", "Dentist", "2026-11-21T15:00", "2026-11-21T16:30"],
    ["Choir Tue 6pm for 90 min", "Choir", "2026-11-24T18:00", "2026-11-24T19:30"],
    ["choir on tuesday 6-7pm", "choir", "2026-11-24T18:00", "2026-11-24T19:00"],
    ["Brunch 11-1pm", "Brunch", "2026-11-23T11:00", "2026-11-23T13:00"],
    ["Lunch 12-1pm", "Lunch", "2026-11-23T12:00", "2026-11-23T13:00"],
    ["Run 6am for 1.5 h", "Run", "2026-11-23T06:00", "2026-11-23T07:30"],
    ["Tue 6pm Choir", "Choir", "2026-11-24T18:00", "2026-11-24T19:00"],
    ["Party Sat 20:00", "Party", "2026-11-21T20:00", "2026-11-21T21:00"],
    ["Breakfast Sat 8:00", "Breakfast", "2026-11-28T08:00", "2026-11-28T09:00"],
    ["Night shift 22:00-6:00", "Night shift", "2026-11-23T22:00", "2026-11-24T06:00"],
    ["New year 31 Dec 23:00 - 24:00", "New year", "2026-12-31T23:00", "2027-01-01T00:00"],
    ["Call 5 January 2027 9:00, for 2 hours", "Call", "2027-01-05T09:00", "2027-01-05T11:00"],
    ["Call Jan 5th 9:00 for 1 hour 30", "Call", "2027-01-05T09:00", "2027-01-05T10:30"],
    ["Meeting 2026-12-03 10:00", "Meeting", "2026-12-03T10:00", "2026-12-03T11:00"],
    ["Zahnarzt morgen 14 Uhr", "Zahnarzt", "2026-11-22T14:00", "2026-11-22T15:00"],
    ["Zahnarzt übermorgen um 14.30 Uhr", "Zahnarzt", "2026-11-23T14:30", "2026-11-23T15:30"],
    ["Chor am Dienstag von 18 bis 19:30 Uhr", "Chor", "2026-11-24T18:00", "2026-11-24T19:30"],
    ["Chor Di 18-20 Uhr", "Chor", "2026-11-24T18:00", "2026-11-24T20:00"],
    ["Do 14 Uhr Sport für 2 Stunden", "Sport", "2026-11-26T14:00", "2026-11-26T16:00"],
    ["Elternabend 3. Dezember 19 Uhr 30", "Elternabend", "2026-12-03T19:30", "2026-12-03T20:30"],
    ["Theater 5.12. 19:30 90 Minuten", "Theater", "2026-12-05T19:30", "2026-12-05T21:00"],
    ["Zug 24.12. 8:00", "Zug", "2026-12-24T08:00", "2026-12-24T09:00"],
    ["Camp 24.12. - 27.12. 10:00-16:00", "Camp", "2026-12-24T10:00", "2026-12-27T16:00"],
  ])("%s", (text, title, start, end) => {
    const times = { start: `${start}:00`, end: `${end}:00`, allDay: false };
    expect(understand(text, AROUND)).toEqual({ title, times });
  });
});

describe("a line without a time lasts all day", () => {
  it.each([
    ["Holiday", "Holiday", "2026-11-23", "2026-11-24"],
    ["Holiday 24.12. - 27.12.", "Holiday", "2026-12-24", "2026-12-28"],
    ["Urlaub 24.-27.12.", "Urlaub", "2026-12-24", "2026-12-28"],
    ["Urlaub vom 28.12. bis 3.1.", "Urlaub", "2026-12-28", "2027-01-04"],
    ["Ski 3.2.2027 - 10.2.2027", "Ski", "2027-02-03", "2027-02-11"],
    ["Conference 24-27 Dec", "Conference", "2026-12-24", "2026-12-28"],
    ["Conference 30 Dec to 2 Jan", "Conference", "2026-12-30", "2027-01-03"],
    ["Birthday 3 March", "Birthday", "2027-03-03", "2027-03-04"],
    ["Geburtstag 3. März", "Geburtstag", "2027-03-03", "2027-03-04"],
    ["Leap 29.2.2028", "Leap", "2028-02-29", "2028-03-01"],
    ["Bin day Monday", "Bin day", "2026-11-23", "2026-11-24"],
  ])("%s", (text, title, start, end) => {
    expect(understand(text, AROUND)).toEqual({ title, times: { start, end, allDay: true } });
  });
});

describe("what is no time stays in the title", () => {
  it.each([
    "Do laundry",
    "Buy sun cream",
    "Read chapter 24",
    "Guten Morgen",
    "Leap 30.2.2028",
    "Formel 25:00",
    "Half past 13pm",
    "Version 1.2.3",
    "Walk for 30 min",
  ])("%s", (text) => {
    expect(understand(text, AROUND)?.title).toBe(text);
  });

  it("and blanks mean nothing", () => {
    expect(understand("  ", AROUND)).toBeNull();
  });
});
