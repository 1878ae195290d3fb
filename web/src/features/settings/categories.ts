import { type Api, ifMatch, taken } from "#/api/client";
import type { CategoryVersion } from "#/api/schema";
import type { Stored } from "#/parts/edit.svelte";
import type { Store } from "#/parts/saving.svelte";

export type CategoryFields = { name: string; level: number; color: string | null };

/** From what gives way first to what goes before all else. */
export const LEVELS = [1, 2, 3, 4, 5];

export function storedCategory({ name, level, color, version }: CategoryVersion): Stored<CategoryFields> {
  return { values: { name, level, color }, version };
}

/** How a form saves a category: one that is kept, or (null) one to be made. */
export function categoryStore(api: Api, id: string | null): Store<CategoryFields> {
  const path = { category_id: id ?? "" };
  return {
    read: async () =>
      storedCategory(await taken(api.GET("/api/v1/categories/{category_id}", { params: { path } }))),
    write: async ({ typed, changes, version, once }) =>
      storedCategory(
        await taken(
          id === null
            ? api.POST("/api/v1/categories", { params: { header: once }, body: typed })
            : api.PATCH("/api/v1/categories/{category_id}", {
                params: { path, header: { ...ifMatch(version), ...once } },
                body: changes,
              }),
        ),
      ),
  };
}
