// Why a drawing may be no digit, in words. Only a network that is known to read well may blame the drawing.
import { text } from "../../locales/language.js";

const DOUBTS = {
  wide: "doubtWide",
  blob: "doubtBlob",
  unfamiliar: "doubtUnfamiliar",
  unsure: "doubtUnsure",
};
const WELL = 0.9; // of the test digits

/** The sentence that says why it may be no digit, or "". */
export const doubtOf = (answer) =>
  answer.doubt && answer.network.about?.test_accuracy > WELL ? text(DOUBTS[answer.doubt]) : "";
