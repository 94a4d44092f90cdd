// Runs when Gradio has put a component on the page that was there before: it gets its place.
window.mnistCnnModules.then(({ load }) => load("early/early.js").settle(props.name, element));
