// Every word of the page, by language and key; mnist_cnn/page/build/assets.py puts them in here.
export const WORDS = {};
