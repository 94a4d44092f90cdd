// Runs in the first HTML, behind the components in it: sets dark or light and the view, as Gradio and
// components/header/views.js will do later, and mounts the components.
(({ body }, asked) => {
  const theme = asked.get("__theme");
  const dark = theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  body.classList.toggle("dark", dark);
  body.dataset.view = asked.get("view") ?? "layers";
  body.dataset.answer = body.dataset.view === "layers" ? "river" : "alone";
})(document, new URLSearchParams(location.search));
window.mnistCnnModules.then(({ load }) => load("components/mount.js").mountAll());
