// What the network keeps: no digit it learned from, nothing of what it reads, and what people gave it.
import * as people from "../pictures/misconceptions/people.js";
import * as readings from "../pictures/misconceptions/readings.js";
import * as room from "../pictures/misconceptions/room.js";
import { PLAYED, unplay } from "../pictures/played.js";

export const defaults = {};
export const drawing = "seven";

export const cards = {
  storage: { show: room.show, enter: unplay, setUp: PLAYED, play: room.fill },
  continuous: { show: readings.show, enter: unplay, setUp: PLAYED, play: readings.arrive },
  people: { show: people.show, enter: unplay, setUp: PLAYED },
};
