"""An application's code, as its users write it."""
