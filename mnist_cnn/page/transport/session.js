// Who asks: this tab's session, a random name that is kept as long as the tab, so that a page that is
// loaded anew finds its trainings and digits again.
import { getItem, setItem } from "./storage.js";

const SESSION = { key: "mnist_cnn.session", header: "X-Mnist-Cnn-Session" };
const PAGE = { key: "mnist_cnn.page" };

function nameOf({ key }) {
  let name = getItem(sessionStorage, key);
  if (!name) {
    const bytes = crypto.getRandomValues(new Uint8Array(18)); // crypto.randomUUID needs https
    name = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    setItem(sessionStorage, key, name);
  }
  return name;
}

/** The secret name of this tab's session: whoever knows it can steer its trainings. */
export const sessionName = () => nameOf(SESSION);

/** Another random name of this tab, which everybody may know. */
export const pageName = () => nameOf(PAGE);

/** The header that says who asks. */
export const identity = () => ({ [SESSION.header]: sessionName() });
