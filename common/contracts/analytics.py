"""Published language of the analytics service: it publishes no event yet."""
