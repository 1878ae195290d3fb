import type { Router } from "#/app/router.svelte";

type Chosen = Event & { currentTarget: HTMLSelectElement | HTMLInputElement };

/** Give what writes a filter into the address, as soon as it was chosen or typed. */
export function choosing(router: Router): (name: string) => (event: Chosen) => void {
  return (name) =>
    ({ currentTarget }) =>
      router.set({ [name]: currentTarget.value.trim() || null }, { replace: true });
}
