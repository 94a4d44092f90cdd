// Leads from a picture of the lesson into the network that reads, where that has the layers of which the
// lesson speaks.
import { Network } from "../../state/layers.js";
import { emit, valueOf } from "../../state/events.js";
import { showView } from "../header/views.js";

const RIVER = "layers"; // the view that shows the river

export class Looking {
  #shapes = ""; // of the layers that the lesson is about

  /**
   * @param layers of the network that reads before another is chosen, as network_file.py lists them
   * @param refuse called when another one reads
   */
  constructor(layers, refuse) {
    Object.assign(this, { layers, refuse });
  }

  /** The lesson is about these layers. */
  open(layers) {
    this.#shapes = shapesOf(layers);
  }

  /** Whether another network reads. */
  get isOther() {
    return shapesOf(this.#reads) !== this.#shapes;
  }

  /** Open the lens at a number. */
  select(layer, cell) {
    if (this.isOther) return this.refuse();
    emit("select", new Network(this.#reads).place(layer, cell));
  }

  /** The same in the view of all layers. */
  look(layer, cell) {
    if (!this.isOther) showView(RIVER);
    this.select(layer, cell);
    document.querySelector(`#maps [data-layer="${layer}"]`)?.scrollIntoView({ block: "start" });
  }

  get #reads() {
    return valueOf("network")?.layers ?? this.layers;
  }
}

const shapesOf = (layers) =>
  JSON.stringify(layers.map(({ name, shape, activation }) => [name, shape, activation ?? null]));
