import type { ResourceType } from "#/api/schema";
import type { Key } from "#/text/words.svelte";

import type { AttributeLine } from "./attributes";
import type { ReservationFields, ThingFields } from "./things.svelte";

/** What one of a kind is called. */
export const TYPE_NAMES: Readonly<Record<ResourceType, Key>> = {
  vehicle: "resources.vehicle",
  room: "resources.room",
  equipment: "resources.equipment",
};

/** What all of a kind are called. */
export const GROUP_NAMES: Readonly<Record<ResourceType, Key>> = {
  vehicle: "resources.vehicles",
  room: "resources.rooms",
  equipment: "resources.equipments",
};

export const KIND_NAMES: Readonly<Record<AttributeLine["kind"], Key>> = {
  text: "resources.kind_text",
  number: "resources.kind_number",
  yes_no: "resources.kind_yes_no",
};

export const THING_LABELS: Readonly<Record<keyof ThingFields, Key>> = {
  name: "resources.name",
  type: "resources.type",
  capacity: "resources.capacity",
  location: "resources.location",
  attributes: "resources.attributes",
};

export const RESERVATION_LABELS: Readonly<Record<keyof ReservationFields, Key>> = {
  title: "resources.for_what",
  notes: "resources.notes",
  start: "resources.start",
  end: "resources.end",
  member: "resources.for_whom",
};
