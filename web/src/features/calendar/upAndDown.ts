/** Let the arrow keys go from button to button in a list; what scrolls by itself is left alone otherwise. */
export function upAndDown(list: HTMLElement): () => void {
  function onkeydown(event: KeyboardEvent): void {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const buttons = [...list.querySelectorAll<HTMLElement>("li button")];
    const at = buttons.indexOf(event.target as HTMLElement);
    if (at < 0) return;
    const to = buttons[at + (event.key === "ArrowDown" ? 1 : -1)];
    if (!to) return;
    event.preventDefault();
    to.focus();
  }
  list.addEventListener("keydown", onkeydown);
  return () => list.removeEventListener("keydown", onkeydown);
}
