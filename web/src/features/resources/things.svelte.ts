import { type Api, ifMatch, taken } from "#/api/client";
import type { ReservationShown, ResourceShown, ResourceType } from "#/api/schema";
import type { Stored } from "#/parts/edit.svelte";
import type { Store } from "#/parts/saving.svelte";
import { instantOf, isoAt, wallAt, type Wall } from "#/time/zoned";

import { attributesOf, packed } from "./attributes";

/** A thing as its form holds it; `attributes` are lines, packed. */
export type ThingFields = {
  name: string;
  type: ResourceType;
  capacity: number | null;
  location: string;
  attributes: string;
};

/** A reservation as its form holds it; times are on the clock of the person who looks. */
export type ReservationFields = {
  title: string;
  notes: string;
  start: Wall;
  end: Wall;
  /** Who has it; whom it is made for stays. */
  member: string;
};

export const TYPES: readonly ResourceType[] = ["vehicle", "room", "equipment"];
export const BLANK: ThingFields = { name: "", type: "vehicle", capacity: 1, location: "", attributes: "[]" };

export function storedThing(thing: ResourceShown): Stored<ThingFields> {
  const { name, type, capacity, location, attributes, version } = thing;
  return {
    values: { name, type, capacity, location: location ?? "", attributes: packed(attributes) },
    version,
  };
}

export function storedReservation(reservation: ReservationShown, zone: string): Stored<ReservationFields> {
  const { title, notes, start, end, member_id, version } = reservation;
  const wall = (text: string) => wallAt(Date.parse(text), zone).slice(0, 16);
  return {
    values: { title, notes: notes ?? "", start: wall(start), end: wall(end), member: member_id },
    version,
  };
}

/** How a form saves a thing: one that is kept, or (null) one to be made. `made` is told of the new one. */
export function thingStore(
  api: Api,
  id: string | null,
  made: (thing: ResourceShown) => void,
): Store<ThingFields> {
  const path = { resource_id: id ?? "" };
  return {
    read: async () =>
      storedThing(await taken(api.GET("/api/v1/resources/{resource_id}", { params: { path } }))),
    write: async ({ typed, changes, version, once }) => {
      if (id === null) {
        const { name, type, capacity, location, attributes } = typed;
        const thing = await taken(
          api.POST("/api/v1/resources", {
            params: { header: once },
            body: {
              name,
              type,
              capacity: capacity ?? 1,
              location: location || null,
              attributes: attributesOf(attributes),
            },
          }),
        );
        made(thing);
        return storedThing(thing);
      }
      const params = { path, header: { ...ifMatch(version), ...once } };
      const body = asked(changes);
      return storedThing(await taken(api.PATCH("/api/v1/resources/{resource_id}", { params, body })));
    },
  };
}

/** How a form saves a reservation of a thing: one that is kept, or (null) one to be made. */
export function reservationStore(
  api: Api,
  { thing, id, zone }: { thing: string; id: string | null; zone: string },
): Store<ReservationFields> {
  const path = { reservation_id: id ?? "" };
  const at = (wall: Wall) => (wall ? isoAt(instantOf(wall, zone), zone) : "");
  const times = ({ start, end }: Partial<ReservationFields>) => ({
    ...(start === undefined ? {} : { start: at(start) }),
    ...(end === undefined ? {} : { end: at(end) }),
  });
  return {
    read: async () =>
      storedReservation(
        await taken(api.GET("/api/v1/reservations/{reservation_id}", { params: { path } })),
        zone,
      ),
    write: async ({ typed, changes, version, once }) => {
      if (id === null) {
        const { title, notes, start, end, member } = typed;
        const body = { title, notes: notes || null, start: at(start), end: at(end), member_id: member };
        const params = { path: { resource_id: thing }, header: once };
        return storedReservation(
          await taken(api.POST("/api/v1/resources/{resource_id}/reservations", { params, body })),
          zone,
        );
      }
      const { start, end, notes, title } = changes;
      const body = {
        ...(title === undefined ? {} : { title }),
        ...(notes === undefined ? {} : { notes: notes || null }),
        ...times({ start, end }),
      };
      const params = { path, header: { ...ifMatch(version), ...once } };
      return storedReservation(
        await taken(api.PATCH("/api/v1/reservations/{reservation_id}", { params, body })),
        zone,
      );
    },
  };
}

function asked(fields: Partial<ThingFields>) {
  const { attributes, location, capacity, ...plain } = fields;
  return {
    ...plain,
    ...(capacity === undefined ? {} : { capacity: capacity ?? undefined }),
    ...(location === undefined ? {} : { location: location || null }),
    ...(attributes === undefined ? {} : { attributes: attributesOf(attributes) }),
  };
}
