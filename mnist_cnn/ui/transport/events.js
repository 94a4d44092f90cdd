// How the components of the page hear of one another.
//
//   answer   {answer, frame}  the network has read a drawing; answer.empty: the pad is empty
//   painted  {layer…}         the maps are on their canvases

export const emit = (name, detail) =>
  document.dispatchEvent(new CustomEvent(`mnist_cnn:${name}`, { detail }));

export const listen = (name, handler) =>
  document.addEventListener(`mnist_cnn:${name}`, (event) => handler(event.detail));

/** Call `listener` whenever the page turns light or dark. */
export function onTheme(listener) {
  new MutationObserver(() => listener()).observe(document.body, { attributeFilter: ["class"] });
}
