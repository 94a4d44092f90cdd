// Whether a card has been played: known to its stage only, so that no link, and no teacher who brings a class
// to a card, shows what its prediction asks for.

/** What is set when a card is played. */
export const PLAYED = { played: "1" };

/** A card comes up: it is not played yet. */
export const unplay = (stage) => stage.set({ played: "" });

export const isPlayed = ({ state }) => Boolean(state.played);
