// Arithmetic over lists of numbers, plain or typed arrays.

export const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

export const product = (numbers) => numbers.reduce((total, number) => total * number, 1);

export const mean = (numbers) => sum(numbers) / numbers.length;

/** The index of the largest number; of equal ones, the first. */
export const argmax = (numbers) => numbers.indexOf(Math.max(...numbers));
