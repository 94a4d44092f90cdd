// Runs when Gradio has put a component on the page: imports the component's own module.
// `element` and `props` come from gr.HTML. Behind a proxy, Gradio knows the path prefix.
const prefix = new URL(window.gradio_config.root, location.href).pathname.replace(/\/$/, "");
window.mnistCnnPrefix = prefix;
window.mnistCnnLanguages = props.languages;
import(prefix + props.module).then((module) => module.mount(element, props));
