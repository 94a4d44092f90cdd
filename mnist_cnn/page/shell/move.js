// Runs when Gradio has made the place of a component that is on the page already, and moves it there.
window.mnistCnnModules.then(({ load }) => load("components/mount.js").moveToPlace(props.name, element));
