"""Many hires at once while processes are killed and the broker is emptied: what is left must add up."""
