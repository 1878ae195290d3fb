const PATIENCE = 100; // milliseconds; browsers may call nothing idle for a second after a key was pressed

/** Wait until the page has nothing else to do, or some frames have passed, and say whether what is to be done then is still wanted. */
export function idle(signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const done = () => resolve(!signal.aborted);
    if ("requestIdleCallback" in window) requestIdleCallback(done, { timeout: PATIENCE });
    else setTimeout(done, PATIENCE);
  });
}
