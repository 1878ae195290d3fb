import { type Api, ifMatch, taken } from "#/api/client";
import { Query } from "#/api/query.svelte";
import type { ActorView, ConstraintShown } from "#/api/schema";
import type { Stored } from "#/parts/edit.svelte";
import type { Store, Wanted } from "#/parts/saving.svelte";

import { fieldsOf, parametersOf, type RuleFields } from "./rule";

/** The rules that this person may read, and what can be done to them. */
export class Rules {
  readonly query: Query<readonly ConstraintShown[]>;
  #api: Api;

  constructor(api: Api) {
    this.#api = api;
    this.query = new Query(async (signal) => (await taken(api.GET("/api/v1/constraints", { signal }))).items);
  }

  get items(): readonly ConstraintShown[] {
    return this.query.data ?? [];
  }

  /** How a form saves a rule: one that is kept, or (null) one to be made. */
  store(kept: ConstraintShown | null): Store<RuleFields> {
    if (kept === null)
      return { read: () => Promise.reject(new Error("It is not stored yet.")), write: this.#make };
    const path = { constraint_id: kept.id };
    return {
      read: async () =>
        storedOf(await taken(this.#api.GET("/api/v1/constraints/{constraint_id}", { params: { path } }))),
      write: async ({ typed, changes, version, once }) =>
        storedOf(
          await taken(
            this.#api.PATCH("/api/v1/constraints/{constraint_id}", {
              params: { path, header: { ...ifMatch(version), ...once } },
              body: patchOf(typed, changes),
            }),
          ),
        ),
    };
  }

  async remove({ id, version }: ConstraintShown): Promise<void> {
    await taken(
      this.#api.DELETE("/api/v1/constraints/{constraint_id}", {
        params: { path: { constraint_id: id }, header: ifMatch(version) },
      }),
    );
    await this.query.refresh();
  }

  #make = async ({ typed, once }: Wanted<RuleFields>): Promise<Stored<RuleFields>> => {
    const { name, rule, hard, priority, active, member } = typed;
    const body = {
      name,
      rule,
      hard,
      priority,
      active,
      parameters: parametersOf(typed),
      member_id: member || null,
    };
    return storedOf(await taken(this.#api.POST("/api/v1/constraints", { params: { header: once }, body })));
  };
}

export function storedOf(constraint: ConstraintShown): Stored<RuleFields> {
  return { values: fieldsOf(constraint), version: constraint.version };
}

/** Say whether somebody may change a rule, or make one, of this member's time; null: of everybody's. */
export function mayGovern(
  actor: Pick<ActorView, "permission" | "member_id">,
  member: string | null,
): boolean {
  return actor.permission === "owner" || (actor.permission === "editor" && member === actor.member_id);
}

/** Give what of a form is a change, as the server takes it: parameters go together. */
export function patchOf(typed: RuleFields, changes: Partial<RuleFields>): Record<string, unknown> {
  const { name, hard, priority, active, member: _, ...asked } = changes;
  const plain = Object.fromEntries(
    Object.entries({ name, hard, priority, active }).filter(([, value]) => value !== undefined),
  );
  return Object.keys(asked).length > 0
    ? { ...plain, rule: typed.rule, parameters: parametersOf(typed) }
    : plain;
}
