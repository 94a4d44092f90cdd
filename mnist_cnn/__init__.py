"""Watch a convolutional network read a digit you drew yourself."""
