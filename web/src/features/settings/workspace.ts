import { type Api, ifMatch, taken } from "#/api/client";
import type { WorkspaceView } from "#/api/schema";
import type { Household } from "#/app/household.svelte";
import type { Stored } from "#/parts/edit.svelte";
import type { Store } from "#/parts/saving.svelte";

export type WorkspaceFields = { name: string; zone: string };

export function storedWorkspace({ name, zone, version }: WorkspaceView): Stored<WorkspaceFields> {
  return { values: { name, zone }, version };
}

/** How a form saves the household or team itself. */
export function workspaceStore(api: Api, household: Household): Store<WorkspaceFields> {
  return {
    read: async () => storedWorkspace(await taken(api.GET("/api/v1/workspace"))),
    write: async ({ changes, version, once }) => {
      household.workspace = await taken(
        api.PATCH("/api/v1/workspace", {
          params: { header: { ...ifMatch(version), ...once } },
          body: changes,
        }),
      );
      return storedWorkspace(household.workspace);
    },
  };
}
