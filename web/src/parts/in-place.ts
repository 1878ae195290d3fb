import { tick } from "svelte";
import type { Attachment } from "svelte/attachments";

/** For a form that opens in place: Escape leaves it, as its button does. */
export function leftByEscape(leave: () => void): Attachment<HTMLElement> {
  return (form) => {
    const heed = (event: KeyboardEvent): void => {
      if (event.key !== "Escape" || event.defaultPrevented || event.isComposing) return;
      event.preventDefault(); // of what else Escape would close
      leave();
    };
    form.addEventListener("keydown", heed);
    return () => form.removeEventListener("keydown", heed);
  };
}

/**
 * For what opens such a form, as long as that is open: when it goes, and the focus with it, that is here again.
 *
 * The opener may be `hidden` meanwhile, but has to stay.
 */
export const focusedAfter: Attachment<HTMLElement> = (opener) => () => {
  void tick().then(() => {
    if (document.activeElement === document.body) opener.focus();
  });
};
