"""Published language of the notification service: it publishes no event yet."""
