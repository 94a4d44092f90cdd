// Waiting.

export const AGAIN = 2000; // milliseconds until a server that did not answer is asked again

export const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Whether asking again is of no use: the server said no, and not only that it was too often. */
export const isRefusal = (error) => Boolean(error.refused) && error.status !== 429;

/** Ask until there is an answer, which is returned, or a refusal, which is thrown. */
export async function insist(ask) {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (isRefusal(error)) throw error;
      await pause(AGAIN);
    }
  }
}
