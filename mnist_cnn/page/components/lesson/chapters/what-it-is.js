// What the network is: a program without rules for digits, with weights that others have trained.
import * as program from "../pictures/misconceptions/program.js";
import * as surest from "../pictures/misconceptions/surest.js";
import * as turning from "../pictures/misconceptions/turning.js";
import * as yours from "../pictures/misconceptions/yours.js";
import { PLAYED, unplay } from "../pictures/played.js";

export const defaults = {};
export const drawing = "seven";

export const cards = {
  programmed: { show: program.show, enter: program.enter, play: program.swap },
  exact: { show: turning.show, enter: unplay, setUp: PLAYED, play: turning.turn },
  surest: { show: surest.show },
  yours: { show: yours.show, enter: unplay, setUp: PLAYED },
};
