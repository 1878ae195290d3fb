/** Let the arrow keys go from event to event on a board. */
export function byArrows(event: KeyboardEvent): void {
  const from = (event.target as HTMLElement).closest<HTMLElement>(".face");
  if (!from || event.ctrlKey || event.altKey || event.metaKey) return;
  const to = neighbour(from, event.key);
  if (!to) return;
  event.preventDefault();
  to.focus();
}

/** Give the event that an arrow key leads to: the one before or after in time, or the nearest one beside. */
function neighbour(from: HTMLElement, key: string): HTMLElement | undefined {
  const events = [...(from.closest(".ec-main")?.querySelectorAll<HTMLElement>(".face") ?? [])];
  const at = events.indexOf(from);
  if (key === "ArrowDown") return events[at + 1];
  if (key === "ArrowUp") return events[at - 1];
  if (key !== "ArrowLeft" && key !== "ArrowRight") return undefined;
  const here = from.getBoundingClientRect();
  const way = key === "ArrowRight" ? 1 : -1;
  const distance = (element: HTMLElement) => {
    const there = element.getBoundingClientRect();
    const across = way * (there.left - here.left);
    return across < 8 ? Infinity : across * 4 + Math.abs(there.top - here.top);
  };
  const nearest = events
    .map((element) => ({ element, far: distance(element) }))
    .sort((a, b) => a.far - b.far)[0];
  return nearest && nearest.far < Infinity ? nearest.element : undefined;
}
