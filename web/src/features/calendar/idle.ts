/** Wait until the page has nothing else to do, and say whether what is to be done then is still wanted. */
export function idle(signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const done = () => resolve(!signal.aborted);
    if ("requestIdleCallback" in window) requestIdleCallback(done, { timeout: 1000 });
    else setTimeout(done, 200);
  });
}
