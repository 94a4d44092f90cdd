// Stands in the first HTML behind pad and digits: the page's light and view as Gradio and
// header/views.js will have them, and what makes these parts work.
(({ body }, asked) => {
  const theme = asked.get("__theme");
  const dark = theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  body.classList.toggle("dark", dark);
  body.dataset.view = asked.get("view") ?? "layers";
})(document, new URLSearchParams(location.search));
window.mnistCnnModules.then(({ load }) => load("early/early.js").begin());
